#include "http/gunzip.h"

#include <zlib.h>

#include <array>

#include "base/check.h"

namespace lastrun::http {

Gunzip::Gunzip() : stream_(std::make_unique<z_stream_s>()) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib.h, inflateInit2
  CHECK(inflateInit2(stream_.get(), kGzipOnly) == Z_OK);
}

Gunzip::~Gunzip() {
  inflateEnd(stream_.get());
}

Gunzip::Status Gunzip::feed(std::string_view zipped, std::string& body, std::size_t max_bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): zlib fills it
  std::array<char, 32 << 10> buffer;  // larger than what curl hands over at once, small enough for the stack
  CHECK(zipped.size() <= UINT_MAX);
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zipped.data()));  // zlib only reads it
  stream_->avail_in = static_cast<uInt>(zipped.size());
  bool output_was_full = false;
  while (stream_->avail_in > 0 || output_was_full) {
    if (between_members_) inflateReset(stream_.get());
    between_members_ = false;
    stream_->next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_->avail_out = static_cast<uInt>(buffer.size());
    const int result = inflate(stream_.get(), Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Status::kBroken;
    const std::size_t produced = buffer.size() - stream_->avail_out;
    if (produced > max_bytes - body.size()) return Status::kTooLarge;
    body.append(buffer.data(), produced);
    between_members_ = result == Z_STREAM_END;
    output_was_full = stream_->avail_out == 0 && !between_members_;
  }
  return Status::kOk;
}

}  // namespace lastrun::http
