#include "tls/boringssl/driven_handshakes.h"

#include <map>
#include <utility>

#include "tls/boringssl/driven_ssl.h"
#include "tls/libssl/dialect.h"
#include "tls/libssl/error_queue.h"
#include "tls/libssl/library_context.h"
#include "usquic/error.h"

namespace usquic::tls::boringssl {
namespace {

using libssl::CertificateHandle;
using libssl::ContextHandle;
using libssl::Credentials;
using libssl::LibraryContext;

using Identity = std::shared_ptr<const Credentials>;

enum class Side : std::uint8_t { server, client };

// A certificate, its chain and its key, from one context into another.
bool copy_identity(SSL_CTX* to, const SSL_CTX* from) {
  std::vector<CertificateHandle> chain;
  X509* leaf = SSL_CTX_get0_certificate(from);
  STACK_OF(X509)* rest = nullptr;
  if (leaf == nullptr || SSL_CTX_get0_chain_certs(from, &rest) != 1) return false;
  X509_up_ref(leaf);
  chain.emplace_back(leaf);
  for (std::size_t i = 0; rest != nullptr && i < sk_X509_num(rest); ++i) {
    X509* certificate = sk_X509_value(rest, i);
    X509_up_ref(certificate);
    chain.emplace_back(certificate);
  }
  return libssl::use_identity(to, chain, SSL_CTX_get0_privatekey(from));
}

class DrivenHandshakesImpl final : public DrivenHandshakes, private DrivenShare {
 public:
  DrivenHandshakesImpl(LibraryContext& context, HandshakeDriver& its_driver,
                       std::vector<std::string> its_alpn, EarlyData early_data)
      : DrivenShare(context.state(), its_driver, std::move(its_alpn), early_data), context_(context) {}

  Result<SSL_CTX*> server() override {
    if (Result<void> ready = context_.prepare_server(); !ready) return Error{ready.error()};
    return find_or_make(Side::server, nullptr);
  }

  Result<SSL_CTX*> client() override {
    if (Result<void> ready = context_.prepare_client(); !ready) return Error{ready.error()};
    return find_or_make(Side::client, tls.names.default_credentials());
  }

  SSL_CTX* find(const std::string& server_name) override {
    const Identity identity = tls.names.find(server_name);
    return identity == nullptr ? nullptr : context_of(identity);
  }

  TicketStore& tickets() override { return tls.tickets; }

 private:
  struct Made {
    Identity identity;  // nullptr: it shows none
    ContextHandle context;
  };
  using Key = std::pair<Side, const Credentials*>;

  SSL_CTX* context_of(const Identity& identity) override {
    Result<SSL_CTX*> found = find_or_make(Side::server, identity);
    return found ? *found : nullptr;
  }

  Result<SSL_CTX*> find_or_make(Side side, const Identity& identity) {
    const Key key{side, identity.get()};
    if (const auto known = made_.find(key); known != made_.end()) return known->second.context.get();
    // Those that were replaced, and that no handshake uses any more.
    std::erase_if(made_, [](const auto& entry) {
      return entry.second.identity != nullptr && entry.second.identity.use_count() == 1;
    });
    Result<ContextHandle> context = make(side, identity);
    if (!context) return Error{context.error()};
    return made_.emplace(key, Made{identity, *std::move(context)}).first->second.context.get();
  }

  Result<ContextHandle> make(Side side, const Identity& identity) {
    Result<ContextHandle> made = tls.new_context(TicketUse::quic);
    if (!made) return made;
    SSL_CTX* context = made->get();
    const bool is_ready = DrivenSsl::attach_to_all_of(context, *this) &&
                          (identity == nullptr || copy_identity(context, identity->context()));
    if (!is_ready) return Error{libssl::take_error(US_QUIC_E_NOMEM).code};
    SSL_CTX_set_early_data_enabled(context, early_data == EarlyData::accepted ? 1 : 0);
    set_verification(context, side);
    return made;
  }

  void set_verification(SSL_CTX* context, Side side) const {
    if (tls.trust != nullptr) {
      X509_STORE_up_ref(tls.trust->store());
      SSL_CTX_set_cert_store(context, tls.trust->store());
    }
    if (side == Side::client) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    } else if (tls.asks_for_client_certificate()) {
      const int enforced = tls.verify_client ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | enforced, nullptr);
      SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    }
  }

  LibraryContext& context_;
  std::map<Key, Made> made_;
};

}  // namespace

Result<std::unique_ptr<DrivenHandshakes>> DrivenHandshakes::create(Context& context, HandshakeDriver& driver,
                                                                   std::vector<std::string> alpn,
                                                                   EarlyData early_data) {
  if (!are_protocols_valid(alpn)) return Error{US_QUIC_E_INVALID};
  // There is one kind of them in a build.
  auto& library_context = static_cast<LibraryContext&>(context);
  return std::unique_ptr<DrivenHandshakes>(
      std::make_unique<DrivenHandshakesImpl>(library_context, driver, std::move(alpn), early_data));
}

}  // namespace usquic::tls::boringssl
