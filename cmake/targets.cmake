# How a folder becomes a static library, its tests a CTest entry, its decoders fuzz targets.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(lastrun_flags INTERFACE)
target_include_directories(lastrun_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(lastrun_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  # -Wrestrict: g++ 12 sees overlaps in concatenated strings (its bug 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-restrict>
  # -Wdeprecated-declarations: std::stable_sort of libstdc++ 12 uses what libstdc++ 12 deprecates.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${LASTRUN_WERROR}>:-Werror>)
# gcc 12 sees null dereferences in the checks of sanitizers, and in stream iterators, which only tests use.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT LASTRUN_SANITIZE)
  target_compile_options(lastrun_flags INTERFACE
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:LASTRUN_IS_TEST>>>:-Wnull-dereference>)
endif()
# Bounds of vectors, strings and optionals are checked wherever tests run.
target_compile_definitions(lastrun_flags INTERFACE $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)
if(LASTRUN_SANITIZE)
  target_compile_options(lastrun_flags INTERFACE
    -fsanitize=${LASTRUN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(lastrun_flags INTERFACE -fsanitize=${LASTRUN_SANITIZE})
endif()
if(LASTRUN_FUZZ)
  target_compile_options(lastrun_flags INTERFACE -fsanitize=fuzzer-no-link)
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

# lastrun_test(NAME SOURCES a_test.cpp LINKS lastrun_base TIMEOUT 60 SLOW ALONE)
# One executable of GoogleTests, one CTest entry. It finds the source tree in LASTRUN_SOURCE_DIR and the built program
# in LASTRUN_BINARY. TIMEOUT is in seconds (default 120). SLOW: runs with `./dev test --all` only.
# ALONE: runs while no other test does. A skipped or disabled test is a failure.
function(lastrun_test name)
  cmake_parse_arguments(ARG "SLOW;ALONE" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE lastrun_flags ${ARG_LINKS} PkgConfig::GTEST PkgConfig::GMOCK gtest_main)
  target_compile_definitions(${name} PRIVATE
    LASTRUN_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LASTRUN_BINARY="${PROJECT_BINARY_DIR}/lastrun")
  set_target_properties(${name} PROPERTIES LASTRUN_IS_TEST ON)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${ARG_TIMEOUT}
    FAIL_REGULAR_EXPRESSION "\\[  SKIPPED \\];YOU HAVE [0-9]+ DISABLED"
    LABELS "$<IF:$<BOOL:${ARG_SLOW}>,slow,fast>"
    RUN_SERIAL $<BOOL:${ARG_ALONE}>)
endfunction()

# lastrun_fuzz(NAME SOURCES x_fuzz.cpp LINKS lastrun_source_file)
# One LLVMFuzzerTestOneInput. Preset `fuzz` makes it build/fuzz/fuzzers/NAME for `./dev fuzz`; every other preset makes
# it a test that runs it over its seeds, test/fuzz/corpus/NAME: it always compiles, and no mended finding returns.
add_custom_target(fuzzers)
if(NOT LASTRUN_FUZZ)
  add_library(fuzz_replay OBJECT ${PROJECT_SOURCE_DIR}/test/fuzz/replay.cpp)
  target_link_libraries(fuzz_replay PRIVATE lastrun_flags)
endif()
function(lastrun_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  if(LASTRUN_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
    add_dependencies(fuzzers ${name})
  else()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE fuzz_replay)
    add_test(NAME ${name} COMMAND ${name} ${PROJECT_SOURCE_DIR}/test/fuzz/corpus/${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS fast)
  endif()
  target_link_libraries(${name} PRIVATE lastrun_flags ${ARG_LINKS})
endfunction()
