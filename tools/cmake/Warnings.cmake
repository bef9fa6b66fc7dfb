# Warnings for our own code, as an interface target: link it, never set flags by hand.
add_library(groupcall_warnings INTERFACE)
target_compile_options(groupcall_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual
  # Field tables reach members by offset; every compiler that we build with supports that.
  -Wno-invalid-offsetof
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers>
  $<$<BOOL:${GROUPCALL_WERROR}>:-Werror>)

# A build type of our own: fast enough for simulations, and assert() stays.
set(CMAKE_CXX_FLAGS_RELWITHASSERTS "-O1 -g1")
