# Finds the toolchain file that comes with em++ (Debian's package, or an SDK in the PATH).
find_program(GROUPCALL_EMXX em++ REQUIRED DOC "The Emscripten compiler (apt install emscripten)")
get_filename_component(emxx_real "${GROUPCALL_EMXX}" REALPATH)
get_filename_component(emscripten_root "${emxx_real}" DIRECTORY)
find_file(GROUPCALL_EMSCRIPTEN_TOOLCHAIN Emscripten.cmake
  PATHS "${emscripten_root}/cmake/Modules/Platform" /usr/share/emscripten/cmake/Modules/Platform
  NO_DEFAULT_PATH REQUIRED)

# Debian's em++ looks for its JavaScript optimiser (acorn) in Debian's module folder only when
# node is Debian's own.
if(EXISTS /usr/share/nodejs/acorn AND NOT DEFINED ENV{NODE_PATH})
  set(ENV{NODE_PATH} /usr/share/nodejs)
endif()
include("${GROUPCALL_EMSCRIPTEN_TOOLCHAIN}")
# Tests run in Node, whose own fetch() the loader of Emscripten 3.1 would take for a browser's.
set(CMAKE_CROSSCOMPILING_EMULATOR "node;--no-experimental-fetch")
