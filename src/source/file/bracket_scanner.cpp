// The scan turns 64 bytes into bit masks, one bit a byte: where quotes, backslashes and brackets stand. A prefix sum
// modulo 2 of the quotes that are not escaped gives the bytes inside strings; brackets there do not count. As long as a
// block closes fewer brackets than are open, its count of opening less closing ones is all that matters: that is the
// case nearly always, and why the scan runs at several bytes a cycle.
#include "source/file/bracket_scanner.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lastrun::source {
namespace {

constexpr unsigned kBlock = 64;

struct Masks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t opening = 0;
  std::uint64_t closing = 0;
  std::uint64_t lines = 0;
};

// '[' and ']' differ from '{' and '}' in this bit alone.
constexpr unsigned char kBracketBit = 0x20;

struct PortableBlock {
  static Masks look(const char* bytes) {
    Masks masks;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      const std::uint64_t bit = std::uint64_t{1} << i;
      if (byte == '"') masks.quotes |= bit;
      if (byte == '\\') masks.backslashes |= bit;
      if ((byte | kBracketBit) == '{') masks.opening |= bit;
      if ((byte | kBracketBit) == '}') masks.closing |= bit;
      if (byte == '\n') masks.lines |= bit;
    }
    return masks;
  }
};

// Bit i of the result: the number of set bits at or below i is odd.
[[gnu::always_inline]] inline std::uint64_t prefix_xor(std::uint64_t bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

struct State {
  std::uint64_t depth;
  std::uint64_t in_string;  // all ones inside a string, else zero
  std::uint64_t escaped;    // 1 when the next byte is escaped, else 0
};

// The bytes that a backslash escapes; bit `length` tells of the byte behind the block. Backslashes are rare in what we
// read, so that going from one to the next is fast enough (a string of nothing else is scanned at 1 GB/s).
[[gnu::always_inline]] inline std::uint64_t escaped_bytes(std::uint64_t backslashes, State& state, unsigned length) {
  std::uint64_t escaped = state.escaped;
  std::uint64_t behind = 0;
  for (; backslashes != 0; backslashes &= backslashes - 1) {
    const std::uint64_t bit = backslashes & (0 - backslashes);
    if ((escaped & bit) != 0) continue;
    escaped |= bit << 1;
    if (bit == std::uint64_t{1} << (length - 1)) behind = 1;
  }
  state.escaped = behind;
  return escaped;
}

// Goes through the first `length` bytes of a block. Returns where the container closed, or kBlock.
[[gnu::always_inline]] inline unsigned step(const Masks& masks, unsigned length, State& state, std::uint64_t& lines) {
  const std::uint64_t valid = ~std::uint64_t{0} >> (kBlock - length);
  const std::uint64_t escaped = escaped_bytes(masks.backslashes & valid, state, length);
  const std::uint64_t quotes = masks.quotes & valid & ~escaped;
  const std::uint64_t in_string = prefix_xor(quotes) ^ state.in_string;
  std::uint64_t opening = masks.opening & valid & ~in_string;
  std::uint64_t closing = masks.closing & valid & ~in_string;
  const auto closed = static_cast<unsigned>(std::popcount(closing));
  if (state.depth <= closed) {
    // Enough closing brackets to end the container: which one does, if any?
    for (; closing != 0; closing &= closing - 1) {
      const auto at = static_cast<unsigned>(std::countr_zero(closing));
      const std::uint64_t before = (std::uint64_t{1} << at) - 1;
      state.depth += static_cast<unsigned>(std::popcount(opening & before));
      opening &= ~before;
      if (--state.depth == 0) {
        lines += static_cast<unsigned>(std::popcount(masks.lines & before));
        return at;
      }
    }
    state.depth += static_cast<unsigned>(std::popcount(opening));
  } else {
    state.depth += static_cast<unsigned>(std::popcount(opening));
    state.depth -= closed;
  }
  state.in_string = 0 - (in_string >> (kBlock - 1));
  lines += static_cast<unsigned>(std::popcount(masks.lines & valid));
  return kBlock;
}

template <typename Block>
[[gnu::always_inline]] inline const char* scan_blocks(const char* begin, const char* end, State& state,
                                                      std::uint64_t& lines) {
  for (const char* at = begin; at < end; at += kBlock) {
    const auto length = static_cast<unsigned>(std::min<std::ptrdiff_t>(end - at, kBlock));
    const unsigned closed = step(Block::look(at), length, state, lines);
    if (closed < kBlock) return at + closed + 1;
  }
  return end;
}

const char* scan_portable(const char* begin, const char* end, State& state, std::uint64_t& lines) {
  return scan_blocks<PortableBlock>(begin, end, state, lines);
}

#if defined(__x86_64__)
#define LASTRUN_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))

struct Avx2Block {
  LASTRUN_AVX2 static std::uint64_t mask(__m256i low, __m256i high) {
    const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
    return std::uint64_t{high_bits} << 32 | low_bits;
  }
  LASTRUN_AVX2 static std::uint64_t equal(__m256i low, __m256i high, char byte) {
    const __m256i wanted = _mm256_set1_epi8(byte);
    return mask(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
  }
  LASTRUN_AVX2 static Masks look(const char* bytes) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32));
    const __m256i bit = _mm256_set1_epi8(kBracketBit);
    const __m256i low_brackets = _mm256_or_si256(low, bit);
    const __m256i high_brackets = _mm256_or_si256(high, bit);
    Masks masks;
    masks.quotes = equal(low, high, '"');
    masks.backslashes = equal(low, high, '\\');
    masks.opening = equal(low_brackets, high_brackets, '{');
    masks.closing = equal(low_brackets, high_brackets, '}');
    masks.lines = equal(low, high, '\n');
    return masks;
  }
};

LASTRUN_AVX2 const char* scan_avx2(const char* begin, const char* end, State& state, std::uint64_t& lines) {
  return scan_blocks<Avx2Block>(begin, end, state, lines);
}
#endif

using Scan = const char* (*)(const char*, const char*, State&, std::uint64_t&);

Scan fastest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return scan_avx2;
#endif
  return scan_portable;
}

Scan chosen = fastest();

}  // namespace

void scan_with(ScanWith choice) {
  chosen = choice == ScanWith::kPortable ? scan_portable : fastest();
}

const char* BracketScanner::scan(const char* begin, const char* end, std::uint64_t& lines) {
  State state{depth_, in_string_ ? ~std::uint64_t{0} : 0, escaped_ ? std::uint64_t{1} : 0};
  const char* at = chosen(begin, end, state, lines);
  depth_ = state.depth;
  in_string_ = state.in_string != 0;
  escaped_ = state.escaped != 0;
  return at;
}

}  // namespace lastrun::source
