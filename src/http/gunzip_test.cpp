#include "http/gunzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace lastrun::http {
namespace {

std::string zipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr std::size_t kPlenty = 1u << 30;

TEST(Gunzip, UnzipsWhatComesByteByByte) {
  const std::string text(100'000, 'x');
  Gunzip gunzip;
  std::string body;
  const std::string stream = zipped(text);
  for (std::size_t i = 0; i < stream.size(); ++i) {
    EXPECT_EQ(gunzip.complete(), i == 0) << i;
    ASSERT_EQ(gunzip.feed({&stream[i], 1}, body, kPlenty), Gunzip::Status::kOk);
  }
  EXPECT_TRUE(gunzip.complete());
  EXPECT_EQ(body, text);
}

TEST(Gunzip, SeveralMembersAreOneBody) {
  Gunzip gunzip;
  std::string body;
  ASSERT_EQ(gunzip.feed(zipped("one ") + zipped("") + zipped("two"), body, kPlenty), Gunzip::Status::kOk);
  EXPECT_TRUE(gunzip.complete());
  EXPECT_EQ(body, "one two");
}

TEST(Gunzip, OutputThatFillsItsBufferExactlyIsComplete) {
  for (const std::size_t size : {(32u << 10) - 1, 32u << 10, (32u << 10) + 1, 64u << 10}) {
    Gunzip gunzip;
    std::string body;
    ASSERT_EQ(gunzip.feed(zipped(std::string(size, 'y')), body, kPlenty), Gunzip::Status::kOk);
    EXPECT_TRUE(gunzip.complete());
    EXPECT_EQ(body.size(), size);
  }
}

TEST(Gunzip, StopsAtTheLimit) {
  const std::string bomb = zipped(std::string(50'000'000, '\0'));
  Gunzip gunzip;
  std::string body;
  EXPECT_EQ(gunzip.feed(bomb, body, 1'000'000), Gunzip::Status::kTooLarge);
  EXPECT_LE(body.size(), 1'000'000u);
  Gunzip exact;
  std::string exact_body;
  EXPECT_EQ(exact.feed(zipped("12345"), exact_body, 5), Gunzip::Status::kOk);
}

TEST(Gunzip, WhatIsNoGzipIsBroken) {
  std::string wrong_checksum = zipped("hello");
  wrong_checksum[wrong_checksum.size() - 6] ^= 1;
  for (const std::string& stream : {std::string{"hello"}, zipped("hello") + "tail", wrong_checksum}) {
    Gunzip gunzip;
    std::string body;
    EXPECT_EQ(gunzip.feed(stream, body, kPlenty), Gunzip::Status::kBroken);
  }
}

TEST(Gunzip, AStreamThatEndsEarlyIsNotComplete) {
  const std::string stream = zipped("hello");
  for (std::size_t length = 1; length < stream.size(); ++length) {
    Gunzip gunzip;
    std::string body;
    ASSERT_EQ(gunzip.feed(stream.substr(0, length), body, kPlenty), Gunzip::Status::kOk);
    EXPECT_FALSE(gunzip.complete()) << length;
  }
}

}  // namespace
}  // namespace lastrun::http
