#include "http3/settings.h"

#include <algorithm>

#include "http/frame_head.h"
#include "http3/frame_types.h"

namespace usquic::http3 {
namespace {

enum SettingId : std::uint64_t {
  setting_qpack_table_capacity = 0x1,
  setting_max_field_section_size = 0x6,
  setting_qpack_blocked_streams = 0x7,
  setting_extended_connect = 0x8,
  setting_datagrams = 0x33,
};

// A peer speaks WebTransport when it sends one of these. Their drafts differ in what they count, and not in what is sent
// on streams; a server that suits all clients announces all of them.
enum WebTransportSettingId : std::uint64_t {
  setting_webtransport_02 = 0x2b603742,  // draft-ietf-webtrans-http3-02: 1 = on
  setting_webtransport_07 = 0xc671706a,  // -07: sessions at most
  setting_webtransport_13 =
      0x14e9cd29,  // -13: sessions at most, where more than 1 would turn its flow control on
  setting_webtransport_15 = 0x2c7cf000,  // -15: 1 = on
};

bool is_of_webtransport(std::uint64_t id) {
  switch (id) {
    case setting_webtransport_02:
    case setting_webtransport_07:
    case setting_webtransport_13:
    case setting_webtransport_15:
      return true;
    default:
      return false;
  }
}

// RFC 9114 sections 7.2.4.1 and 11.2.2: reserved, as they meant something in HTTP/2. So is 0x0, which meant nothing.
constexpr std::uint64_t first_http2_setting = 0x2;
constexpr std::uint64_t last_http2_setting = 0x5;

bool is_of_http2(std::uint64_t id) {
  return id >= first_http2_setting && id <= last_http2_setting;
}

void append_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  std::uint8_t bytes[max_varint_bytes];
  out.insert(out.end(), bytes, put_varint(value, bytes));
}

SettingsError read_switch(std::uint64_t value, bool& on) {
  on = value == 1;
  return value <= 1 ? SettingsError::none : SettingsError::forbidden;
}

SettingsError read_setting(std::uint64_t id, std::uint64_t value, Settings& settings) {
  switch (id) {
    case setting_qpack_table_capacity:
      settings.qpack_table_capacity = value;
      return SettingsError::none;
    case setting_max_field_section_size:
      settings.max_field_section_size = value;
      return SettingsError::none;
    case setting_qpack_blocked_streams:
      settings.qpack_blocked_streams = value;
      return SettingsError::none;
    case setting_extended_connect:
      return read_switch(value, settings.extended_connect);
    case setting_datagrams:
      return read_switch(value, settings.datagrams);
    case setting_webtransport_02:
    case setting_webtransport_07:
    case setting_webtransport_13:
    case setting_webtransport_15:
      settings.webtransport_sessions = std::max(settings.webtransport_sessions, value);
      return SettingsError::none;
    default:
      return is_of_http2(id) ? SettingsError::forbidden : SettingsError::none;
  }
}

// Of a setting that Settings has.
std::optional<std::uint64_t> default_value(std::uint64_t id) {
  const Settings defaults;
  switch (id) {
    case setting_qpack_table_capacity:
      return defaults.qpack_table_capacity;
    case setting_max_field_section_size:
      return defaults.max_field_section_size;
    case setting_qpack_blocked_streams:
      return defaults.qpack_blocked_streams;
    case setting_extended_connect:
    case setting_datagrams:
      return 0;
    default:
      return std::nullopt;
  }
}

bool has_any_twice(std::vector<std::uint64_t>& ids) {
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) != ids.end();
}

}  // namespace

std::optional<std::uint64_t> Settings::value(std::uint64_t id) const {
  Bytes left = received;
  std::uint64_t sent_id = 0;
  std::uint64_t sent_value = 0;
  while (take_varint(left, sent_id) && take_varint(left, sent_value)) {
    if (sent_id == id) return sent_value;
  }
  return default_value(id);
}

bool may_be_added(std::span<const us_quic_setting_t> settings, bool is_webtransport_on) {
  std::vector<std::uint64_t> ids;
  for (const us_quic_setting_t& s : settings) {
    const bool is_reserved =
        s.id == 0 || is_of_http2(s.id) || (is_webtransport_on && is_of_webtransport(s.id));
    if (is_reserved || default_value(s.id) || s.id > max_varint || s.value > max_varint) return false;
    ids.push_back(s.id);
  }
  return !has_any_twice(ids);
}

std::vector<std::uint8_t> settings_frame(const Settings& settings, std::span<const us_quic_setting_t> added) {
  const Settings defaults;
  std::vector<std::uint8_t> payload;
  const auto append = [&payload](std::uint64_t id, std::uint64_t value, std::uint64_t default_value) {
    if (value == default_value) return;
    append_varint(payload, id);
    append_varint(payload, value);
  };
  append(setting_max_field_section_size, settings.max_field_section_size, defaults.max_field_section_size);
  append(setting_qpack_table_capacity, settings.qpack_table_capacity, defaults.qpack_table_capacity);
  append(setting_qpack_blocked_streams, settings.qpack_blocked_streams, defaults.qpack_blocked_streams);
  append(setting_extended_connect, settings.extended_connect ? 1 : 0, 0);
  append(setting_datagrams, settings.datagrams ? 1 : 0, 0);
  const std::uint64_t is_webtransport_on = settings.webtransport_sessions > 0 ? 1 : 0;
  append(setting_webtransport_02, is_webtransport_on, 0);
  append(setting_webtransport_07, settings.webtransport_sessions, 0);
  append(setting_webtransport_13, is_webtransport_on, 0);
  append(setting_webtransport_15, is_webtransport_on, 0);
  for (const us_quic_setting_t& s : added) {
    append_varint(payload, s.id);
    append_varint(payload, s.value);
  }

  const http::FrameHead head(frame_settings, payload.size());
  payload.insert(payload.begin(), head.bytes().begin(), head.bytes().end());
  return payload;
}

SettingsError read_settings(Bytes payload, Settings& settings) {
  settings.received.assign(payload.begin(), payload.end());
  std::vector<std::uint64_t> ids;
  while (!payload.empty()) {
    std::uint64_t id = 0;
    std::uint64_t value = 0;
    if (!take_varint(payload, id) || !take_varint(payload, value)) return SettingsError::malformed;
    if (const SettingsError error = read_setting(id, value, settings); error != SettingsError::none) {
      return error;
    }
    ids.push_back(id);
  }
  return has_any_twice(ids) ? SettingsError::forbidden : SettingsError::none;
}

}  // namespace usquic::http3
