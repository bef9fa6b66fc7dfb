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
set(CMAKE_CXX_FLAGS_RELWITHASSERTS "-O2 -g1")

if(EMSCRIPTEN)
  # The download is a feature: link-time optimisation, no exceptions (the core throws none, and
  # Boost.JSON is called through its error codes), no RTTI. At -Os and -Oz em++ forbids LLVM to inline;
  # allowed again, -Oz inlines what gets smaller by it, which was measured to be the smallest of all.
  set(CMAKE_CXX_FLAGS_RELEASE "-Oz -finline-functions -DNDEBUG -flto -fno-exceptions -fno-rtti -DBOOST_NO_EXCEPTIONS -DBOOST_NO_RTTI -DEMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0")
  set(CMAKE_EXE_LINKER_FLAGS_RELEASE "-Oz -flto")
endif()
