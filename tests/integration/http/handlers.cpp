#include "integration/http/handlers.h"

#include <algorithm>
#include <string>

#include "integration/http/raw_client.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t piece_bytes = 64 * 1024;

// Returns true when the whole body was taken.
bool send_pattern_piece_by_piece(Response* res, std::uint64_t total) {
  for (;;) {
    const std::uint64_t offset = res->getWriteOffset();
    const auto length = static_cast<std::size_t>(std::min(piece_bytes, total - offset));
    const auto [ok, done] = res->tryEnd(pattern(offset, length), total);
    if (done) return true;
    if (!ok) return false;
  }
}

}  // namespace

void answer_with_pattern(Response* res, std::uint64_t total) {
  res->onAborted([] {});
  if (send_pattern_piece_by_piece(res, total)) return;
  res->onWritable([res, total](std::uint64_t) { return send_pattern_piece_by_piece(res, total); });
}

void echo_as_it_comes(Response* res) {
  res->onAborted([] {});
  res->onData([res](std::string_view chunk, bool fin) {
    if (fin) {
      res->end(chunk);
    } else if (!res->write(chunk)) {
      res->pause();
      res->onWritable([res](std::uint64_t) {
        res->resume();
        return true;
      });
    }
  });
}

void stream_without_end(Response* res, int* aborted) {
  const auto fill = [res](std::uint64_t) {
    while (res->write(pattern(res->getWriteOffset(), 4096))) {
    }
    return false;
  };
  res->onAborted([aborted] { ++*aborted; });
  res->onWritable(fill);
  fill(0);
}

}  // namespace usquic::test
