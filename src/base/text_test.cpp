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

TEST(Shorten, CutsAtCodePoints) {
  EXPECT_EQ(shorten("short", 5), "short");
  EXPECT_EQ(shorten("longer", 5), "long…");
  EXPECT_EQ(shorten("größer", 4), "grö…");
  EXPECT_EQ(shorten("x", 0), "");
  EXPECT_EQ(display_width("größer"), 6U);
}

}  // namespace
}  // namespace lastrun
