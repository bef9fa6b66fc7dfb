# AddressSanitizer and UndefinedBehaviorSanitizer, as an interface target (empty when off).
add_library(groupcall_sanitizers INTERFACE)
if(GROUPCALL_SANITIZE)
  target_compile_options(groupcall_sanitizers INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(groupcall_sanitizers INTERFACE -fsanitize=address,undefined)
endif()
