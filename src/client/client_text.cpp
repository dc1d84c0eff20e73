#include "client/client_text.h"

#include <array>
#include <string_view>

#include "usquic/http3_codes.h"

namespace usquic::client {
namespace {

// RFC 9000 section 20.1.
constexpr std::array<std::string_view, 18> transport_names = {"NO_ERROR",
                                                              "INTERNAL_ERROR",
                                                              "CONNECTION_REFUSED",
                                                              "FLOW_CONTROL_ERROR",
                                                              "STREAM_LIMIT_ERROR",
                                                              "STREAM_STATE_ERROR",
                                                              "FINAL_SIZE_ERROR",
                                                              "FRAME_ENCODING_ERROR",
                                                              "TRANSPORT_PARAMETER_ERROR",
                                                              "CONNECTION_ID_LIMIT_ERROR",
                                                              "PROTOCOL_VIOLATION",
                                                              "INVALID_TOKEN",
                                                              "APPLICATION_ERROR",
                                                              "CRYPTO_BUFFER_EXCEEDED",
                                                              "KEY_UPDATE_ERROR",
                                                              "AEAD_LIMIT_REACHED",
                                                              "NO_VIABLE_PATH",
                                                              "VERSION_NEGOTIATION_ERROR"};

std::string transport_code_text(std::uint64_t code) {
  if (code < transport_names.size()) return std::string(transport_names[code]);
  // RFC 9001 section 4.8.
  if (code >= 0x100 && code <= 0x1ff) return "CRYPTO_ERROR, TLS alert " + std::to_string(code - 0x100);
  return "code " + std::to_string(code);
}

const char* side_text(bool is_remote) {
  return is_remote ? " from the server" : " from this client";
}

// A close in good order is told of only where an answer was waited for.
std::string early_close_text(const us_quic_close_info_t& info) {
  return info.is_remote != 0 ? "closed by the server before the answer was complete"
                             : "closed before the answer was complete";
}

// The name of this one does not say what most servers mean by it.
std::string received_code_text(std::uint64_t code) {
  const bool is_load = code == US_QUIC_H3_EXCESSIVE_LOAD;
  return http3_code_text(code) + (is_load ? ", such as for a header section that is too large" : "");
}

std::string one_line(std::string_view text) {
  std::string out(text.substr(0, 200));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

}  // namespace

std::string http3_code_text(std::uint64_t code) {
  switch (code) {
#define US_QUIC_HTTP3_CODE_NAME(name, value, meaning) \
  case name:                                          \
    return &#name[sizeof("US_QUIC_") - 1];
    US_QUIC_HTTP3_CODE_TABLE(US_QUIC_HTTP3_CODE_NAME)
#undef US_QUIC_HTTP3_CODE_NAME
    default:
      return "code " + std::to_string(code);
  }
}

std::string close_text(const us_quic_close_info_t& info) {
  std::string text = info.error == US_QUIC_OK ? early_close_text(info) : us_quic_strerror(info.error);
  if (info.error == US_QUIC_E_APPLICATION || info.error == US_QUIC_E_TRANSPORT) {
    text += ": " + (info.is_application != 0 ? http3_code_text(info.code) : transport_code_text(info.code));
    text += side_text(info.is_remote != 0);
  }
  const std::string reason = one_line({info.reason, info.reason_length});
  if (!reason.empty() && reason != text) text += " (" + reason + ")";
  return text;
}

std::string reset_text(std::uint64_t code) {
  return "the server reset the stream (" + received_code_text(code) + ")";
}

std::string stream_close_text(const us_quic_stream_close_info_t& info) {
  // Of all that a stream carries only header sections have a limit.
  const bool is_oversized = info.reason == US_QUIC_E_TOO_LARGE;
  std::string text =
      is_oversized ? "header section of the response is too large" : us_quic_strerror(info.reason);
  if (info.code == 0) return text;
  // Resets and stops of the peer's are called so already.
  const bool is_told = info.reason == US_QUIC_E_RESET || info.reason == US_QUIC_E_STOPPED;
  if (is_told) return text + ": " + received_code_text(info.code);
  return text + ": " + http3_code_text(info.code) + side_text(false);
}

}  // namespace usquic::client
