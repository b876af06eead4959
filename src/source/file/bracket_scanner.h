#pragma once

#include <cstddef>
#include <cstdint>

namespace lastrun::source {

// Finds where a JSON object or array ends, without understanding it: it counts brackets outside of strings, 64 bytes at
// a time. It may be stopped at any byte and go on later, so that a container may be spread over many buffers.
// What lies between the brackets is not checked; `{` is closed by `]` too: whoever decodes the text sees that.
class BracketScanner {
 public:
  // Begins behind an opening bracket.
  void open() {
    depth_ = 1;
    in_string_ = false;
    escaped_ = false;
  }
  [[nodiscard]] bool is_open() const { return depth_ > 0; }

  // Scans [begin, end). Returns the byte behind the closing bracket, or `end` if that is still to come (is_open()).
  // Adds the line breaks that it passes to `lines`. May read up to kReadAhead bytes behind `end`.
  const char* scan(const char* begin, const char* end, std::uint64_t& lines);

  static constexpr std::size_t kReadAhead = 64;

 private:
  std::uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;  // the next byte follows an odd number of backslashes
};

// How the bytes are looked at: `kAuto` is the fastest that this machine has. Only tests choose.
enum class ScanWith { kAuto, kPortable };
void scan_with(ScanWith choice);

}  // namespace lastrun::source
