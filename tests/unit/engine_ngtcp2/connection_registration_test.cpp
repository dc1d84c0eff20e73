#include "engine/ngtcp2/connection_registration.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::engine::ngtcp2 {
namespace {

class Owner final : public transport::ConnectionIdOwner {
 public:
  Owner() : ConnectionIdOwner(Kind::live) {}
  void on_deadline(TimePoint /*now*/) override {}
};

class Registration : public testing::Test {
 protected:
  const RandomSource random_;
  const transport::ConnectionIdFactory factory_{{}, {}, random_};
  transport::ConnectionIdTable ids_{random_};
  transport::ResetTokenTable tokens_{random_};
  DeadlineHeap deadlines_;
  Owner owner_;
  Owner other_;
  ConnectionRegistration registration_{ids_, tokens_, deadlines_, owner_};
};

TEST_F(Registration, LeadsEveryIdToItsOwner) {
  const transport::ConnectionId first = registration_.add_new(factory_);
  const transport::ConnectionId second = registration_.add_new(factory_);
  EXPECT_EQ(ids_.find(first.bytes()), &owner_);
  EXPECT_EQ(ids_.find(second.bytes()), &owner_);
  EXPECT_EQ(registration_.ids().size(), 2u);
}

TEST_F(Registration, MakesItsFirstIdOnce) {
  const transport::ConnectionId first = registration_.add_first(factory_);
  registration_.add_new(factory_);
  EXPECT_TRUE(registration_.add_first(factory_) == first);
  EXPECT_TRUE(registration_.first_id() == first);
  EXPECT_EQ(registration_.ids().size(), 2u);
}

TEST_F(Registration, TakesNoIdOfAnother) {
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  ConnectionRegistration others(ids_, tokens_, deadlines_, other_);
  EXPECT_TRUE(others.add(transport::ConnectionId(bytes)));
  EXPECT_FALSE(registration_.add(transport::ConnectionId(bytes)));
  EXPECT_TRUE(registration_.ids().empty());
  EXPECT_EQ(ids_.find(bytes), &other_);
}

TEST_F(Registration, RemovesOneId) {
  const transport::ConnectionId first = registration_.add_new(factory_);
  const transport::ConnectionId second = registration_.add_new(factory_);
  registration_.remove(first);
  EXPECT_EQ(ids_.find(first.bytes()), nullptr);
  EXPECT_EQ(ids_.find(second.bytes()), &owner_);
  EXPECT_EQ(registration_.ids().size(), 1u);
}

TEST_F(Registration, FindsItsOwnerByAResetToken) {
  std::vector<std::uint8_t> datagram(40);
  random_.fill(datagram);
  const std::uint8_t* token = datagram.data() + datagram.size() - transport::ResetTokenTable::token_bytes;
  registration_.add_reset_token(token);
  EXPECT_EQ(tokens_.find(datagram), &owner_);
  registration_.remove_reset_token(token);
  EXPECT_EQ(tokens_.find(datagram), nullptr);
}

TEST_F(Registration, LeavesNothingBehind) {
  std::vector<std::uint8_t> datagram(40);
  random_.fill(datagram);
  registration_.add_new(factory_);
  registration_.add_new(factory_);
  registration_.add_reset_token(datagram.data() + datagram.size() - transport::ResetTokenTable::token_bytes);
  registration_.set_deadline(TimePoint(std::chrono::seconds(1)));
  EXPECT_EQ(deadlines_.earliest(), TimePoint(std::chrono::seconds(1)));
  registration_.clear();
  EXPECT_TRUE(deadlines_.empty());
  EXPECT_EQ(ids_.size(), 0u);
  EXPECT_EQ(tokens_.find(datagram), nullptr);
}

TEST_F(Registration, LeavesIdsThatWereHandedOver) {
  const transport::ConnectionId id = registration_.add_new(factory_);
  std::vector<transport::ConnectionId> taken;
  taken.swap(registration_.ids());
  ids_.replace(id, other_);
  registration_.clear();
  EXPECT_EQ(ids_.find(id.bytes()), &other_);
}

}  // namespace
}  // namespace usquic::engine::ngtcp2
