#include "transport/reset_tokens.h"

#include <algorithm>

namespace usquic::transport {

ResetTokenTable::Token ResetTokenTable::to_token(const std::uint8_t* bytes) {
  Token token;
  std::copy_n(bytes, token.size(), token.begin());
  return token;
}

void ResetTokenTable::erase(const std::uint8_t* token, const ConnectionIdOwner& owner) {
  const auto [first, last] = owners_.equal_range(to_token(token));
  for (auto entry = first; entry != last; ++entry) {
    if (entry->second != &owner) continue;
    owners_.erase(entry);
    return;
  }
}

ConnectionIdOwner* ResetTokenTable::find(Bytes datagram) const {
  if (datagram.size() < min_bytes_before + token_bytes) return nullptr;
  const auto found = owners_.find(to_token(datagram.data() + datagram.size() - token_bytes));
  return found == owners_.end() ? nullptr : found->second;
}

}  // namespace usquic::transport
