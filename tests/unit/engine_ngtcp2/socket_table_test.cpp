#include "engine/ngtcp2/socket_table.h"

#include <gtest/gtest.h>

#include <array>

#include "engine/ngtcp2/connection.h"

namespace usquic::engine::ngtcp2 {
namespace {

class Sockets : public testing::Test {
 protected:
  int socket_ = 0;
  int other_ = 0;
  SocketTable table_;
};

TEST_F(Sockets, AreNotKnownBeforeTheyAreAdded) {
  EXPECT_EQ(table_.find(&socket_), nullptr);
  EXPECT_EQ(table_.new_clients(&socket_), NewClients::ignored);
  EXPECT_FALSE(table_.has_server_handshakes(&socket_));
  EXPECT_FALSE(table_.has_unsent_closes(&socket_));
}

TEST_F(Sockets, KeepTheirStateWhenOthersCome) {
  SocketState& state = table_.add(&socket_);
  state.new_clients = NewClients::accepted;
  state.server_handshakes = 1;
  state.unsent_closes = 1;
  std::array<int, 100> many{};
  for (int& other : many) table_.add(&other);
  EXPECT_EQ(&table_.add(&socket_), &state);
  EXPECT_EQ(table_.find(&socket_), &state);
  EXPECT_EQ(table_.new_clients(&socket_), NewClients::accepted);
  EXPECT_TRUE(table_.has_server_handshakes(&socket_));
  EXPECT_TRUE(table_.has_unsent_closes(&socket_));
  EXPECT_EQ(table_.new_clients(&other_), NewClients::ignored);
}

TEST_F(Sockets, AreForgottenWhenTheyAreRemoved) {
  table_.add(&socket_).new_clients = NewClients::refused;
  table_.remove(&socket_);
  EXPECT_EQ(table_.find(&socket_), nullptr);
  EXPECT_EQ(table_.new_clients(&socket_), NewClients::ignored);
}

}  // namespace
}  // namespace usquic::engine::ngtcp2
