#include "transport/token_store.h"

namespace usquic::transport {

std::string TokenStore::key_of(std::string_view server_name, std::uint16_t port, std::uint32_t version) {
  return std::string(server_name) + '\n' + std::to_string(port) + '\n' + std::to_string(version);
}

void TokenStore::put(std::string_view server_name, std::uint16_t port, std::uint32_t version, Bytes token) {
  if (token.empty() || token.size() > max_token_bytes) return;
  take(server_name, port, version);
  if (entries_.size() >= max_servers) {
    entries_.erase(order_.front().key);
    order_.pop_front();
  }
  order_.push_back({key_of(server_name, port, version), {token.begin(), token.end()}});
  entries_.emplace(order_.back().key, std::prev(order_.end()));
}

std::vector<std::uint8_t> TokenStore::take(std::string_view server_name, std::uint16_t port,
                                           std::uint32_t version) {
  const auto found = entries_.find(key_of(server_name, port, version));
  if (found == entries_.end()) return {};
  std::vector<std::uint8_t> token = std::move(found->second->token);
  order_.erase(found->second);
  entries_.erase(found);
  return token;
}

}  // namespace usquic::transport
