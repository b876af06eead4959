#include "base/time.h"

#include <gtest/gtest.h>

namespace lastrun {
namespace {

Time at(int64_t seconds) {
  return Time{Seconds{seconds}};
}

TEST(Rfc3339, ReadsUtcAndOffsets) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), at(0));
  EXPECT_EQ(parse_rfc3339("2026-11-22T11:57:00Z"), at(1795348620));
  EXPECT_EQ(parse_rfc3339("2026-11-22T06:57:00-05:00"), at(1795348620));
  EXPECT_EQ(parse_rfc3339("2026-11-22T17:27:00+05:30"), at(1795348620));
}

TEST(Rfc3339, CutsFractionsOff) {
  EXPECT_EQ(parse_rfc3339("2026-11-22T11:57:00.999999Z"), at(1795348620));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "now", "2026-11-22", "2026-11-22T11:57:00", "2026-11-22 11:57:00Z", "2026-11-31T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T11:60:00Z",
        "2026-11-22T11:57:60Z", "2026-11-22T11:57:00.Z", "2026-11-22T11:57:00+5:00", "2026-11-22T11:57:00Z ",
        "2026-11-22T11:57:00+24:00", "-026-11-22T11:57:00Z", "2026-11-22T11:57:0\xc3Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, WritesWhatItReads) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "0001-01-01T00:00:00Z"}) {
    EXPECT_EQ(format_rfc3339(parse_rfc3339(text).value()), text);
  }
}

TEST(Duration, ReadsForPeople) {
  EXPECT_EQ(format_duration(Seconds{-5}), "0s");
  EXPECT_EQ(format_duration(Seconds{42}), "42s");
  EXPECT_EQ(format_duration(Seconds{192}), "3m12s");
  EXPECT_EQ(format_duration(Seconds{18180}), "5h03m");
  EXPECT_EQ(format_duration(Seconds{187200}), "2d04h");
}

TEST(Duration, ParsesUnitsLargestFirst) {
  EXPECT_EQ(parse_duration("90s"), Seconds{90});
  EXPECT_EQ(parse_duration("1h30m"), Seconds{5400});
  EXPECT_EQ(parse_duration("7d"), Seconds{604800});
  for (const char* text : {"", "5", "m", "30m1h", "1h1h", "1w", "-5s", "1.5h", "1000000000000s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace lastrun
