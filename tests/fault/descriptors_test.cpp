// Descriptors that are used up: the call fails and says so, and all else goes on.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "echo_exchange.h"
#include "faulty_kernel.h"

namespace usquic::test {
namespace {

constexpr std::size_t body_bytes = 1 << 20;

void append_line(void* log, int /*level*/, const char* message) {
  static_cast<std::string*>(log)->append(message).append("\n");
}

us_quic_socket_context_options_t options_with_log(std::string& log) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.log = append_line;
  options.log_user = &log;
  options.log_level = US_QUIC_LOG_ERROR;
  return options;
}

class Descriptors : public testing::Test {
 protected:
  // A request on a new connection succeeds.
  void expect_new_connection() {
    const int before = exchange.told().right_responses;
    us_quic_connection_t* connection = exchange.connect();
    ASSERT_NE(connection, nullptr);
    exchange.echo(connection, body_bytes);
    EXPECT_TRUE(exchange.run_until([&] { return exchange.told().right_responses > before; }, 10));
  }

  void use_up_descriptors() {
    kernel.judge_opening = [] { return EMFILE; };
  }
  void free_descriptors() { kernel.judge_opening = nullptr; }

  std::string log;
  FaultyKernel kernel{1};
  EchoExchange exchange{options_with_log(log)};
};

TEST_F(Descriptors, UsedUpFailConnectAndListenAndTheLogSaysWhy) {
  use_up_descriptors();
  int error = 0;
  EXPECT_EQ(us_quic_socket_context_connect(exchange.client().context(), "127.0.0.1", exchange.server().port(),
                                           0, &error),
            nullptr);
  EXPECT_EQ(error, US_QUIC_E_IO);
  EXPECT_NE(log.find("Too many open files"), std::string::npos) << log;
  log.clear();
  EXPECT_EQ(us_quic_socket_context_listen(exchange.server().context(), "127.0.0.1", 0, nullptr, 0, &error),
            nullptr);
  EXPECT_EQ(error, US_QUIC_E_IO);
  EXPECT_NE(log.find("Too many open files"), std::string::npos) << log;
  EXPECT_EQ(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0), nullptr);
  free_descriptors();
  expect_new_connection();
}

TEST_F(Descriptors, UsedUpLeaveConnectionsAlone) {
  us_quic_connection_t* connection = exchange.connect();
  exchange.echo(connection, body_bytes);
  use_up_descriptors();
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().responses == 1; }, 10));
  EXPECT_EQ(exchange.told().right_responses, 1);
  // Over the socket that is there, nothing new is needed but a look at the routes.
  us_quic_connection_t* other = exchange.client().connect_over(us_quic_connection_socket(connection),
                                                               "127.0.0.1", exchange.server().port());
  ASSERT_NE(other, nullptr);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().closes == 1; }, 10));
  EXPECT_EQ(exchange.told().error, US_QUIC_E_IO);
  free_descriptors();
  exchange.echo(connection, body_bytes);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().responses == 2; }, 10));
  EXPECT_EQ(exchange.told().right_responses, 2);
  EXPECT_EQ(exchange.told().closes, 1);
}

TEST_F(Descriptors, TheLastOneGoesToTheSocketAndTheConnectionEndsWithAnError) {
  int sockets = 0;
  kernel.judge_opening = [&] { return ++sockets > 1 ? EMFILE : 0; };
  const us_quic_connection_t* connection = exchange.connect();
  free_descriptors();
  ASSERT_NE(connection, nullptr);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().closes == 1; }, 10));
  EXPECT_EQ(exchange.told().error, US_QUIC_E_IO);
  EXPECT_NE(log.find("Too many open files"), std::string::npos) << log;
  expect_new_connection();
}

}  // namespace
}  // namespace usquic::test
