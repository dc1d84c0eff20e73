// QUIC frames (RFC 9000 section 19) written and read by hand, right or wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/wire.h"

namespace usquic::test {

namespace frame {

enum Type : std::uint64_t {
  type_padding = 0x00,
  type_ping = 0x01,
  type_ack = 0x02,
  type_ack_ecn = 0x03,
  type_reset_stream = 0x04,
  type_stop_sending = 0x05,
  type_crypto = 0x06,
  type_new_token = 0x07,
  type_stream = 0x08,
  type_max_data = 0x10,
  type_max_stream_data = 0x11,
  type_max_streams_bidi = 0x12,
  type_max_streams_uni = 0x13,
  type_data_blocked = 0x14,
  type_stream_data_blocked = 0x15,
  type_streams_blocked_bidi = 0x16,
  type_streams_blocked_uni = 0x17,
  type_new_connection_id = 0x18,
  type_retire_connection_id = 0x19,
  type_path_challenge = 0x1a,
  type_path_response = 0x1b,
  type_close = 0x1c,
  type_application_close = 0x1d,
  type_handshake_done = 0x1e,
  type_datagram = 0x30,
};

struct Range {  // packet numbers, both ends included
  std::uint64_t smallest = 0;
  std::uint64_t largest = 0;
};

// One frame of integers: its type, then each of them.
std::string of(std::uint64_t type, std::initializer_list<std::uint64_t> values = {});

std::string padding(std::size_t count);
std::string ping();
// Ranges from the largest down.
std::string ack(const std::vector<Range>& ranges, std::uint64_t delay = 0);
std::string ack_ecn(const std::vector<Range>& ranges, std::uint64_t ect0, std::uint64_t ect1,
                    std::uint64_t ce);
std::string reset_stream(std::uint64_t id, std::uint64_t code, std::uint64_t final_size);
std::string stop_sending(std::uint64_t id, std::uint64_t code);
std::string crypto(std::uint64_t offset, std::string_view data);
std::string new_token(std::string_view token);
// With offset and length fields.
std::string stream(std::uint64_t id, std::uint64_t offset, std::string_view data, bool fin = false);
std::string max_data(std::uint64_t most);
std::string max_stream_data(std::uint64_t id, std::uint64_t most);
std::string max_streams_bidi(std::uint64_t most);
std::string max_streams_uni(std::uint64_t most);
std::string new_connection_id(std::uint64_t sequence, std::uint64_t retire_prior_to, std::string_view id,
                              std::string_view token);
std::string retire_connection_id(std::uint64_t sequence);
std::string path_challenge(std::string_view data);
std::string path_response(std::string_view data);
std::string close(std::uint64_t code, std::uint64_t frame_type = 0, std::string_view reason = {});
std::string application_close(std::uint64_t code, std::string_view reason = {});
std::string handshake_done();
std::string datagram(std::string_view data);

}  // namespace frame

// A frame that was read. What the fields mean depends on the type.
struct QuicFrame {
  std::uint64_t type = 0;             // STREAM and DATAGRAM without their flag bits
  std::uint64_t id = 0;               // stream, or sequence number of a connection ID
  std::uint64_t offset = 0;           // STREAM, CRYPTO
  std::uint64_t value = 0;            // a limit, an error code, a final size's code, retire_prior_to
  std::uint64_t final_size = 0;       // RESET_STREAM
  std::uint64_t frame_type = 0;       // CONNECTION_CLOSE 0x1c
  bool fin = false;                   // STREAM
  std::string data;                   // bytes, reason phrase, token, connection ID
  std::vector<frame::Range> ranges;   // ACK
  std::vector<std::uint64_t> counts;  // ECN counts of ACK: ECT(0), ECT(1), CE
};

// The frames of a packet's payload, padding left out. Nothing: they cannot be read.
std::optional<std::vector<QuicFrame>> read_quic_frames(std::string_view payload);

// Whether the frame must be acknowledged (RFC 9000 section 13.2).
bool is_ack_eliciting(const QuicFrame& f);

}  // namespace usquic::test
