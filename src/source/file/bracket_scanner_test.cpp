#include "source/file/bracket_scanner.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace lastrun::source {
namespace {

struct Found {
  std::size_t end = 0;  // behind the closing bracket, or the text's length
  bool is_open = true;
  std::uint64_t lines = 0;

  bool operator==(const Found&) const = default;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Found& found, std::ostream* out) {
  *out << "end " << found.end << (found.is_open ? " open" : " closed") << ", " << found.lines << " lines";
}

// The same byte by byte: what the scanner must find.
Found by_hand(std::string_view text) {
  Found found{0, true, 0};
  std::uint64_t depth = 1;
  bool in_string = false;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++found.lines;
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = c == '\\' && !escaped;
    if (in_string) continue;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return {i + 1, false, found.lines};
  }
  found.end = text.size();
  return found;
}

// Scans `text` in buffers that end at `cuts`; behind each buffer stand brackets that must not be looked at.
Found scan(std::string_view text, const std::vector<std::size_t>& cuts = {}) {
  BracketScanner scanner;
  scanner.open();
  Found found{0, true, 0};
  std::size_t begin = 0;
  std::vector<std::size_t> ends = cuts;
  ends.push_back(text.size());
  for (const std::size_t end : ends) {
    std::string buffer(text.substr(begin, end - begin));
    const std::size_t length = buffer.size();
    buffer.append(BracketScanner::kReadAhead, ']');
    const char* at = scanner.scan(buffer.data(), buffer.data() + length, found.lines);
    found.end = begin + static_cast<std::size_t>(at - buffer.data());
    if (!scanner.is_open()) {
      found.is_open = false;
      return found;
    }
    EXPECT_EQ(at, buffer.data() + length);
    begin = end;
  }
  return found;
}

std::string random_text(std::mt19937_64& random, std::size_t length) {
  // Mostly opening at first, so that containers live long enough to cross blocks.
  static constexpr std::string_view kAlphabet = R"({{[[}]""\\
ab:,)";
  std::string text;
  while (text.size() < length) {
    const std::uint64_t draw = random();
    if (draw % 16 == 0) text.append(draw / 16 % 70, 'x');
    if (draw % 16 == 1) text.append(draw / 16 % 70, '\\');
    text += kAlphabet[draw / 16 % kAlphabet.size()];
  }
  return text.substr(0, length);
}

class BracketScannerTest : public ::testing::TestWithParam<ScanWith> {
 public:
  BracketScannerTest() { scan_with(GetParam()); }
  ~BracketScannerTest() override { scan_with(ScanWith::kAuto); }
};

TEST_P(BracketScannerTest, FindsTheEndOfAContainer) {
  EXPECT_EQ(scan("}"), (Found{1, false, 0}));
  EXPECT_EQ(scan(R"("a":[1,{"b":"}"}]} ])"), (Found{19 - 1, false, 0}));
  EXPECT_EQ(scan(R"("a":"\"}","b":"\\"}x)"), (Found{19, false, 0}));
}

TEST_P(BracketScannerTest, CountsLinesUpToTheEndAlone) {
  EXPECT_EQ(scan("\n\n}\n\n"), (Found{3, false, 2}));
  EXPECT_EQ(scan("\n\"\n"), (Found{3, true, 2}));
}

TEST_P(BracketScannerTest, AnEscapeHoldsAcrossBlocksAndBuffers) {
  for (std::size_t before = 0; before < 200; ++before) {
    for (const std::string_view middle : {R"(\")", R"(\\")", R"(\\\")", R"(\\\\")"}) {
      const std::string text = "\"" + std::string(before, 'x') + std::string(middle) + "}\"}]";
      const Found expected = by_hand(text);
      ASSERT_EQ(scan(text), expected) << text;
      for (std::size_t cut = before; cut < before + 8 && cut < text.size(); ++cut) {
        ASSERT_EQ(scan(text, {cut}), expected) << text << " cut at " << cut;
      }
    }
  }
}

TEST_P(BracketScannerTest, RandomTextsAreReadAsByHand) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 4000; ++round) {
    const std::string text = random_text(random, random() % 400);
    ASSERT_EQ(scan(text), by_hand(text)) << "round " << round << ": " << text;
  }
}

TEST_P(BracketScannerTest, EverySplitOfATextGivesTheSame) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 60; ++round) {
    const std::string text = random_text(random, 150);
    const Found expected = by_hand(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      ASSERT_EQ(scan(text, {cut}), expected) << "round " << round << " cut at " << cut << ": " << text;
    }
    std::vector<std::size_t> every_byte;
    for (std::size_t cut = 1; cut < text.size(); ++cut) every_byte.push_back(cut);
    ASSERT_EQ(scan(text, every_byte), expected) << "round " << round << ": " << text;
  }
}

TEST_P(BracketScannerTest, NestingHasNoLimit) {
  constexpr std::size_t kDepth = 100'000;
  const std::string text = std::string(kDepth, '[') + std::string(kDepth, ']');
  EXPECT_EQ(scan(text + "}x"), (Found{2 * kDepth + 1, false, 0}));
}

INSTANTIATE_TEST_SUITE_P(Ways, BracketScannerTest, ::testing::Values(ScanWith::kAuto, ScanWith::kPortable),
                         [](const auto& parameter) {
                           return parameter.param == ScanWith::kAuto ? "Fastest" : "Portable";
                         });

}  // namespace
}  // namespace lastrun::source
