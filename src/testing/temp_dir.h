#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lastrun::testing {

// A directory of the running test's own, below $TMPDIR or /tmp. Removed at the end of its life if the test has not
// failed; else kept, and its path printed. Use as a local or a member of a fixture; one test may have several.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // The path of `name` in here, which need not exist.
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  // Writes a file in here (directories on the way are made) and returns its path.
  std::string write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// The whole content of a file; a test that reads what is not there has failed (CHECK).
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace lastrun::testing
