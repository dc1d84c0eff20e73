#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace usquic {
namespace {

void fill_from_kernel(void* /*user*/, std::uint8_t* data, std::size_t length) {
  while (length > 0) {
    const ssize_t got = getrandom(data, length, 0);
    CHECK(got > 0 || errno == EINTR);
    if (got <= 0) continue;
    data += got;
    length -= static_cast<std::size_t>(got);
  }
}

}  // namespace

RandomSource::RandomSource() : fill_(&fill_from_kernel) {}

}  // namespace usquic
