#include "app/throw.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

namespace lastrun::app {
namespace {

using cloud_monitoring::Auth;
using lastrun::testing::FakeClock;
using lastrun::testing::FakeHttpClient;
using lastrun::testing::Fault;
using lastrun::testing::Reply;
using lastrun::testing::response;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class FakeTokens : public google::TokenSource {
 public:
  Result<google::Token> token(std::stop_token) override { return google::Token{"secret-token", ""}; }
  void drop() override {}
};

constexpr const char* kBase = "https://monitoring.googleapis.com/v3/projects/p";
constexpr const char* kDescriptor =
    R"({"type":"custom.googleapis.com/m","metricKind":"GAUGE","valueType":"INT64","labels":[{"key":"a"},{"key":"b"}]})";

class ThrowTest : public ::testing::Test {
 protected:
  ThrowTest() {
    options_.project = "p", options_.metric_name = "m";
    http_.on(http::Method::kGet, std::string(kBase) + "/metricDescriptors/custom.googleapis.com/m",
             {response(200, kDescriptor)});
    http_.on(http::Method::kPost, std::string(kBase) + "/timeSeries", {response(200, "{}")});
  }

  void answer_posts(std::vector<Reply> replies) {
    http_.on(http::Method::kPost, std::string(kBase) + "/timeSeries", std::move(replies));
  }

  Result<void> run(const std::string& input) {
    std::FILE* in = std::tmpfile();
    CHECK(in != nullptr && std::fwrite(input.data(), 1, input.size(), in) == input.size());
    CHECK(std::fseek(in, 0, SEEK_SET) == 0);
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* out = open_memstream(&text, &size);
    auto result = run_throw(options_, ThrowWorld{http_, &tokens_, clock_, in, out});
    std::fclose(out);
    std::fclose(in);
    output_.assign(text, size);
    std::free(text);
    return result;
  }

  // The message of a run that failed; it never has the token in it.
  std::string failure(const std::string& input) {
    const auto result = run(input);
    if (result.ok()) return "no failure";
    EXPECT_THAT(result.error().message, Not(HasSubstr("secret")));
    return result.error().message;
  }

  std::size_t gets() const { return count(http::Method::kGet); }
  std::size_t posts() const { return count(http::Method::kPost); }
  std::size_t count(http::Method method) const {
    std::size_t number = 0;
    for (const auto& recorded : http_.requests()) number += recorded.request.method == method;
    return number;
  }

  ThrowOptions options_;
  FakeClock clock_;
  FakeHttpClient http_{clock_};
  FakeTokens tokens_;
  std::string output_;
};

std::string line(std::size_t number) {
  return fmt::format("{{\"labels\":{{\"a\":\"{}\"}},\"value\":1}}\n", number);
}

std::string lines(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += line(i);
  return all;
}

// What the old tool did and this one keeps: a test for each entry of the list that was measured on it.

TEST_F(ThrowTest, EmptyInputReadsTheDescriptorAndSucceeds) {
  EXPECT_TRUE(run("").ok());
  EXPECT_EQ(gets(), 1u);
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, BlankLineIsAnErrorAndNothingIsSent) {
  EXPECT_THAT(failure(line(1) + "\n" + line(2)), HasSubstr("line 2 of the input: the line is blank"));
  EXPECT_THAT(failure("\n"), HasSubstr("line 1"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, StringValueIsAnErrorAndNothingIsSent) {
  EXPECT_THAT(failure(line(1) + R"({"labels":{"a":"x"},"value":"1"})"), HasSubstr("line 2"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, ValuesAreCutTowardZeroAndAlwaysInt64) {
  EXPECT_TRUE(run(R"({"labels":{"a":"x"},"value":10.1})"
                  "\n"
                  R"({"labels":{"a":"y"},"value":-7.9})")
                  .ok());
  const std::string& body = http_.requests().back().request.body;
  EXPECT_THAT(body, HasSubstr(R"("value":{"int64Value":"10"})"));
  EXPECT_THAT(body, HasSubstr(R"("value":{"int64Value":"-7"})"));
}

TEST_F(ThrowTest, EndTimeIsInWholeSeconds) {
  clock_.advance(std::chrono::milliseconds{999});
  EXPECT_TRUE(run(line(1)).ok());
  EXPECT_THAT(http_.requests().back().request.body, HasSubstr(R"("interval":{"endTime":"2026-11-22T12:00:00Z"})"));
}

TEST_F(ThrowTest, DescriptorIsReadFirst) {
  EXPECT_TRUE(run(line(1)).ok());
  ASSERT_EQ(http_.requests().size(), 2u);
  EXPECT_THAT(http_.requests()[0].request.url, EndsWith("/metricDescriptors/custom.googleapis.com/m"));
  EXPECT_THAT(http_.requests()[1].request.url, EndsWith("/projects/p/timeSeries"));
}

TEST_F(ThrowTest, MissingDescriptorIsAnErrorAndNothingIsSent) {
  http_.on(http::Method::kGet, kBase, {response(404, R"({"error":{"status":"NOT_FOUND"}})")});
  options_.metric_name = "other";
  EXPECT_THAT(failure(line(1)), HasSubstr("404 NOT_FOUND"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, SuccessIsSilent) {
  EXPECT_TRUE(run(lines(3)).ok());
  EXPECT_EQ(output_, "");
}

// What it could not do, or lost.

TEST_F(ThrowTest, MoreThan200LinesAreSeveralRequests) {
  EXPECT_TRUE(run(lines(201)).ok());
  EXPECT_EQ(posts(), 2u);
}

TEST_F(ThrowTest, TwoLinesWithEqualLabelsAreRefusedByTheirNumbers) {
  const std::string same = R"({"value":0,"labels":{"b":"y","a":"x"}})"
                           "\n";
  EXPECT_THAT(failure(line(1) +
                      R"({"labels":{"a":"x","b":"y"},"value":1})"
                      "\n" +
                      line(2) + same),
              HasSubstr(R"(lines 2 and 4 of the input are of one series, {a="x", b="y"})"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, OneFailureOfTheServerIsNoFailure) {
  for (const int status : {429, 500, 502, 503, 504}) {
    answer_posts({response(status), response(200, "{}")});
    EXPECT_TRUE(run(line(1)).ok()) << status;
  }
}

TEST_F(ThrowTest, ServerThatHangsIsLeft) {
  answer_posts({Reply(Fault::kHangBeforeAnswer)});
  const auto start = clock_.now();
  EXPECT_THAT(failure(line(1)), HasSubstr("of 1 points 0 were delivered; 1 uncertain"));
  EXPECT_LE(clock_.now() - start, std::chrono::seconds{50});
}

TEST_F(ThrowTest, LineOver64KiBIsSentAndSoAreTheLinesAfterIt) {
  const std::string padding(100'000, ' ');
  EXPECT_TRUE(run(line(1) + "{" + padding +
                  R"("labels":{"a":"x"},"value":1})"
                  "\n" +
                  line(2))
                  .ok());
  const std::string& body = http_.requests().back().request.body;
  for (const char* label : {R"("a":"1")", R"("a":"x")", R"("a":"2")"}) EXPECT_THAT(body, HasSubstr(label));
}

TEST_F(ThrowTest, LineOverOneMebibyteIsAnErrorWithItsNumber) {
  const std::string rest = R"("labels":{"a":"x"},"value":1})";
  const std::string longest = "{" + std::string((1 << 20) - 1 - rest.size(), ' ') + rest;
  EXPECT_TRUE(run(line(1) + longest + "\n" + line(2)).ok());
  const std::size_t before = posts();
  EXPECT_EQ(failure(line(1) + longest + " \n" + line(2)), "line 2 of the input: longer than 1048576 bytes");
  EXPECT_EQ(posts(), before);
}

// The rest of the input's edges.

TEST_F(ThrowTest, LastLineNeedsNoNewline) {
  EXPECT_TRUE(run(line(1) + R"({"labels":{"a":"x"},"value":1})").ok());
  EXPECT_THAT(http_.requests().back().request.body, HasSubstr(R"("a":"x")"));
}

TEST_F(ThrowTest, LinesMayEndWithCarriageReturns) {
  EXPECT_TRUE(run("{\"labels\":{\"a\":\"x\"},\"value\":1}\r\n{\"labels\":{\"a\":\"y\"},\"value\":1}\r\n").ok());
}

TEST_F(ThrowTest, LabelsThatCannotBeAreToldByLine) {
  EXPECT_THAT(failure(line(1) + R"({"labels":{"a-b":"x"},"value":1})"),
              HasSubstr("line 2 of the input: label key 'a-b'"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, LabelThatTheDescriptorLacksIsAnErrorAndNothingIsSent) {
  EXPECT_THAT(failure(R"({"labels":{"c":"x"},"value":1})"), HasSubstr("lacks label c"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, InputThatCannotBeReadIsAnErrorNotItsEnd) {
  std::FILE* directory = std::fopen("/", "r");
  CHECK(directory != nullptr);
  const auto result = run_throw(options_, ThrowWorld{http_, &tokens_, clock_, directory, stdout});
  std::fclose(directory);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kIo);
  EXPECT_THAT(result.error().message, HasSubstr("Is a directory"));
  EXPECT_EQ(posts(), 0u);
}

TEST_F(ThrowTest, PartialFailureSaysHowManyAndWhy) {
  answer_posts({response(400, R"({"error":{"code":400,"status":"INVALID_ARGUMENT","message":"m","details":[{"@type":
    "type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary","totalPointCount":3,"successPointCount":2,
    "errors":[{"status":{"code":3,"message":"bad"},"pointCount":1}]}]}})")});
  EXPECT_EQ(failure(lines(3)),
            "sending custom.googleapis.com/m to project p: of 3 points 2 were delivered; 1 refused: 400 "
            "INVALID_ARGUMENT: bad");
}

TEST_F(ThrowTest, OtherEndpointIsUsed) {
  options_.endpoint = "http://127.0.0.1:1/";
  options_.auth = Auth::kNone;
  http_.on(http::Method::kGet, "http://127.0.0.1:1/v3/projects/p/", {response(200, kDescriptor)});
  http_.on(http::Method::kPost, "http://127.0.0.1:1/v3/projects/p/timeSeries", {response(200, "{}")});
  EXPECT_TRUE(run(line(1)).ok());
  EXPECT_EQ(http_.requests()[0].request.headers.get("Authorization"), "");
}

TEST_F(ThrowTest, DryRunPrintsTheRequestsAndSendsNothing) {
  options_.dry_run = DryRun::kYes;
  EXPECT_TRUE(run(lines(201)).ok());
  EXPECT_TRUE(http_.requests().empty());
  EXPECT_EQ(std::count(output_.begin(), output_.end(), '\n'), 3);
  EXPECT_TRUE(output_.starts_with(
      R"({"method":"GET","url":"https://monitoring.googleapis.com/v3/projects/p/metricDescriptors/custom)"));
  EXPECT_THAT(output_,
              HasSubstr(R"({"method":"POST","url":"https://monitoring.googleapis.com/v3/projects/p/timeSeries",)"
                        R"("body":{"timeSeries":[)"));
}

TEST_F(ThrowTest, DryRunOnAFullDiskIsAnError) {
  options_.dry_run = DryRun::kYes;
  std::FILE* in = std::tmpfile();
  std::FILE* full = std::fopen("/dev/full", "w");
  CHECK(in != nullptr && full != nullptr);
  const auto result = run_throw(options_, ThrowWorld{http_, nullptr, clock_, in, full});
  std::fclose(full);
  std::fclose(in);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("No space left"));
}

// Flags.

ThrowOptions parsed(const std::vector<std::string>& arguments) {
  const auto options = parse_throw_options(arguments);
  EXPECT_TRUE(options.ok()) << options.error().message;
  return options.ok() ? *options : ThrowOptions{};
}

TEST(ThrowOptions, AreReadAsGoReadsThem) {
  ThrowOptions expected;
  expected.project = "p", expected.metric_name = "n";
  EXPECT_EQ(parsed({"--project", "p", "--metricName", "n"}), expected);
  EXPECT_EQ(parsed({"-project", "p", "-metricName", "n"}), expected);
  EXPECT_EQ(parsed({"-project=p", "--metricName=n"}), expected);
  EXPECT_EQ(parsed({"-metricName=n", "-project=q", "--project=p", "--"}), expected);
  expected.project = "-p";
  EXPECT_EQ(parsed({"-project", "-p", "-metricName=n"}), expected);
}

TEST(ThrowOptions, OursAreReadTheSameWay) {
  const ThrowOptions options =
      parsed({"-project=p", "-metricName=n", "--endpoint", "http://127.0.0.1:1", "--dry-run", "-no-auth=true"});
  EXPECT_EQ(options.endpoint, "http://127.0.0.1:1");
  EXPECT_EQ(options.dry_run, DryRun::kYes);
  EXPECT_EQ(options.auth, Auth::kNone);
  EXPECT_EQ(parsed({"-project=p", "-metricName=n", "--dry-run=false"}).dry_run, DryRun::kNo);
  EXPECT_TRUE(parsed({"-h"}).help);
}

TEST(ThrowOptions, SayHowGoogleIsReached) {
  const ThrowOptions options =
      parsed({"-project=p", "-metricName=n", "-credentials", "key.json", "--ca-file=ca.pem", "-proxy", "http://h:1"});
  EXPECT_EQ(options.credentials_file, "key.json");
  EXPECT_EQ(options.ca_file, "ca.pem");
  EXPECT_EQ(options.proxy, "http://h:1");
}

TEST(ThrowOptions, AnythingElseIsAUsageError) {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"-project", "p"},
                                                    {"-metricName", "n"},
                                                    {"-project"},
                                                    {"-project=", "-metricName=n"},
                                                    {"-project=p", "-metricName=n", "-nope"},
                                                    {"-project=p", "-metricName=n", "file"},
                                                    {"-project=p", "-metricName=n", "-"},
                                                    {"---project=p", "-metricName=n"},
                                                    {"-=p"},
                                                    {"--=p"},
                                                    {"-project=p", "-metricName=n", "--dry-run=maybe"},
                                                    {"-project=p", "--metricname=n"}};
  for (const auto& arguments : wrong) {
    const auto options = parse_throw_options(arguments);
    ASSERT_FALSE(options.ok()) << ::testing::PrintToString(arguments);
    EXPECT_EQ(options.error().kind, ErrorKind::kUsage);
  }
}

TEST(ThrowUsage, NamesEveryFlag) {
  for (const char* flag :
       {"--project", "--metricName", "--endpoint", "--credentials", "--ca-file", "--proxy", "--no-auth", "--dry-run"}) {
    EXPECT_THAT(throw_usage(), HasSubstr(flag));
  }
}

}  // namespace
}  // namespace lastrun::app
