#include "get/following_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_source.h"

namespace usquic::tools::get {
namespace {

using testing::ElementsAre;

class GetFollowingSource : public testing::Test {
 protected:
  GetFollowingSource() {
    auto steps = std::make_unique<ScriptedSource>();
    steps_ = steps.get();
    source_ = std::make_unique<FollowingSource>(std::move(steps));
    request_.max_redirects = 2;
  }
  void start() { exchange_ = source_->start("https://localhost/a", request_, events_); }
  ScriptedSource::Begun& step(std::size_t index) { return *steps_->begun.at(index); }
  void redirect(std::size_t index, int status, const char* location) {
    step(index).events->on_response(HttpVersion::Http2, {status, {{"location", location}}});
  }

  ScriptedSource* steps_;
  std::unique_ptr<FollowingSource> source_;
  FetchOptions request_;
  HeardEvents events_;
  std::unique_ptr<Exchange> exchange_;
};

TEST_F(GetFollowingSource, AsksWhereARedirectLeads) {
  start();
  redirect(0, 302, "/b c");
  step(0).events->on_data("it is elsewhere");
  step(0).events->on_end();
  ASSERT_EQ(steps_->begun.size(), 2u);
  EXPECT_TRUE(step(0).is_over);
  EXPECT_EQ(step(1).url, "https://localhost/b%20c");
  EXPECT_EQ(exchange_->url(), "https://localhost/b%20c");
  EXPECT_EQ(exchange_->redirects(), 1);
  step(1).events->on_response(HttpVersion::Http2, {200, {}});
  step(1).events->on_end();
  EXPECT_THAT(events_.heard, ElementsAre("response 200", "end"));
}

TEST_F(GetFollowingSource, StopsAtTheLimit) {
  start();
  for (std::size_t i = 0; i < 3; ++i) {
    redirect(i, 307, "/a");
    if (i < 2) step(i).events->on_end();
  }
  EXPECT_THAT(events_.heard, ElementsAre("error 47 more than 2 redirects"));
}

TEST_F(GetFollowingSource, WithoutALimitARedirectIsAResponse) {
  request_.max_redirects = 0;
  start();
  redirect(0, 302, "/b");
  EXPECT_THAT(events_.heard, ElementsAre("response 302"));
}

TEST_F(GetFollowingSource, PostBecomesGetAndSecretsStayWithTheirOrigin) {
  request_.method = "POST";
  request_.body = "secret";
  request_.headers = {{"cookie", "1"}, {"accept", "*/*"}, {"content-length", "6"}};
  start();
  redirect(0, 303, "https://elsewhere/");
  step(0).events->on_end();
  EXPECT_EQ(step(1).request.method, "GET");
  EXPECT_EQ(step(1).request.body, "");
  ASSERT_EQ(step(1).request.headers.size(), 1u);
  EXPECT_EQ(step(1).request.headers[0].name, "accept");
}

TEST_F(GetFollowingSource, ABodyThatIsStreamedIsNotSentTwice) {
  request_.method = "PUT";
  request_.stream_body = true;
  start();
  redirect(0, 307, "/b");
  EXPECT_THAT(events_.heard, ElementsAre("response 307"));
}

TEST_F(GetFollowingSource, AStreamedBodyEndsWhereARedirectWantsNoMoreOfIt) {
  request_.method = "POST";
  request_.stream_body = true;
  start();
  redirect(0, 303, "/b");
  step(0).events->on_end();
  EXPECT_THAT(events_.heard, ElementsAre("stop"));
  EXPECT_TRUE(exchange_->write("more"));
  EXPECT_EQ(step(1).written, "");
}

}  // namespace
}  // namespace usquic::tools::get
