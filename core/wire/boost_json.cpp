// Boost.JSON, compiled once from its headers: the core and the bridge link against this.
#include <boost/json/src.hpp>
