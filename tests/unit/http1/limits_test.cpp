// How much of a request is read at most, and how much memory it takes.
#include <gtest/gtest.h>

#include <string>

#include "http1/request_parser.h"
#include "support/http1_requests.h"

namespace usquic::http1 {
namespace {

using test::ReadRequests;

constexpr ParserLimits small{
    .max_section_bytes = 400, .max_target_bytes = 50, .max_chunk_extension_bytes = 20, .max_empty_lines = 2};

int status_of(const std::string& bytes, const ParserLimits& limits = small) {
  ReadRequests whole(limits), split(limits);
  whole.feed(bytes);
  split.feed(bytes, 1);
  EXPECT_EQ(split.status(), whole.status());
  EXPECT_EQ(split.taken, whole.taken);
  EXPECT_EQ(split.requests(), whole.requests());
  EXPECT_EQ(whole.status() == 0, whole.taken == bytes.size());
  return whole.status();
}

TEST(ParserLimits, HoldForTheTarget) {
  const auto get = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(status_of(get(50)), 0);
  EXPECT_EQ(status_of(get(51)), 414);
  EXPECT_EQ(status_of(get(100'000)), 414);
  EXPECT_EQ(status_of(std::string(100'000, 'G')), 501);
  EXPECT_EQ(status_of(std::string(100'000, '\x16')), 400);
}

TEST(ParserLimits, HoldForTheHeaderSectionAsHttp3CountsIt) {
  // :method GET, :scheme https, :path / and host a.
  const std::size_t counted = (7 + 3 + 32) + (7 + 5 + 32) + (5 + 1 + 32) + (4 + 1 + 32);
  const auto get = [](std::size_t value) {
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(value, 'x') + "\r\n\r\n";
  };
  const std::size_t most = small.max_section_bytes - counted - 1 - 32;
  EXPECT_EQ(status_of(get(most)), 0);
  EXPECT_EQ(status_of(get(most + 1)), 431);
  EXPECT_EQ(status_of(get(100'000)), 431);
}

TEST(ParserLimits, HoldForFieldsThatNobodySees) {
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 20; ++i) many += "Upgrade: x\r\n";
  EXPECT_EQ(status_of(many + "\r\n"), 431);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nX:" + std::string(500, ' ') + "\r\n\r\n"), 431);
}

TEST(ParserLimits, HoldForTrailers) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  EXPECT_EQ(status_of(head + "X: " + std::string(300, 'x') + "\r\n\r\n"), 0);
  EXPECT_EQ(status_of(head + "X: " + std::string(400, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status_of(head + std::string(5000, 'x')), 431);
}

TEST(ParserLimits, HoldForTheExtensionsOfAllChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string ten = "1;" + std::string(10, 'e') + "\r\nx\r\n";
  EXPECT_EQ(status_of(head + ten + ten + "0\r\n\r\n"), 0);
  EXPECT_EQ(status_of(head + ten + ten + "1;e\r\nx\r\n0\r\n\r\n"), 400);
}

TEST(ParserLimits, HoldForEmptyLinesBeforeEachRequest) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(status_of("\r\n\r\n" + get + "\r\n\r\n" + get), 0);
  EXPECT_EQ(status_of("\r\n\r\n\r\n" + get), 400);
}

TEST(RequestParser, HoldsNoMoreMemoryThanItsLimitsAllow) {
  const ParserLimits limits{.max_section_bytes = 8192, .max_target_bytes = 1000};
  ReadRequests read(limits);
  std::string request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
  while (request.size() < 900) request += "a:\r\n";
  request += "\r\n10000\r\n" + std::string(0x10000, 'b') + "\r\n0\r\n\r\n";
  for (int i = 0; i < 3; ++i) read.feed(request, 1000);
  ASSERT_EQ(read.status(), 0);
  EXPECT_LT(read.most_held, 8 * limits.max_section_bytes);
  // What a large head took is given back when it is over.
  EXPECT_LT(read.parser.held_bytes(), 8192U);
}

}  // namespace
}  // namespace usquic::http1
