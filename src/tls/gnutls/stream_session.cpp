#include "tls/gnutls/stream_session.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include "tls/gnutls/gnutls_handles.h"
#include "tls/gnutls/guarded.h"
#include "usquic/error.h"

namespace usquic::tls::gnutls {
namespace {

using PacketHandle = std::unique_ptr<mbuffer_st, ReleaseWith<gnutls_packet_deinit>>;

// What a call lends to the session, until it is over.
template <class T>
class Lent {
 public:
  Lent(T& place, T value) : place_(place) { place_ = value; }
  ~Lent() { place_ = T(); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

 private:
  T& place_;
};

// TLS 1.2 and 1.3 have an alert each for it, of which GnuTLS makes an error each.
bool says_no_certificate(int error) {
  return error == GNUTLS_E_NO_CERTIFICATE_FOUND || error == GNUTLS_E_CERTIFICATE_REQUIRED;
}

}  // namespace

struct StreamSessionImpl::Callbacks {
  static StreamSessionImpl& from(gnutls_session_t native) {
    return *static_cast<StreamSessionImpl*>(gnutls_session_get_ptr(native));
  }

  static ssize_t pull(gnutls_transport_ptr_t self_pointer, void* to, std::size_t capacity) {
    auto& self = *static_cast<StreamSessionImpl*>(self_pointer);
    if (self.incoming_.empty()) {
      gnutls_transport_set_errno(self.native_, EAGAIN);
      return -1;
    }
    const Bytes taken = self.incoming_.first(std::min(capacity, self.incoming_.size()));
    std::ranges::copy(taken, static_cast<std::uint8_t*>(to));
    self.incoming_ = self.incoming_.subspan(taken.size());
    return static_cast<ssize_t>(taken.size());
  }

  // GnuTLS asks this where it would wait.
  static int is_readable(gnutls_transport_ptr_t self_pointer, unsigned /*milliseconds*/) {
    return static_cast<StreamSessionImpl*>(self_pointer)->incoming_.empty() ? 0 : 1;
  }

  static ssize_t push(gnutls_transport_ptr_t self_pointer, const void* data, std::size_t length) {
    auto& self = *static_cast<StreamSessionImpl*>(self_pointer);
    const Bytes record = as_bytes(data, length);
    if (guarded([&self, record] {
          self.outgoing_->insert(self.outgoing_->end(), record.begin(), record.end());
          return 0;
        }) == 0)
      return static_cast<ssize_t>(length);
    gnutls_transport_set_errno(self.native_, ENOMEM);
    return -1;
  }

  static int on_client_hello(gnutls_session_t native) {
    return guarded([native] {
      StreamSessionImpl& self = from(native);
      return self.shown_.choose(native, self.shared_, TicketUse::stream);
    });
  }

  static int on_certificate(gnutls_session_t native) {
    return guarded([native] {
      StreamSessionImpl& self = from(native);
      return self.check_.run(native, self.shared_, PeerCheck::Peer::client, {});
    });
  }

  static int on_secret(gnutls_session_t native, const char* label, const gnutls_datum_t* secret) {
    return guarded([native, label, secret] {
      log_secret(native, from(native).shared_, label, *secret);
      return 0;
    });
  }
};

Result<std::unique_ptr<StreamSession>> StreamSessionImpl::create(const SharedState& shared,
                                                                 std::span<const std::string> alpn) {
  std::unique_ptr<StreamSessionImpl> session(new StreamSessionImpl(shared));
  const int result = session->initialize(alpn);
  if (result < 0) return Error{result == GNUTLS_E_MEMORY_ERROR ? US_QUIC_E_NOMEM : US_QUIC_E_TLS};
  return std::unique_ptr<StreamSession>(std::move(session));
}

StreamSessionImpl::~StreamSessionImpl() {
  if (native_ != nullptr) gnutls_deinit(native_);
}

int StreamSessionImpl::initialize(std::span<const std::string> alpn) {
  // GnuTLS's tickets hold no client certificate, and a resumed handshake asks for none (RFC 8446
  // section 4.3.2): a server that wants certificates does not resume.
  const unsigned tickets = shared_.asks_for_client_certificate() ? GNUTLS_NO_TICKETS : 0;
  int result = gnutls_init(&native_, GNUTLS_SERVER | GNUTLS_NONBLOCK | tickets);
  if (result < 0) return result;
  gnutls_session_set_ptr(native_, this);
  result = gnutls_priority_set(native_, shared_.stream_priority.get());
  if (result < 0) return result;
  gnutls_transport_set_ptr(native_, this);
  gnutls_transport_set_pull_function(native_, Callbacks::pull);
  gnutls_transport_set_pull_timeout_function(native_, Callbacks::is_readable);
  gnutls_transport_set_push_function(native_, Callbacks::push);
  // Replaces GnuTLS's own, which would write to $SSLKEYLOGFILE.
  gnutls_session_set_keylog_function(native_, Callbacks::on_secret);
  gnutls_session_set_verify_function(native_, Callbacks::on_certificate);
  gnutls_handshake_set_post_client_hello_function(native_, Callbacks::on_client_hello);
  if (shared_.asks_for_client_certificate()) {
    gnutls_certificate_server_set_request(native_,
                                          shared_.verify_client ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  }
  return set_protocols(native_, alpn);
}

StreamSession::State StreamSessionImpl::receive(Bytes from_peer, std::vector<std::uint8_t>& plain,
                                                std::vector<std::uint8_t>& records) {
  const Lent incoming(incoming_, from_peer);
  const Lent outgoing(outgoing_, &records);
  if (state_ == State::handshaking) advance();
  if (state_ == State::open) read_records(plain);
  return state_;
}

void StreamSessionImpl::advance() {
  int result = gnutls_handshake(native_);
  // A warning is no end of it. It was read from what came, so this ends with that.
  while (result == GNUTLS_E_WARNING_ALERT_RECEIVED) result = gnutls_handshake(native_);
  if (result == 0) {
    state_ = State::open;
  } else if (gnutls_error_is_fatal(result) != 0) {
    fail(result);
  }
}

void StreamSessionImpl::read_records(std::vector<std::uint8_t>& plain) {
  while (state_ == State::open) {
    const std::size_t before = incoming_.size();
    gnutls_packet_t packet = nullptr;
    const ssize_t result = gnutls_record_recv_packet(native_, &packet);
    const PacketHandle held(packet);
    if (packet != nullptr) {
      gnutls_datum_t text{};
      gnutls_packet_get(packet, &text, nullptr);
      plain.insert(plain.end(), text.data, text.data + text.size);
    } else if (result == 0) {
      state_ = State::peer_closed;
    } else if (result == GNUTLS_E_AGAIN) {
      // Also said after a message that is for TLS alone, such as a KeyUpdate, with more behind it.
      if (incoming_.empty() || incoming_.size() == before) return;
    } else if (result == GNUTLS_E_REHANDSHAKE) {
      refuse_renegotiation();
    } else if (gnutls_error_is_fatal(static_cast<int>(result)) != 0) {
      fail(static_cast<int>(result));
    }
  }
}

// RFC 5746 section 5: a server may refuse it, and what a client that was refused does next would be more of the same.
void StreamSessionImpl::refuse_renegotiation() {
  gnutls_alert_send(native_, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
  alert_ = Alert::no_renegotiation;
  state_ = State::failed;
}

void StreamSessionImpl::fail(int error) {
  state_ = State::failed;
  if (error == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    // Without a refusal of this side's, which has been sent.
    if (check_.refusal == nullptr) alert_ = static_cast<Alert>(gnutls_alert_get(native_));
    return;
  }
  if (says_no_certificate(error))
    check_.refusal = std::make_unique<Verdict>(
        Verdict{US_QUIC_E_CERT_REQUIRED, Alert::certificate_required, "client sent no certificate"});
  int level = 0;
  alert_ = static_cast<Alert>(gnutls_error_to_alert(error, &level));
  gnutls_alert_send_appropriate(native_, error);
}

bool StreamSessionImpl::may_send() const {
  return (state_ == State::open || state_ == State::peer_closed) && !is_closed_;
}

Result<void> StreamSessionImpl::send(Bytes plain, std::vector<std::uint8_t>& records) {
  if (!may_send()) return Error{US_QUIC_E_STATE};
  const Lent outgoing(outgoing_, &records);
  while (!plain.empty()) {
    const ssize_t sent = gnutls_record_send(native_, plain.data(), plain.size());
    if (sent < 0) {
      state_ = State::failed;
      return Error{sent == GNUTLS_E_MEMORY_ERROR ? US_QUIC_E_NOMEM : US_QUIC_E_TLS};
    }
    plain = plain.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

void StreamSessionImpl::close(std::vector<std::uint8_t>& records) {
  if (!may_send()) return;
  const Lent outgoing(outgoing_, &records);
  is_closed_ = true;
  gnutls_bye(native_, GNUTLS_SHUT_WR);
}

}  // namespace usquic::tls::gnutls
