// Nanoseconds for header sections: encoded as a client's requests, decoded, and there and back through both
// sides of the HTTP/3 codec.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http3/codec.h"
#include "http3/qpack/decoder.h"
#include "http3/qpack/encoder.h"

namespace {

using usquic::BlockPool;
using usquic::Bytes;
namespace http = usquic::http;
namespace http3 = usquic::http3;
using namespace usquic::http3;

constexpr us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

constexpr std::array short_request = {field(":method", "GET"), field(":scheme", "https"),
                                      field(":authority", "localhost:4433"), field(":path", "/")};

// As a browser's.
constexpr std::array long_request = {
    field(":method", "GET"),
    field(":scheme", "https"),
    field(":authority", "www.example.com"),
    field(":path", "/articles/2026/11/some-article-about-something?from=start&page=2"),
    field("user-agent",
          "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"),
    field("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    field("accept-encoding", "gzip, deflate, br, zstd"),
    field("accept-language", "en-GB,en;q=0.9,de;q=0.8"),
    field("cookie", "session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes"),
    field("referer", "https://www.example.com/articles/2026/11/"),
    field("sec-fetch-dest", "document"),
    field("sec-fetch-mode", "navigate"),
    field("priority", "u=0, i")};

constexpr std::array response_fields = {field(":status", "200"),
                                        field("content-type", "text/html; charset=utf-8"),
                                        field("date", "Thu, 26 Nov 2026 12:00:00 GMT"),
                                        field("etag", "\"5f3c-2a\""), field("content-length", "0")};

using Fields = std::span<const us_quic_header_t>;

Fields request_of(const benchmark::State& state) {
  return state.range(0) == 0 ? Fields(short_request) : Fields(long_request);
}

// One side of a connection, whose streams exist for one request.
class Side final : private http3::CodecEvents {
 public:
  explicit Side(bool is_server) {
    http3::CodecEvents& events = *this;
    const http3::CodecOptions options{.is_server = is_server, .max_header_list_size = 65536};
    http3_ = std::make_unique<http3::Codec>(options, pool_, events);
    const std::int64_t first = is_server ? 3 : 2;
    is_well_ = static_cast<bool>(http3_->bind_streams({first, first + 4, first + 8}, {}));
    if (is_server) http3_->set_max_client_streams(std::uint64_t{1} << 60);
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  bool is_well() const { return is_well_; }
  std::size_t sections() const { return sections_; }

  void request(std::int64_t id, Fields fields) {
    stream_ = std::make_unique<http3::MessageState>(nullptr, pool_);
    http3_->open_request(id, *stream_);
    id_ = id;
    is_well_ = is_well_ && stream_->send_section(http::SectionKind::request, fields);
  }
  void respond() {
    is_well_ = is_well_ && stream_->send_section(http::SectionKind::response, response_fields);
  }
  // Hands what is to be sent to `sink(id, bytes, fin)`; it counts as acknowledged.
  template <typename Sink>
  void send(Sink&& sink) {
    std::array<Bytes, 16> views;
    while (is_well_) {
      const http3::Codec::Output out = http3_->next_output(views);
      if (out.id < 0) break;
      join(std::span(views).first(out.count));
      http3_->critical_streams().written(out.id, sent_.size());
      http3_->critical_streams().acknowledged(out.id, sent_.size());
      sink(out.id, Bytes(sent_), false);
    }
    join(std::span(views).first(stream_->output.peek(views, SIZE_MAX)));
    stream_->output.take(sent_.size());
    stream_->output.acknowledge(sent_.size());
    sink(id_, Bytes(sent_), true);
  }
  void read(std::int64_t id, Bytes bytes, bool fin) {
    is_well_ = is_well_ && http3_->read(id, bytes, fin) == http3::ConnectionError::none;
  }
  void end(std::int64_t id) {
    is_well_ = is_well_ && http3_->stream_closed(id);
    stream_.reset();
  }

 private:
  void join(std::span<const Bytes> views) {
    sent_.clear();
    for (const Bytes& view : views) sent_.insert(sent_.end(), view.begin(), view.end());
  }

  http3::MessageState* http3_request_stream(std::int64_t id) override {
    id_ = id;
    stream_ = std::make_unique<http3::MessageState>(nullptr, pool_);
    return stream_.get();
  }
  void http3_headers(http3::MessageState& s, int, bool) override {
    benchmark::DoNotOptimize(s.headers().data());
    ++sections_;
  }
  void http3_body(http3::MessageState&, Bytes) override {}
  void http3_end(http3::MessageState&) override {}
  void http3_reset_stream(std::int64_t, std::uint64_t) override { is_well_ = false; }
  void http3_stop_sending(std::int64_t, std::uint64_t) override { is_well_ = false; }
  void http3_consumed(std::int64_t, std::size_t) override {}
  void http3_goaway(std::int64_t) override {}

  BlockPool pool_;
  std::unique_ptr<http3::Codec> http3_;
  std::unique_ptr<http3::MessageState> stream_;
  std::vector<std::uint8_t> sent_;
  std::int64_t id_ = -1;
  std::size_t sections_ = 0;
  bool is_well_ = false;
};

void encode_a_request(benchmark::State& state) {
  Side client(false);
  std::int64_t id = 0;
  std::size_t bytes = 0;
  while (state.KeepRunning()) {
    client.request(id, request_of(state));
    client.send([&bytes](std::int64_t, Bytes sent, bool) { bytes += sent.size(); });
    client.end(id);
    id += 4;
  }
  if (!client.is_well()) state.SkipWithError("the codec failed");
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(encode_a_request)->ArgName("long")->Arg(0)->Arg(1);

// The section of a request, without the dynamic table.
std::vector<std::uint8_t> encoded(Fields fields) {
  std::vector<std::uint8_t> section(http3::qpack::Encoder::bound(fields));
  const std::uint8_t* end = http3::qpack::Encoder::encode_static(fields, section.data());
  section.resize(static_cast<std::size_t>(end - section.data()));
  return section;
}

void decode_a_request(benchmark::State& state) {
  const std::vector<std::uint8_t> section = encoded(request_of(state));
  BlockPool pool;
  http3::qpack::Decoder decoder({65536, 4096}, pool);
  bool is_well = true;
  std::int64_t id = 0;
  while (state.KeepRunning()) {
    const auto fields = decoder.make_section();
    std::size_t used = 0;
    const auto status = decoder.decode(*fields, id, section, true, used);
    is_well = is_well && status && *status == http3::qpack::Decoder::Status::done &&
              fields->fields().size() == request_of(state).size();
    id += 4;
  }
  if (!is_well) state.SkipWithError("the section is not what was encoded");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(section.size()));
}
BENCHMARK(decode_a_request)->ArgName("long")->Arg(0)->Arg(1);

// Request and response, encoded and decoded, with everything that the codec does for a stream.
void exchange(benchmark::State& state) {
  Side client(false);
  Side server(true);
  std::int64_t id = 0;
  const auto carry = [](Side& from, Side& to) {
    from.send([&to](std::int64_t stream, Bytes bytes, bool fin) { to.read(stream, bytes, fin); });
  };
  while (state.KeepRunning()) {
    client.request(id, request_of(state));
    carry(client, server);
    server.respond();
    carry(server, client);
    client.end(id);
    server.end(id);
    id += 4;
  }
  if (!client.is_well() || !server.is_well() || client.sections() != static_cast<std::size_t>(id) / 4) {
    state.SkipWithError("the exchange failed");
  }
}
BENCHMARK(exchange)->ArgName("long")->Arg(0)->Arg(1);

}  // namespace
