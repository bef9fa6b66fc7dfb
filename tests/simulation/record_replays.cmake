# What `simulate --record` writes, the core alone replays: the same reactions, byte for byte. One that was
# changed afterwards is refused, or the replay would prove nothing.
#
#   cmake -DSIMULATE=... -DREPLAY=... -DRECORDS=... -P record_replays.cmake
file(REMOVE_RECURSE ${RECORDS})
file(MAKE_DIRECTORY ${RECORDS})
execute_process(
  COMMAND ${SIMULATE} --seed 5 --peers 3 --hours 10m --faults heavy --record --records ${RECORDS}
  COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(GLOB records ${RECORDS}/*.jsonl)
list(LENGTH records count)
if(count LESS 3)
  message(FATAL_ERROR "a call of three has left ${count} records")
endif()
execute_process(COMMAND ${REPLAY} --check ${records} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)

list(GET records 0 record)
file(READ ${record} text)
string(REPLACE "groupcall:join" "groupcall:join!" changed "${text}")
file(WRITE ${RECORDS}/changed.txt "${changed}")
execute_process(COMMAND ${REPLAY} --check ${RECORDS}/changed.txt RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
if(result EQUAL 0 OR changed STREQUAL text)
  message(FATAL_ERROR "a record that was changed replays all the same")
endif()
