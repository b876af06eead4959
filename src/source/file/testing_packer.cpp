#include "source/file/testing_packer.h"

#include <zlib.h>
#include <zstd.h>

#include "base/check.h"

namespace lastrun::source {

std::string gzip(std::string_view text) {
  z_stream zlib{};
  constexpr int kGzip = 16;  // added to the window size
  CHECK(deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string source(text);
  std::string packed(deflateBound(&zlib, source.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(source.data());
  zlib.avail_in = static_cast<uInt>(source.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return packed;
}

std::string zstd(std::string_view text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size());
  CHECK(ZSTD_isError(size) == 0);
  packed.resize(size);
  ZSTD_freeCCtx(context);
  return packed;
}

}  // namespace lastrun::source
