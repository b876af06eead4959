// The splitter against simdjson, on documents that nobody thought of.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "source/file/splitter.h"
#include "source/file/testing_reference.h"
#include "source/file/testing_stream.h"

namespace lastrun::source {
namespace {

class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string input() {
    std::string text = below(20) == 0 ? "\xef\xbb\xbf" : "";
    const std::size_t documents = 1 + below(3);
    for (std::size_t i = 0; i < documents; ++i) text += space() + document();
    return text + space();
  }

  // Changes, takes out, repeats or inserts a few bytes.
  void mutate(std::string& text) {
    static constexpr std::string_view kBytes = "{}[]\",:\\ \n\ttfn019-.eE\xc3\xa9\xff\x80\x01/u";
    for (std::size_t times = 1 + below(3); times > 0 && !text.empty(); --times) {
      const std::size_t at = below(text.size());
      const std::size_t length = std::min(text.size() - at, below(4));
      switch (below(4)) {
        case 0: text[at] = kBytes[below(kBytes.size())]; break;
        case 1: text.erase(at, length); break;
        case 2: text.insert(at, text.substr(at, length)); break;
        default: text.insert(at, 1, kBytes[below(kBytes.size())]); break;
      }
    }
  }

 private:
  std::string space() {
    static constexpr std::string_view kKinds = " \n\r\t";
    std::string text;
    for (std::size_t count = below(4) == 0 ? below(80) : below(2); count > 0; --count) text += kKinds[below(4)];
    return text;
  }

  std::string string() {
    static const std::vector<std::string> kParts{"a",   "{",    "}",   "[",     "]",       "\\\"",    "\\\\",
                                                 "\\n", ",",    ":",   "items", "é",       "\\u00e9", "\\ud83d\\ude00",
                                                 "😀",  "kind", "\\/", "\\t",   "\\u0000", "\x7f"};
    std::string text = "\"";
    for (std::size_t count = below(8) == 0 ? below(100) : below(5); count > 0; --count) {
      text += kParts[below(kParts.size())];
    }
    return text + "\"";
  }

  std::string value(std::size_t depth) {
    static const std::vector<std::string> kPlain{"true", "false", "null", "0", "-1", "1.5e-3", "18446744073709551615",
                                                 "-0.0", "1E+2"};
    switch (below(depth > 0 ? 4 : 2)) {
      case 0: return kPlain[below(kPlain.size())];
      case 1: return string();
      case 2: return object(depth - 1);
      default: break;
    }
    std::string text = "[" + space();
    for (std::size_t count = below(4), i = 0; i < count; ++i) text += (i > 0 ? "," : "") + space() + value(depth - 1);
    return text + space() + "]";
  }

  std::string array_of_objects() {
    std::string text = "[" + space();
    for (std::size_t count = below(5), i = 0; i < count; ++i) {
      text += (i > 0 ? "," : "") + space() + object(3) + space();
    }
    return text + "]";
  }

  std::string object(std::size_t depth, bool listing = false) {
    std::string text = "{" + space();
    const std::size_t count = listing ? 1 + below(4) : below(4);
    const std::size_t items = listing ? below(count) : count;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += "," + space();
      if (i == items) {
        text += "\"items\"" + space() + ":" + space() + array_of_objects();
      } else {
        text += (below(6) == 0 ? "\"kind\"" : string()) + space() + ":" + space() + value(depth);
      }
      text += space();
    }
    return text + "}";
  }

  std::string document() {
    switch (below(3)) {
      case 0: return array_of_objects();
      case 1: return object(3);
      default: return object(2, true);
    }
  }

  std::mt19937_64 random_;
};

constexpr std::size_t kAll = std::string_view::npos;

TEST(SplitterBesideSimdjson, SeesTheSameObjectsInRandomInputsAndRefusesTheSame) {
  std::size_t accepted = 0;
  constexpr std::uint64_t kRounds = 3000;
  for (std::uint64_t seed = 0; seed < kRounds; ++seed) {
    Writer writer(seed);
    std::string input = writer.input();
    if (seed % 2 == 1) writer.mutate(input);
    for (const std::size_t chunk : std::initializer_list<std::size_t>{4, 5, 7, 16, 63, 64, 65, 128, 100'000}) {
      const std::size_t read = chunk % 2 == 0 ? kAll : 1 + writer.below(70);
      ASSERT_EQ(difference_from_reference(input, chunk, read), "")
          << "seed " << seed << ", chunks of " << chunk << ", reads of " << read << ":\n"
          << input;
    }
    if (split(input).ok()) ++accepted;
  }
  EXPECT_GT(accepted, kRounds / 2);
  EXPECT_LT(accepted, kRounds);
}

TEST(SplitterBesideSimdjson, AgreesAtEveryCut) {
  Writer writer(77);
  for (int round = 0; round < 20; ++round) {
    const std::string input = writer.input();
    for (std::size_t length = 0; length < input.size(); ++length) {
      ASSERT_EQ(difference_from_reference(std::string_view(input).substr(0, length), 64, kAll), "")
          << "the first " << length << " bytes of:\n"
          << input;
    }
  }
}

}  // namespace
}  // namespace lastrun::source
