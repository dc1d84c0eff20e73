#include "app/versions/tcp_stream.h"

#include <chrono>
#include <cstring>
#include <optional>

namespace usquic::app {

us_loop_t* TcpStream::loop() const {
  return session().loop();
}

socklen_t TcpStream::remote_address(sockaddr_in6& to) const {
  const Address& address = session().tcp().socket().remote_address();
  std::memcpy(&to, address.get(), address.length());
  return address.length();
}

us_quic_blob_t TcpStream::client_certificate() const {
  const tls::StreamSession* tls = session().tcp().tls();
  if (tls == nullptr) return {};
  const Bytes certificate = tls->peer_certificate();
  return {certificate.data(), certificate.size()};
}

bool TcpStream::is_client_authorized() const {
  const tls::StreamSession* tls = session().tcp().tls();
  return tls != nullptr && tls->is_authorized();
}

std::uint64_t TcpStream::round_trip_us() const {
  const std::optional<Duration> time = session().tcp().socket().smoothed_rtt();
  if (!time) return 0;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(*time).count());
}

us_quic_tls_t TcpStream::tls() const {
  const tls::StreamSession* own = session().tcp().tls();
  if (own == nullptr) return {"", "", ""};
  const tls::Parameters agreed = own->parameters();
  return {agreed.cipher_suite ? tls::name_of(*agreed.cipher_suite) : "",
          agreed.group ? tls::name_of(*agreed.group) : "",
          agreed.signature_scheme ? tls::name_of(*agreed.signature_scheme) : ""};
}

}  // namespace usquic::app
