#include "http/date.h"

#include <gtest/gtest.h>

#include "testing/fake_http_client.h"

namespace lastrun::http {
namespace {

using lastrun::testing::response;

constexpr Time kNoon{Seconds{1'795'348'800}};  // 2026-11-22T12:00:00Z, a Sunday

// What an answer with this Retry-After, and this Date, asks for when it is 12:00 by our clock.
std::optional<Seconds> asked(const char* retry_after_value, const char* date = nullptr) {
  Response answer = response(503, "", {{"Retry-After", retry_after_value}});
  if (date != nullptr) answer.headers.add("Date", date);
  return retry_after(answer, kNoon);
}

TEST(HttpDate, ReadsTheOneFormThatIsWritten) {
  EXPECT_EQ(parse_date("Sun, 22 Nov 2026 12:00:00 GMT"), kNoon);
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 22 Nov 2026 12:00:00 CET",
        "Sun, 32 Nov 2026 12:00:00 GMT", "Sun, 22 Noc 2026 12:00:00 GMT", "Sun, 22 Nov 2026 25:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 GMT ", "Sun, 22 Nov 20x6 12:00:00 GMT"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

TEST(SentAt, IsTheServersOwnClock) {
  EXPECT_EQ(sent_at(response(200, "", {{"date", "Sun, 22 Nov 2026 12:00:00 GMT"}})), kNoon);
  EXPECT_EQ(sent_at(response(200, "", {{"Date", "now"}})), std::nullopt);
  EXPECT_EQ(sent_at(response(200)), std::nullopt);
}

TEST(RetryAfter, MayBeSeconds) {
  EXPECT_EQ(asked("0"), Seconds{0});
  EXPECT_EQ(asked("3"), Seconds{3});
  EXPECT_EQ(asked("003"), Seconds{3});
}

TEST(RetryAfter, ADateCountsFromTheAnswersOwnDate) {
  EXPECT_EQ(asked("Sun, 22 Nov 2026 09:00:09 GMT", "Sun, 22 Nov 2026 09:00:00 GMT"), Seconds{9});
}

TEST(RetryAfter, ADateCountsFromOurClockWhereTheAnswerHasNoDate) {
  EXPECT_EQ(asked("Sun, 22 Nov 2026 12:00:09 GMT"), Seconds{9});
  EXPECT_EQ(asked("Sun, 22 Nov 2026 12:00:09 GMT", "yesterday"), Seconds{9});
}

TEST(RetryAfter, ADateThatHasPassedAsksForNoPause) {
  EXPECT_EQ(asked("Sun, 22 Nov 1926 12:00:00 GMT"), Seconds{0});
  EXPECT_EQ(asked("Sun, 22 Nov 2026 12:00:09 GMT", "Sun, 22 Nov 2026 12:00:10 GMT"), Seconds{0});
}

TEST(RetryAfter, IsBoundedByADay) {
  for (const char* text : {"86401", "99999999999999999999", "Sun, 22 Nov 9999 12:00:00 GMT"}) {
    EXPECT_EQ(asked(text), std::chrono::hours{24}) << text;
  }
}

TEST(RetryAfter, WhatIsMalformedCountsAsAbsent) {
  for (const char* text : {"", "soon", "-1", "+1", "1x", "1.5", "1e3", "-99999999999999999999", "99999999999999999999x",
                           "Sun, 22 Nov 2026 12:00:09 CET"}) {
    EXPECT_EQ(asked(text), std::nullopt) << text;
  }
  EXPECT_EQ(retry_after(response(503), kNoon), std::nullopt);
}

}  // namespace
}  // namespace lastrun::http
