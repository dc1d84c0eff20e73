// Requests of HTTP/1 tell the same in whatever pieces their bytes come, end where they end without what stands before and
// behind them, and take no more memory than the limits say.
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/field_rules.h"
#include "http1/request_parser.h"
#include "input.h"
#include "support/http1_requests.h"

namespace usquic::fuzz {
namespace {

using test::ReadRequests;
using test::ToldRequest;

constexpr http1::ParserLimits limits{
    .max_section_bytes = 600, .max_target_bytes = 100, .max_chunk_extension_bytes = 30, .max_empty_lines = 2};
// Places and views take several times what the text takes, and vectors twice what is in them.
constexpr std::size_t most_held = 20 * limits.max_section_bytes;

constexpr std::string_view snippets[] = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    "\r\n\r\n",
    "GET / HTTP/1.1\r\n",
    "POST /a?b HTTP/1.1\r\n",
    "GET / HTTP/1.0\r\n",
    "HEAD https://a:1/b HTTP/1.1\r\n",
    "GET https://a?b HTTP/1.1\r\n",
    "OPTIONS * HTTP/1.1\r\n",
    "CONNECT a:1 HTTP/1.1\r\n",
    "Host: a\r\n",
    "Host: [::1]:1\r\n",
    "Content-Length: 3\r\n",
    "Content-Length: 0\r\n",
    "Content-Length:",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "transfer-encoding:",
    "chunked",
    ", ",
    "Connection: close\r\n",
    "Connection: keep-alive, x\r\n",
    "Connection:",
    "X: y\r\n",
    "TE: trailers\r\n",
    "Expect: 100-continue\r\n",
    "3\r\nabc\r\n",
    "1;a=\"b\"\r\nx\r\n",
    "0\r\n",
    "0\r\n\r\n",
    "abc",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
};

std::string bytes_of(Input& input) {
  std::string bytes;
  while (!input.at_end()) {
    const std::uint8_t what = input.byte();
    bytes += what < std::size(snippets) ? snippets[what] : as_text(input.take(1 + what % 16));
  }
  return bytes;
}

// Checks what handlers rely on.
class CheckedRequests final : public test::RequestRecorder {
 public:
  void on_request(const http1::RequestHead& head) override {
    CHECK(requests.empty() || requests.back().has_ended);
    RequestRecorder::on_request(head);
    http::SectionFacts facts;
    const int result = http::check_received_section(http::SectionKind::request, head.fields, facts);
    CHECK(result == 0 ||
          (head.is_version_1_0 && requests.back().fields.find(":authority=") == std::string::npos));
    CHECK(!head.is_connect || (!head.has_body && !head.keeps_alive));
    CHECK(head.has_body || head.content_length.value_or(0) == 0);
  }
  void on_body(Bytes data) override {
    CHECK(!data.empty() && requests.back().has_body && !requests.back().has_ended);
    RequestRecorder::on_body(data);
  }
  void on_trailers(std::span<const us_quic_header_t> fields) override {
    http::SectionFacts facts;
    CHECK(http::check_received_section(http::SectionKind::trailers, fields, facts) == 0);
    CHECK(!requests.back().content_length && !requests.back().has_ended);
    RequestRecorder::on_trailers(fields);
  }
  void on_request_end() override {
    ToldRequest& request = requests.back();
    CHECK(!request.has_ended);
    CHECK(!request.content_length || request.body.size() == *request.content_length);
    RequestRecorder::on_request_end();
  }
};

// Each request by itself, with nothing of the others in the parser or behind it.
void read_one_by_one(std::string_view bytes, const ReadRequests& all) {
  CheckedRequests recorder;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < all.requests().size(); ++i) {
    http1::RequestParser parser("https", limits, recorder);
    taken += parser.feed(as_bytes(bytes.substr(taken)));
    CHECK(recorder.requests.size() == i + 1 && recorder.requests[i] == all.requests()[i]);
  }
  if (all.status() == 0 && !recorder.requests.empty() && !recorder.requests.back().has_ended) {
    CHECK(taken == bytes.size());
  }
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic::fuzz;
  Input input(data, size);
  const std::size_t piece = 1 + input.pick(20);
  const std::string bytes = bytes_of(input);
  ReadRequests whole(limits), split(limits);
  whole.feed(bytes);
  split.feed(bytes, piece);
  CHECK(whole.requests() == split.requests() && whole.status() == split.status());
  CHECK(whole.taken == split.taken && whole.parser.failure_text() == split.parser.failure_text());
  // Every byte is part of a request, or one was refused.
  CHECK(whole.taken == bytes.size() || (whole.status() >= 400 && whole.taken < bytes.size()));
  CHECK(whole.most_held <= most_held && split.most_held <= most_held);
  read_one_by_one(bytes, whole);
  return 0;
}
