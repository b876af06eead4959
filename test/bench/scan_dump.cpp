// The bare passes that lastrun is measured against: scan_dump utf8|stage1|dom FILE.
//   utf8    reads in chunks and validates UTF-8: one SIMD pass over the bytes, the least that reading JSON can cost
//   stage1  the whole file in memory, simdjson's first stage: where each token is
//   dom     the whole file in memory, parsed into simdjson's tree; prints the number of elements of the array

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <vector>

namespace {

constexpr size_t kChunkBytes = 1 << 20;

int scan_chunks(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 1;
  std::vector<char> chunk(kChunkBytes);
  size_t valid = 0;
  size_t total = 0;
  for (ssize_t bytes = read(file, chunk.data(), chunk.size()); bytes > 0;
       bytes = read(file, chunk.data(), chunk.size())) {
    // A character may be cut at the chunk's end: the pass counts, not its answer.
    valid += simdjson::validate_utf8(chunk.data(), static_cast<size_t>(bytes)) ? 1 : 0;
    total += static_cast<size_t>(bytes);
  }
  close(file);
  std::printf("%zu bytes, %zu chunks whole\n", total, valid);
  return 0;
}

int scan_whole(const char* path, bool tree) {
  simdjson::padded_string text;
  if (simdjson::padded_string::load(path).get(text) != simdjson::SUCCESS) return 1;
  size_t elements = 0;
  if (tree) {
    simdjson::dom::parser parser;
    simdjson::dom::array array;
    if (parser.parse(text).get(array) != simdjson::SUCCESS) return 1;
    for ([[maybe_unused]] const auto element : array) ++elements;
  } else {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    if (parser.iterate(text).get(document) != simdjson::SUCCESS) return 1;
  }
  std::printf("%zu bytes, %zu elements\n", text.size(), elements);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view pass = argc == 3 ? argv[1] : "";
  if (pass == "utf8") return scan_chunks(argv[2]);
  if (pass == "stage1" || pass == "dom") return scan_whole(argv[2], pass == "dom");
  std::fputs("usage: scan_dump utf8|stage1|dom FILE\n", stderr);
  return 2;
}
