#include "app/versions/http3_stream.h"

#include <utility>

#include "app/app_server.h"
#include "usquic/http3_codes.h"
#include "webtransport/callbacks.h"
#include "webtransport/session.h"

namespace usquic::app {

namespace {

std::uint64_t code_of(StreamError error) {
  switch (error) {
    case StreamError::none:
      return US_QUIC_H3_NO_ERROR;
    case StreamError::request_cancelled:
      return US_QUIC_H3_REQUEST_CANCELLED;
    case StreamError::internal:
      return US_QUIC_H3_INTERNAL_ERROR;
    case StreamError::malformed:
      return US_QUIC_H3_MESSAGE_ERROR;
    case StreamError::excessive:
      return US_QUIC_H3_EXCESSIVE_LOAD;
    case StreamError::bad_datagram:
      return US_QUIC_H3_DATAGRAM_ERROR;
  }
  return US_QUIC_H3_INTERNAL_ERROR;
}

}  // namespace

AppServer& server_of(us_quic_socket_context_t* context) {
  return **static_cast<AppServer**>(us_quic_socket_context_ext(context));
}

std::span<const us_quic_header_t> Http3Stream::headers() const {
  std::size_t count = 0;
  const us_quic_header_t* first = us_quic_stream_headers(stream_, &count);
  return {first, count};
}

void Http3Stream::stop(StreamError error) {
  us_quic_stream_stop(stream_, code_of(error));
}

// The exchange sends while its stream is open: what _STATE says then is that this side takes none.
int Http3Stream::send_datagram(std::string_view data) {
  const int error = us_quic_stream_send_datagram(stream_, data.data(), data.size());
  return error == US_QUIC_E_STATE ? US_QUIC_E_UNSUPPORTED : error;
}

std::optional<std::size_t> Http3Stream::max_datagram_bytes() const {
  const std::size_t bytes = us_quic_stream_max_datagram_size(stream_);
  if (bytes > 0) return bytes;
  constexpr std::uint64_t h3_datagram = 0x33;  // RFC 9297 section 2.1.1
  std::uint64_t value = 0;
  const bool is_unknown = us_quic_connection_peer_setting(us_quic_stream_connection(stream_), h3_datagram,
                                                          &value) == US_QUIC_E_AGAIN;
  return is_unknown ? std::optional<std::size_t>(0) : std::nullopt;
}

void Http3Stream::close_with(StreamError error) {
  us_quic_stream_close_with(stream_, code_of(error));
}

Result<WebTransport*> Http3Stream::accept_session(std::span<const us_quic_header_t> fields,
                                                  std::shared_ptr<WebTransportBehavior> behavior) {
  auto accepted = webtransport::Session::accept(stream_, fields, std::move(behavior));
  if (!accepted) return Error{accepted.error()};
  us_quic_stream_resume(stream_);  // what a request sends is held back while nobody reads it
  // No call runs a handler inside.
  server_of(us_quic_stream_context(stream_)).loop()->defer([opened = std::weak_ptr(*accepted)] {
    if (const auto session = opened.lock()) webtransport::tell_open(*session);
  });
  return accepted->get();
}

us_loop_t* Http3Stream::loop() const {
  return us_quic_socket_context_loop(us_quic_stream_context(stream_));
}

socklen_t Http3Stream::remote_address(sockaddr_in6& to) const {
  auto* address = reinterpret_cast<sockaddr*>(&to);
  const int length =
      us_quic_connection_remote_address(us_quic_stream_connection(stream_), address, sizeof(to));
  return length > 0 ? static_cast<socklen_t>(length) : 0;
}

us_quic_blob_t Http3Stream::client_certificate() const {
  return us_quic_connection_peer_certificate(us_quic_stream_connection(stream_));
}

bool Http3Stream::is_client_authorized() const {
  return us_quic_connection_is_authorized(us_quic_stream_connection(stream_)) != 0;
}

std::uint64_t Http3Stream::round_trip_us() const {
  us_quic_stats_t stats{};
  us_quic_connection_stats(us_quic_stream_connection(stream_), &stats);
  return stats.smoothed_rtt_us;
}

}  // namespace usquic::app
