# AddressSanitizer and UndefinedBehaviorSanitizer as an interface target, and what libFuzzer needs to see where an
# input leads as another, for the product and the fuzzers alone: in the code of tests nobody looks for ways, and it
# was measured to be a quarter of what compiling them costs. Both are empty when off.
add_library(groupcall_sanitizers INTERFACE)
add_library(groupcall_fuzz_coverage INTERFACE)
if(GROUPCALL_SANITIZE)
  target_compile_options(groupcall_sanitizers INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(groupcall_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
if(GROUPCALL_FUZZ)
  target_compile_options(groupcall_fuzz_coverage INTERFACE -fsanitize=fuzzer-no-link)
endif()
