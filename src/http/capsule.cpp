#include "http/capsule.h"

#include <algorithm>
#include <utility>

namespace usquic::http {

CapsuleReader::Status CapsuleReader::read(Bytes data) {
  for (;;) {
    switch (part_) {
      case Part::type:
        if (!varint_.read(data)) return Status::ok;
        type_ = varint_.value();
        part_ = Part::length;
        break;
      case Part::length:
        if (!varint_.read(data)) return Status::ok;
        left_ = varint_.value();
        if (const Status status = begin_value(); status != Status::ok) return status;
        break;
      case Part::value:
        if (data.empty() && left_ > 0) return Status::ok;
        take_value(data);
        break;
      case Part::skipped: {
        const std::uint64_t length = std::min<std::uint64_t>(left_, data.size());
        data = data.subspan(static_cast<std::size_t>(length));
        left_ -= length;
        if (left_ > 0) return Status::ok;
        part_ = Part::type;
        break;
      }
      case Part::failed:
        return Status::too_large;
    }
  }
}

CapsuleReader::Status CapsuleReader::begin_value() {
  if (!delegate_.takes_capsule(type_)) {
    part_ = Part::skipped;
  } else if (left_ > max_value_bytes_) {
    part_ = Part::failed;
    return Status::too_large;
  } else {
    part_ = Part::value;
  }
  return Status::ok;
}

void CapsuleReader::take_value(Bytes& data) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size()));
  const Bytes come = data.first(length);
  const bool is_complete = length == left_;
  const bool is_in_one_piece = is_complete && kept_.empty();
  if (!is_in_one_piece) kept_.insert(kept_.end(), come.begin(), come.end());
  data = data.subspan(length);
  left_ -= length;
  if (!is_complete) return;
  part_ = Part::type;
  if (is_in_one_piece) return delegate_.capsule_received(type_, come);
  // Given back with it: most capsules come in one piece.
  const std::vector<std::uint8_t> value = std::exchange(kept_, {});
  delegate_.capsule_received(type_, value);
}

CapsuleReader::Status CapsuleReader::finish() const {
  if (part_ == Part::failed) return Status::too_large;
  return part_ == Part::type && !varint_.is_incomplete() ? Status::ok : Status::cut_short;
}

}  // namespace usquic::http
