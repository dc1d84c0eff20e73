#include "transport/stateless_resets.h"

#include <gtest/gtest.h>

#include <optional>

#include "start_time.h"

namespace usquic::transport {
namespace {

using namespace std::chrono_literals;

class StatelessResetsTest : public testing::Test {
 protected:
  std::optional<std::size_t> answer(std::size_t cause_bytes, TimePoint now = start_time) {
    return resets_.answer(now, id_.bytes(), cause_bytes);
  }

  const RandomSource random_;
  const ConnectionIdFactory factory_{{}, {}, random_};
  const ConnectionId id_ = factory_.make();
  StatelessResets resets_{factory_};
};

TEST_F(StatelessResetsTest, AreSmallerThanTheirCause) {
  EXPECT_EQ(answer(1200), 43u);
  EXPECT_EQ(answer(44), 43u);
  EXPECT_EQ(answer(43), 42u);
  EXPECT_EQ(answer(22), 21u);
  EXPECT_EQ(answer(21), std::nullopt);
}

TEST_F(StatelessResetsTest, AreLimitedInRate) {
  for (std::uint32_t i = 0; i < StatelessResets::max_per_second; ++i) EXPECT_TRUE(answer(100));
  EXPECT_FALSE(answer(100));
  EXPECT_TRUE(answer(100, start_time + 1s));
}

TEST_F(StatelessResetsTest, AreNotSentForAnotherWorkersConnection) {
  const ConnectionIdFactory of_first({}, {std::uint8_t{0}, 2}, random_);
  const ConnectionIdFactory of_second({}, {std::uint8_t{1}, 2}, random_);
  StatelessResets resets(of_first);
  EXPECT_TRUE(resets.answer(start_time, of_first.make().bytes(), 100));
  EXPECT_FALSE(resets.answer(start_time, of_second.make().bytes(), 100));
}

}  // namespace
}  // namespace usquic::transport
