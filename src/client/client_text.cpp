#include "client/client_text.h"

#include <array>
#include <string_view>

namespace usquic::client {
namespace {

struct CodeName {
  std::uint64_t code;
  std::string_view name;
};

// RFC 9114 section 8.1.
constexpr std::array<CodeName, 17> names = {{{0x100, "H3_NO_ERROR"},
                                             {0x101, "H3_GENERAL_PROTOCOL_ERROR"},
                                             {0x102, "H3_INTERNAL_ERROR"},
                                             {0x103, "H3_STREAM_CREATION_ERROR"},
                                             {0x104, "H3_CLOSED_CRITICAL_STREAM"},
                                             {0x105, "H3_FRAME_UNEXPECTED"},
                                             {0x106, "H3_FRAME_ERROR"},
                                             {0x107, "H3_EXCESSIVE_LOAD"},
                                             {0x108, "H3_ID_ERROR"},
                                             {0x109, "H3_SETTINGS_ERROR"},
                                             {0x10a, "H3_MISSING_SETTINGS"},
                                             {0x10b, "H3_REQUEST_REJECTED"},
                                             {0x10c, "H3_REQUEST_CANCELLED"},
                                             {0x10d, "H3_REQUEST_INCOMPLETE"},
                                             {0x10e, "H3_MESSAGE_ERROR"},
                                             {0x10f, "H3_CONNECT_ERROR"},
                                             {0x110, "H3_VERSION_FALLBACK"}}};

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

std::string one_line(std::string_view text) {
  std::string out(text.substr(0, 200));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

}  // namespace

std::string http3_code_text(std::uint64_t code) {
  for (const CodeName& entry : names) {
    if (entry.code == code) return std::string(entry.name);
  }
  return "code " + std::to_string(code);
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

std::string stream_close_text(const us_quic_stream_close_info_t& info) {
  std::string text = us_quic_strerror(info.reason);
  if (info.code == 0) return text;
  // Resets and stops of the peer's are called so already.
  const bool is_told = info.reason == US_QUIC_E_RESET || info.reason == US_QUIC_E_STOPPED;
  return text + ": " + http3_code_text(info.code) + (is_told ? "" : side_text(false));
}

}  // namespace usquic::client
