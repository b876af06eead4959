#include "source/file/unpack.h"

#include <zlib.h>
#include <zstd.h>

#include <utility>
#include <vector>

#include "base/check.h"

namespace lastrun::source {
namespace {

constexpr std::size_t kPackedBytes = 128 * 1024;  // read from the packed stream at once

// The packed bytes that were read and not yet unpacked, and how far the packed stream has been read.
class PackedBuffer {
 public:
  PackedBuffer(std::unique_ptr<ByteStream> stream, std::string name)
      : stream_(std::move(stream)), name_(std::move(name)), bytes_(kPackedBytes) {}

  // Reads more when all is used up. False at the end of the packed stream.
  Result<bool> fill() {
    if (begin_ < end_) return true;
    TRY_ASSIGN(end_, stream_->read(bytes_));
    begin_ = 0;
    return end_ > 0;
  }
  [[nodiscard]] char* data() { return bytes_.data() + begin_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  void use(std::size_t count) {
    begin_ += count;
    used_ += count;
  }
  [[nodiscard]] Error error(const std::string& what) const {
    return Error{ErrorKind::kInput, name_ + ": byte " + std::to_string(used_) + " of the packed data: " + what};
  }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::string name_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;
};

class GzipStream : public ByteStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> packed, std::string name) : packed_(std::move(packed), std::move(name)) {
    constexpr int kGzipOnly = 16;  // added to the window size: zlib's inflateInit2
    CHECK(inflateInit2(&zlib_, MAX_WBITS + kGzipOnly) == Z_OK);
  }
  ~GzipStream() override { inflateEnd(&zlib_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  Result<std::size_t> read(std::span<char> buffer) override {
    while (true) {
      TRY_ASSIGN(const bool more, packed_.fill());
      if (!more && !in_member_) return std::size_t{0};
      in_member_ = true;
      zlib_.next_in = reinterpret_cast<Bytef*>(packed_.data());
      zlib_.avail_in = static_cast<uInt>(packed_.size());
      zlib_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      zlib_.avail_out = static_cast<uInt>(buffer.size());
      const int result = inflate(&zlib_, Z_NO_FLUSH);
      packed_.use(packed_.size() - zlib_.avail_in);
      if (result == Z_STREAM_END) {
        in_member_ = false;
        inflateReset(&zlib_);
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return packed_.error(std::string("the gzip data is damaged: ") + (zlib_.msg ? zlib_.msg : "unknown reason"));
      }
      const std::size_t count = buffer.size() - zlib_.avail_out;
      if (count > 0) return count;
      // zlib may have held back output that did not fit; when it has none left either, the end is missing.
      if (!more && in_member_) return packed_.error("the gzip data is cut short");
    }
  }

 private:
  PackedBuffer packed_;
  z_stream zlib_{};
  bool in_member_ = true;
};

class ZstdStream : public ByteStream {
 public:
  ZstdStream(std::unique_ptr<ByteStream> packed, std::string name)
      : packed_(std::move(packed), std::move(name)), zstd_(ZSTD_createDCtx()) {
    CHECK(zstd_ != nullptr);
  }
  ~ZstdStream() override { ZSTD_freeDCtx(zstd_); }
  ZstdStream(const ZstdStream&) = delete;
  ZstdStream& operator=(const ZstdStream&) = delete;

  Result<std::size_t> read(std::span<char> buffer) override {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      TRY_ASSIGN(const bool more, packed_.fill());
      // Bytes may be left inside the decoder even when the packed stream has ended.
      if (!more && !in_frame_) return std::size_t{0};
      ZSTD_inBuffer in{packed_.data(), packed_.size(), 0};
      const std::size_t result = ZSTD_decompressStream(zstd_, &out, &in);
      packed_.use(in.pos);
      if (ZSTD_isError(result) != 0) {
        return packed_.error(std::string("the zstd data is damaged: ") + ZSTD_getErrorName(result));
      }
      in_frame_ = result != 0;
      if (!more && in_frame_ && out.pos == 0) return packed_.error("the zstd data is cut short");
    }
    return out.pos;
  }

 private:
  PackedBuffer packed_;
  ZSTD_DCtx* zstd_;
  bool in_frame_ = true;
};

}  // namespace

Packing packing_of(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1f\x8b")) return Packing::kGzip;
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd")) return Packing::kZstd;
  // A skippable frame, of any of 16 kinds: pzstd begins with one.
  const bool skippable = first_bytes.size() >= 4 && (static_cast<unsigned char>(first_bytes[0]) & 0xf0U) == 0x50U;
  if (skippable && first_bytes.substr(1).starts_with("\x2a\x4d\x18")) return Packing::kZstd;
  return Packing::kNone;
}

Result<std::unique_ptr<ByteStream>> unpack(std::unique_ptr<ByteStream> packed, Packing packing, std::string name) {
  switch (packing) {
    case Packing::kGzip: return {std::make_unique<GzipStream>(std::move(packed), std::move(name))};
    case Packing::kZstd: return {std::make_unique<ZstdStream>(std::move(packed), std::move(name))};
    case Packing::kNone: return packed;
  }
  CHECK(false);
}

}  // namespace lastrun::source
