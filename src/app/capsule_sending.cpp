#include "app/capsule_sending.h"

#include <array>
#include <string>
#include <utility>

#include "base/varint.h"
#include "http/capsule.h"

namespace usquic::app {
namespace {

// Any UDP payload with its context ID fits (RFC 9298 section 5).
constexpr std::size_t max_bytes_in_capsule = 65'536;

}  // namespace

bool may_send_capsules(const Exchange& exchange) {
  const ResponseSender& response = exchange.response();
  const bool is_tunnel = response.is_head_sent() && !response.is_sent() && response.opens_tunnel(true);
  return is_tunnel && exchange.request().capsules() != nullptr;
}

bool send_capsule(Exchange& exchange, std::uint64_t type, std::string_view value) {
  std::array<std::uint8_t, 2 * max_varint_bytes> head{};
  const std::uint8_t* end = put_varint(value.size(), put_varint(type, head.data()));
  std::string capsule(as_text(Bytes(std::as_const(head).data(), end)));
  capsule += value;
  return exchange.settle(exchange.response().write(capsule)).is_taken;
}

int send_datagram(Exchange& exchange, std::string_view data) {
  const int error = exchange.stream()->send_datagram(data);
  if (error != US_QUIC_E_UNSUPPORTED) return error;
  if (data.size() > max_bytes_in_capsule) return US_QUIC_E_TOO_LARGE;
  // It would wait behind what the peer does not take: it is dropped, as it may be.
  if (!exchange.response().pump()) return US_QUIC_E_AGAIN;
  send_capsule(exchange, http::capsule_datagram, data);
  return US_QUIC_OK;
}

std::size_t max_datagram_bytes(const Exchange& exchange) {
  return exchange.stream()->max_datagram_bytes().value_or(max_bytes_in_capsule);
}

}  // namespace usquic::app
