#include "http3/control_reader.h"

#include <algorithm>
#include <utility>

#include "http3/frame_types.h"

namespace usquic::http3 {
namespace {

// A payload of one integer, and nothing else.
bool is_one_varint(Bytes payload, std::uint64_t& value) {
  return take_varint(payload, value) && payload.empty();
}

}  // namespace

ConnectionError ControlReader::read(Bytes data) {
  while (!data.empty()) {
    switch (part_) {
      case Part::type:
        if (!varint_.read(data)) return ConnectionError::none;
        type_ = varint_.value();
        part_ = Part::length;
        if (const ConnectionError error = check_type(); error != ConnectionError::none) return error;
        break;
      case Part::length:
        if (!varint_.read(data)) return ConnectionError::none;
        left_ = varint_.value();
        part_ = Part::payload;
        if (const ConnectionError error = begin_frame(); error != ConnectionError::none) return error;
        break;
      case Part::payload:
        break;
    }
    if (part_ != Part::payload) continue;
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size()));
    if (!is_skipping_)
      payload_.insert(payload_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(length));
    data = data.subspan(length);
    left_ -= length;
    if (left_ > 0) continue;
    part_ = Part::type;
    if (is_skipping_) continue;
    if (const ConnectionError error = finish_frame(); error != ConnectionError::none) return error;
  }
  return ConnectionError::none;
}

// What the type alone makes an error.
ConnectionError ControlReader::check_type() const {
  if (!has_settings_)
    return type_ == frame_settings ? ConnectionError::none : ConnectionError::missing_settings;
  switch (type_) {
    case frame_settings:
    case frame_data:
    case frame_headers:
    case frame_push_promise:
    case frame_h2_priority:
    case frame_h2_ping:
    case frame_h2_window_update:
    case frame_h2_continuation:
      return ConnectionError::frame_unexpected;
    case frame_max_push_id:
    case frame_priority_update:
    case frame_priority_update_push:
      return is_server_ ? ConnectionError::none : ConnectionError::frame_unexpected;
    default:
      return ConnectionError::none;
  }
}

ConnectionError ControlReader::begin_frame() {
  payload_.clear();
  switch (type_) {
    case frame_settings:
    case frame_cancel_push:
    case frame_goaway:
    case frame_max_push_id:
    case frame_priority_update:
    case frame_priority_update_push:
      is_skipping_ = false;
      if (left_ > max_frame_bytes) return ConnectionError::excessive_load;
      break;
    default:
      is_skipping_ = true;
  }
  if (type_ == frame_settings) return ConnectionError::none;
  if (frames_left_ == 0) return ConnectionError::excessive_load;
  --frames_left_;
  return ConnectionError::none;
}

ConnectionError ControlReader::finish_frame() {
  switch (type_) {
    case frame_settings:
      return finish_settings();
    case frame_goaway:
      return finish_goaway();
    case frame_max_push_id:
      return finish_max_push_id();
    case frame_priority_update:
      return finish_priority_update();
    default:
      break;
  }
  // CANCEL_PUSH, PRIORITY_UPDATE of a push: none was ever promised nor allowed.
  std::uint64_t id = 0;
  return type_ != frame_cancel_push || is_one_varint(payload_, id) ? ConnectionError::id_error
                                                                   : ConnectionError::frame_error;
}

ConnectionError ControlReader::finish_settings() {
  has_settings_ = true;
  Settings settings;
  switch (read_settings(payload_, settings)) {
    case SettingsError::none:
      return delegate_.settings_received(std::move(settings));
    case SettingsError::malformed:
      return ConnectionError::frame_error;
    case SettingsError::forbidden:
      break;
  }
  return ConnectionError::settings_error;
}

// RFC 9114 section 5.2: what is named may only become less. A server names a request, a client a push.
ConnectionError ControlReader::finish_goaway() {
  std::uint64_t id = 0;
  if (!is_one_varint(payload_, id)) return ConnectionError::frame_error;
  const bool is_request = id % 4 == 0;
  if (id > goaway_ || (!is_server_ && !is_request)) return ConnectionError::id_error;
  goaway_ = id;
  delegate_.goaway_received(static_cast<std::int64_t>(id));
  return ConnectionError::none;
}

// Nothing is pushed.
ConnectionError ControlReader::finish_max_push_id() {
  std::uint64_t id = 0;
  if (!is_one_varint(payload_, id)) return ConnectionError::frame_error;
  if (id < max_push_id_) return ConnectionError::id_error;
  max_push_id_ = id;
  return ConnectionError::none;
}

ConnectionError ControlReader::finish_priority_update() {
  Bytes rest = payload_;
  std::uint64_t id = 0;
  if (!take_varint(rest, id)) return ConnectionError::frame_error;
  if (id % 4 != 0) return ConnectionError::id_error;
  return delegate_.priority_updated(static_cast<std::int64_t>(id), as_text(rest));
}

}  // namespace usquic::http3
