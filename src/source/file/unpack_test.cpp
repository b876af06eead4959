#include "source/file/unpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "source/file/testing_packer.h"
#include "source/file/testing_stream.h"

namespace lastrun::source {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Reads a stream to its end, `buffer` bytes at a time.
Result<std::string> read_all(ByteStream& stream, std::size_t buffer) {
  std::string all;
  std::vector<char> bytes(buffer);
  while (true) {
    TRY_ASSIGN(const std::size_t count, stream.read(bytes));
    if (count == 0) return all;
    all.append(bytes.data(), count);
  }
}

Result<std::string> unpacked(std::string_view packed, Packing packing, std::size_t buffer = 1 << 16,
                             std::size_t read = std::string_view::npos) {
  TRY_ASSIGN(auto stream, unpack(stream_of(packed, read), packing, "x"));
  return read_all(*stream, buffer);
}

struct Format {
  std::string name;
  Packing packing;
  std::string (*pack)(std::string_view);
};

class UnpackTest : public ::testing::TestWithParam<Format> {
 protected:
  [[nodiscard]] static std::string pack(std::string_view text) { return GetParam().pack(text); }
  [[nodiscard]] static Result<std::string> unpack_all(std::string_view packed, std::size_t buffer = 1 << 16,
                                                      std::size_t read = std::string_view::npos) {
    return unpacked(packed, GetParam().packing, buffer, read);
  }
  [[nodiscard]] static std::string error_of(std::string_view packed) {
    const auto result = unpack_all(packed);
    return result.ok() ? "no error" : result.error().message;
  }
};

std::string some_text(std::size_t length) {
  std::mt19937_64 random(3);
  std::string text;
  while (text.size() < length) text += "{\"name\": \"" + std::to_string(random() % 100'000) + "\"}, ";
  text.resize(length);
  return text;
}

TEST_P(UnpackTest, IsKnownByItsFirstBytes) {
  EXPECT_EQ(packing_of(std::string_view(pack("x")).substr(0, 4)), GetParam().packing);
  EXPECT_EQ(packing_of("[{}]"), Packing::kNone);
  EXPECT_EQ(packing_of(""), Packing::kNone);
  EXPECT_EQ(packing_of("\x1f"), Packing::kNone);
}

TEST_P(UnpackTest, GivesBackWhatWasPackedInBuffersOfAnySize) {
  const std::string text = some_text(700'000);
  const std::string packed = pack(text);
  for (const std::size_t buffer : {std::size_t{1}, std::size_t{13}, std::size_t{4096}, std::size_t{1} << 20}) {
    const auto result = unpack_all(packed, buffer);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_TRUE(*result == text) << "buffers of " << buffer;
  }
}

TEST_P(UnpackTest, ThePackedBytesMayComeOneByOne) {
  const std::string text = some_text(20'000);
  const auto result = unpack_all(pack(text), 1000, 1);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_TRUE(*result == text);
}

TEST_P(UnpackTest, MembersFollowOneAnother) {
  const std::string packed = pack("[{}") + pack("") + pack(",{}]") + pack("");
  for (const std::size_t read : {std::size_t{1}, std::size_t{5}, packed.size()}) {
    const auto result = unpack_all(packed, 100, read);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(*result, "[{},{}]");
  }
}

TEST_P(UnpackTest, AnEmptyMemberAloneIsEmpty) {
  const auto result = unpack_all(pack(""));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(*result, "");
}

TEST_P(UnpackTest, TheEndStaysTheEnd) {
  auto stream = unpack(stream_of(pack("x")), GetParam().packing, "x");
  ASSERT_TRUE(stream.ok());
  std::vector<char> buffer(10);
  EXPECT_EQ(*(*stream)->read(buffer), 1U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*(*stream)->read(buffer), 0U);
}

TEST_P(UnpackTest, CutShortAtAnyByteIsAnError) {
  const std::string packed = pack(some_text(3000));
  for (std::size_t length = 4; length < packed.size(); ++length) {
    for (const std::size_t buffer : {std::size_t{7}, std::size_t{1} << 16}) {
      const auto result = unpack_all(packed.substr(0, length), buffer);
      ASSERT_FALSE(result.ok()) << "the first " << length << " of " << packed.size() << " bytes";
      ASSERT_EQ(result.error().kind, ErrorKind::kInput);
      ASSERT_EQ(result.error().message, "x: byte " + std::to_string(length) + " of the packed data: the " +
                                            GetParam().name + " data is cut short");
    }
  }
}

TEST_P(UnpackTest, ALaterMemberCutShortIsAnErrorToo) {
  const std::string first = pack("[{}]");
  const std::string second = pack("[{},{}]");
  for (std::size_t length = 1; length < second.size(); ++length) {
    EXPECT_THAT(error_of(first + second.substr(0, length)), HasSubstr("cut short")) << length;
  }
}

// A flipped bit is found, or (in a header's comment, say) changes nothing: what was packed never reads as something
// else.
TEST_P(UnpackTest, AFlippedBitNeverReadsAsOtherText) {
  const std::string text = some_text(2000);
  const std::string packed = pack(text);
  std::size_t found = 0;
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    std::string damaged = packed;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << bit % 8));
    const auto result = unpack_all(damaged);
    if (result.ok()) {
      ASSERT_TRUE(*result == text) << "bit " << bit;
    } else {
      ASSERT_EQ(result.error().kind, ErrorKind::kInput);
      ++found;
    }
  }
  EXPECT_GT(found, packed.size() * 7);
}

TEST_P(UnpackTest, WhatFollowsAMemberMustBeOne) {
  EXPECT_THAT(error_of(pack("[]") + "and more"), HasSubstr("the " + GetParam().name + " data is damaged: "));
  EXPECT_THAT(error_of(pack("[]") + "[]"), StartsWith("x: byte "));
}

TEST_P(UnpackTest, ABombIsUnpackedInBoundedMemory) {
  const std::string packed = pack(std::string(50'000'000, ' '));
  auto stream = unpack(stream_of(packed), GetParam().packing, "x");
  ASSERT_TRUE(stream.ok());
  std::vector<char> buffer(1 << 16);
  std::size_t total = 0;
  while (true) {
    const auto count = (*stream)->read(buffer);
    ASSERT_TRUE(count.ok()) << count.error().message;
    if (*count == 0) break;
    total += *count;
  }
  EXPECT_EQ(total, 50'000'000U);
}

INSTANTIATE_TEST_SUITE_P(Formats, UnpackTest,
                         ::testing::Values(Format{"gzip", Packing::kGzip, gzip}, Format{"zstd", Packing::kZstd, zstd}),
                         [](const auto& parameter) { return parameter.param.name; });

// What `pzstd` writes: a skippable frame with the size before each frame (RFC 8878 section 3.1.2).
TEST(Unpack, SkippableFramesOfZstdAreSkipped) {
  const std::string skippable("\x50\x2a\x4d\x18\x04\0\0\0\x2a\0\0\0", 12);
  EXPECT_EQ(packing_of(skippable.substr(0, 4)), Packing::kZstd);
  EXPECT_EQ(packing_of("\x5f\x2a\x4d\x18"), Packing::kZstd);
  EXPECT_EQ(packing_of("P*M\x19"), Packing::kNone);
  const auto result = unpacked(skippable + zstd("[{}") + skippable + zstd("]"), Packing::kZstd);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(*result, "[{}]");
}

TEST(Unpack, WhatIsNotPackedIsLeftAlone) {
  const auto result = unpacked("[{}]", Packing::kNone);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, "[{}]");
}

TEST(Unpack, AnErrorOfThePackedStreamIsPassedOn) {
  auto packed = stream_of(gzip("[{}]").substr(0, 12));
  packed->fail_at_end(Error{ErrorKind::kIo, "x: cannot read: Input/output error"});
  auto stream = unpack(std::move(packed), Packing::kGzip, "x");
  ASSERT_TRUE(stream.ok());
  const auto result = read_all(**stream, 100);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace lastrun::source
