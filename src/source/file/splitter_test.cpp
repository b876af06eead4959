#include "source/file/splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "source/file/testing_stream.h"

namespace lastrun::source {
namespace {

constexpr std::size_t kWhole = Splitter::kChunkBytes;

std::vector<std::string> texts(std::string_view input) {
  auto pieces = split(input);
  if (!pieces.ok()) return {"error: " + pieces.error().message};
  std::vector<std::string> result;
  for (auto& piece : *pieces) result.push_back(std::move(piece.text));
  return result;
}

std::string error_of(std::string_view input) {
  const auto pieces = split(input);
  return pieces.ok() ? "no error" : pieces.error().message;
}

using Texts = std::vector<std::string>;

TEST(Splitter, TakesTheMembersOfAnArray) {
  EXPECT_EQ(texts(R"([{"a":1},{"b":[2]}])"), (Texts{R"({"a":1})", R"({"b":[2]})"}));
  EXPECT_EQ(texts("[ ]"), Texts{});
  EXPECT_EQ(texts("\r\n\t [\n{ }\n,\n{ }\n]\n"), (Texts{"{ }", "{ }"}));
}

TEST(Splitter, TakesASingleObjectWhole) {
  EXPECT_EQ(texts(R"( {"kind":"Job","x":[{"items":[]}]} )"), (Texts{R"({"kind":"Job","x":[{"items":[]}]})"}));
}

TEST(Splitter, TakesTheItemsOfAListingAndThenTheListingWithoutThem) {
  const auto pieces = split(R"({"kind":"JobList","items":[{"a":1},{"a":2}],"metadata":{}})");
  ASSERT_TRUE(pieces.ok());
  ASSERT_EQ(pieces->size(), 3U);
  EXPECT_EQ((*pieces)[0], (KeptPiece{R"({"a":1})", 27, 1, "JobList", false, 0, 0, 1}));
  EXPECT_EQ((*pieces)[1], (KeptPiece{R"({"a":2})", 35, 1, "JobList", false, 0, 0, 1}));
  EXPECT_EQ((*pieces)[2], (KeptPiece{R"({"kind":"JobList","items":[],"metadata":{}})", 0, 1, "", true, 26 + 1, 42, 1}));
}

TEST(Splitter, AKindToldAfterTheItemsIsNotTheirs) {
  const auto pieces = split(R"({"items":[{}],"kind":"JobList"}{"items":[{}]})");
  ASSERT_TRUE(pieces.ok());
  ASSERT_EQ(pieces->size(), 4U);
  EXPECT_EQ((*pieces)[0].list_kind, "");
  EXPECT_EQ((*pieces)[2].list_kind, "") << "the kind of one document is not that of the next";
}

TEST(Splitter, ItemsThatAreNoArrayStayInTheObject) {
  EXPECT_EQ(texts(R"({"items":null})"), (Texts{R"({"items":null})"}));
  EXPECT_EQ(texts(R"({"items":{"a":[]}})"), (Texts{R"({"items":{"a":[]}})"}));
  EXPECT_EQ(texts(R"({"spec":{"items":[1]}})"), (Texts{R"({"spec":{"items":[1]}})"}));
}

TEST(Splitter, SecondItemsAreLeftToTheDecoderToRefuse) {
  EXPECT_EQ(texts(R"({"items":[],"items":[7]})"), (Texts{R"({"items":[],"items":[7]})"}));
}

TEST(Splitter, TakesDocumentsOneAfterAnother) {
  EXPECT_EQ(texts("{\"a\":1}\n{\"a\":2}\n[{\"a\":3}] {\"items\":[{\"a\":4}]}{}"),
            (Texts{R"({"a":1})", R"({"a":2})", R"({"a":3})", R"({"a":4})", R"({"items":[]})", "{}"}));
}

TEST(Splitter, AByteOrderMarkMeansNothing) {
  EXPECT_EQ(texts("\xef\xbb\xbf[{}]"), Texts{"{}"});
}

TEST(Splitter, PositionsAreThoseOfTheInput) {
  const auto pieces = split("\xef\xbb\xbf[\n {\"a\":\n1},\r\n\n  {}]\n{\"b\":\n2}");
  ASSERT_TRUE(pieces.ok());
  ASSERT_EQ(pieces->size(), 3U);
  EXPECT_EQ((*pieces)[0].byte, 6U);
  EXPECT_EQ((*pieces)[0].line, 2U);
  EXPECT_EQ((*pieces)[1].byte, 20U);
  EXPECT_EQ((*pieces)[1].line, 5U);
  EXPECT_EQ((*pieces)[2].byte, 24U);
  EXPECT_EQ((*pieces)[2].line, 6U);
}

struct Mistake {
  std::string_view input;
  std::string_view message;
};

TEST(Splitter, MistakesAreToldWithByteLineAndWhatWasExpected) {
  const std::vector<Mistake> mistakes{
      {"", "input: is empty; expected JSON (an empty listing is \"[]\")"},
      {" \n ", "input: is empty; expected JSON (an empty listing is \"[]\")"},
      {"\xef\xbb\xbf", "input: is empty; expected JSON (an empty listing is \"[]\")"},
      {"\xff\xfe[\0]\0",
       "input: byte 0 (line 1): UTF-16 text; expected JSON in UTF-8 (in PowerShell: | Out-File "
       "-Encoding utf8)"},
      {"No workflows found", "input: byte 0 (line 1): expected JSON: '[' or '{', found 'N'"},
      {"\n\n  7", "input: byte 4 (line 3): expected JSON: '[' or '{', found '7'"},
      {"[{}]\n]", "input: byte 5 (line 2): expected JSON: '[' or '{', found ']'"},
      {"{},{}", "input: byte 2 (line 1): expected JSON: '[' or '{', found ','"},
      {"[,{}]", "input: byte 1 (line 1): expected an object ('{') or ']', found ','"},
      {"[[]]", "input: byte 1 (line 1): expected an object ('{') or ']', found '['"},
      {"[{},]", "input: byte 4 (line 1): expected an object ('{') behind the comma, found ']'"},
      {"[{}\n{}]", "input: byte 4 (line 2): expected ',' or ']' behind a member of the array, found '{'"},
      {"[{}}", "input: byte 3 (line 1): expected ',' or ']' behind a member of the array, found '}'"},
      {"{7}", "input: byte 1 (line 1): expected a key ('\"') or '}', found '7'"},
      {"{\"a\":1,}", "input: byte 7 (line 1): expected a key ('\"') behind the comma, found '}'"},
      {"{\"a\" 1}", "input: byte 5 (line 1): expected ':' behind the key \"a\", found '1'"},
      {"{\"a\":}", "input: byte 5 (line 1): expected the value of \"a\", found '}'"},
      {"{\"a\":1 2}", "input: byte 7 (line 1): expected ',' or '}' behind the value of \"a\", found '2'"},
      {"{\"a\":[]]", "input: byte 7 (line 1): expected ',' or '}' behind the value of \"a\", found ']'"},
      {"{\"items\":[{}}", "input: byte 12 (line 1): expected ',' or ']' behind a member of the array, found '}'"},
      {"[\x1b", "input: byte 1 (line 1): expected an object ('{') or ']', found the byte 0x1b"},
      {"[\n",
       "input: byte 2 (line 2): the input ends inside the document that begins at byte 0 (line 1); is it "
       "complete?"},
      {"[{},\n{\"a\":\n\"",
       "input: byte 12 (line 3): the input ends inside the object that begins at byte 5 (line 2); "
       "is it complete?"},
      {"{\"items\":[",
       "input: byte 10 (line 1): the input ends inside the document that begins at byte 0 (line 1); is "
       "it complete?"},
      {"{} {\"a",
       "input: byte 6 (line 1): the input ends inside the document that begins at byte 3 (line 1); is it "
       "complete?"},
  };
  for (const Mistake& mistake : mistakes) EXPECT_EQ(error_of(mistake.input), mistake.message);
}

TEST(Splitter, AStrangersBytesInAMessageAreFew) {
  const std::string key(1'000'000, 'k');
  for (const std::string& rest : {std::string("7}"), std::string(":}"), std::string(":1 7}")}) {
    EXPECT_LT(error_of("{\"" + key + "\"" + rest).size(), 300U);
  }
}

// Every way in which an input may come gives the same pieces at the same places, or the same error.
TEST(Splitter, ChunksAndReadsOfAnySizeGiveTheSame) {
  const std::string listing =
      "{\"apiVersion\":\"v1\",\n\"kind\":\"List\", \"items\" : [ {\"a\":\"\\\"}\\\\\"} ,\n{} "
      "],\"n\":-1.5e3,\"t\":true}";
  const std::vector<std::string> inputs{
      "[\n {\"a\":\n\"]}\\\"\"},\r\n\n  {}]\n{\"b\":\n2}\n" + listing + "\n[ ]" + listing,
      "[{\"long\":\"" + std::string(5000, '\\') + "\"},{\"short\":0}]",
      "[{\"a\":1},{\"a\":2},",
      "[{\"a\":1},{\"a\":2}\n,7]",
      "{\"items\":[{\"a\":1}],\"x\" 1}",
  };
  for (const std::string& input : inputs) {
    const auto expected = split(input);
    for (std::size_t chunk = 1; chunk <= 140; ++chunk) {
      for (const std::size_t read : {std::size_t{1}, std::size_t{7}, std::string_view::npos}) {
        const auto pieces = split(input, chunk, read);
        ASSERT_EQ(pieces.ok(), expected.ok()) << "chunks of " << chunk << ", reads of " << read;
        if (pieces.ok()) {
          ASSERT_EQ(*pieces, *expected) << "chunks of " << chunk << ", reads of " << read;
        } else {
          ASSERT_EQ(pieces.error().message, expected.error().message) << "chunks of " << chunk;
        }
      }
    }
  }
}

TEST(Splitter, AByteOrderMarkMayComeByteByByte) {
  for (std::size_t chunk = 1; chunk < 8; ++chunk) {
    const auto pieces = split("\xef\xbb\xbf[{}]", chunk, 1);
    ASSERT_TRUE(pieces.ok()) << pieces.error().message;
    EXPECT_EQ(pieces->at(0).byte, 4U);
  }
}

TEST(Splitter, EveryPieceIsPadded) {
  TextStream stream(R"([{"a":1},{"b":2}]{"items":[{}],"c":3})");
  Splitter splitter(stream, "input", 8);
  Chunk chunk;
  std::size_t sum = 0;
  while (*splitter.next(chunk)) {
    for (const Piece& piece : chunk.pieces) {
      // The address sanitizer sees to it that these bytes may be read.
      for (std::size_t i = 0; i < Chunk::kPadding; ++i)
        sum += static_cast<unsigned char>(piece.text.data()[piece.text.size() + i]);
    }
  }
  EXPECT_GT(sum, 0U);
}

TEST(Splitter, AnObjectBeyondTheLimitIsRefusedWhereItBegins) {
  const std::string huge = "[{},\n{\"a\":\"" + std::string(Splitter::kMaxObjectBytes + 1'000'000, 'x') + "\"}]";
  EXPECT_EQ(
      error_of(huge),
      "input: byte 5 (line 2): an object of more than 64 MiB begins here; objects of Kubernetes are at most a few "
      "MB");
}

TEST(Splitter, SpaceBetweenObjectsIsNotKept) {
  const std::string space(3 * kWhole, ' ');
  EXPECT_EQ(texts(space + "[" + space + "{}" + space + "," + space + "{}" + space + "]" + space), (Texts{"{}", "{}"}));
}

TEST(Splitter, AnErrorOfTheStreamIsPassedOn) {
  TextStream stream("[{},{}");
  stream.fail_at_end(Error{ErrorKind::kIo, "x: cannot read: Input/output error"});
  Splitter splitter(stream, "x");
  Chunk chunk;
  const auto more = splitter.next(chunk);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().message, "x: cannot read: Input/output error");
}

}  // namespace
}  // namespace lastrun::source
