// Logs that nobody reads.
#include <sys/stat.h>

#include "hostile_test.h"

namespace usquic::test {
namespace {

class UnreadLog : public HostileTest {
 protected:
  // More lines than a pipe takes (64 KiB): all requests are answered, and the server ends when it
  // is asked to.
  void expect_service() {
    constexpr int requests = 3000;
    Crowd crowd(port(), {});
    crowd.on_ended = [&crowd](us_quic_connection_t* connection, bool) {
      if (crowd.tally().asked < requests) crowd.ask_over(connection, "/small");
    };
    crowd.connect(2, 20, "/small");
    EXPECT_TRUE(run_until(
        {&crowd}, [&] { return crowd.tally().whole >= requests; }, 30));
    expect_unharmed(crowd);
  }
};

TEST_F(UnreadLog, OnStandardOutputHoldsUpNobody) {
  start({"--access-log", "-"});
  expect_service();
}

TEST_F(UnreadLog, InAFifoHoldsUpNobody) {
  const std::string fifo = folder() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  start({"--access-log", fifo});
  expect_service();
}

}  // namespace
}  // namespace usquic::test
