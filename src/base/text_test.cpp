#include "base/text.h"

#include <gtest/gtest.h>

namespace lastrun {
namespace {

TEST(Printable, LeavesWordsAlone) {
  EXPECT_EQ(printable("steps-parallel[1].stepB"), "steps-parallel[1].stepB");
  EXPECT_EQ(printable("größer → 日本 😀"), "größer → 日本 😀");
}

TEST(Printable, ShowsWhatWouldMoveTheCursor) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("line\nnext\r\t"), "line\\nnext\\r\\t");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");  // the one-byte form of ESC [
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "evil"),
            "\\u202eevil");  // right-to-left override
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");           // an overlong NUL
}

// DEL and all of C1, which drive terminals as ESC does, whether alone or in the middle of a word.
TEST(Printable, LeavesNoControlCharacterAsItIs) {
  for (unsigned c = 0x7f; c <= 0x9f; ++c) {
    const std::string raw = c == 0x7f ? "\x7f" : std::string("\xc2") + static_cast<char>(c);
    const std::string shown = printable("a" + raw + "z");
    EXPECT_EQ(shown.find(raw), std::string::npos) << c;
    EXPECT_TRUE(shown.starts_with("a\\") && shown.ends_with("z")) << shown;
  }
}

TEST(PrintableJson, EscapesWhatDrivesATerminalAndNothingElse) {
  EXPECT_EQ(printable_json("{\"a\x7f\": [\"\xc2\x80\xc2\x9b\", 1]}\n"), "{\"a\\u007f\": [\"\\u0080\\u009b\", 1]}\n");
  EXPECT_EQ(printable_json("\"\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf\""), "\"\\u202e\\u2028\\ufeff\"");
  for (const char* untouched : {"{\n  \"größer\": \"日本 😀\\u001b\\n\"\n}", "\"\xff\"", ""}) {
    EXPECT_EQ(printable_json(untouched), untouched);
  }
}

TEST(CountCodePoints, CountsCharactersNotBytes) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("größer 😀"), 8U);
  for (const char* bytes : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80", "\xe0\x80\x80"}) {
    EXPECT_EQ(count_code_points(bytes), std::nullopt);
  }
}

TEST(Shorten, CutsAtCodePoints) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("longer", 5), "long…");
  EXPECT_EQ(shorten("größer", 4), "grö…");
  EXPECT_EQ(shorten("x", 0), "");
  EXPECT_EQ(display_width("größer"), 6U);
}

TEST(OneLine, TextOfOthersIsPrintableAndShort) {
  EXPECT_EQ(one_line("a\nb\x1b[31mc\x7f\xc2\x9b\xff\xc3\xa9"), "a\\nb\\x1b[31mc\\x7f\\u009b\\xff\xc3\xa9");
  EXPECT_EQ(one_line("abcdef", 3), "ab…");
  EXPECT_EQ(display_width(one_line(std::string(1'000, '\x01'))), 400U);
}

}  // namespace
}  // namespace lastrun
