// Answers that are complete before their request is (RFC 9114 section 4.1).
#include "integration/http/app_fixture.h"

namespace usquic::test {
namespace {

class EarlyAnswers : public EveryVersionTest {
 protected:
  RawRequest* post_and_wait_for_answer(const AppOptions& options = {}) {
    make_app(options).post("/", [](Response* res, Request*) { res->end("no"); });
    RawRequest* request = start()->post("/");
    EXPECT_TRUE(run_until([&] { return request->ended; }));
    return request;
  }
};

// Some clients take STOP_SENDING for a failure, or show the answer only once their upload was taken.
TEST_P(EarlyAnswers, AnUploadThatGoesOnMayEnd) {
  RawRequest* request = post_and_wait_for_answer();
  request->send_pattern(10'000'000).finish();
  finish(request);
  EXPECT_FALSE(request->stopped);
  EXPECT_EQ(request->close_reason, US_QUIC_OK);
}

TEST_P(EarlyAnswers, ALargeUploadIsStopped) {
  AppOptions options;
  options.linger_max_bytes = 2'000'000;
  RawRequest* request = post_and_wait_for_answer(options);
  request->send_pattern(1'000'000'000).finish();
  ASSERT_TRUE(run_until([&] { return request->stopped; }));
  finish(request);
  EXPECT_EQ(request->close_reason, US_QUIC_E_STOPPED);
  EXPECT_EQ(request->close_code, version.no_error);
  EXPECT_GE(request->bytes_sent(), 2'000'000u);
  EXPECT_LT(request->bytes_sent(), 40'000'000u);
}

TEST_P(EarlyAnswers, AnUploadThatStandsStillIsStopped) {
  RawRequest* request = post_and_wait_for_answer();
  EXPECT_FALSE(request->stopped);
  EXPECT_TRUE(run_until([&] { return request->stopped; }));
  EXPECT_EQ(request->stop_code, version.no_error);
}

TEST_P(EarlyAnswers, AnUploadThatTakesTooLongIsStopped) {
  AppOptions options;
  options.linger_max_ms = 100;
  options.linger_min_bytes_per_second = 0;
  RawRequest* request = post_and_wait_for_answer(options);
  EXPECT_TRUE(run_until([&] { return request->stopped; }, 2));
}

TEST_P(EarlyAnswers, NothingIsTakenWhereNothingMayBe) {
  AppOptions options;
  options.linger_max_bytes = 0;
  RawRequest* request = post_and_wait_for_answer(options);
  EXPECT_TRUE(run_until([&] { return request->stopped; }, 2));
}

TEST_P(EarlyAnswers, LimitsThatNoTimerCanHoldAreRefused) {
  AppOptions options;
  options.cert = identity.cert;
  options.key = identity.key;
  options.linger_max_ms = 0x80000000U;
  app.emplace(options, loop);
  EXPECT_TRUE(app->constructorFailed());
  EXPECT_EQ(app->error(), US_QUIC_E_INVALID);
}

// What curl does when the answer says that the upload is not wanted: it ends it.
TEST_P(EarlyAnswers, AnUploadThatIsCutShortLeavesTheAnswerWhole) {
  if (version.has_streams && !version.outlives_failures) GTEST_SKIP() << "it ends the connection";
  constexpr std::size_t length = 4'000'000;  // more than the kernel takes
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.send_buffer_bytes = 2 * length;
  AppOptions app_options;
  app_options.core = &core;
  make_app(app_options).post("/", [](Response* res, Request*) { res->end(pattern(0, length)); });
  RawClientOptions options;
  options.stream_window = 16'384;
  RawConnection* connection = start(options);
  RawRequest* request = connection->post("/", {{"content-length", "10"}});
  request->on_response = [request] { request->pause(); };
  ASSERT_TRUE(run_until([&] { return request->status == 200; }));
  request->send("ab").finish();
  for (int i = 0; i < 10; ++i) settle(connection);
  request->resume();
  finish(request);
  EXPECT_FALSE(request->reset) << request->reset_code;
  EXPECT_TRUE(request->ended);
  EXPECT_EQ(request->body_bytes, length);
}

TEST_P(EarlyAnswers, TheAppMayGoMeanwhile) {
  AppOptions options;
  options.linger_max_ms = 100;
  post_and_wait_for_answer(options);
  app.reset();
  clients.clear();
  run_until([] { return false; }, 1);  // past the time when the upload would have been stopped
}

INSTANTIATE_TEST_SUITE_P(Versions, EarlyAnswers, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
