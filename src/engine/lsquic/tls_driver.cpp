#include "engine/lsquic/tls_driver.h"

#include <lsquic.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "engine/lsquic/connection.h"
#include "tls/boringssl/protocols.h"

namespace usquic::engine::lsquic {
namespace {

using tls::boringssl::DrivenHandshakes;

constexpr std::string_view http3 = "h3";
constexpr std::uint32_t quic_version_1 = 1;

// RFC 7301 section 3.1: a list of names, each behind its length.
std::vector<std::uint8_t> wire_format(const std::vector<std::string>& protocols) {
  std::vector<std::uint8_t> list;
  for (const std::string& name : protocols) {
    list.push_back(static_cast<std::uint8_t>(name.size()));
    list.insert(list.end(), name.begin(), name.end());
  }
  return list;
}

}  // namespace

TlsDriver::TlsDriver(EndpointCore& core)
    : core_(core), protocols_(tls::boringssl::protocols_of(*core.config.tls)) {}

TlsDriver::~TlsDriver() = default;

bool TlsDriver::is_http() const {
  return std::ranges::find(protocols_, http3) != protocols_.end();
}

Result<void> TlsDriver::check_protocols() const {
  if (!is_http() || protocols_.size() == 1) return {};
  return Error{US_QUIC_E_INVALID};
}

Result<void> TlsDriver::prepare(Role role) {
  if (handshakes_ == nullptr) {
    // With a ticket that allows early data lsquic would begin before the handshake is done, which the seam does not know.
    auto made =
        DrivenHandshakes::create(*core_.config.tls, *this, protocols_, tls::boringssl::EarlyData::refused);
    if (!made) return Error{made.error()};
    handshakes_ = *std::move(made);
  }
  // What is wrong with the trusted roots is told at once.
  if (is_server(role)) return {};
  Result<SSL_CTX*> client = handshakes_->client();
  return client ? Result<void>() : Error{client.error()};
}

SSL_CTX* TlsDriver::context(Role role) {
  if (handshakes_ == nullptr) return nullptr;
  Result<SSL_CTX*> found = is_server(role) ? handshakes_->server() : handshakes_->client();
  if (!found) return nullptr;
  // lsquic sets what its HTTP clients offer.
  if (role == Role::raw_client) {
    const std::vector<std::uint8_t> offer = wire_format(protocols_);
    if (SSL_CTX_set_alpn_protos(*found, offer.data(), offer.size()) != 0) return nullptr;
  }
  return *found;
}

std::string TlsDriver::take_ticket(Peer& peer, std::string_view server_name, std::uint16_t port) {
  const std::string key = tls::TicketStore::key(server_name, port, quic_version_1, protocols_);
  const std::time_t now = std::time(nullptr);  // tickets have TLS's own time
  std::optional<tls::Ticket> ticket = handshakes_->tickets().take(key, now);
  if (!ticket) return {};
  peer.tls.ticket_is_authorized = ticket->is_authorized;
  return std::move(ticket->data);
}

Peer* TlsDriver::find(const SSL* ssl) const {
  lsquic_conn_t* c = lsquic_ssl_to_conn(ssl);
  if (c == nullptr) return nullptr;
  const auto* context = static_cast<const PeerContext*>(lsquic_conn_get_peer_ctx(c, nullptr));
  return context != nullptr ? core_.peers.find(*context) : nullptr;
}

tls::boringssl::ConnectedTo TlsDriver::peer_of(const SSL* ssl) {
  const Peer* peer = find(ssl);
  if (peer == nullptr || peer->connection == nullptr) return {};
  return {std::string(peer->connection->server_name()), peer->tls.ticket_is_authorized};
}

void TlsDriver::on_complete(const SSL* ssl, const tls::boringssl::Outcome& outcome) {
  Peer* peer = find(ssl);
  if (peer == nullptr) return;
  peer->tls.outcome = outcome;
  peer->tls.is_complete = true;
}

void TlsDriver::on_refusal(const SSL* ssl, const tls::Verdict& verdict) {
  if (Peer* peer = find(ssl)) peer->tls.refusal = verdict;
}

void TlsDriver::on_alert(const SSL* ssl, tls::Alert alert) {
  if (Peer* peer = find(ssl)) peer->tls.alert = alert;
}

void TlsDriver::on_ticket(SSL* ssl, SSL_SESSION* ticket, std::time_t expires, bool is_authorized) {
  Peer* peer = find(ssl);
  if (peer == nullptr || peer->connection == nullptr) return;
  unsigned char* data = nullptr;
  std::size_t length = 0;
  // Also tells lsquic that it need not wait for tickets with its TLS objects.
  if (lsquic_ssl_sess_to_resume_info(ssl, ticket, &data, &length) != 0) return;
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(data, std::free);
  const LsquicConnection& c = *peer->connection;
  const std::string key =
      tls::TicketStore::key(c.server_name(), c.path().remote.port(), quic_version_1, protocols_);
  handshakes_->tickets().put(
      key, {std::string(reinterpret_cast<const char*>(data), length), expires, is_authorized});
  peer->tls.has_ticket = true;
  peer->connection->ticket_came();
}

}  // namespace usquic::engine::lsquic
