#include "http3/nghttp3/control_reader.h"

#include <algorithm>

#include "http3/frame_types.h"
#include "http3/nghttp3/errors.h"
#include "http3/settings.h"

namespace usquic::http3 {
namespace {

// nghttp3 reads no longer priorities, and a later one would go wrong after one.
constexpr std::size_t max_priority_bytes = 60;

// A payload of one integer, and nothing else.
bool is_one_varint(Bytes payload, std::uint64_t& value) {
  return take_varint(payload, value) && payload.empty();
}

}  // namespace

int ControlReader::read(Bytes data, std::vector<std::uint8_t>& out) {
  while (!data.empty()) {
    switch (part_) {
      case Part::type:
        if (!varint_.read(data)) return 0;
        type_ = varint_.value();
        part_ = Part::length;
        if (const int rv = check_type(); rv != 0) return rv;
        break;
      case Part::length:
        if (!varint_.read(data)) return 0;
        left_ = varint_.value();
        part_ = Part::payload;
        if (const int rv = begin_frame(); rv != 0) return rv;
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
    if (const int rv = finish_frame(out); rv != 0) return rv;
  }
  return 0;
}

// What the type alone makes an error.
int ControlReader::check_type() const {
  if (!has_settings_) return type_ == frame_settings ? 0 : NGHTTP3_ERR_H3_MISSING_SETTINGS;
  switch (type_) {
    case frame_settings:
    case frame_data:
    case frame_headers:
    case frame_push_promise:
    case frame_h2_priority:
    case frame_h2_ping:
    case frame_h2_window_update:
    case frame_h2_continuation:
      return NGHTTP3_ERR_H3_FRAME_UNEXPECTED;
    case frame_max_push_id:
    case frame_priority_update:
    case frame_priority_update_push:
      return is_server_ ? 0 : NGHTTP3_ERR_H3_FRAME_UNEXPECTED;
    default:
      return 0;
  }
}

int ControlReader::begin_frame() {
  payload_.clear();
  switch (type_) {
    case frame_settings:
    case frame_cancel_push:
    case frame_goaway:
    case frame_max_push_id:
    case frame_priority_update:
    case frame_priority_update_push:
      is_skipping_ = false;
      if (left_ > max_frame_bytes) return excessive_load;
      break;
    default:
      is_skipping_ = true;
  }
  if (type_ == frame_settings) return 0;
  if (frames_left_ == 0) return excessive_load;
  --frames_left_;
  return 0;
}

int ControlReader::finish_frame(std::vector<std::uint8_t>& out) {
  std::uint64_t id = 0;
  bool is_ignored = false;
  int rv = 0;
  switch (type_) {
    case frame_settings:
      has_settings_ = true;
      rv = check_settings();
      break;
    case frame_goaway:
      rv = check_goaway();
      break;
    case frame_max_push_id:
      is_ignored = true;  // nothing is pushed
      rv = check_max_push_id();
      break;
    case frame_priority_update:
      rv = check_priority_update(is_ignored);
      break;
    default:
      // CANCEL_PUSH, PRIORITY_UPDATE of a push: none was ever promised nor allowed.
      rv = is_one_varint(payload_, id) || type_ != frame_cancel_push ? NGHTTP3_ERR_H3_ID_ERROR
                                                                     : NGHTTP3_ERR_H3_FRAME_ERROR;
  }
  if (rv != 0 || is_ignored) return rv;
  append_longest_varint(out, type_);
  append_longest_varint(out, payload_.size());
  out.insert(out.end(), payload_.begin(), payload_.end());
  return 0;
}

int ControlReader::check_settings() const {
  Settings settings;  // nghttp3 reads them again, and acts on them
  switch (read_settings(payload_, settings)) {
    case SettingsError::none:
      return 0;
    case SettingsError::malformed:
      return NGHTTP3_ERR_H3_FRAME_ERROR;
    case SettingsError::forbidden:
      break;
  }
  return NGHTTP3_ERR_H3_SETTINGS_ERROR;
}

// RFC 9114 section 5.2: what is named may only become less. A server names a request, a client a push.
int ControlReader::check_goaway() {
  std::uint64_t id = 0;
  if (!is_one_varint(payload_, id)) return NGHTTP3_ERR_H3_FRAME_ERROR;
  const bool is_request = id % 4 == 0;
  if (id > goaway_ || (!is_server_ && !is_request)) return NGHTTP3_ERR_H3_ID_ERROR;
  goaway_ = id;
  return 0;
}

int ControlReader::check_max_push_id() {
  std::uint64_t id = 0;
  if (!is_one_varint(payload_, id)) return NGHTTP3_ERR_H3_FRAME_ERROR;
  if (id < max_push_id_) return NGHTTP3_ERR_H3_ID_ERROR;
  max_push_id_ = id;
  return 0;
}

// RFC 9218 section 7.2. Whether the stream may be opened yet is for nghttp3 to say.
int ControlReader::check_priority_update(bool& is_ignored) {
  Bytes rest = payload_;
  std::uint64_t id = 0;
  if (!take_varint(rest, id)) return NGHTTP3_ERR_H3_FRAME_ERROR;
  if (id % 4 != 0) return NGHTTP3_ERR_H3_ID_ERROR;
  if (rest.size() > max_priority_bytes) {
    is_ignored = true;
    return 0;
  }
  return delegate_.priority_update(id, is_ignored);
}

}  // namespace usquic::http3
