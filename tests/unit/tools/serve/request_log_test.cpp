#include "serve/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace usquic::tools::serve {
namespace {

class ServeRequestLog : public testing::Test {
 protected:
  ServeRequestLog() {
    path_ = std::filesystem::temp_directory_path() / ("usquic-request-log-test-" + std::to_string(getpid()));
  }
  ~ServeRequestLog() override { std::filesystem::remove(path_); }

  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  std::filesystem::path path_;
  Options options_;
  Console console_;
};

TEST_F(ServeRequestLog, IsClosedWhereNoneIsWanted) {
  RequestLog log(options_, console_);
  EXPECT_FALSE(log.open());
  EXPECT_FALSE(log.is_open());
  log.write({}, 200, 1);
  log.flush();
  log.report();
}

TEST_F(ServeRequestLog, HasALineForEachAnswer) {
  options_.access_log = path_;
  {
    RequestLog log(options_, console_);
    ASSERT_FALSE(log.open());
    EXPECT_TRUE(log.is_open());
    log.write({.client_address = "::1", .method = "GET", .path = "/a"}, 200, 12);
    log.write({.client_address = "::1", .method = "HEAD", .path = "/b"}, 404, 0);
    log.flush();
  }
  EXPECT_THAT(content(), testing::HasSubstr("\"GET /a HTTP/3\" 200 12"));
  EXPECT_THAT(content(), testing::HasSubstr("\"HEAD /b HTTP/3\" 404 0"));
}

TEST_F(ServeRequestLog, SaysWhyItCannotBeOpened) {
  options_.access_log = "/nowhere/at/all";
  RequestLog log(options_, console_);
  const auto failure = log.open();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, ExitCode::Write);
  EXPECT_THAT(failure->reason, testing::HasSubstr("/nowhere/at/all: "));
}

}  // namespace
}  // namespace usquic::tools::serve
