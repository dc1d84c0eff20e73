#include "serve/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

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
};

TEST_F(ServeRequestLog, IsClosedWhereNoneIsWanted) {
  AccessLog file;
  EXPECT_FALSE(file.open(options_));
  RequestLog log(file, false);
  EXPECT_FALSE(log.is_open());
  log.write({}, 200, 1);
  log.flush();
  Console console;
  file.report(console);
}

TEST_F(ServeRequestLog, HasALineForEachAnswer) {
  options_.access_log = path_;
  {
    AccessLog file;
    ASSERT_FALSE(file.open(options_));
    RequestLog log(file, false);
    EXPECT_TRUE(log.is_open());
    log.write({.client_address = "::1", .method = "GET", .path = "/a"}, 200, 12);
    log.write({.client_address = "::1", .method = "HEAD", .path = "/b", .version = "1.1"}, 404, 0);
    log.flush();
  }
  EXPECT_THAT(content(), testing::HasSubstr("\"GET /a HTTP/3\" 200 12"));
  EXPECT_THAT(content(), testing::HasSubstr("\"HEAD /b HTTP/1.1\" 404 0"));
}

TEST_F(ServeRequestLog, HasWholeLinesOfAllWorkers) {
  constexpr int workers = 4;
  constexpr int lines = 2000;
  options_.access_log = path_;
  options_.workers = workers;
  {
    AccessLog file;
    ASSERT_FALSE(file.open(options_));
    std::vector<std::thread> threads;
    threads.reserve(workers);
    for (int worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&file, worker] {
        RequestLog log(file, false);
        for (int line = 0; line < lines; ++line) {
          const std::string path = "/" + std::to_string(worker) + "/" + std::to_string(line);
          log.write({.client_address = "::1", .method = "GET", .path = path}, 200, 1);
          if (line % 7 == 0) log.flush();
        }
        log.flush();
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::istringstream text(content());
  const std::regex wanted(R"(::1 - - \[[^\]]*\] "GET /(\d)/(\d+) HTTP/3" 200 1 "-" "-")");
  std::vector<int> next(workers);
  int count = 0;
  for (std::string line; std::getline(text, line); ++count) {
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, wanted)) << line;
    EXPECT_EQ(std::stoi(match[2]), next[std::stoul(match[1])]++) << "a worker's lines stay in their order";
  }
  EXPECT_EQ(count, workers * lines);
}

TEST_F(ServeRequestLog, SaysWhyItCannotBeOpened) {
  options_.access_log = "/nowhere/at/all";
  AccessLog file;
  const auto failure = file.open(options_);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, ExitCode::Write);
  EXPECT_THAT(failure->reason, testing::HasSubstr("/nowhere/at/all: "));
}

}  // namespace
}  // namespace usquic::tools::serve
