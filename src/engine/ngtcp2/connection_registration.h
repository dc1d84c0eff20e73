// Where a connection stands in the tables of its endpoint: under its own connection IDs, and under the
// stateless reset tokens of its peer's.
#pragma once

#include <cstdint>
#include <vector>

#include "transport/connection_id_owner.h"
#include "transport/connection_ids.h"
#include "transport/reset_tokens.h"

namespace usquic::engine::ngtcp2 {

class ConnectionRegistration {
 public:
  ConnectionRegistration(transport::ConnectionIdTable& ids, transport::ResetTokenTable& reset_tokens,
                         transport::ConnectionIdOwner& owner)
      : id_table_(ids), token_table_(reset_tokens), owner_(owner) {}
  ConnectionRegistration(const ConnectionRegistration&) = delete;
  ConnectionRegistration& operator=(const ConnectionRegistration&) = delete;

  // False: another connection has the ID.
  bool add(const transport::ConnectionId& id);
  transport::ConnectionId add_new(const transport::ConnectionIdFactory& factory);
  void remove(const transport::ConnectionId& id);

  void add_reset_token(const std::uint8_t* token);
  void remove_reset_token(const std::uint8_t* token);

  // For the one that they lead to from now on, which takes them out.
  std::vector<transport::ConnectionId>& ids() { return ids_; }
  // Out of both tables.
  void clear();

 private:
  transport::ConnectionIdTable& id_table_;
  transport::ResetTokenTable& token_table_;
  transport::ConnectionIdOwner& owner_;
  std::vector<transport::ConnectionId> ids_;
  std::vector<transport::ResetTokenTable::Token> tokens_;
};

}  // namespace usquic::engine::ngtcp2
