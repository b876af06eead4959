#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.h"
#include "source/file/splitter.h"

namespace lastrun::source {

// The chunks between the thread that reads and the one that decodes: kChunks of them go round, so that memory is
// bounded and none is allocated twice. Both sides wait for each other; stop() and end() release whoever waits. Thread:
// one reader (take_empty, put_full, end) and one decoder (take_full, give_back, stop, outcome).
class ChunkQueue {
 public:
  static constexpr std::size_t kChunks = 4;

  ChunkQueue() : empty_(kChunks) {}

  // The reader's: a chunk to fill; empty once the decoder has stopped.
  std::optional<Chunk> take_empty();
  void put_full(Chunk chunk);
  // No more chunks will come, for this reason.
  void end(Result<void> outcome);

  // The decoder's: the next chunk; empty once there are no more.
  std::optional<Chunk> take_full();
  void give_back(Chunk chunk);
  void stop();
  // Why the reader ended; after it has.
  [[nodiscard]] Result<void> outcome();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Chunk> empty_;
  std::deque<Chunk> full_;
  std::optional<Result<void>> outcome_;
  bool stopped_ = false;
};

}  // namespace lastrun::source
