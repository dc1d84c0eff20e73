// Where a connection stands in the tables of its endpoint: under its own connection IDs, under the stateless
// reset tokens of its peer's, and among the deadlines.
#pragma once

#include <cstdint>
#include <vector>

#include "base/deadline_heap.h"
#include "transport/connection_id_owner.h"
#include "transport/connection_ids.h"
#include "transport/reset_tokens.h"

namespace usquic::engine::ngtcp2 {

class ConnectionRegistration {
 public:
  ConnectionRegistration(transport::ConnectionIdTable& ids, transport::ResetTokenTable& reset_tokens,
                         DeadlineHeap& deadlines, transport::ConnectionIdOwner& owner)
      : id_table_(ids),
        token_table_(reset_tokens),
        deadlines_(deadlines),
        deadline_place_(deadlines),
        owner_(owner) {}
  ConnectionRegistration(const ConnectionRegistration&) = delete;
  ConnectionRegistration& operator=(const ConnectionRegistration&) = delete;

  // False: another connection has the ID.
  bool add(const transport::ConnectionId& id);
  transport::ConnectionId add_new(const transport::ConnectionIdFactory& factory);
  // The first one, which is made once.
  const transport::ConnectionId& add_first(const transport::ConnectionIdFactory& factory);
  const transport::ConnectionId& first_id() const { return first_id_; }
  void remove(const transport::ConnectionId& id);

  void add_reset_token(const std::uint8_t* token);
  void remove_reset_token(const std::uint8_t* token);

  // For the one that they lead to from now on, which takes them out.
  std::vector<transport::ConnectionId>& ids() { return ids_; }
  // When the time brings something; `never` takes the connection out.
  void set_deadline(TimePoint deadline) { deadlines_.set(owner_, deadline); }
  // Out of all tables.
  void clear();

 private:
  transport::ConnectionIdTable& id_table_;
  transport::ResetTokenTable& token_table_;
  DeadlineHeap& deadlines_;
  const DeadlinePlace deadline_place_;
  transport::ConnectionIdOwner& owner_;
  transport::ConnectionId first_id_;
  std::vector<transport::ConnectionId> ids_;
  std::vector<transport::ResetTokenTable::Token> tokens_;
};

}  // namespace usquic::engine::ngtcp2
