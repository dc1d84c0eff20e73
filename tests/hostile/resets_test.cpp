// Streams that are opened and given up.
#include "hostile_test.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

using Resets = HostileTest;

// Gives up each request and asks again, until `requests` were asked.
void churn(Crowd& crowd, int requests) {
  crowd.on_ended = [&crowd, requests](us_quic_connection_t* connection, bool) {
    const bool may_ask = us_quic_connection_is_closed(connection) == 0;
    if (may_ask && crowd.tally().asked < requests) crowd.ask_over(connection, "/large");
  };
}

TEST_F(Resets, OfTenThousandStreamsLeaveNothingBehind) {
  start();
  for (const auto when : {Crowd::GivesUp::AtTheHead, Crowd::GivesUp::AtOnce}) {
    constexpr int requests = 5000;
    Crowd crowd(port(), {});
    crowd.give_up(when);
    churn(crowd, requests);
    crowd.connect(8, 50, "/large");
    EXPECT_TRUE(run_until(
        {&crowd}, [&] { return crowd.tally().asked >= requests && crowd.requests_open() == 0; }, 30));
    EXPECT_TRUE(serves_at_once("/large"));
    crowd.on_ended = nullptr;
    crowd.leave();
    run_for({&crowd}, 0.1);
  }
  Crowd nobody(port(), {});
  expect_unharmed(nobody);
}

class ResetsBeyondTheBudget : public HostileTest {
 protected:
  void expect_end(Crowd& crowd);
};

// The application gives such a request up, too: that is no reason not to count it.
TEST_F(ResetsBeyondTheBudget, ByStopSendingAloneEndTheConnection) {
  start();
  Crowd crowd(port(), {});
  expect_end(crowd);
}

TEST_F(ResetsBeyondTheBudget, EndTheConnectionAlone) {
  start();
  Crowd crowd(port(), {.ends_requests = false});
  expect_end(crowd);
}

void ResetsBeyondTheBudget::expect_end(Crowd& crowd) {
  crowd.give_up(Crowd::GivesUp::AtTheHead);
  churn(crowd, 10'000);
  Crowd other(port(), {});
  other.connect(1, 1, "/large");
  crowd.connect(1, 100, "/large");
  EXPECT_TRUE(run_until(
      {&crowd, &other}, [&] { return crowd.closed_connections() == 1; }, 30));
  EXPECT_LT(crowd.tally().asked, 10'000);
  EXPECT_EQ(crowd.close_code(), US_QUIC_H3_EXCESSIVE_LOAD);
  EXPECT_TRUE(run_until(
      {&other}, [&] { return other.tally().whole == 1; }, 10));
  expect_unharmed(other);
}

}  // namespace
}  // namespace usquic::test
