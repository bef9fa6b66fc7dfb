// Boost.JSON, compiled once from its headers: the core and the bridge link against this.
#include <boost/json/src.hpp>

#ifdef BOOST_NO_EXCEPTIONS
#include <cstdlib>

// Without exceptions Boost calls this instead of throwing. We use none of the throwing
// functions, so what remains is memory that has run out: nothing could be said any more.
namespace boost {
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const source_location&) { std::abort(); }
}  // namespace boost
#endif
