#include "delivery/waiting_line.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace usquic::delivery {
namespace {

struct Answer : Waiter {};

struct Connection : files::BufferShare {
  LineMember line{*this};
};

class WaitingLineTest : public testing::Test {
 protected:
  void take(Connection& connection, std::size_t buffers) {
    for (std::size_t i = 0; i < buffers; ++i) taken_.emplace_back(pool_.acquire(connection), &connection);
  }
  // Before the connections go.
  void give_back() {
    for (auto& [buffer, connection] : taken_) pool_.release(std::move(buffer), *connection);
    taken_.clear();
  }

  files::BufferPool pool_{8};
  WaitingLine line_;
  std::vector<std::pair<std::unique_ptr<std::byte[]>, Connection*>> taken_;
};

TEST_F(WaitingLineTest, ServesConnectionsInTurnAndTheirAnswersInOrder) {
  Connection many;
  Connection one;
  std::array<Answer, 3> answers;
  Answer other;
  for (Answer& answer : answers) line_.join(answer, many.line);
  line_.join(other, one.line);
  EXPECT_EQ(line_.next(pool_), &answers[0]);
  EXPECT_EQ(line_.next(pool_), &other);
  EXPECT_EQ(line_.next(pool_), &answers[1]);
  EXPECT_EQ(line_.next(pool_), &answers[2]);
  EXPECT_EQ(line_.next(pool_), nullptr);
  EXPECT_TRUE(line_.is_empty());
}

TEST_F(WaitingLineTest, PutsAConnectionThatHoldsNothingFirst) {
  Connection holder;
  Connection newcomer;
  Answer first;
  Answer second;
  take(holder, 2);
  line_.join(first, holder.line);
  line_.join(second, newcomer.line);
  EXPECT_EQ(line_.next(pool_), &second);
  EXPECT_EQ(line_.next(pool_), &first);
  give_back();
}

TEST_F(WaitingLineTest, PassesOverConnectionsThatHoldTheirShare) {
  Connection greedy;
  Connection modest;
  Answer first;
  Answer second;
  take(modest, 1);
  take(greedy, 4);  // of 8: three are left
  line_.join(first, greedy.line);
  line_.join(second, modest.line);
  EXPECT_EQ(line_.next(pool_), &second);
  EXPECT_EQ(line_.next(pool_), nullptr);
  EXPECT_TRUE(first.is_in_line());
  first.leave_line();
  give_back();
}

TEST_F(WaitingLineTest, GivesNobodyABufferWhenAllAreTaken) {
  std::array<Connection, 8> holders;
  for (Connection& holder : holders) take(holder, 1);
  Connection newcomer;
  Answer answer;
  line_.join(answer, newcomer.line);
  EXPECT_EQ(line_.next(pool_), nullptr);
  answer.leave_line();
  give_back();
}

TEST_F(WaitingLineTest, ForgetsWhoLeft) {
  Connection connection;
  Answer gone;
  Answer stays;
  line_.join(gone, connection.line);
  line_.join(gone, connection.line);
  line_.join(stays, connection.line);
  gone.leave_line();
  gone.leave_line();
  EXPECT_FALSE(gone.is_in_line());
  EXPECT_EQ(line_.next(pool_), &stays);
  EXPECT_TRUE(line_.is_empty());
  line_.join(gone, connection.line);
  EXPECT_EQ(line_.next(pool_), &gone);
}

}  // namespace
}  // namespace usquic::delivery
