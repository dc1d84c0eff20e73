#include "tls/libssl/credentials.h"

#include <openssl/pem.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/secret_bytes.h"
#include "tls/first_flight.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/shared_state.h"
#include "tls/pem.h"
#include "usquic/error.h"

namespace usquic::tls::libssl {
namespace {

using Chain = std::vector<CertificateHandle>;

// The certificates that a PEM text holds, up to what is none.
Chain read_certificates(BIO* bio) {
  Chain chain;
  while (X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr))
    chain.emplace_back(certificate);
  return chain;
}

// Each certificate behind the one that it issued, as far as that goes (RFC 8446 section 4.4.2).
void sort(Chain& chain) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    X509* issued = chain[i - 1].get();
    const auto issuer = std::find_if(chain.begin() + static_cast<std::ptrdiff_t>(i), chain.end(),
                                     [issued](const CertificateHandle& candidate) {
                                       return X509_check_issued(candidate.get(), issued) == X509_V_OK;
                                     });
    if (issuer == chain.end()) return;
    std::iter_swap(chain.begin() + static_cast<std::ptrdiff_t>(i), issuer);
  }
}

Result<Chain> load_chain(const PemSource& source, const Logger& log) {
  Result<std::string> text = read_pem(source, log);
  if (!text) return Error{text.error()};
  clear_errors();
  const BioHandle bio = bio_of(*text);
  if (bio == nullptr) return Error{US_QUIC_E_NOMEM};
  Chain chain = read_certificates(bio.get());
  const QueuedError error = take_error(US_QUIC_E_CERT_PARSE);
  if (chain.empty() || error.code == US_QUIC_E_NOMEM) {
    log.log(LogLevel::error, "%s: no certificate could be read: %s", describe(source), error.text.c_str());
    return Error{error.code};
  }
  sort(chain);
  return chain;
}

// What OpenSSL asks for a passphrase.
struct PassphraseQuestion {
  const std::optional<std::string>& passphrase;
  bool was_asked = false;

  static int answer(char* to, int capacity, int /*is_for_writing*/, void* user) {
    auto& question = *static_cast<PassphraseQuestion*>(user);
    question.was_asked = true;
    const std::optional<std::string>& passphrase = question.passphrase;
    if (!passphrase || passphrase->size() > static_cast<std::size_t>(capacity)) return -1;
    passphrase->copy(to, passphrase->size());
    return static_cast<int>(passphrase->size());
  }
};

Result<KeyHandle> import_key(const std::string& text, const IdentitySource& source, const char* name,
                             const Logger& log) {
  if (key_encryption_of(text) != KeyEncryption::none && !source.passphrase.has_value()) {
    log.log(LogLevel::error, "%s: the private key is encrypted and no passphrase was given", name);
    return Error{US_QUIC_E_PASSPHRASE};
  }
  clear_errors();
  const BioHandle bio = bio_of(text);
  if (bio == nullptr) return Error{US_QUIC_E_NOMEM};
  PassphraseQuestion question{source.passphrase};
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, PassphraseQuestion::answer, &question));
  const QueuedError error = take_error(US_QUIC_E_CERT_PARSE);
  if (key != nullptr) return key;
  // It is asked for when the container has been read: what fails then is the passphrase, which may decrypt to noise.
  if (question.was_asked) {
    log.log(LogLevel::error, "%s: the passphrase does not open the private key: %s", name,
            error.text.c_str());
    return Error{US_QUIC_E_PASSPHRASE};
  }
  log.log(LogLevel::error, "%s: no private key could be read: %s", name, error.text.c_str());
  return Error{error.code};
}

Result<KeyHandle> load_key(const IdentitySource& source, const Logger& log) {
  const PemSource& place = source.key.is_given() ? source.key : source.certificate;
  Result<std::string> text = read_pem(place, log);
  if (!text) return Error{text.error()};
  Result<KeyHandle> key = import_key(*text, source, describe(place), log);
  wipe(*text);
  return key;
}

// What the certificates take in a Certificate message (RFC 8446 section 4.4.2).
std::size_t message_bytes(const Chain& chain) {
  std::size_t total = 0;
  for (const CertificateHandle& certificate : chain)
    total += static_cast<std::size_t>(std::max(i2d_X509(certificate.get(), nullptr), 0));
  return total;
}

}  // namespace

Result<std::shared_ptr<const Credentials>> Credentials::load(const IdentitySource& source,
                                                             const SharedState& state) {
  const Logger& log = state.log;
  if (!source.certificate.is_given()) {
    log.log(LogLevel::error, "%s: a private key was given without a certificate", describe(source.key));
    return Error{US_QUIC_E_CERT_FILE};
  }
  Result<Chain> chain = load_chain(source.certificate, log);
  if (!chain) return Error{chain.error()};
  Result<KeyHandle> key = load_key(source, log);
  if (!key) return Error{key.error()};
  Result<ContextHandle> context = state.new_context(TicketUse::quic);
  if (!context) return Error{context.error()};
  Result<ContextHandle> stream_context = state.new_context(TicketUse::stream);
  if (!stream_context) return Error{stream_context.error()};

  X509* leaf = chain->front().get();
  const bool is_pair = X509_check_private_key(leaf, key->get()) == 1;
  if (!is_pair || !use_identity(context->get(), *chain, key->get()) ||
      !use_identity(stream_context->get(), *chain, key->get())) {
    const QueuedError error = take_error(is_pair ? US_QUIC_E_CERT_PARSE : US_QUIC_E_CERT_MISMATCH);
    log.log(LogLevel::error, "%s and %s: %s", describe(source.certificate), describe(source.key),
            error.text.c_str());
    return Error{error.code};
  }
  compress_certificates(context->get());
  compress_certificates(stream_context->get());
  clear_errors();
  warn_of_long_chain(message_bytes(*chain), describe(source.certificate), log);
  Result<TicketKeySet> ticket_keys = derive_ticket_keys(state.ticket_secret, der_of(leaf));
  if (!ticket_keys) return Error{ticket_keys.error()};
  return std::make_shared<const Credentials>(*std::move(context), *std::move(stream_context), *ticket_keys);
}

}  // namespace usquic::tls::libssl
