// Boost.JSON, compiled once from its headers: the core and the bridge link against this.
#include <boost/version.hpp>

// Nobody reads why it refused a text. Its own error codes bring a text for each of 40 reasons and
// their kinds; ours, below, are numbers. Newer versions define more in the file that is left out.
#if BOOST_VERSION < 108200
#define BOOST_JSON_IMPL_ERROR_IPP
#endif
#include <boost/json/src.hpp>

#if BOOST_VERSION < 108200
namespace boost::json {
error_code make_error_code(error reason) {
  struct Numbers : boost::system::error_category {
    const char* name() const noexcept override { return ""; }
    std::string message(int) const override { return {}; }
    const char* message(int, char*, std::size_t) const noexcept override { return ""; }
    bool equivalent(int, const error_condition&) const noexcept override { return false; }
    bool equivalent(const error_code&, int) const noexcept override { return false; }
  };
  static const Numbers numbers;
  return {static_cast<int>(reason), numbers};
}
}  // namespace boost::json
#endif

#ifdef BOOST_NO_EXCEPTIONS
#include <cstdlib>

// Without exceptions Boost calls this instead of throwing. We use none of the throwing
// functions, so what remains is memory that has run out: nothing could be said any more.
namespace boost {
void throw_exception(const std::exception&) { std::abort(); }
void throw_exception(const std::exception&, const source_location&) { std::abort(); }
}  // namespace boost
#endif
