#include "model/label_selector.h"

#include <gtest/gtest.h>

#include <array>

namespace lastrun {
namespace {

bool chooses(std::string_view selector) {
  static constexpr std::array<LabelView, 2> kLabels{{{"team", "a"}, {"env", "prod"}}};
  const auto parsed = LabelSelector::parse(selector);
  EXPECT_TRUE(parsed.ok()) << selector;
  return parsed.ok() && parsed->matches(kLabels);
}

TEST(LabelSelector, ChoosesAsKubectlDoes) {
  for (const char* text :
       {"", " ", "team=a", "team==a", "team = a", "team!=b", "absent!=x", "team", "!absent", "team in (a,b)",
        "team in ( b , a )", "team notin (b)", "absent notin (b)", "team=a,env=prod", "team in (a,b), env"}) {
    EXPECT_TRUE(chooses(text)) << text;
  }
  for (const char* text : {"team=b", "team!=a", "absent", "!team", "team in (b,c)", "team notin (a)", "team=a,env=test",
                           "absent=", "team="}) {
    EXPECT_FALSE(chooses(text)) << text;
  }
}

TEST(LabelSelector, RefusesWhatItCannotRead) {
  for (const char* text : {"=a", "!", ",", "team=a,,env", "team in a", "team within (a)", "team in (a", "a b",
                           "team=a b", "a>1", "team<3", "team=a;b", "te\"am", "téam"}) {
    const auto parsed = LabelSelector::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
    EXPECT_NE(parsed.error().message.find("expected key=value"), std::string::npos);
  }
}

}  // namespace
}  // namespace lastrun
