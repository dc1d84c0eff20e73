#include "app/request_drain.h"

#include <gtest/gtest.h>

#include "scripted_exchange_stream.h"
#include "usquic/http/loop.h"

namespace usquic::app {
namespace {

using Calls = std::vector<std::string>;

class Draining : public testing::Test {
 protected:
  Draining() { stream.its_loop = loop->native(); }

  // Runs the loop for as long as that.
  void wait(int ms) {
    loop->after(ms, [] {});
    loop->run();
  }

  std::shared_ptr<Loop> loop = Loop::create();
  test::ScriptedExchangeStream stream;
  RequestDrain drain;
};

TEST_F(Draining, StopsAtOnceWhereNothingMayCome) {
  drain.begin(stream, {.max_bytes = 0});
  drain.begin(stream, {.max_ms = 0});
  EXPECT_EQ(stream.take_calls(), (Calls{"stop none", "stop none"}));
}

TEST_F(Draining, StopsOnceAfterItsBytes) {
  drain.begin(stream, {.max_bytes = 10});
  drain.take(10);
  EXPECT_EQ(stream.take_calls(), Calls{});
  drain.take(1);
  drain.take(1);
  EXPECT_EQ(stream.take_calls(), Calls{"stop none"});
}

TEST_F(Draining, StopsAfterItsTime) {
  drain.begin(stream, {.max_ms = 5});
  wait(50);
  EXPECT_EQ(stream.take_calls(), Calls{"stop none"});
}

TEST_F(Draining, LeavesTheStreamAloneOnceItEnded) {
  drain.begin(stream, {.max_bytes = 10, .max_ms = 5});
  drain.end();
  drain.take(11);
  wait(50);
  EXPECT_EQ(stream.take_calls(), Calls{});
}

}  // namespace
}  // namespace usquic::app
