#include "client/request_body.h"

#include <gtest/gtest.h>

namespace usquic::client {
namespace {

TEST(RequestBody, HoldsTheApplicationToItsContentLength) {
  RequestBody more({}, true, 2);
  EXPECT_TRUE(more.append("ab"));
  EXPECT_FALSE(more.append("c"));
  RequestBody less({}, true, 2);
  EXPECT_TRUE(less.append("a"));
  EXPECT_FALSE(less.finish());
}

TEST(RequestBody, RemembersOnceThatADrainIsAwaited) {
  RequestBody body({}, true, std::nullopt);
  EXPECT_FALSE(body.take_awaited_drain());
  body.await_drain();
  EXPECT_TRUE(body.take_awaited_drain());
  EXPECT_FALSE(body.take_awaited_drain());
  body.await_drain();
  EXPECT_TRUE(body.finish());
  EXPECT_FALSE(body.take_awaited_drain());
}

TEST(RequestBody, StaysAwaitedWhenARedirectEmptiesIt) {
  RequestBody body({}, true, std::nullopt);
  EXPECT_TRUE(body.append("abc"));
  body.await_drain();
  body.become_empty();
  EXPECT_TRUE(body.is_empty());
  EXPECT_TRUE(body.is_finished());
  EXPECT_TRUE(body.is_drained());
  EXPECT_TRUE(body.take_awaited_drain());
}

}  // namespace
}  // namespace usquic::client
