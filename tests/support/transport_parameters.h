// Transport parameters (RFC 9000 section 18) written by hand, right or wrong: a list, in the
// order of sending.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/wire.h"

namespace usquic::test {

enum ParameterId : std::uint64_t {
  parameter_original_dcid = 0x00,
  parameter_max_idle_timeout = 0x01,
  parameter_stateless_reset_token = 0x02,
  parameter_max_udp_payload_size = 0x03,
  parameter_initial_max_data = 0x04,
  parameter_max_stream_data_bidi_local = 0x05,
  parameter_max_stream_data_bidi_remote = 0x06,
  parameter_max_stream_data_uni = 0x07,
  parameter_max_streams_bidi = 0x08,
  parameter_max_streams_uni = 0x09,
  parameter_ack_delay_exponent = 0x0a,
  parameter_max_ack_delay = 0x0b,
  parameter_disable_active_migration = 0x0c,
  parameter_preferred_address = 0x0d,
  parameter_active_connection_id_limit = 0x0e,
  parameter_initial_scid = 0x0f,
  parameter_retry_scid = 0x10,
  parameter_version_information = 0x11,  // RFC 9368
  parameter_max_datagram_frame_size = 0x20,
};

class TransportParameters {
 public:
  void add(std::uint64_t id, std::string_view bytes) { list_.emplace_back(id, bytes); }
  void add(std::uint64_t id, std::uint64_t value) { list_.emplace_back(id, wire_varint(value)); }
  void remove(std::uint64_t id) {
    std::erase_if(list_, [id](const auto& entry) { return entry.first == id; });
  }
  void set(std::uint64_t id, std::string_view bytes) {
    remove(id);
    add(id, bytes);
  }
  void set(std::uint64_t id, std::uint64_t value) { set(id, std::string_view(wire_varint(value))); }

  std::optional<std::string> find(std::uint64_t id) const {
    for (const auto& [own, bytes] : list_) {
      if (own == id) return bytes;
    }
    return std::nullopt;
  }
  std::uint64_t integer(std::uint64_t id) const {
    const std::string bytes = find(id).value_or(std::string(1, '\0'));
    return WireReader(bytes).varint();
  }

  std::string encode() const {
    std::string text;
    for (const auto& [id, bytes] : list_) text += wire_varint(id) + wire_varint(bytes.size()) + bytes;
    return text;
  }
  static TransportParameters decode(std::string_view text) {
    TransportParameters parameters;
    WireReader in(text);
    while (!in.at_end()) {
      const std::uint64_t id = in.varint();
      parameters.add(id, in.take(in.varint()));
    }
    return parameters;
  }

  // Room for everything that a test sends; without connection IDs.
  static TransportParameters generous() {
    TransportParameters p;
    p.add(parameter_max_idle_timeout, 30000);
    p.add(parameter_initial_max_data, 1u << 30);
    for (const ParameterId id : {parameter_max_stream_data_bidi_local, parameter_max_stream_data_bidi_remote,
                                 parameter_max_stream_data_uni}) {
      p.add(id, 1u << 30);
    }
    p.add(parameter_max_streams_bidi, 1000);
    p.add(parameter_max_streams_uni, 1000);
    p.add(parameter_active_connection_id_limit, 8);
    p.add(parameter_max_datagram_frame_size, 65535);
    return p;
  }

 private:
  std::vector<std::pair<std::uint64_t, std::string>> list_;
};

}  // namespace usquic::test
