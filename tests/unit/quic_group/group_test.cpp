#include "quic/group/group.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <string>

#include "recorder.h"
#include "support/temporary_directory.h"
#include "support/test_loop.h"

namespace usquic::quic {
namespace {

constexpr std::array<std::uint8_t, 32> secret = {1};

us_quic_group_options_t options(unsigned workers) {
  us_quic_group_options_t o{};
  o.struct_size = sizeof(o);
  o.worker_count = workers;
  return o;
}

// 0, or the error.
int outcome(const us_quic_group_options_t& o) {
  int error = -1000;
  us_quic_group_t* group = us_create_quic_group(&o, &error);
  EXPECT_EQ(group == nullptr, error != 0);
  us_quic_group_free(group);
  return error;
}

TEST(GroupOptions, AreChecked) {
  EXPECT_EQ(outcome(options(1)), 0);
  EXPECT_EQ(outcome(options(256)), 0);
  EXPECT_EQ(outcome(options(0)), US_QUIC_E_INVALID);
  EXPECT_EQ(outcome(options(257)), US_QUIC_E_INVALID);
  us_quic_group_options_t o = options(2);
  o.struct_size = 8;
  EXPECT_EQ(outcome(o), US_QUIC_E_INVALID);
  o = options(2);
  o.steering = 2;
  EXPECT_EQ(outcome(o), US_QUIC_E_INVALID);
  o = options(2);
  constexpr std::array<std::uint8_t, 32> zeros{};
  o.secret = zeros.data();
  EXPECT_EQ(outcome(o), US_QUIC_E_INVALID);
  int error = 0;
  EXPECT_EQ(us_create_quic_group(nullptr, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  us_quic_group_free(nullptr);
}

TEST(GroupOptions, OfProcessesNeedASecretAndAFolderThatIsOurs) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path().string();
  us_quic_group_options_t o = options(2);
  o.directory = path.c_str();
  EXPECT_EQ(outcome(o), US_QUIC_E_INVALID);
  o.secret = secret.data();
  EXPECT_EQ(outcome(o), 0);
  chmod(path.c_str(), 0770);
  EXPECT_EQ(outcome(o), US_QUIC_E_ACCESS);
  chmod(path.c_str(), 0700);
  const std::string missing = path + "/missing";
  o.directory = missing.c_str();
  EXPECT_EQ(outcome(o), US_QUIC_E_ACCESS);
  const std::string long_path(200, 'x');
  o.directory = long_path.c_str();
  EXPECT_EQ(outcome(o), US_QUIC_E_INVALID);
}

TEST(Group, CountsWhatIsHandedOverAndWhoIsThere) {
  test::TestLoop loop;
  Recorder first;
  Recorder second;
  const std::shared_ptr<Group> group = *Group::create(options(3));
  ASSERT_TRUE(group->join(0, loop.get(), first, {}));
  ASSERT_TRUE(group->join(1, loop.get(), second, {}));
  EXPECT_EQ(group->join(1, loop.get(), second, {}).error(), US_QUIC_E_INVALID);
  EXPECT_EQ(group->join(3, loop.get(), second, {}).error(), US_QUIC_E_INVALID);
  const Address address = *Address::parse("192.0.2.1", 1);
  const std::uint8_t bytes[] = {1, 2, 3};
  EXPECT_TRUE(group->hand_over(0, {.worker = 1}, address, address, bytes, 0));
  EXPECT_FALSE(group->hand_over(0, {.worker = 2}, address, address, bytes, 0));
  for (std::size_t i = 0; i < HandOverQueue::max_datagrams; ++i)
    EXPECT_TRUE(group->hand_over(0, {.worker = 1}, address, address, bytes, 0));
  us_quic_group_stats_t stats;
  group->read(stats);
  EXPECT_EQ(stats.datagrams_handed_over, HandOverQueue::max_datagrams);
  EXPECT_EQ(stats.hand_over_drops, 1U);
  EXPECT_EQ(stats.workers, 2U);
  ASSERT_TRUE(loop.run_until([&] { return second.texts.size() == HandOverQueue::max_datagrams; }));
  group->leave(0);
  group->leave(1);
  group->read(stats);
  EXPECT_EQ(stats.workers, 0U);
}

TEST(GroupCounts, KeepWhatWorkersThatAreGoneCounted) {
  GroupCounts counts;
  us_quic_context_stats_t own{};
  own.connections_accepted = 5;
  own.connections_open = 2;
  own.handshakes_open = 1;
  own.datagrams_received = 100;
  counts.publish(0, own);
  counts.publish(255, own);
  us_quic_group_stats_t sums{};
  counts.read(sums);
  EXPECT_EQ(sums.contexts.datagrams_received, 200U);
  EXPECT_EQ(sums.contexts.connections_open, 4U);
  counts.retire(0);
  counts.read(sums);
  EXPECT_EQ(sums.contexts.datagrams_received, 200U);
  EXPECT_EQ(sums.contexts.connections_accepted, 10U);
  EXPECT_EQ(sums.contexts.connections_open, 2U);
  EXPECT_EQ(sums.contexts.handshakes_open, 1U);
}

}  // namespace
}  // namespace usquic::quic
