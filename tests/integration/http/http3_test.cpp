// What an app does over HTTP/3 alone.
#include "integration/http/app_fixture.h"
#include "integration/http/raw_http3_client.h"
#include "support/built_in_engine.h"

namespace usquic::test {
namespace {

using Http3Test = AppTest;

TEST_F(Http3Test, AClientMayKeepOneConnectionOpenBeyondTheIdleTimeout) {
  if (!engine_keeps_alive()) GTEST_SKIP() << "this engine has its own times for PINGs";
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.idle_timeout_ms = 200;
  AppOptions options;
  options.core = &core;
  make_app(options);
  auto* kept = dynamic_cast<RawHttp3Connection*>(start());
  ASSERT_NE(kept, nullptr);
  us_quic_connection_set_keep_alive(kept->native, 60'000);  // before there is a connection
  const RawConnection* other = connect();
  ASSERT_TRUE(run_until([&] { return kept->open && other->open; }));
  ASSERT_TRUE(run_until([&] { return other->closed; }, 5));
  run_until([] { return false; }, 1);
  EXPECT_FALSE(kept->closed);
  us_quic_connection_set_keep_alive(kept->native, 0);
  EXPECT_TRUE(run_until([&] { return kept->closed; }, 5));
  EXPECT_EQ(kept->error, US_QUIC_E_IDLE_TIMEOUT);
}

}  // namespace
}  // namespace usquic::test
