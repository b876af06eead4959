#include "source/file/byte_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <thread>

#include "source/file/testing_packer.h"
#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

Result<std::string> read_input(const std::string& path) {
  TRY_ASSIGN(auto stream, open_input(path));
  std::string all;
  std::array<char, 100> bytes{};
  while (true) {
    TRY_ASSIGN(const std::size_t count, stream->read(bytes));
    if (count == 0) return all;
    all.append(bytes.data(), count);
  }
}

TEST(OpenInput, ReadsFilesPackedOrNot) {
  const testing::TempDir dir;
  const std::string text = "[" + std::string(1000, ' ') + "]";
  for (const std::string& content : {text, gzip(text), zstd(text)}) {
    const auto read = read_input(dir.write("dump", content));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, text);
  }
}

TEST(OpenInput, FilesShorterThanAMagicNumberAreReadAsTheyAre) {
  const testing::TempDir dir;
  for (const std::string_view content : {"", "[", "[]", "[]\n", "\x1f"}) {
    const auto read = read_input(dir.write("dump", content));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, content);
  }
}

TEST(OpenInput, WhatCannotBeOpenedIsNamed) {
  const testing::TempDir dir;
  const auto missing = read_input(dir.file("missing.json"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().message, dir.file("missing.json") + ": cannot open: No such file or directory");

  const auto directory = read_input(dir.path().string());
  ASSERT_FALSE(directory.ok());
  EXPECT_EQ(directory.error().kind, ErrorKind::kIo);
  EXPECT_EQ(directory.error().message,
            dir.path().string() + ": is a directory; expected a file of JSON (argo list -A -o json > FILE)");
}

TEST(OpenInput, DamagedDataIsToldByTheFilesName) {
  const testing::TempDir dir;
  const std::string path = dir.write("dump.gz", gzip("[{}]").substr(0, 15));
  const auto read = read_input(path);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().message, path + ": byte 15 of the packed data: the gzip data is cut short");
}

// A pipe gives what is there, byte by byte too, and its end when the writer is gone.
TEST(OpenInput, PipesAreReadAsTheyCome) {
  const testing::TempDir dir;
  const std::string packed = zstd("[{},{}]");
  const std::string path = dir.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::jthread writer([&] {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    for (const char byte : packed) EXPECT_EQ(::write(fd, &byte, 1), 1);
    ::close(fd);
  });
  const auto read = read_input(path);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, "[{},{}]");
}

TEST(InputName, IsThePathOrStandardInput) {
  EXPECT_EQ(input_name("a/b.json"), "a/b.json");
  EXPECT_EQ(input_name("-"), "standard input");
}

}  // namespace
}  // namespace lastrun::source
