#include "webtransport/sending_part.h"

#include <utility>

#include "base/bytes.h"
#include "usquic/http3_codes.h"

namespace usquic::webtransport {

bool SendingPart::write(std::string_view chunk) {
  if (state_ != State::send) return false;
  if (waiting_.empty()) {
    const std::ptrdiff_t taken = offer(chunk);
    if (taken < 0) return false;
    chunk.remove_prefix(static_cast<std::size_t>(taken));
    if (chunk.empty()) return true;
  }
  waiting_.append(as_bytes(chunk));
  is_drain_awaited_ = true;
  return false;
}

void SendingPart::end() {
  if (state_ != State::send) return;
  state_ = State::ending;
  is_drain_awaited_ = false;
  if (waiting_.empty()) finish();
}

bool SendingPart::pump() {
  if (state_ == State::ended) return false;
  const std::ptrdiff_t taken = offer(as_text(waiting_.front(waiting_.size())));
  if (taken < 0) return false;
  waiting_.remove_front(static_cast<std::size_t>(taken));
  if (!waiting_.empty()) return false;
  if (state_ == State::ending) finish();
  return std::exchange(is_drain_awaited_, false);
}

void SendingPart::give_up() {
  state_ = State::ended;
  waiting_.clear();
  is_drain_awaited_ = false;
}

std::ptrdiff_t SendingPart::offer(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const std::ptrdiff_t taken = us_quic_stream_write(stream_, bytes.data(), bytes.size());
  if (taken >= 0) return taken;
  // A part of the bytes is not left out.
  if (taken == US_QUIC_E_NOMEM) us_quic_stream_reset(stream_, US_QUIC_H3_INTERNAL_ERROR);
  give_up();
  return -1;
}

void SendingPart::finish() {
  us_quic_stream_shutdown(stream_);
  state_ = State::ended;
}

}  // namespace usquic::webtransport
