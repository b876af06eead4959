#include "source/file/dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "source/file/testing_packer.h"
#include "source/file/testing_stream.h"
#include "source/file/unpack.h"
#include "source/object/testing_collector.h"
#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Reading {
  Collector seen;
  ObjectDecoder decoder{"", {}, seen};

  std::string read(std::unique_ptr<ByteStream> stream) {
    const auto result = read_dump(std::move(stream), "dump.json", decoder, {});
    return result.ok() ? "ok" : result.error().message;
  }
  std::string read(std::string_view text) { return read(stream_of(text)); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const KeptRun& run : seen.runs) names.push_back(run.name);
    return names;
  }
};

std::string workflow(std::string_view name) {
  return R"({"kind":"Workflow","metadata":{"name":")" + std::string(name) +
         R"(","namespace":"s","creationTimestamp":"2026-11-22T11:00:00Z"}})";
}

std::string recording(const std::string& name) {
  return testing::read_file(std::string(LASTRUN_SOURCE_DIR) + "/" + name);
}

TEST(ReadDump, EveryFormOfDocumentIsRead) {
  const std::string a = workflow("a");
  const std::string b = workflow("b");
  for (const std::string& text : {
           "[" + a + "," + b + "]",                                                  // argo list -o json
           R"({"apiVersion":"v1","items":[)" + a + "," + b + R"(],"kind":"List"})",  // kubectl get -o json
           a + "\n" + b + "\n",                                                      // JSON lines
           a + b,                                                                    // one after another
           "[" + a + "]\n[]\n{\"items\":[" + b + "]}",                               // listings one after another
           "[{\"kind\":\"List\",\"items\":[" + a + "," + b + "]}]",                  // jq --slurp
       }) {
    for (const std::string& packed : {text, gzip(text), zstd(text)}) {
      Reading reading;
      auto stream = unpack(stream_of(packed, 100), packing_of(packed.substr(0, 4)), "dump.json");
      ASSERT_TRUE(stream.ok());
      EXPECT_EQ(reading.read(std::move(*stream)), "ok");
      EXPECT_THAT(reading.names(), ElementsAre("a", "b")) << text;
    }
  }
}

TEST(ReadDump, NothingIsListedInAnEmptyListing) {
  for (const std::string_view text : {"[]", "[]\n", R"({"items":null})", R"({"kind":"List","items":[]})"}) {
    Reading reading;
    EXPECT_EQ(reading.read(text), "ok");
    EXPECT_TRUE(reading.seen.runs.empty());
  }
}

TEST(ReadDump, TheMembersOfAJobListAreJobs) {
  const std::string member = R"({"metadata":{"name":"a","namespace":"s","creationTimestamp":"2026-11-22T11:00:00Z"}})";
  Reading reading;
  EXPECT_EQ(reading.read(R"({"kind":"JobList","items":[)" + member + "]}[" + member + "]"), "ok");
  ASSERT_EQ(reading.seen.runs.size(), 2U);
  EXPECT_EQ(reading.seen.runs[0].kind, RunKind::kJob);
  EXPECT_EQ(reading.seen.runs[1].kind, RunKind::kWorkflow);
}

TEST(ReadDump, RecordedListingsAreReadWhole) {
  struct Listing {
    std::string file;
    std::size_t runs;
    std::size_t schedules;
  };
  for (const Listing& listing :
       std::vector<Listing>{{"examples/argo-list.json", 58, 0},
                            {"test/recordings/argo/argo-list-A-o-json-chunk5.json", 5, 0},
                            {"test/recordings/rbac/mon-full.argo-list-via-server.stdout", 182, 0},
                            {"test/recordings/api/list-full.json", 58, 0},
                            {"test/recordings/api/kubectl-workflows-A.json", 58, 0},
                            {"test/recordings/jobs/kubectl-jobs-A.json", 23, 0},
                            {"test/recordings/jobs/kubectl-cronjobs-A.json", 0, 9},
                            {"test/recordings/cron/kubectl-cronworkflows-A.json", 0, 13}}) {
    Reading reading;
    EXPECT_EQ(reading.read(recording(listing.file)), "ok") << listing.file;
    EXPECT_EQ(reading.seen.runs.size(), listing.runs) << listing.file;
    EXPECT_EQ(reading.seen.schedules.size(), listing.schedules) << listing.file;
  }
}

// `message` begins where `mark` stands in `text`.
struct Mistake {
  std::string text;
  std::string mark;
  std::string line;
  std::string message;
};

TEST(ReadDump, MistakesAreToldWithByteLineAndWhatWasExpected) {
  const std::string good = workflow("a");
  const std::string invalid = "syntax error while parsing value - invalid literal";
  const std::vector<Mistake> mistakes{
      {"[" + good + ",\n{\"metadata\":\n{}}]", "{\"metadata\":\n", "2", "metadata.name is missing"},
      {"[" + good + ",\n{\"a\":\nNaN}]", "NaN", "3", invalid},
      {good + "\n\n{\"a\":\"x\ny\"}", "\ny", "3",
       "syntax error while parsing value - invalid string: control character U+000A (LF) must be escaped to \\u000A or "
       "\\n"},
      {good + "{\"kind\":\"Status\",\"message\":\"no\"}", "{\"kind\":\"Status\"", "1",
       "is an API server's refusal, not a listing: no"},
      {"{\"items\":[" + good + "],\n\"metadata\":\nNaN}", "NaN", "3", invalid},
      {"{\n\"a\":tru,\"items\":[\n" + good + "]}", ",\"items", "2", invalid},
      {"\n{\"items\":[" + good + "],\n\"kind\":7}", "{\"items", "2", "kind is wrong: expected a string"},
  };
  for (const Mistake& mistake : mistakes) {
    Reading reading;
    EXPECT_EQ(reading.read(mistake.text), "dump.json: byte " + std::to_string(mistake.text.find(mistake.mark)) +
                                              " (line " + mistake.line + "): " + mistake.message);
  }
}

TEST(ReadDump, TheFirstMistakeOfSeveralIsTold) {
  Reading reading;
  EXPECT_THAT(reading.read("[{\"kind\":7}," + std::string(3 * Splitter::kChunkBytes, ' ') + "7]"),
              HasSubstr("byte 1 (line 1): kind is wrong"));
}

TEST(ReadDump, AnErrorOfTheStreamEndsTheReading) {
  auto stream = stream_of("[" + workflow("a"));
  stream->fail_at_end(Error{ErrorKind::kIo, "dump.json: cannot read: Input/output error"});
  Reading reading;
  EXPECT_EQ(reading.read(std::move(stream)), "dump.json: cannot read: Input/output error");
}

// The chunks go round between two threads; some objects are larger than a chunk.
TEST(ReadDump, LargeAndSmallObjectsKeepTheirOrder) {
  std::string text = "[";
  std::vector<std::string> expected;
  for (int i = 0; i < 3000; ++i) {
    if (i > 0) text += ",";
    const std::string name = "r" + std::to_string(i);
    expected.push_back(name);
    std::string object = workflow(name);
    const std::size_t extra = i % 500 == 250 ? 2 * Splitter::kChunkBytes : static_cast<std::size_t>(i % 37) * 100;
    object.insert(1, "\"x\":\"" + std::string(extra, 'x') + "\",");
    text += object;
  }
  Reading reading;
  EXPECT_EQ(reading.read(text + "]"), "ok");
  EXPECT_EQ(reading.names(), expected);
}

TEST(ReadDump, ProgressOnlyGrows) {
  std::string members;
  for (int i = 0; i < 20'000; ++i) members += (i > 0 ? "," : "") + workflow("r" + std::to_string(i));
  const std::string text = "{\"items\":[" + members + "]}{\"items\":[" + members + "]}";
  Collector seen;
  ObjectDecoder decoder("", {}, seen);
  std::uint64_t bytes = 0;
  std::uint64_t objects = 0;
  const auto result = read_dump(stream_of(text), "x", decoder, [&](std::uint64_t bytes_now, std::uint64_t objects_now) {
    EXPECT_GE(bytes_now, bytes);
    EXPECT_GT(objects_now, objects);
    bytes = bytes_now;
    objects = objects_now;
  });
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(objects, 40'002U) << "the listings themselves are objects too";
  EXPECT_GT(bytes, text.size() * 9 / 10);
  EXPECT_LE(bytes, text.size());
}

}  // namespace
}  // namespace lastrun::source
