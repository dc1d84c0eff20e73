// SETTINGS (RFC 9114 section 7.2.4): which ones there are, how they are written, and what a peer's must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/varint.h"
#include "usquic/quic_options.h"

namespace usquic::http3 {

// What one side announces, with the defaults that hold for a setting that is absent.
struct Settings {
  std::uint64_t max_field_section_size = max_varint;  // RFC 9114 section 7.2.4.1; this is "unlimited"
  std::uint64_t qpack_table_capacity = 0;             // RFC 9204 section 5
  std::uint64_t qpack_blocked_streams = 0;
  bool extended_connect = false;  // RFC 9220 section 3
  bool datagrams = false;         // RFC 9297 section 2.1.1
  // WebTransport: sessions on the connection; of a peer whose draft does not say how many, 1. 0: it is not spoken.
  std::uint64_t webtransport_sessions = 0;
  // A peer's, all of them: the payload of its frame, the shortest form there is.
  std::vector<std::uint8_t> received = {};

  // Of a peer's settings: any one that it sent, or the default of one that is absent. Nothing: it is not
  // known here, and absent.
  std::optional<std::uint64_t> value(std::uint64_t id) const;
};

// Whether settings may be announced beside those of Settings: none of them is one of those or reserved (RFC 9114
// sections 7.2.4.1 and 11.2.2), none is there twice. The settings of WebTransport may where it is off.
bool may_be_added(std::span<const us_quic_setting_t> settings, bool is_webtransport_on);

// The frame that announces them, and others that may be added. A setting that has its default is left out.
std::vector<std::uint8_t> settings_frame(const Settings& settings,
                                         std::span<const us_quic_setting_t> added = {});

enum class SettingsError : std::uint8_t {
  none,
  malformed,  // H3_FRAME_ERROR
  forbidden,  // H3_SETTINGS_ERROR: a setting of HTTP/2, one that comes twice, an impossible value
};

// Reads the payload of a SETTINGS frame; may throw std::bad_alloc. `received` alone has settings that are not known.
SettingsError read_settings(Bytes payload, Settings& settings);

}  // namespace usquic::http3
