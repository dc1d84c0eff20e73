// RFC 9114 section 5.2, as a client keeps to it with servers that name the last request that they will answer
// in place of the first that they will not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http3_checks.h"

namespace usquic::test {
namespace {

const std::string response_head = wire_headers({{":status", "200"}});

std::string goaway(std::uint64_t id) {
  return wire_frame(h3frame::goaway, wire_varint(id));
}

std::string data(std::string_view text) {
  return wire_frame(h3frame::data, text);
}

class Goaway : public ::testing::Test {
 protected:
  void expect_untouched(const StreamRecord& s) {
    EXPECT_EQ(s.closes, 0);
    const auto id = static_cast<std::uint64_t>(s.id);
    EXPECT_FALSE(joined.peer().stream(id).reset);
    EXPECT_FALSE(joined.peer().stream(id).stopped);
  }

  Http3Joined joined{Engine::client};
};

TEST_F(Goaway, LeavesTheResponseThatHasBegunOfTheRequestThatItNames) {
  const StreamRecord* s = joined.ask();
  joined.peer().write(0, response_head + data("half "));
  joined.h3->control(goaway(0));
  joined.net.run();
  expect_untouched(*s);
  joined.peer().write(0, data("and half"), true);
  joined.net.run();
  EXPECT_EQ(s->body, "half and half");
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
}

TEST_F(Goaway, LeavesARequestThatHasAnInterimResponse) {
  const StreamRecord* s = joined.ask();
  joined.peer().write(0, wire_headers({{":status", "103"}}));
  joined.h3->control(goaway(0));
  joined.net.run();
  expect_untouched(*s);
}

TEST_F(Goaway, LeavesTheRequestThatItNamesToBeAnswered) {
  const StreamRecord* s = joined.ask();
  joined.h3->control(goaway(0));
  joined.net.run();
  expect_untouched(*s);
  joined.peer().write(0, response_head + data("late"), true);
  joined.net.run();
  EXPECT_EQ(s->body, "late");
}

TEST_F(Goaway, LeavesTheRequestThatItNamesToBeRejected) {
  const StreamRecord* s = joined.ask();
  joined.h3->control(goaway(0));
  joined.peer().send(frame::reset_stream(0, h3_request_rejected, 0));
  joined.net.run();
  EXPECT_EQ(s->reset, h3_request_rejected);
}

// Nobody knows what became of it: it must not look as if it was safe to send again.
TEST_F(Goaway, DoesNotCallTheRequestThatItNamesUnprocessedWhenTheConnectionEnds) {
  const StreamRecord* s = joined.ask();
  joined.h3->control(goaway(0));
  joined.peer().send(frame::application_close(h3_no_error));
  joined.net.run();
  EXPECT_EQ(s->closes, 1);
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
}

TEST_F(Goaway, GivesUpTheRequestsAboveTheOneThatItNames) {
  const StreamRecord* named = joined.ask();
  const StreamRecord* above = joined.ask();
  joined.h3->control(goaway(0));
  joined.net.run();
  expect_untouched(*named);
  EXPECT_EQ(above->closes, 1);
  EXPECT_EQ(above->close.reason, US_QUIC_E_GOAWAY);
  EXPECT_EQ(joined.peer().stream(4).stopped, h3_request_cancelled);
}

// A server that answers request 8 after "none from 0 on" did not mean that: request 4 is not unprocessed.
TEST_F(Goaway, GivesUpNoRequestBelowOneWhoseResponseHasBegun) {
  const StreamRecord* named = joined.ask();
  const StreamRecord* between = joined.ask();
  const StreamRecord* begun = joined.ask();
  const StreamRecord* above = joined.ask();
  joined.peer().write(8, response_head);
  joined.h3->control(goaway(0));
  joined.net.run();
  expect_untouched(*named);
  expect_untouched(*between);
  expect_untouched(*begun);
  EXPECT_EQ(above->close.reason, US_QUIC_E_GOAWAY);
}

}  // namespace
}  // namespace usquic::test
