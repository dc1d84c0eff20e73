#include "engine/ngtcp2/packet_protection.h"

#include <algorithm>
#include <new>
#include <utility>

#include "crypto/packet_ciphers.h"
#include "crypto/packet_secrets.h"
#include "crypto/quic_versions.h"
#include "crypto/skipped_update.h"
#include "engine/ngtcp2/connection_parts.h"
#include "transport/early_resets.h"
#include "transport/frame_scan.h"

namespace usquic::engine::ngtcp2 {
namespace {

// What ngtcp2 keeps for this file: which cipher suite a context is of.
constexpr crypto::CipherSuite suites[] = {
    {crypto::Aead::aes_128_gcm, crypto::Hash::sha256},
    {crypto::Aead::aes_256_gcm, crypto::Hash::sha384},
    {crypto::Aead::chacha20_poly1305, crypto::Hash::sha256},
};

void* native_handle(crypto::CipherSuite suite) {
  const auto* found = std::ranges::find(suites, suite);
  return const_cast<crypto::CipherSuite*>(found);  // nobody writes there
}

crypto::CipherSuite suite_of(const ngtcp2_crypto_ctx& context) {
  return *static_cast<const crypto::CipherSuite*>(context.aead.native_handle);
}

// The keys of one direction, on their way into ngtcp2, which owns them once it has taken them.
struct Protection {
  // false: no memory, or the TLS library failed.
  bool make(const crypto::PacketCiphers& ciphers, std::uint32_t version, crypto::CipherSuite suite,
            Bytes secret) {
    crypto::HeaderProtectionKey header_key;
    if (!derive_packet_keys(keys, version, suite, secret) ||
        !derive_header_key(header_key, version, suite, secret)) {
      return false;
    }
    aead = ciphers.aead_key(suite.aead, keys.key);
    header = ciphers.header_key(suite.aead, header_key.key);
    aead_context.native_handle = aead.get();
    header_context.native_handle = header.get();
    return aead != nullptr && header != nullptr;
  }

  void release() {
    static_cast<void>(aead.release());
    static_cast<void>(header.release());
  }

  crypto::PacketKeys keys;
  std::unique_ptr<crypto::AeadKey> aead;
  std::unique_ptr<crypto::HeaderKey> header;
  ngtcp2_crypto_aead_ctx aead_context{};
  ngtcp2_crypto_cipher_ctx header_context{};
};

const crypto::PacketCiphers& ciphers_of(void* user) {
  return *static_cast<const ConnectionParts*>(user)->core.endpoint.packet_ciphers;
}

// A key that 1-RTT packets are opened with: their frames are looked at, and prepared for ngtcp2; and so are
// packets that it does not open.
class ScannedKey final : public crypto::AeadKey {
 public:
  ScannedKey(std::unique_ptr<crypto::AeadKey> key, PacketReader& reader, const crypto::PacketCiphers& ciphers,
             std::uint32_t version, crypto::CipherSuite suite, Bytes secret, const std::uint8_t* iv)
      : key_(std::move(key)), reader_(reader), skipped_update_(ciphers, version, suite, secret, iv) {}

  bool seal(std::uint8_t* to, Bytes plaintext, const std::uint8_t* nonce, Bytes header) override {
    return key_->seal(to, plaintext, nonce, header);
  }
  bool open(std::uint8_t* to, Bytes sealed, const std::uint8_t* nonce, Bytes header) override {
    transport::EarlyResets& early = reader_.early_resets();
    const Bytes front = early.front(sealed);
    if (sealed.size() < front.size() + crypto::aead_tag_bytes) return false;
    const Bytes packet = sealed.first(sealed.size() - front.size());
    if (!key_->open(to, packet, nonce, header)) {
      if (skipped_update_.is_shown_by(to, packet, nonce, header)) reader_.frames().note_skipped_update();
      return false;
    }
    const std::size_t length = packet.size() - crypto::aead_tag_bytes;
    reader_.frames().read({to, length});
    if (!front.empty()) {
      std::copy_backward(to, to + length, to + length + front.size());
      std::ranges::copy(front, to);
    } else if (early.can_hold(sealed) && reader_.has_early_reset()) {
      early.hold();
      return false;
    }
    return true;
  }

 private:
  const std::unique_ptr<crypto::AeadKey> key_;
  PacketReader& reader_;
  crypto::SkippedUpdate skipped_update_;
};

// nullptr: no memory, or no key.
std::unique_ptr<crypto::AeadKey> scanned(std::unique_ptr<crypto::AeadKey> key, PacketReader& reader,
                                         const crypto::PacketCiphers& ciphers, std::uint32_t version,
                                         crypto::CipherSuite suite, Bytes secret, const std::uint8_t* iv) {
  if (key == nullptr) return nullptr;
  return std::unique_ptr<crypto::AeadKey>(
      new (std::nothrow) ScannedKey(std::move(key), reader, ciphers, version, suite, secret, iv));
}

crypto::AeadKey& aead_key(const ngtcp2_crypto_aead_ctx& context) {
  return *static_cast<crypto::AeadKey*>(context.native_handle);
}

int encrypt(std::uint8_t* to, const ngtcp2_crypto_aead* /*aead*/, const ngtcp2_crypto_aead_ctx* context,
            const std::uint8_t* plaintext, std::size_t length, const std::uint8_t* nonce,
            std::size_t /*nonce_length*/, const std::uint8_t* header, std::size_t header_length) {
  return aead_key(*context).seal(to, {plaintext, length}, nonce, {header, header_length})
             ? 0
             : NGTCP2_ERR_CALLBACK_FAILURE;
}

int decrypt(std::uint8_t* to, const ngtcp2_crypto_aead* /*aead*/, const ngtcp2_crypto_aead_ctx* context,
            const std::uint8_t* sealed, std::size_t length, const std::uint8_t* nonce,
            std::size_t /*nonce_length*/, const std::uint8_t* header, std::size_t header_length) {
  return aead_key(*context).open(to, {sealed, length}, nonce, {header, header_length}) ? 0
                                                                                       : NGTCP2_ERR_DECRYPT;
}

int mask_header(std::uint8_t* to, const ngtcp2_crypto_cipher* /*cipher*/,
                const ngtcp2_crypto_cipher_ctx* context, const std::uint8_t* sample) {
  return static_cast<crypto::HeaderKey*>(context->native_handle)->mask(to, sample)
             ? 0
             : NGTCP2_ERR_CALLBACK_FAILURE;
}

void delete_aead_context(ngtcp2_conn* /*conn*/, ngtcp2_crypto_aead_ctx* context, void* /*user*/) {
  delete static_cast<crypto::AeadKey*>(context->native_handle);
}

void delete_cipher_context(ngtcp2_conn* /*conn*/, ngtcp2_crypto_cipher_ctx* context, void* /*user*/) {
  delete static_cast<crypto::HeaderKey*>(context->native_handle);
}

// The keys of both directions of Initial packets.
struct InitialProtection {
  bool make(const crypto::PacketCiphers& ciphers, std::uint32_t version, const ngtcp2_cid& client_dcid,
            bool is_client) {
    constexpr crypto::CipherSuite suite = crypto::initial_cipher_suite;
    crypto::InitialSecrets secrets;
    return derive_initial_secrets(secrets, version, {client_dcid.data, client_dcid.datalen}) &&
           rx.make(ciphers, version, suite, is_client ? secrets.server : secrets.client) &&
           tx.make(ciphers, version, suite, is_client ? secrets.client : secrets.server);
  }

  void release() {
    rx.release();
    tx.release();
  }

  Protection rx;
  Protection tx;
};

ngtcp2_crypto_ctx context_of(crypto::CipherSuite suite) {
  ngtcp2_crypto_ctx context{};
  context.aead.native_handle = native_handle(suite);
  context.aead.max_overhead = crypto::aead_tag_bytes;
  context.max_encryption = crypto::confidentiality_limit(suite.aead);
  context.max_decryption_failure = crypto::integrity_limit(suite.aead);
  return context;
}

// Initial packets are few: no limits (as ngtcp2 understands zeros).
ngtcp2_crypto_ctx initial_crypto_context() {
  ngtcp2_crypto_ctx context = context_of(crypto::initial_cipher_suite);
  context.max_encryption = 0;
  context.max_decryption_failure = 0;
  return context;
}

// RFC 9001 section 5.8: a key that everybody knows.
const std::uint8_t* retry_key(std::uint32_t version) {
  return as_bytes(version == crypto::quic_version_2 ? NGTCP2_RETRY_KEY_V2 : NGTCP2_RETRY_KEY_V1).data();
}

// Most connections meet no Retry, and none meets two.
void set_retry_key(ngtcp2_conn* conn, const crypto::PacketCiphers& ciphers, std::uint32_t version) {
  auto made = crypto::make_lazy_aead_key(ciphers, crypto::Aead::aes_128_gcm, retry_key(version));
  // Without it ngtcp2 takes a Retry for one that is not authentic.
  if (made == nullptr) return;
  const ngtcp2_crypto_ctx context = initial_crypto_context();
  const ngtcp2_crypto_aead_ctx aead_context{made.release()};
  ngtcp2_conn_set_retry_aead(conn, &context.aead, &aead_context);
}

int install_initial_keys(ngtcp2_conn* conn, const ngtcp2_cid& client_dcid, void* user) {
  const crypto::PacketCiphers& ciphers = ciphers_of(user);
  const bool is_client = ngtcp2_conn_is_server(conn) == 0;
  const std::uint32_t version = ngtcp2_conn_get_client_chosen_version(conn);
  const ngtcp2_crypto_ctx context = initial_crypto_context();
  ngtcp2_conn_set_initial_crypto_ctx(conn, &context);
  InitialProtection made;
  if (!made.make(ciphers, version, client_dcid, is_client) ||
      ngtcp2_conn_install_initial_key(conn, &made.rx.aead_context, made.rx.keys.iv, &made.rx.header_context,
                                      &made.tx.aead_context, made.tx.keys.iv, &made.tx.header_context,
                                      crypto::aead_nonce_bytes) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  made.release();
  if (is_client && ngtcp2_conn_after_retry(conn) == 0) set_retry_key(conn, ciphers, version);
  return 0;
}

int client_initial(ngtcp2_conn* conn, void* user) {
  const int result = install_initial_keys(conn, *ngtcp2_conn_get_dcid(conn), user);
  if (result != 0) return result;
  return static_cast<ConnectionParts*>(user)->tls.start() == 0 ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

int recv_client_initial(ngtcp2_conn* conn, const ngtcp2_cid* dcid, void* user) {
  return install_initial_keys(conn, *dcid, user);
}

int recv_retry(ngtcp2_conn* conn, const ngtcp2_pkt_hd* header, void* user) {
  return install_initial_keys(conn, header->scid, user);
}

// RFC 9368 section 4: the server chose another version than the client's first.
int version_negotiation(ngtcp2_conn* conn, std::uint32_t version, const ngtcp2_cid* client_dcid, void* user) {
  InitialProtection made;
  const bool is_client = ngtcp2_conn_is_server(conn) == 0;
  if (!made.make(ciphers_of(user), version, *client_dcid, is_client) ||
      ngtcp2_conn_install_vneg_initial_key(conn, version, &made.rx.aead_context, made.rx.keys.iv,
                                           &made.rx.header_context, &made.tx.aead_context, made.tx.keys.iv,
                                           &made.tx.header_context, crypto::aead_nonce_bytes) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  made.release();
  return 0;
}

// Called ahead of need, once for each key phase: RFC 9001 section 6.3 wants the next receive keys ready, so
// that time does not tell of a key update. The next send key waits for its use.
int update_key(ngtcp2_conn* conn, std::uint8_t* rx_secret, std::uint8_t* tx_secret,
               ngtcp2_crypto_aead_ctx* rx_context, std::uint8_t* rx_iv, ngtcp2_crypto_aead_ctx* tx_context,
               std::uint8_t* tx_iv, const std::uint8_t* current_rx_secret,
               const std::uint8_t* current_tx_secret, std::size_t length, void* user) {
  const crypto::CipherSuite suite = suite_of(*ngtcp2_conn_get_crypto_ctx(conn));
  const std::uint32_t version = ngtcp2_conn_get_negotiated_version(conn);
  crypto::PacketKeys rx;
  crypto::PacketKeys tx;
  if (!derive_next_secret({rx_secret, length}, version, suite, {current_rx_secret, length}) ||
      !derive_next_secret({tx_secret, length}, version, suite, {current_tx_secret, length}) ||
      !derive_packet_keys(rx, version, suite, {rx_secret, length}) ||
      !derive_packet_keys(tx, version, suite, {tx_secret, length})) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  const crypto::PacketCiphers& ciphers = ciphers_of(user);
  auto rx_key = scanned(ciphers.aead_key(suite.aead, rx.key), static_cast<ConnectionParts*>(user)->reader,
                        ciphers, version, suite, {rx_secret, length}, rx.iv);
  auto tx_key = crypto::make_lazy_aead_key(ciphers, suite.aead, tx.key);
  if (rx_key == nullptr || tx_key == nullptr) return NGTCP2_ERR_CALLBACK_FAILURE;
  std::ranges::copy(rx.iv, rx_iv);
  std::ranges::copy(tx.iv, tx_iv);
  rx_context->native_handle = rx_key.release();
  tx_context->native_handle = tx_key.release();
  return 0;
}

// Tells ngtcp2 which cipher suite the keys of a level are for.
void set_suite(ngtcp2_conn* conn, ngtcp2_encryption_level level, crypto::CipherSuite suite) {
  const ngtcp2_crypto_ctx context = context_of(suite);
  if (level == NGTCP2_ENCRYPTION_LEVEL_0RTT) {
    ngtcp2_conn_set_0rtt_crypto_ctx(conn, &context);
  } else if (ngtcp2_conn_get_crypto_ctx(conn)->aead.native_handle == nullptr) {
    ngtcp2_conn_set_crypto_ctx(conn, &context);
  }
}

int install(ngtcp2_conn* conn, ngtcp2_encryption_level level, tls::Direction direction,
            const Protection& made, Bytes secret) {
  const bool is_received = direction == tls::Direction::receive;
  if (level == NGTCP2_ENCRYPTION_LEVEL_0RTT) {
    return ngtcp2_conn_install_0rtt_key(conn, &made.aead_context, made.keys.iv, crypto::aead_nonce_bytes,
                                        &made.header_context);
  }
  if (level == NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE) {
    const auto install_key =
        is_received ? ngtcp2_conn_install_rx_handshake_key : ngtcp2_conn_install_tx_handshake_key;
    return install_key(conn, &made.aead_context, made.keys.iv, crypto::aead_nonce_bytes,
                       &made.header_context);
  }
  const auto install_key = is_received ? ngtcp2_conn_install_rx_key : ngtcp2_conn_install_tx_key;
  return install_key(conn, secret.data(), secret.size(), &made.aead_context, made.keys.iv,
                     crypto::aead_nonce_bytes, &made.header_context);
}

}  // namespace

void set_packet_protection(ngtcp2_callbacks& callbacks) {
  callbacks.encrypt = encrypt;
  callbacks.decrypt = decrypt;
  callbacks.hp_mask = mask_header;
  callbacks.update_key = update_key;
  callbacks.delete_crypto_aead_ctx = delete_aead_context;
  callbacks.delete_crypto_cipher_ctx = delete_cipher_context;
  callbacks.client_initial = client_initial;
  callbacks.recv_client_initial = recv_client_initial;
  callbacks.recv_retry = recv_retry;
  callbacks.version_negotiation = version_negotiation;
}

bool install_secret(const ConnectionCore& core, PacketReader& reader, ngtcp2_encryption_level level,
                    tls::Direction direction, crypto::CipherSuite suite, Bytes secret) {
  ngtcp2_conn* conn = core.library;
  const crypto::PacketCiphers& ciphers = *core.endpoint.packet_ciphers;
  set_suite(conn, level, suite);
  const std::uint32_t version = level == NGTCP2_ENCRYPTION_LEVEL_0RTT
                                    ? ngtcp2_conn_get_client_chosen_version(conn)
                                    : ngtcp2_conn_get_negotiated_version(conn);
  Protection made;
  if (!made.make(ciphers, version, suite, secret)) return false;
  if (level == NGTCP2_ENCRYPTION_LEVEL_1RTT && direction == tls::Direction::receive) {
    made.aead = scanned(std::move(made.aead), reader, ciphers, version, suite, secret, made.keys.iv);
    made.aead_context.native_handle = made.aead.get();
    if (made.aead == nullptr) return false;
  }
  if (install(conn, level, direction, made, secret) != 0) return false;
  made.release();
  return true;
}

std::size_t write_retry(MutableBytes to, const crypto::PacketCiphers& ciphers, const ngtcp2_pkt_hd& client,
                        const ngtcp2_cid& source, Bytes token) {
  const auto key = ciphers.aead_key(crypto::Aead::aes_128_gcm, retry_key(client.version));
  if (key == nullptr) return 0;
  const ngtcp2_crypto_ctx context = initial_crypto_context();
  const ngtcp2_crypto_aead_ctx aead_context{key.get()};
  const auto length =
      ngtcp2_pkt_write_retry(to.data(), to.size(), client.version, &client.scid, &source, &client.dcid,
                             token.data(), token.size(), encrypt, &context.aead, &aead_context);
  return length > 0 ? static_cast<std::size_t>(length) : 0;
}

std::size_t write_refusal(MutableBytes to, const crypto::PacketCiphers& ciphers, const ngtcp2_pkt_hd& client,
                          std::uint64_t error_code) {
  crypto::InitialSecrets secrets;
  Protection made;
  if (!derive_initial_secrets(secrets, client.version, {client.dcid.data, client.dcid.datalen}) ||
      !made.make(ciphers, client.version, crypto::initial_cipher_suite, secrets.server)) {
    return 0;
  }
  const ngtcp2_crypto_ctx context = initial_crypto_context();
  const auto length = ngtcp2_pkt_write_connection_close(
      to.data(), to.size(), client.version, &client.scid, &client.dcid, error_code, nullptr, 0, encrypt,
      &context.aead, &made.aead_context, made.keys.iv, mask_header, &context.hp, &made.header_context);
  return length > 0 ? static_cast<std::size_t>(length) : 0;
}

}  // namespace usquic::engine::ngtcp2
