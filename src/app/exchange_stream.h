// The stream under a request and its response, as the app layer sees it, whatever the version of HTTP. Each version
// implements it in app/versions. No call runs a callback of the exchange inside.
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "usquic/http/web_transport.h"
#include "usquic/quic.h"

namespace usquic::app {

// Why a stream ends early. Each version has its own code for it.
enum class StreamError : std::uint8_t {
  none,               // nothing is wrong; the rest of the request is not needed
  request_cancelled,  // nobody wants the response any more
  internal,           // this side failed
  malformed,          // the request breaks the rules of its protocol
  excessive,          // it wants more of this side than is allowed
  bad_datagram,       // an HTTP datagram came for a request that has no meaning for one
};

class ExchangeStream {
 public:
  // ---- The request ----
  // The latest header section. The views hold as long as the callback that announced it.
  virtual std::span<const us_quic_header_t> headers() const = 0;
  // It came as 0-RTT data (RFC 8470).
  virtual bool is_early() const = 0;
  // After pause, no data and no end are delivered until resume, and the peer gets no credit.
  virtual void pause() = 0;
  virtual void resume() = 0;
  // Asks the peer to send no more.
  virtual void stop(StreamError error) = 0;

  // It asks for a WebTransport session, and the version of HTTP has these.
  virtual bool asks_for_session() const { return false; }

  // ---- The response ----
  // Errors of these: US_QUIC_E_HEADERS for fields that may not be sent, _NOMEM, _CLOSED.
  virtual Result<void> send_headers(std::span<const us_quic_header_t> fields, bool is_last) = 0;
  // A complete response. US_QUIC_E_TOO_LARGE: it takes more than one call, and nothing was sent.
  virtual Result<void> send_response(std::span<const us_quic_header_t> fields, std::string_view body) = 0;
  virtual Result<void> send_prepared(us_quic_prepared_response_t* prepared) = 0;
  // Body bytes. Returns: how many were taken, or a negative US_QUIC_E_*.
  virtual std::ptrdiff_t write(std::string_view data) = 0;
  // The same without a copy: all of `data` or nothing. `release` runs once if it was taken.
  virtual std::ptrdiff_t write_static(std::string_view data, void (*release)(void* user), void* user) = 0;
  // Ends the response.
  virtual void shutdown() = 0;
  // Bytes that were taken and not sent yet.
  virtual std::size_t buffered() const = 0;

  // Opens the session that the request asks for, with these fields, and leaves the stream to it. Errors:
  // US_QUIC_E_STATE where the request asks for none; _HEADERS, _NOMEM, _CLOSED.
  // NOLINTBEGIN(performance-unnecessary-value-param): who opens one keeps it
  virtual Result<WebTransport*> accept_session(std::span<const us_quic_header_t> /*fields*/,
                                               std::shared_ptr<WebTransportBehavior> /*behavior*/) {
    return Error{US_QUIC_E_STATE};
  }
  // NOLINTEND(performance-unnecessary-value-param)

  // ---- HTTP datagrams in frames of their own (RFC 9297 section 2.1), beside the body ----
  // Returns: 0, or US_QUIC_E_*; _UNSUPPORTED: none travel between these two.
  virtual int send_datagram(std::string_view data) = 0;
  // Bytes of the largest one that can be sent now. nullopt: as _UNSUPPORTED.
  virtual std::optional<std::size_t> max_datagram_bytes() const = 0;

  // ---- Both ----
  // Gives up both directions.
  virtual void close_with(StreamError error) = 0;

  // ---- The connection ----
  virtual us_loop_t* loop() const = 0;
  // Returns: the length that was written to `to`, or 0.
  virtual socklen_t remote_address(sockaddr_in6& to) const = 0;
  virtual us_quic_blob_t client_certificate() const = 0;
  virtual bool is_client_authorized() const = 0;
  virtual std::uint64_t round_trip_us() const = 0;
  // Of HTTP, as a log tells it: "3", "1.1"; static.
  virtual std::string_view version() const = 0;
  // What the handshake agreed on.
  virtual us_quic_tls_t tls() const = 0;
  // HTTP/3's stream, else nullptr.
  virtual us_quic_stream_t* native() const = 0;

 protected:
  ~ExchangeStream() = default;
};

}  // namespace usquic::app
