// What the writer of HTTP/1 responses makes of any fields and calls, a client reads as the application meant it: no
// field becomes two, and the body ends where it ends.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/field_rules.h"
#include "http1/chunked_body.h"
#include "http1/response_writer.h"
#include "http1/trailer_reader.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

using http1::BodyFraming;
using http1::Progress;
using http1::ResponseWriter;
using Fields = std::vector<us_quic_header_t>;

constexpr std::string_view names[] = {
    "x",    "content-length",   "te",      "connection", "transfer-encoding",
    "date", "proxy-connection", "upgrade", "set-cookie", "keep-alive"};
constexpr std::string_view values[] = {"", "0", "5", "close", "chunked", "a b", "trailers", "a\r\nx: y"};
constexpr std::string_view statuses[] = {"200", "204", "304", "100", "103", "404", "299", "205"};

Fields fields_of(Input& input, bool has_status) {
  Fields fields;
  const auto add = [&fields](std::string_view name, std::string_view value) {
    fields.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  };
  if (has_status) add(":status", input.choose(statuses));
  for (std::size_t left = input.pick(6); left > 0; --left) {
    const std::uint8_t how = input.byte();
    const std::string_view name = (how & 1) != 0 ? input.text() : input.choose(names);
    add(name, (how & 2) != 0 ? input.text() : input.choose(values));
  }
  return fields;
}

std::string line_of(const us_quic_header_t& field) {
  return std::string(field.name, field.name_length) + ": " + std::string(field.value, field.value_length);
}

// Takes a line off `bytes`.
std::string_view next_line(std::string_view& bytes) {
  const std::size_t end = bytes.find("\r\n");
  CHECK(end != std::string_view::npos);
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  CHECK(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  return line;
}

// The head says what the fields say, and what the writer adds.
void read_head(std::string_view& bytes, const Fields& fields) {
  const std::string_view status_line = next_line(bytes);
  CHECK(status_line.starts_with("HTTP/1.1 "));
  CHECK(status_line.substr(9, 3) == std::string_view(fields[0].value, fields[0].value_length));
  auto expected = fields.begin() + 1;
  for (std::string_view line = next_line(bytes); !line.empty(); line = next_line(bytes)) {
    const bool may_be_left_out = expected != fields.end() && line != line_of(*expected) &&
                                 std::string_view(expected->name, expected->name_length) == "content-length";
    if (may_be_left_out) ++expected;
    if (expected != fields.end() && line == line_of(*expected)) {
      ++expected;
      continue;
    }
    CHECK(line.starts_with("connection: ") || line == "transfer-encoding: chunked" ||
          line.starts_with("content-length: "));
  }
  while (expected != fields.end()) {
    CHECK(std::string_view(expected->name, expected->name_length) == "content-length");
    ++expected;
  }
}

std::string read_chunks(std::string_view& bytes, std::size_t trailers) {
  http1::ChunkedBody chunks(0);
  http1::TrailerReader reader(100'000);
  Bytes left = as_bytes(bytes);
  std::string body;
  Progress progress = Progress::partial;
  while (progress == Progress::partial) {
    Bytes data;
    progress = chunks.read(left, data);
    CHECK(progress == Progress::complete || !data.empty());
    body += as_text(data);
  }
  CHECK(progress == Progress::complete && reader.read(left) == Progress::complete);
  CHECK(reader.fields().size() <= trailers);
  bytes = as_text(left);
  return body;
}

void respond(Input& input) {
  const std::uint8_t how = input.byte();
  const http1::RequestHead request{.keeps_alive = (how & 1) != 0,
                                   .is_version_1_0 = (how & 2) != 0,
                                   .is_head = (how & 4) != 0,
                                   .is_connect = (how & 8) != 0};
  ResponseWriter writer(request);
  ResponseWriter::Output out;
  const Fields interim = fields_of(input, true);
  const bool has_interim = static_cast<bool>(writer.interim(interim, out)) && !request.is_version_1_0;
  CHECK(has_interim || out.empty());
  const Fields head = fields_of(input, true);
  const std::optional<std::uint64_t> body_bytes =
      (how & 16) != 0 ? std::optional<std::uint64_t>(input.byte()) : std::nullopt;
  if (!writer.head(head, body_bytes, out)) return;
  std::string sent;
  while (input.flag() && !input.at_end()) {
    const Bytes piece = as_bytes(input.text());
    if (input.flag() && writer.has_body()) {
      if (!writer.before_data(piece.size(), out)) continue;
      out.insert(out.end(), piece.begin(), piece.end());
      writer.after_data(piece.size(), out);
    } else if (!writer.body(piece, out)) {
      continue;
    }
    sent += as_text(piece);
  }
  const Fields trailers = fields_of(input, false);
  if (!writer.end_with_trailers(trailers, out)) CHECK(static_cast<bool>(writer.end(out)));

  std::string_view bytes = as_text(out);
  if (has_interim) read_head(bytes, interim);
  read_head(bytes, head);
  switch (writer.framing()) {
    case BodyFraming::none:
      break;
    case BodyFraming::chunked:
      CHECK(read_chunks(bytes, trailers.size()) == sent);
      break;
    case BodyFraming::length:
    case BodyFraming::until_close:
      CHECK(bytes == sent);
      bytes = {};
  }
  CHECK(bytes.empty());
  CHECK(!writer.persists() || (request.keeps_alive && writer.framing() != BodyFraming::until_close));
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::respond(input);
  return 0;
}
