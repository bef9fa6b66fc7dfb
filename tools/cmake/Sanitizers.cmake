# AddressSanitizer and UndefinedBehaviorSanitizer, and what libFuzzer needs to see where an input
# leads, as an interface target (empty when off).
add_library(groupcall_sanitizers INTERFACE)
if(GROUPCALL_SANITIZE)
  target_compile_options(groupcall_sanitizers INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(groupcall_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
if(GROUPCALL_FUZZ)
  target_compile_options(groupcall_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()
