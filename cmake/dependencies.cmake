# Every third-party library, one line each: target, minimum version, Debian 12 package.
# Which folder may include which of them stands in docs/ARCHITECTURE.md and is checked by the `tidy` test.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# A missing library is told by the name of the package that brings it.
function(lastrun_dependency name module minimum package)
  pkg_check_modules(${name} IMPORTED_TARGET "${module}>=${minimum}")
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "lastrun needs ${module} >= ${minimum}: apt-get install ${package}")
  endif()
endfunction()

# The same for a library of headers alone, which has no pkg-config file.
function(lastrun_headers name header package)
  find_path(${name}_INCLUDE ${header})
  if(NOT ${name}_INCLUDE)
    message(FATAL_ERROR "lastrun needs ${header}: apt-get install ${package}")
  endif()
  add_library(lastrun::${name} INTERFACE IMPORTED)
  target_include_directories(lastrun::${name} SYSTEM INTERFACE ${${name}_INCLUDE})
endfunction()

lastrun_dependency(CURL      libcurl       7.88   libcurl4-openssl-dev)
lastrun_dependency(SIMDJSON  simdjson      3.0    libsimdjson-dev)
lastrun_dependency(NLOHMANN  nlohmann_json 3.11   nlohmann-json3-dev)
lastrun_dependency(OPENSSL   libcrypto     3.0    libssl-dev)
lastrun_dependency(ZLIB      zlib          1.2.13 zlib1g-dev)
lastrun_dependency(ZSTD      libzstd       1.5    libzstd-dev)
lastrun_dependency(FMT       fmt           9.1    libfmt-dev)
lastrun_dependency(CLI11     CLI11         2.1    libcli11-dev)
lastrun_dependency(YAML      yaml-cpp      0.7    libyaml-cpp-dev)
lastrun_headers(PROTOZERO protozero/pbf_reader.hpp libprotozero-dev)
lastrun_dependency(GTEST     gtest         1.12   libgtest-dev)
lastrun_dependency(GMOCK     gmock         1.12   libgmock-dev)
