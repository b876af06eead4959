#include "app/nearest.h"

#include <gtest/gtest.h>

namespace lastrun::app {
namespace {

const std::vector<std::string> kFlags{"--failing-only", "--output",   "--now",           "--namespace",
                                      "--label",        "--resource", "--resource-label"};

TEST(Nearest, OneSlipInThreeLettersIsNear) {
  EXPECT_EQ(nearest("--outptu", kFlags), "--output");
  EXPECT_EQ(nearest("--ouptut", kFlags), "--output");
  EXPECT_EQ(nearest("--outputs", kFlags), "--output");
  EXPECT_EQ(nearest("--nov", kFlags), "--now");
  EXPECT_EQ(nearest("--failed-only", kFlags), "--failing-only");
  EXPECT_EQ(nearest("--name-space", kFlags), "--namespace");
}

TEST(Nearest, WhatIsFarIsNotSuggested) {
  EXPECT_EQ(nearest("--verbose", kFlags), "");
  EXPECT_EQ(nearest("--x", kFlags), "");
  EXPECT_EQ(nearest("--", kFlags), "");
  EXPECT_EQ(nearest("", kFlags), "");
  EXPECT_EQ(nearest("--output", {}), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'x'), kFlags), "");
}

TEST(Nearest, TheBeginningOfOneAloneIsNear) {
  EXPECT_EQ(nearest("--fai", kFlags), "--failing-only");
  EXPECT_EQ(nearest("--fa", kFlags), "");
  EXPECT_EQ(nearest("--resource-l", kFlags), "--resource-label");
}

TEST(Nearest, DashesAndCaseDoNotCount) {
  EXPECT_EQ(nearest("-output", kFlags), "--output");
  EXPECT_EQ(nearest("--OUTPUT", kFlags), "--output");
  EXPECT_EQ(nearest("chekc", {"check", "compare"}), "check");
}

}  // namespace
}  // namespace lastrun::app
