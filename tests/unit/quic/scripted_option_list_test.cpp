// The engine that a context makes gets every option that engine/option_list.h sends there.
#include <gtest/gtest.h>

#include <string_view>

#include "changed_options.h"
#include "harness.h"
#include "quic/options.h"
#include "support/scripted_engine.h"

namespace usquic::test {
namespace {

TEST(OptionList, EveryNumberReachesTheEngineOrTheContext) {
  TestLoop loop;
  const us_quic_socket_context_options_t o = changed_options();
  int error = 0;
  us_quic_socket_context_t* context = us_create_quic_socket_context(loop.get(), &o, 0, &error);
  ASSERT_NE(context, nullptr) << us_quic_strerror(error);
  quic::ContextConfig seen;
  seen.engine = ScriptedEndpoint::of(*context->endpoint).config();
  seen.connection_ext_size = context->connection_ext_size;
  seen.stream_ext_size = context->stream_ext_size;
#define USQUIC_EXPECT_ARRIVAL(name, type, value, smallest, largest, unit, arrives, summary) \
  if (!std::string_view(#arrives).starts_with("tls.")) {                                    \
    EXPECT_EQ(option_number(seen.arrives), number_in(seen.arrives, o.name)) << #name;       \
  }
#define USQUIC_PASS_OVER(...)
  USQUIC_OPTIONS(USQUIC_EXPECT_ARRIVAL, USQUIC_PASS_OVER, USQUIC_PASS_OVER)
  EXPECT_EQ(option_number(context->handshake_timeout), o.handshake_timeout_ms);
  EXPECT_EQ(context->send_buffer_bytes, o.send_buffer_bytes);
  us_quic_socket_context_free(context);
}

}  // namespace
}  // namespace usquic::test
