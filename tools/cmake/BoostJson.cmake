# Boost.JSON from Debian's headers (libboost1.81-dev), compiled once by ourselves.
#
# The compiler is given a folder that holds nothing but a link `boost`: with the whole system
# include folder in its path, Emscripten would meet glibc's headers.
find_path(GROUPCALL_BOOST_INCLUDE boost/json/src.hpp
  PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH REQUIRED
  DOC "Folder that holds boost/ 1.81 or newer (apt install libboost1.81-dev)")
set(boost_only "${CMAKE_BINARY_DIR}/boost_only")
file(MAKE_DIRECTORY "${boost_only}")
file(CREATE_LINK "${GROUPCALL_BOOST_INCLUDE}/boost" "${boost_only}/boost" SYMBOLIC)

add_library(groupcall_boost_json STATIC "${PROJECT_SOURCE_DIR}/core/wire/boost_json.cpp")
target_include_directories(groupcall_boost_json SYSTEM PUBLIC "${boost_only}")
target_compile_definitions(groupcall_boost_json PUBLIC
  BOOST_JSON_NO_LIB BOOST_JSON_STATIC_LINK
  # Where in Boost's headers a text was refused: nobody reads that either.
  BOOST_DISABLE_CURRENT_LOCATION)
target_link_libraries(groupcall_boost_json PRIVATE groupcall_sanitizers groupcall_fuzz_coverage)
