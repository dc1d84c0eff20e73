// Header sections that an application sends: what the rules let through arrives at the peer as it was sent.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "client/client_fields.h"
#include "http3/codec.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

using namespace http3;
using Fields = std::vector<us_quic_header_t>;

std::string_view name_of(const us_quic_header_t& h) {
  return {h.name, h.name_length};
}
std::string_view value_of(const us_quic_header_t& h) {
  return {h.value, h.value_length};
}

constexpr std::string_view names[] = {":method",    ":scheme", ":authority", ":path",
                                      ":protocol",  ":status", "host",       "content-length",
                                      "priority",   "te",      "connection", "cookie",
                                      "user-agent", "x-field", "set-cookie", "transfer-encoding"};
constexpr std::string_view values[] = {"GET",      "HEAD", "CONNECT", "OPTIONS",  "https", "a:1",
                                       "/",        "*",    "200",     "204",      "103",   "0",
                                       "trailers", "u=1",  "",        "websocket"};

Fields fields_of(Input& input) {
  constexpr std::size_t most = 16;
  Fields fields;
  while (!input.at_end() && fields.size() < most) {
    const std::uint8_t how = input.byte();
    const std::string_view name = (how & 1) != 0 ? input.text() : input.choose(names);
    const std::string_view value = (how & 2) != 0 ? input.text() : input.choose(values);
    fields.push_back({name.data(), name.size(), value.data(), value.size(), (how >> 2) & 1U});
  }
  return fields;
}

class Side final : public http3::CodecEvents {
 public:
  explicit Side(bool is_server) {
    const http3::CodecOptions options{.is_server = is_server, .max_header_list_size = 65536};
    http3 = std::make_unique<http3::Codec>(options, pool_, *this);
    const std::int64_t first = is_server ? 3 : 2;
    CHECK(static_cast<bool>(http3->bind_streams({first, first + 4, first + 8}, {{0x21, 1}, 0x21, 2})));
    if (is_server) http3->set_max_client_streams(10);
  }
  ~Side() {
    if (stream != nullptr) http3->stream_closed(0);
  }

  http3::MessageState& make_stream() {
    stream = std::make_unique<http3::MessageState>(this, pool_);
    return *stream;
  }

  // Everything this side has to send; the other one takes all of it.
  void send_to(Side& other) {
    std::array<Bytes, 16> views;
    for (;;) {
      const http3::Codec::Output out = http3->next_output(views);
      if (out.id < 0) break;
      const std::string bytes = joined(std::span(views).first(out.count));
      http3->critical_streams().written(out.id, bytes.size());
      CHECK(other.http3->read(out.id, as_bytes(bytes), false) == http3::ConnectionError::none);
    }
    const std::string bytes = joined(std::span(views).first(stream->output.peek(views, SIZE_MAX)));
    stream->output.take(bytes.size());
    CHECK(stream->output.untaken() == 0);
    CHECK(other.http3->read(0, as_bytes(bytes), stream->fin) == http3::ConnectionError::none);
  }

  bool send(http::SectionKind kind, std::span<const us_quic_header_t> fields) {
    return static_cast<bool>(stream->send_section(kind, fields));
  }

  // The latest section that came is the one that was sent.
  void expect(std::size_t count, const Fields& sent) const {
    CHECK(sections == count && !is_refused);
    const auto received = stream->headers();
    CHECK(received.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      CHECK(name_of(received[i]) == name_of(sent[i]) && value_of(received[i]) == value_of(sent[i]));
      CHECK((sent[i].flags & US_QUIC_HEADER_NEVER_INDEX) == 0 ||
            received[i].flags == US_QUIC_HEADER_NEVER_INDEX);
    }
  }

  std::unique_ptr<http3::Codec> http3;
  std::unique_ptr<http3::MessageState> stream;
  std::size_t sections = 0;
  bool is_refused = false;

 private:
  static std::string joined(std::span<const Bytes> views) {
    std::string bytes;
    for (const Bytes& view : views) bytes += as_text(view);
    return bytes;
  }

  http3::MessageState* http3_request_stream(std::int64_t) override { return &make_stream(); }
  void http3_headers(http3::MessageState&, int, bool) override { ++sections; }
  void http3_body(http3::MessageState&, Bytes) override {}
  void http3_end(http3::MessageState&) override {}
  void http3_reset_stream(std::int64_t, std::uint64_t) override { is_refused = true; }
  void http3_stop_sending(std::int64_t, std::uint64_t) override { is_refused = true; }
  void http3_consumed(std::int64_t, std::size_t) override {}
  void http3_goaway(std::int64_t) override {}

  BlockPool pool_;
};

constexpr us_quic_header_t plain_request[] = {{":method", 7, "GET", 3, 0},
                                              {":scheme", 7, "https", 5, 0},
                                              {":authority", 10, "a", 1, 0},
                                              {":path", 5, "/", 1, 0}};
constexpr us_quic_header_t plain_response[] = {{":status", 7, "200", 3, 0}};

void send(http::SectionKind kind, const Fields& fields) {
  usquic::http::SectionFacts facts;
  const bool is_allowed = http::check_section(kind, fields, &facts) == 0;
  // What may be sent may be received.
  const auto received_kind = kind == http::SectionKind::informational ? http::SectionKind::response : kind;
  usquic::http::SectionFacts received;
  CHECK(!is_allowed || http::check_received_section(received_kind, fields, received) == 0);
  // A connection that lasts for one section; the length that it promises does not matter.
  if (is_allowed && facts.content_length > 0) return;

  Side client(false), server(true);
  const bool is_request = kind == http::SectionKind::request;
  const std::span<const us_quic_header_t> request =
      is_request ? std::span<const us_quic_header_t>(fields) : plain_request;
  client.http3->open_request(0, client.make_stream());
  CHECK(client.send(http::SectionKind::request, request) == (is_allowed || !is_request));
  if (is_request && !is_allowed) {
    client.stream.reset();
    return;
  }
  client.send_to(server);
  if (is_request) return server.expect(1, fields);
  switch (kind) {
    case http::SectionKind::informational:
    case http::SectionKind::response:
      CHECK(server.send(kind, fields) == is_allowed);
      break;
    default:
      CHECK(server.send(http::SectionKind::response, plain_response));
      CHECK(server.send(kind, fields) == is_allowed);
  }
  server.send_to(client);
  if (!is_allowed) return;
  client.expect(kind == http::SectionKind::trailers ? 2 : 1, fields);
}

// What a user of Client may write becomes a section that may be sent.
void check_client_fields(const Fields& fields) {
  FetchOptions options;
  for (const us_quic_header_t& f : fields) {
    if (name_of(f) == ":method") options.method = value_of(f);
    options.headers.push_back({std::string(name_of(f)), std::string(value_of(f))});
  }
  if (usquic::client::check_request(options)) return;
  // Looked at when the request is sent: a host, which takes the place of :authority, and the largest lengths.
  const auto is_checked_later = [](const Field& f) {
    return f.name == "host" || (f.name == "content-length" && f.value.size() > 18);
  };
  if (std::any_of(options.headers.begin(), options.headers.end(), is_checked_later)) return;
  const Url url{"a.test", 443, "a.test", "/"};
  Fields section;
  const std::vector<Field> made = usquic::client::request_fields(url, options, 0);
  for (const Field& f : made) {
    section.push_back({f.name.data(), f.name.size(), f.value.data(), f.value.size(), 0});
  }
  CHECK(http::check_section(http::SectionKind::request, section) == 0);
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic;
  fuzz::Input input(data, size);
  constexpr usquic::http::SectionKind kinds[] = {
      usquic::http::SectionKind::request, usquic::http::SectionKind::response,
      usquic::http::SectionKind::informational, usquic::http::SectionKind::trailers};
  const usquic::http::SectionKind kind = input.choose(kinds);
  const fuzz::Fields fields = fuzz::fields_of(input);
  fuzz::send(kind, fields);
  fuzz::check_client_fields(fields);
  return 0;
}
