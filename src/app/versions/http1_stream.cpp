#include "app/versions/http1_stream.h"

#include <chrono>
#include <cstring>
#include <optional>

#include "app/versions/http1_connection.h"

namespace usquic::app {

// After a call that sends, the connection has to look whether the response is over.
template <class Value>
Value Http1Stream::noted(Value value) {
  connection_.want_turn();
  return value;
}

void Http1Stream::pause() {
  connection_.pause();
}

void Http1Stream::resume() {
  connection_.resume();
}

// HTTP/1.1 cannot ask for that.
void Http1Stream::stop(StreamError /*error*/) {
  connection_.drop_input();
}

Result<void> Http1Stream::send_headers(std::span<const us_quic_header_t> fields, bool is_last) {
  return noted(sender_.send_headers(fields, is_last));
}

Result<void> Http1Stream::send_response(std::span<const us_quic_header_t> fields, std::string_view body) {
  return noted(sender_.send_response(fields, body));
}

Result<void> Http1Stream::send_prepared(us_quic_prepared_response_t* prepared) {
  return noted(sender_.send_prepared(prepared));
}

std::ptrdiff_t Http1Stream::write(std::string_view data) {
  return noted(sender_.write(data));
}

std::ptrdiff_t Http1Stream::write_static(std::string_view data, void (*release)(void* user), void* user) {
  return noted(sender_.write_static(data, release, user));
}

void Http1Stream::shutdown() {
  sender_.shutdown();
  connection_.want_turn();
}

// The client sees that the response is not whole.
void Http1Stream::close_with(StreamError /*error*/) {
  connection_.cut_off();
}

us_loop_t* Http1Stream::loop() const {
  return connection_.loop();
}

socklen_t Http1Stream::remote_address(sockaddr_in6& to) const {
  const Address& address = connection_.tcp().socket().remote_address();
  std::memcpy(&to, address.get(), address.length());
  return address.length();
}

us_quic_blob_t Http1Stream::client_certificate() const {
  const tls::StreamSession* session = connection_.tcp().tls();
  if (session == nullptr) return {};
  const Bytes certificate = session->peer_certificate();
  return {certificate.data(), certificate.size()};
}

bool Http1Stream::is_client_authorized() const {
  const tls::StreamSession* session = connection_.tcp().tls();
  return session != nullptr && session->is_authorized();
}

std::uint64_t Http1Stream::round_trip_us() const {
  const std::optional<Duration> time = connection_.tcp().socket().smoothed_rtt();
  if (!time) return 0;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(*time).count());
}

us_quic_tls_t Http1Stream::tls() const {
  const tls::StreamSession* session = connection_.tcp().tls();
  if (session == nullptr) return {"", "", ""};
  const tls::Parameters agreed = session->parameters();
  return {agreed.cipher_suite ? tls::name_of(*agreed.cipher_suite) : "",
          agreed.group ? tls::name_of(*agreed.group) : "",
          agreed.signature_scheme ? tls::name_of(*agreed.signature_scheme) : ""};
}

}  // namespace usquic::app
