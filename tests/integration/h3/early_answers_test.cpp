// Answers that are complete before their request is (RFC 9114 section 4.1).
#include "integration/h3/app_fixture.h"

namespace usquic::test {
namespace {

class EarlyAnswers : public AppTest {
 protected:
  RawRequest* post_and_wait_for_answer() {
    make_app().post("/", [](Http3Response* res, Http3Request*) { res->end("no"); });
    RawRequest* request = start()->post("/");
    EXPECT_TRUE(run_until([&] { return request->ended; }));
    return request;
  }
};

// Some clients take STOP_SENDING for a failure when they have not yet read the answer.
TEST_F(EarlyAnswers, AnUploadThatIsNearlyDoneMayEnd) {
  RawRequest* request = post_and_wait_for_answer();
  request->send_pattern(500'000).finish();
  finish(request);
  EXPECT_FALSE(request->stopped);
  EXPECT_EQ(request->close_reason, US_QUIC_OK);
}

TEST_F(EarlyAnswers, ALargeUploadIsStopped) {
  RawRequest* request = post_and_wait_for_answer();
  request->send_pattern(1'000'000'000).finish();
  ASSERT_TRUE(run_until([&] { return request->stopped; }));
  finish(request);
  EXPECT_EQ(request->close_reason, US_QUIC_E_STOPPED);
  EXPECT_EQ(request->close_code, 0x100u);
  EXPECT_LT(request->bytes_sent(), 100'000'000u);
}

TEST_F(EarlyAnswers, AnUploadThatStandsStillIsStopped) {
  RawRequest* request = post_and_wait_for_answer();
  EXPECT_FALSE(request->stopped);
  // Heard at the next write.
  EXPECT_TRUE(run_until([&] {
    if (!request->stopped) request->send("x");
    return request->stopped;
  }));
}

TEST_F(EarlyAnswers, TheAppMayGoMeanwhile) {
  post_and_wait_for_answer();
  app.reset();
  client.reset();
  run_until([] { return false; }, 2);  // past the time when the upload would have been stopped
}

}  // namespace
}  // namespace usquic::test
