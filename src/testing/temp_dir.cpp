#include "testing/temp_dir.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/check.h"

namespace lastrun::testing {
namespace {

bool running_test_has_failed() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return test != nullptr && test->result()->Failed();
}

}  // namespace

TempDir::TempDir() {
  const char* base = getenv("TMPDIR");
  std::string pattern = std::string{base != nullptr ? base : "/tmp"} + "/lastrun-test-XXXXXX";
  CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempDir::~TempDir() {
  if (running_test_has_failed()) {
    std::fprintf(stderr, "kept for looking at: %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;  // a directory left behind fails no test
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::write(std::string_view name, std::string_view content) const {
  const auto target = path_ / name;
  std::filesystem::create_directories(target.parent_path());
  std::ofstream out{target, std::ios::binary};
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  CHECK(out.good());
  return target.string();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  CHECK(in.is_open());
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

}  // namespace lastrun::testing
