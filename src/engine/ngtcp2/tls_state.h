// The TLS part of a connection: its session while that is needed, and what the session found out about the peer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/exporter.h"
#include "engine/ngtcp2/connection_core.h"
#include "engine/ngtcp2/tls_handshake.h"
#include "tls/context.h"
#include "tls/handshake_messages.h"
#include "tls/parameters.h"
#include "usquic/quic.h"

namespace usquic::engine::ngtcp2 {

class TlsState {
 public:
  TlsState(ConnectionCore& core, PacketReader& reader) : core_(core), handshake_(core, reader) {}

  // The name that a client connects to.
  void set_server_name(std::string_view name) { server_name_ = name; }
  // ngtcp2's object has been made; a client that begins again attaches another session.
  void attach(std::unique_ptr<tls::Session> session);
  // Both return what ngtcp2's callbacks do: 0, or why the connection ends.
  int start() { return handshake_.start(); }
  int receive(tls::EncryptionLevel level, Bytes data);
  // Keeps what a server is asked for when it has no session any more.
  void handshake_completed();
  // The handshake is complete, and no callback of ngtcp2 is running, as TLS may be running below it.
  void release();

  const tls::Session* session() const { return session_.get(); }  // nullptr: it was released
  std::string_view alpn() const { return alpn_; }
  std::string_view server_name() const { return server_name_; }
  Bytes peer_certificate() const;
  bool is_authorized() const { return core_.is_client ? session_->is_authorized() : is_authorized_; }
  bool is_resumed() const { return core_.is_client ? session_->is_resumed() : is_resumed_; }
  us_quic_tls_t parameters() const;
  Result<void> export_keying_material(MutableBytes to, std::string_view label, Bytes context) const;
  bool has_ticket() const { return core_.is_client && session_->has_ticket(); }

 private:
  ConnectionCore& core_;
  std::unique_ptr<tls::Session> session_;
  TlsHandshake handshake_;
  tls::TlsMessages messages_;
  std::string alpn_;
  std::string server_name_;
  std::vector<std::uint8_t> peer_certificate_;  // a server's; a client asks its session, as for the next two
  tls::Parameters parameters_;
  crypto::Exporter exporter_;
  bool is_authorized_ = false;
  bool is_resumed_ = false;
};

}  // namespace usquic::engine::ngtcp2
