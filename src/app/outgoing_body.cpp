#include "app/outgoing_body.h"

namespace usquic::app {

void OutgoingBody::clear() {
  written_ = 0;
  waiting_.clear();
  sent_ = 0;
}

void OutgoingBody::drop_waiting() {
  waiting_.clear();
  sent_ = 0;
  constexpr std::size_t kept_bytes = 16384;
  if (waiting_.capacity() > kept_bytes) waiting_.shrink_to_fit();
}

std::ptrdiff_t OutgoingBody::write(ExchangeStream& stream, std::string_view data) {
  written_ += data.size();
  std::ptrdiff_t taken = 0;
  if (is_drained()) {
    taken = stream.write(data);
    if (taken < 0) return taken;
    data.remove_prefix(static_cast<std::size_t>(taken));
  }
  waiting_.append(data);
  return taken;
}

Result<void> OutgoingBody::pump(ExchangeStream& stream) {
  const std::ptrdiff_t taken = stream.write(std::string_view(waiting_).substr(sent_));
  if (taken <= 0) return Result<void>::of_code(static_cast<int>(taken));
  sent_ += static_cast<std::size_t>(taken);
  if (sent_ == waiting_.size()) {
    waiting_.clear();
    sent_ = 0;
  } else if (sent_ > waiting_.size() / 2) {
    waiting_.erase(0, sent_);
    sent_ = 0;
  }
  return {};
}

}  // namespace usquic::app
