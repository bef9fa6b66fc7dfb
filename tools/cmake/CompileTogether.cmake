# groupcall_compile_together(TARGET): eight files of a target are compiled as one, and the headers that they share once
# instead of eight times. At least one preset has to compile each file alone, which shows that it includes what it uses.
function(groupcall_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
endfunction()
