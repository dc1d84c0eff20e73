// What attack tests measure, and the one form in which they say it: `figure: NAME VALUE UNIT`.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace usquic::test {

inline void print_figure(const char* name, double value, const char* unit) {
  std::printf("figure: %s %.6g %s\n", name, value, unit);
}

// AddressSanitizer has an allocator of its own, which mallinfo2() does not see.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool can_count_memory = false;
#else
inline constexpr bool can_count_memory = true;
#endif

// Bytes of the heap in use since this was made: now, and at most when sample() was called.
class HeapMeter {
 public:
  void sample() { peak_ = std::max(peak_, in_use()); }
  std::int64_t growth() const { return in_use() - began_; }
  std::int64_t peak() {
    sample();
    return peak_ - began_;
  }

 private:
  static std::int64_t in_use() {
    if (!can_count_memory) return 0;
    const struct mallinfo2 info = mallinfo2();
    return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
  }

  std::int64_t began_ = in_use();
  std::int64_t peak_ = began_;
};

inline double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace usquic::test
