#include "tls/ticket_key.h"

#include <algorithm>
#include <string_view>

#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "crypto/secret_bytes.h"
#include "usquic/error.h"

namespace usquic::tls {
namespace {

constexpr std::string_view label_of(TicketUse use) {
  return use == TicketUse::quic ? "usquic session ticket key" : "usquic stream session ticket key";
}

constexpr std::size_t max_label_bytes = label_of(TicketUse::stream).size();
constexpr crypto::Hash hash = crypto::Hash::sha256;

}  // namespace

Result<TicketSecret> ticket_secret(std::span<const std::uint8_t, 32> secret) {
  TicketSecret result{};
  std::copy(secret.begin(), secret.end(), result.begin());
  if (std::any_of(secret.begin(), secret.end(), [](std::uint8_t octet) { return octet != 0; })) return result;
  if (!crypto::make_secret(result)) return Error{US_QUIC_E_TLS};
  return result;
}

Result<TicketKey> derive_ticket_key(const TicketSecret& secret, Bytes certificate, TicketUse use) {
  const std::string_view label = label_of(use);
  std::array<std::uint8_t, max_label_bytes + crypto::hash_bytes(hash)> room;
  const MutableBytes info = std::span(room).first(label.size() + crypto::hash_bytes(hash));
  std::ranges::copy(label, info.begin());
  if (!crypto::digest(info.subspan(label.size()), hash, certificate)) return Error{US_QUIC_E_TLS};
  // RFC 5869 section 3.3: a secret that is uniformly random needs no extract step.
  TicketKey key{};
  if (!crypto::hkdf_expand(key, hash, secret, info)) return Error{US_QUIC_E_TLS};
  return key;
}

Result<TicketKeySet> derive_ticket_keys(const TicketSecret& secret, Bytes certificate) {
  Result<TicketKey> quic = derive_ticket_key(secret, certificate, TicketUse::quic);
  if (!quic) return Error{quic.error()};
  Result<TicketKey> stream = derive_ticket_key(secret, certificate, TicketUse::stream);
  if (!stream) return Error{stream.error()};
  return TicketKeySet{*quic, *stream};
}

}  // namespace usquic::tls
