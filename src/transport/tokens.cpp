#include "transport/tokens.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/check.h"
#include "crypto/hkdf.h"
#include "crypto/quic_versions.h"
#include "crypto/sealed_box.h"
#include "crypto/secret_bytes.h"

namespace usquic::transport {
namespace {

// A token begins with one of these; the rest is a sealed box.
constexpr std::uint8_t retry_mark = 0xb7;
constexpr std::uint8_t regular_mark = 0x36;

constexpr std::string_view retry_purpose = "retry_token2";
constexpr std::string_view regular_purpose = "regular_token";

// RFC 5869: one key for each purpose, so that a token of one kind proves nothing about another.
void derive(Bytes secret, Bytes salt, std::string_view purpose, MutableBytes key) {
  std::uint8_t extracted[32];
  CHECK(crypto::hkdf_extract(extracted, crypto::Hash::sha256, secret, salt));
  CHECK(crypto::hkdf_expand(key, crypto::Hash::sha256, extracted, as_bytes(purpose)));
  crypto::wipe(extracted);
}

template <std::size_t length>
void store_big_endian(std::uint8_t* to, std::uint64_t value) {
  for (std::size_t i = length; i-- > 0; value >>= 8) to[i] = static_cast<std::uint8_t>(value);
}

WallTime load_time(const std::uint8_t* from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | from[i];
  return WallTime(Duration(static_cast<Duration::rep>(value)));
}

void store_time(std::uint8_t* to, WallTime time) {
  store_big_endian<8>(to, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

bool is_of_its_time(WallTime made, WallTime now, Duration lifetime) {
  return made + lifetime > now && made <= now + Tokens::clock_tolerance;
}

// What a Retry token's box holds: the address as the system has it, the connection ID behind its length,
// and the time.
struct RetryContent {
  static constexpr std::size_t address_bytes = Address::capacity();
  static constexpr std::size_t length_at = address_bytes;
  static constexpr std::size_t id_at = length_at + 1;
  static constexpr std::size_t time_at = id_at + ConnectionId::max_bytes;
  static constexpr std::size_t size = time_at + 8;

  void set_address(const Address& remote) { std::memcpy(bytes.data(), remote.get(), remote.length()); }
  bool has_address(const Address& remote) const {
    RetryContent other;
    other.set_address(remote);
    return std::equal(bytes.begin(), bytes.begin() + address_bytes, other.bytes.begin());
  }

  void set_id(const ConnectionId& id) {
    bytes[length_at] = static_cast<std::uint8_t>(id.size());
    std::ranges::copy(id.bytes(), bytes.begin() + id_at);
  }
  std::optional<ConnectionId> id() const {
    const std::size_t length = bytes[length_at];
    if (length > ConnectionId::max_bytes) return std::nullopt;
    return ConnectionId(Bytes(bytes).subspan(id_at, length));
  }

  std::array<std::uint8_t, size> bytes{};
};

// What a Retry token's box goes with: the version, and the connection ID that the client writes to from now on.
class RetryAssociated {
 public:
  RetryAssociated(std::uint32_t version, const ConnectionId& id) : length_(4 + id.size()) {
    store_big_endian<4>(bytes_.data(), version);
    std::ranges::copy(id.bytes(), bytes_.begin() + 4);
  }
  Bytes bytes() const { return Bytes(bytes_).first(length_); }

 private:
  std::array<std::uint8_t, 4 + ConnectionId::max_bytes> bytes_{};
  std::size_t length_;
};

// The IP address in network byte order: a client's port may be another the next time.
Bytes ip_bytes(const Address& address) {
  if (address.family() == AF_INET) {
    return as_bytes(&reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr, sizeof(in_addr));
  }
  if (address.family() == AF_INET6) {
    return as_bytes(&reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr, sizeof(in6_addr));
  }
  return {};
}

std::vector<std::uint8_t> make_token(std::uint8_t mark, Bytes key, std::string_view purpose, Bytes content,
                                     Bytes associated) {
  std::vector<std::uint8_t> token(1 + content.size() + crypto::sealed_box_overhead);
  token[0] = mark;
  const MutableBytes box = MutableBytes(token).subspan(1);
  if (!crypto::seal_box(box, key, purpose, content, associated)) token.clear();
  return token;
}

}  // namespace

Tokens::Tokens(Bytes secret) {
  derive(secret, {}, "usquic address validation", address_key_);
  derive(secret, {}, "usquic address validation, version 2", address_key_of_v2_);
  derive(secret, {}, "usquic stateless reset", reset_key_);
}

TokenKind Tokens::kind(Bytes token) {
  if (token.empty()) return TokenKind::none;
  if (token[0] == retry_mark) return TokenKind::retry;
  if (token[0] == regular_mark) return TokenKind::regular;
  return TokenKind::none;
}

std::vector<std::uint8_t> Tokens::make_retry(WallTime now, std::uint32_t version, const Address& remote,
                                             const ConnectionId& retry_scid,
                                             const ConnectionId& original_dcid) const {
  RetryContent content;
  content.set_address(remote);
  content.set_id(original_dcid);
  store_time(content.bytes.data() + RetryContent::time_at, now);
  const RetryAssociated associated(version, retry_scid);
  return make_token(retry_mark, address_key_, retry_purpose, content.bytes, associated.bytes());
}

bool Tokens::verify_retry(WallTime now, std::uint32_t version, const Address& remote,
                          const ConnectionId& dcid, Bytes token, ConnectionId& original_dcid) const {
  if (kind(token) != TokenKind::retry) return false;
  RetryContent content;
  const RetryAssociated associated(version, dcid);
  if (!crypto::open_box(content.bytes, address_key_, retry_purpose, token.subspan(1), associated.bytes())) {
    return false;
  }
  const std::optional<ConnectionId> id = content.id();
  const WallTime made = load_time(content.bytes.data() + RetryContent::time_at);
  if (!id || !content.has_address(remote) || !is_of_its_time(made, now, retry_lifetime)) return false;
  original_dcid = *id;
  return true;
}

Bytes Tokens::regular_key(std::uint32_t version) const {
  return version == crypto::quic_version_2 ? Bytes(address_key_of_v2_) : Bytes(address_key_);
}

std::vector<std::uint8_t> Tokens::make_regular(WallTime now, std::uint32_t version,
                                               const Address& remote) const {
  std::uint8_t time[8];
  store_time(time, now);
  return make_token(regular_mark, regular_key(version), regular_purpose, time, ip_bytes(remote));
}

bool Tokens::verify_regular(WallTime now, std::uint32_t version, const Address& remote, Bytes token) const {
  std::uint8_t time[8];
  return kind(token) == TokenKind::regular &&
         crypto::open_box(time, regular_key(version), regular_purpose, token.subspan(1), ip_bytes(remote)) &&
         is_of_its_time(load_time(time), now, regular_lifetime);
}

void Tokens::make_reset_token(const ConnectionId& id, std::uint8_t* token) const {
  derive(reset_key_, id.bytes(), "stateless_reset", {token, reset_token_bytes});
}

}  // namespace usquic::transport
