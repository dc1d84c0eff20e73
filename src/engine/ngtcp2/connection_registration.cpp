#include "engine/ngtcp2/connection_registration.h"

namespace usquic::engine::ngtcp2 {

bool ConnectionRegistration::add(const transport::ConnectionId& id) {
  ids_.reserve(ids_.size() + 1);  // an ID that leads here must be known here
  if (!id_table_.insert(id, owner_)) return false;
  ids_.push_back(id);
  return true;
}

transport::ConnectionId ConnectionRegistration::add_new(const transport::ConnectionIdFactory& factory) {
  for (;;) {
    const transport::ConnectionId id = factory.make();
    if (add(id)) return id;
  }
}

const transport::ConnectionId& ConnectionRegistration::add_first(
    const transport::ConnectionIdFactory& factory) {
  if (first_id_.empty()) first_id_ = add_new(factory);
  return first_id_;
}

void ConnectionRegistration::remove(const transport::ConnectionId& id) {
  id_table_.erase(id, owner_);
  std::erase_if(ids_, [&id](const transport::ConnectionId& other) { return id == other; });
}

void ConnectionRegistration::add_reset_token(const std::uint8_t* token) {
  tokens_.reserve(tokens_.size() + 1);  // so that it is taken out again
  token_table_.insert(token, owner_);
  tokens_.push_back(transport::ResetTokenTable::to_token(token));
}

void ConnectionRegistration::remove_reset_token(const std::uint8_t* token) {
  if (std::erase(tokens_, transport::ResetTokenTable::to_token(token)) > 0) token_table_.erase(token, owner_);
}

void ConnectionRegistration::clear() {
  for (const transport::ConnectionId& id : ids_) id_table_.erase(id, owner_);
  ids_.clear();
  for (const transport::ResetTokenTable::Token& token : tokens_) token_table_.erase(token.data(), owner_);
  tokens_.clear();
  deadlines_.remove(owner_);
}

}  // namespace usquic::engine::ngtcp2
