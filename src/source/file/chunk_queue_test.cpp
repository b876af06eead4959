#include "source/file/chunk_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace lastrun::source {
namespace {

// The number stands in the chunk's text.
Chunk numbered(Chunk chunk, int number) {
  chunk.text.assign(1, static_cast<char>(number % 128));
  return chunk;
}

TEST(ChunkQueue, ChunksComeInTheirOrderAndThenTheOutcome) {
  constexpr int kRounds = 20'000;
  ChunkQueue queue;
  std::jthread reader([&] {
    for (int i = 0; i < kRounds; ++i) {
      auto chunk = queue.take_empty();
      if (!chunk) return;
      queue.put_full(numbered(std::move(*chunk), i));
    }
    queue.end(Error{ErrorKind::kInput, "the end"});
  });
  int taken = 0;
  while (auto chunk = queue.take_full()) {
    ASSERT_EQ(chunk->text.at(0), static_cast<char>(taken % 128));
    ++taken;
    queue.give_back(std::move(*chunk));
  }
  EXPECT_EQ(taken, kRounds);
  ASSERT_FALSE(queue.outcome().ok());
  EXPECT_EQ(queue.outcome().error().message, "the end");
  EXPECT_FALSE(queue.take_full().has_value()) << "the end stays the end";
}

TEST(ChunkQueue, TheReaderIsAtMostAFewChunksAhead) {
  ChunkQueue queue;
  std::size_t ahead = 0;
  while (ahead < ChunkQueue::kChunks) {
    auto chunk = queue.take_empty();
    ASSERT_TRUE(chunk.has_value());
    queue.put_full(std::move(*chunk));
    ++ahead;
  }
  // All are full: the next one comes only once the decoder gives one back.
  std::jthread reader([&] { EXPECT_TRUE(queue.take_empty().has_value()); });
  queue.give_back(std::move(*queue.take_full()));
}

TEST(ChunkQueue, StopReleasesAReaderThatWaits) {
  ChunkQueue queue;
  for (std::size_t i = 0; i < ChunkQueue::kChunks; ++i) queue.put_full(std::move(*queue.take_empty()));
  std::jthread reader([&] { EXPECT_FALSE(queue.take_empty().has_value()); });
  queue.stop();
}

TEST(ChunkQueue, AfterStopNoChunkIsToBeHadThoughSomeAreEmpty) {
  ChunkQueue queue;
  queue.stop();
  EXPECT_FALSE(queue.take_empty().has_value());
}

TEST(ChunkQueue, TheEndReleasesADecoderThatWaits) {
  ChunkQueue queue;
  std::jthread decoder([&] { EXPECT_FALSE(queue.take_full().has_value()); });
  queue.end(Ok{});
  decoder.join();
  EXPECT_TRUE(queue.outcome().ok());
}

TEST(ChunkQueue, WhatWasFullBeforeTheEndIsStillHandedOut) {
  ChunkQueue queue;
  queue.put_full(numbered(std::move(*queue.take_empty()), 7));
  queue.end(Error{ErrorKind::kInput, "cut short"});
  auto chunk = queue.take_full();
  ASSERT_TRUE(chunk.has_value());
  EXPECT_EQ(chunk->text.at(0), 7);
  EXPECT_FALSE(queue.take_full().has_value());
}

}  // namespace
}  // namespace lastrun::source
