#include "engine/lsquic/socket_table.h"

#include <gtest/gtest.h>

namespace usquic::engine::lsquic {
namespace {

TEST(LsquicSocketTable, FindsASocketByItselfAndByItsNumber) {
  SocketTable table;
  int socket = 0;
  EXPECT_EQ(table.find(&socket), nullptr);
  SocketState& state = table.add(&socket);
  EXPECT_EQ(&table.add(&socket), &state);
  EXPECT_EQ(table.find(&socket), &state);
  EXPECT_EQ(table.find_by_number(state.number), &state);
  EXPECT_EQ(table.find_by_number(0), nullptr);
}

// lsquic may name what is long gone.
TEST(LsquicSocketTable, GivesNoNumberAgain) {
  SocketTable table;
  int socket = 0;
  const std::uint32_t first = table.add(&socket).number;
  table.remove(&socket);
  EXPECT_EQ(table.find_by_number(first), nullptr);
  EXPECT_NE(table.add(&socket).number, first);
}

TEST(LsquicSocketTable, IgnoresNewClientsOfSocketsThatItDoesNotKnow) {
  SocketTable table;
  int socket = 0;
  EXPECT_EQ(table.new_clients(&socket), NewClients::ignored);
  table.add(&socket).new_clients = NewClients::accepted;
  EXPECT_EQ(table.new_clients(&socket), NewClients::accepted);
}

}  // namespace
}  // namespace usquic::engine::lsquic
