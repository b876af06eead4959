#include "source/file/chunk_queue.h"

#include <utility>

namespace lastrun::source {

std::optional<Chunk> ChunkQueue::take_empty() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ || !empty_.empty(); });
  if (stopped_) return std::nullopt;
  Chunk chunk = std::move(empty_.back());
  empty_.pop_back();
  return chunk;
}

void ChunkQueue::put_full(Chunk chunk) {
  {
    const std::lock_guard lock(mutex_);
    full_.push_back(std::move(chunk));
  }
  changed_.notify_all();
}

void ChunkQueue::end(Result<void> outcome) {
  {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
  }
  changed_.notify_all();
}

std::optional<Chunk> ChunkQueue::take_full() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return outcome_.has_value() || !full_.empty(); });
  if (full_.empty()) return std::nullopt;
  Chunk chunk = std::move(full_.front());
  full_.pop_front();
  return chunk;
}

void ChunkQueue::give_back(Chunk chunk) {
  {
    const std::lock_guard lock(mutex_);
    empty_.push_back(std::move(chunk));
  }
  changed_.notify_all();
}

void ChunkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

Result<void> ChunkQueue::outcome() {
  const std::lock_guard lock(mutex_);
  return outcome_.value_or(Result<void>(Ok{}));
}

}  // namespace lastrun::source
