#include "tls/libssl/stream_session.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "usquic/error.h"

namespace usquic::tls::libssl {
namespace {

constexpr std::size_t max_record_bytes = 16384;  // RFC 8446 section 5.1

}  // namespace

// What a call lends to the session, until it is over.
class StreamSessionImpl::Lending {
 public:
  Lending(LentBytes& place, Bytes incoming, std::vector<std::uint8_t>& outgoing) : place_(place) {
    place_ = {incoming, &outgoing};
  }
  ~Lending() { place_ = {}; }
  Lending(const Lending&) = delete;
  Lending& operator=(const Lending&) = delete;

 private:
  LentBytes& place_;
};

void StreamSessionImpl::set_callbacks(SSL_CTX* context) {
  call_owners(context);
  call_for_info(context, TicketUse::stream);
}

Result<std::unique_ptr<StreamSession>> StreamSessionImpl::create(const SharedState& shared,
                                                                 std::span<const std::string> alpn) {
  std::unique_ptr<StreamSessionImpl> session(new StreamSessionImpl(shared, alpn));
  if (!session->initialize()) return Error{take_error(US_QUIC_E_TLS).code};
  return std::unique_ptr<StreamSession>(std::move(session));
}

bool StreamSessionImpl::initialize() {
  clear_errors();
  const std::shared_ptr<const Credentials>& usual = shared_.names.default_credentials();
  ssl_.reset(SSL_new(usual == nullptr ? shared_.anonymous_stream.get() : usual->context(TicketUse::stream)));
  if (ssl_ == nullptr) return false;
  SSL* ssl = ssl_.get();
  BioHandle bio = bio_of(shared_.lent_bytes.get(), lent_);
  if (bio == nullptr || !own(ssl)) return false;
  BIO* both_ways = bio.release();
  SSL_set_bio(ssl, both_ways, both_ways);
  SSL_set_accept_state(ssl);
  if (shared_.trust != nullptr && !set_trust(ssl, shared_.trust->store())) return false;
  if (shared_.asks_for_client_certificate()) ask_for_certificate(ssl, shared_);
  return true;
}

StreamSession::State StreamSessionImpl::receive(Bytes from_peer, std::vector<std::uint8_t>& plain,
                                                std::vector<std::uint8_t>& records) {
  const Lending lending(lent_, from_peer, records);
  if (state_ == State::handshaking) advance();
  if (state_ == State::open) read_records(plain);
  return state_;
}

void StreamSessionImpl::advance() {
  clear_errors();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    state_ = State::open;
    write_tickets(ssl_.get());
  } else {
    after(result);
  }
}

void StreamSessionImpl::read_records(std::vector<std::uint8_t>& plain) {
  std::array<std::uint8_t, max_record_bytes> record;
  while (state_ == State::open) {
    clear_errors();
    const int result = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
    if (result <= 0) {
      after(result);
      return;
    }
    plain.insert(plain.end(), record.begin(), record.begin() + result);
  }
}

void StreamSessionImpl::after(int result) {
  const int reason = SSL_get_error(ssl_.get(), result);
  const bool has_no_certificate = ERR_GET_REASON(ERR_peek_error()) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
  clear_errors();
  if (state_ == State::failed || reason == SSL_ERROR_WANT_READ) return;
  if (reason == SSL_ERROR_ZERO_RETURN && state_ == State::open) {
    state_ = State::peer_closed;
    return;
  }
  state_ = State::failed;
  if (has_no_certificate)
    check_.refusal = std::make_unique<Verdict>(
        Verdict{US_QUIC_E_CERT_REQUIRED, Alert::certificate_required, "client sent no certificate"});
}

std::optional<Alert> StreamSessionImpl::choose_certificate(SSL* ssl, HelloFacts hello) {
  return shown_.choose(ssl, std::move(hello.server_name), shared_, TicketUse::stream);
}

// Inside the library's calls. After no_renegotiation OpenSSL would go on, and what a client that was refused does next would
// be more of the same (RFC 5746 section 5).
void StreamSessionImpl::note(const SSL* /*ssl*/, int where, int value) {
  if ((where & SSL_CB_ALERT) == 0) return;
  const auto alert = static_cast<Alert>(value & 0xff);
  if (alert == Alert::no_renegotiation) state_ = State::failed;
  if (value >> 8 == SSL3_AL_FATAL || alert == Alert::no_renegotiation) alert_ = alert;
}

void StreamSessionImpl::take_secret(const char* line) {
  if (shared_.keylog != nullptr) shared_.keylog(shared_.keylog_user, line);
}

bool StreamSessionImpl::is_accepted(X509_STORE_CTX* context) {
  if (check_.run(context, shared_, PeerCheck::Peer::client, {})) return true;
  check_.tell_finding(context);
  return false;
}

bool StreamSessionImpl::may_send() const {
  return (state_ == State::open || state_ == State::peer_closed) && !is_closed_;
}

Result<void> StreamSessionImpl::send(Bytes plain, std::vector<std::uint8_t>& records) {
  if (!may_send()) return Error{US_QUIC_E_STATE};
  const Lending lending(lent_, {}, records);
  while (!plain.empty()) {
    const Bytes record = plain.first(std::min(plain.size(), max_record_bytes));
    clear_errors();
    if (SSL_write(ssl_.get(), record.data(), static_cast<int>(record.size())) <= 0) {
      state_ = State::failed;
      return Error{take_error(US_QUIC_E_TLS).code};
    }
    plain = plain.subspan(record.size());
  }
  return {};
}

void StreamSessionImpl::close(std::vector<std::uint8_t>& records) {
  if (!may_send()) return;
  const Lending lending(lent_, {}, records);
  is_closed_ = true;
  clear_errors();
  SSL_shutdown(ssl_.get());
  clear_errors();
}

Bytes StreamSessionImpl::peer_certificate() const {
  if (peer_certificate_.empty()) peer_certificate_ = peer_certificate_of(ssl_.get());
  return peer_certificate_;
}

}  // namespace usquic::tls::libssl
