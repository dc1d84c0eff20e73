#include "tls/libssl/ticket_keys.h"

#include <algorithm>
#include <string>

#include "crypto/hkdf.h"
#include "crypto/secret_bytes.h"

namespace usquic::tls::libssl {

TicketKeys::~TicketKeys() {
  crypto::wipe(master_);
}

std::optional<PeriodKeys> TicketKeys::of_period(std::time_t number) const {
  PeriodKeys keys;
  std::array<std::uint8_t, sizeof(PeriodKeys)> bytes;
  const std::string info = "period " + std::to_string(number);
  if (!crypto::hkdf_expand(bytes, crypto::Hash::sha256, master_, as_bytes(info))) return std::nullopt;
  auto from = bytes.begin();
  for (const MutableBytes to : {MutableBytes(keys.name), MutableBytes(keys.cipher), MutableBytes(keys.mac)}) {
    std::copy_n(from, to.size(), to.begin());
    from += static_cast<std::ptrdiff_t>(to.size());
  }
  crypto::wipe(bytes);
  return keys;
}

std::optional<PeriodKeys> TicketKeys::current(std::time_t now) const {
  return of_period(now / period);
}

std::optional<PeriodKeys> TicketKeys::find(Bytes name, std::time_t now) const {
  for (const std::time_t number : {now / period, now / period - 1}) {
    std::optional<PeriodKeys> keys = of_period(number);
    if (keys && std::ranges::equal(keys->name, name)) return keys;
  }
  return std::nullopt;
}

}  // namespace usquic::tls::libssl
