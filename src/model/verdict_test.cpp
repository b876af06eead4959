#include "model/verdict.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

namespace lastrun {
namespace {

// The rows of the table under a heading of docs/judgement.md: first cell to second.
std::map<std::string, std::string> documented(const std::string& heading) {
  std::ifstream file(std::string(LASTRUN_SOURCE_DIR) + "/docs/judgement.md");
  std::map<std::string, std::string> rows;
  std::string line;
  while (std::getline(file, line) && line != "## " + heading) {
  }
  while (std::getline(file, line) && !line.starts_with("## ")) {
    if (!line.starts_with("| ")) continue;
    const auto first = line.find(" | ");
    const auto second = line.find(" | ", first + 3);
    std::string name = line.substr(2, first - 2);
    std::erase(name, '`');
    rows[name] = line.substr(first + 3, second - first - 3);
  }
  return rows;
}

TEST(Status, IsNamedAndValuedAsDocumented) {
  auto rows = documented("Status and value");
  EXPECT_EQ(rows.erase("status"), 1U);
  EXPECT_EQ(rows.size(), 4U);
  for (const Status status : {Status::kFailed, Status::kUnknown, Status::kOk, Status::kNever}) {
    const auto value = failing(status);
    EXPECT_EQ(rows[std::string(name_of(status))], value ? std::to_string(*value) : "not sent");
  }
}

TEST(Status, TheUpperOneOfTheDocumentedOnesWins) {
  EXPECT_LT(Status::kFailed, Status::kUnknown);
  EXPECT_LT(Status::kUnknown, Status::kOk);
  EXPECT_LT(Status::kOk, Status::kNever);
}

TEST(Reason, EachIsDocumentedAndNoOther) {
  std::set<std::string> named;
  for (int i = 0; i <= static_cast<int>(Reason::kNoRuns); ++i) named.emplace(name_of(static_cast<Reason>(i)));
  std::set<std::string> written;
  for (const auto& [name, status] : documented("Reasons")) {
    if (name != "reason") written.insert(name);
  }
  EXPECT_EQ(named, written);
  EXPECT_EQ(named.size(), static_cast<std::size_t>(Reason::kNoRuns) + 1);
}

}  // namespace
}  // namespace lastrun
