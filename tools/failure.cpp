#include "failure.h"

#include <fmt/format.h>

#include <cstdio>

namespace usquic::tools {

ExitCode exit_code_of(int error) {
  switch (error) {
    case US_QUIC_OK:
      return ExitCode::Ok;
    case US_QUIC_E_INVALID:
      return ExitCode::Usage;
    case US_QUIC_E_NOMEM:
      return ExitCode::OutOfMemory;
    case US_QUIC_E_RESOLVE:
      return ExitCode::Resolve;
    case US_QUIC_E_ADDRESS_IN_USE:
    case US_QUIC_E_ADDRESS:
    case US_QUIC_E_ACCESS:
    case US_QUIC_E_REFUSED:
    case US_QUIC_E_UNREACHABLE:
      return ExitCode::Connect;
    case US_QUIC_E_HANDSHAKE_TIMEOUT:
    case US_QUIC_E_IDLE_TIMEOUT:
    case US_QUIC_E_TIMEOUT:
      return ExitCode::Timeout;
    case US_QUIC_E_TLS:
    case US_QUIC_E_ALPN:
    case US_QUIC_E_CERT_REQUIRED:
    case US_QUIC_E_VERSION:
      return ExitCode::Tls;
    case US_QUIC_E_CERT_FILE:
    case US_QUIC_E_CERT_PARSE:
    case US_QUIC_E_CERT_MISMATCH:
    case US_QUIC_E_PASSPHRASE:
      return ExitCode::LocalCertificate;
    case US_QUIC_E_CERT_UNTRUSTED:
    case US_QUIC_E_CERT_NAME:
    case US_QUIC_E_CERT_EXPIRED:
      return ExitCode::PeerCertificate;
    case US_QUIC_E_CLOSED:
    case US_QUIC_E_TRANSPORT:
    case US_QUIC_E_STATELESS_RESET:
      return ExitCode::Receive;
    case US_QUIC_E_APPLICATION:
    case US_QUIC_E_GOAWAY:
    case US_QUIC_E_HEADERS:
    case US_QUIC_E_TOO_LARGE:
    case US_QUIC_E_STREAM_LIMIT:
    case US_QUIC_E_RESET:
    case US_QUIC_E_STOPPED:
      return ExitCode::Http3;
    default:
      return ExitCode::Failure;
  }
}

Failure describe_error(int error, std::string_view detail) {
  Failure failure = {exit_code_of(error), us_quic_strerror(error)};
  if (!detail.empty()) failure.reason += fmt::format(" ({})", detail);
  return failure;
}

Failure describe_close(const us_quic_close_info_t& info) {
  if (info.error == US_QUIC_OK) {
    return {ExitCode::Receive,
            info.is_remote != 0 ? "closed by the peer before all was done" : "closed before all was done"};
  }
  Failure failure = {exit_code_of(info.error), us_quic_strerror(info.error)};
  const bool has_code = info.error == US_QUIC_E_APPLICATION || info.error == US_QUIC_E_TRANSPORT;
  if (has_code) {
    failure.reason +=
        fmt::format(" {:#x} from {}", info.code, info.is_remote != 0 ? "the peer" : "this side");
  }
  const std::string_view text(info.reason, info.reason_length);
  if (!text.empty() && text != failure.reason) failure.reason += fmt::format(" ({})", text);
  return failure;
}

Failure describe_stream_close(const us_quic_stream_close_info_t& info) {
  Failure failure = {exit_code_of(info.reason), us_quic_strerror(info.reason)};
  if (info.reason == US_QUIC_OK) return {ExitCode::Http3, "stream ended early"};
  if (info.reason == US_QUIC_E_RESET || info.reason == US_QUIC_E_STOPPED || info.code != 0) {
    failure.reason += fmt::format(" {:#x}", info.code);
  }
  return failure;
}

std::string failure_line(std::string_view command, std::string_view text) {
  std::string line = fmt::format("usquic: {}: {}", command, text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  line.push_back('\n');
  return line;
}

void print_failure(std::string_view command, std::string_view text) {
  const std::string line = failure_line(command, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace usquic::tools
