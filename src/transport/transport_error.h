// The error codes that a CONNECTION_CLOSE carries: QUIC's own (RFC 9000 section 20.1) and those of the
// application's protocol (section 20.2), which mean different things by the same number.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

namespace usquic::transport {

enum class TransportError : std::uint64_t {
  no_error = 0x00,
  internal_error = 0x01,
  connection_refused = 0x02,
  flow_control_error = 0x03,
  stream_limit_error = 0x04,
  stream_state_error = 0x05,
  final_size_error = 0x06,
  frame_encoding_error = 0x07,
  transport_parameter_error = 0x08,
  connection_id_limit_error = 0x09,
  protocol_violation = 0x0a,
  invalid_token = 0x0b,
  application_error = 0x0c,
  crypto_buffer_exceeded = 0x0d,
  key_update_error = 0x0e,
  aead_limit_reached = 0x0f,
  no_viable_path = 0x10,
  version_negotiation_error = 0x11,  // RFC 9368 section 4
  crypto_error = 0x0100              // the first of 256, see of_alert()
};

// HTTP/3's codes stand in usquic/http3_codes.h. Other protocols' are their own affair.
enum class ApplicationError : std::uint64_t { no_error = 0 };

using ErrorCode = std::variant<TransportError, ApplicationError>;

constexpr std::uint64_t number_of(TransportError error) {
  return static_cast<std::uint64_t>(error);
}
constexpr std::uint64_t number_of(ApplicationError error) {
  return static_cast<std::uint64_t>(error);
}
constexpr std::uint64_t number_of(const ErrorCode& code) {
  return std::visit([](auto error) { return number_of(error); }, code);
}

constexpr bool is_application(const ErrorCode& code) {
  return std::holds_alternative<ApplicationError>(code);
}

// RFC 9001 section 4.8: a TLS alert is carried as 0x0100 + its number.
constexpr TransportError of_alert(std::uint8_t alert) {
  return static_cast<TransportError>(number_of(TransportError::crypto_error) + alert);
}
constexpr std::optional<std::uint8_t> alert_of(TransportError error) {
  constexpr std::uint64_t first = number_of(TransportError::crypto_error);
  const std::uint64_t number = number_of(error);
  if (number < first || number > first + 0xff) return std::nullopt;
  return static_cast<std::uint8_t>(number - first);
}

}  // namespace usquic::transport
