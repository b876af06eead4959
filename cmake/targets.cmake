# How a folder becomes a static library and its tests a CTest entry.

add_library(lastrun_flags INTERFACE)
target_include_directories(lastrun_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(lastrun_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:GNU>:-Wnull-dereference -Wduplicated-cond -Wlogical-op>
  $<$<BOOL:${LASTRUN_WERROR}>:-Werror>)
if(LASTRUN_SANITIZE)
  target_compile_options(lastrun_flags INTERFACE -fsanitize=${LASTRUN_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(lastrun_flags INTERFACE -fsanitize=${LASTRUN_SANITIZE})
endif()
target_link_libraries(lastrun_flags INTERFACE Threads::Threads)

# lastrun_library(NAME SOURCES a.cpp b.cpp LINKS lastrun_base PkgConfig::CURL TESTS a_test.cpp)
# NAME is the folder's path with '_' for '/': src/sink/jsonl is lastrun_sink_jsonl.
# LINKS are what the folder's code uses; TEST_LINKS what only its tests use.
function(lastrun_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;TESTS;TEST_LINKS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC lastrun_flags ${ARG_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE lastrun_flags ${ARG_LINKS})
  endif()
  if(ARG_TESTS)
    lastrun_test(${name}_test SOURCES ${ARG_TESTS} LINKS ${name} ${ARG_TEST_LINKS})
  endif()
endfunction()

# One executable of GoogleTests. It runs with the source tree in LASTRUN_SOURCE_DIR and the built program in LASTRUN_BINARY.
function(lastrun_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE lastrun_flags ${ARG_LINKS} PkgConfig::GTEST PkgConfig::GMOCK gtest_main)
  target_compile_definitions(${name} PRIVATE
    LASTRUN_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LASTRUN_BINARY="${PROJECT_BINARY_DIR}/lastrun")
  add_test(NAME ${name} COMMAND ${name})
endfunction()
