// Nanoseconds for header sections in QPACK: with entries of the dynamic table, and without.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/block_pool.h"
#include "http/field_rules.h"
#include "http3/qpack/decoder.h"
#include "http3/qpack/encoder.h"

namespace {

using usquic::BlockPool;
using usquic::http3::qpack::Decoder;
using usquic::http3::qpack::Encoder;
using Fields = std::span<const us_quic_header_t>;

constexpr us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

// As a browser's; the same as in headers_bench.cpp.
constexpr std::array request = {
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

// As that of a cached file.
constexpr std::array response = {
    field(":status", "200"),      field("content-type", "text/html; charset=utf-8"),
    field("content-length", "5"), field("date", "Thu, 26 Nov 2026 12:00:00 GMT"),
    field("etag", "\"5f3c-2a\""), field("last-modified", "Wed, 25 Nov 2026 10:00:00 GMT")};

constexpr std::size_t table_bytes = 4096;

// Both ends of a connection, in one direction.
class Connection {
 public:
  explicit Connection(bool has_table) : encoder_(has_table ? table_bytes : 0, pool_) {
    encoder_.peer_settings(table_bytes);
  }

  std::vector<std::uint8_t> encode(Fields fields) {
    std::vector<std::uint8_t> bytes(Encoder::bound(fields));
    bytes.resize(static_cast<std::size_t>(encoder_.encode(0, fields, bytes.data()) - bytes.data()));
    return bytes;
  }
  // Sections until everything that repeats is in both tables.
  void warm_up(Fields fields) {
    for (int i = 0; i < 4; ++i) {
      const std::vector<std::uint8_t> bytes = encode(fields);
      is_well_ =
          is_well_ && carry(encoder_, [this](auto part) { return bool(decoder_.read_encoder_stream(part)); });
      decode(bytes);
      acknowledge();
    }
  }
  void decode(std::span<const std::uint8_t> bytes) {
    const auto section = decoder_.make_section();
    std::size_t used = 0;
    const auto result = decoder_.decode(*section, 0, bytes, true, used);
    usquic::http::SectionFacts facts;
    is_well_ = is_well_ && result && *result == Decoder::Status::done &&
               usquic::http::check_received_section(section->fields().front().name[1] == 's'
                                                        ? usquic::http::SectionKind::response
                                                        : usquic::http::SectionKind::request,
                                                    section->fields(), section->classes(), facts) == 0;
  }
  void acknowledge() {
    is_well_ =
        is_well_ && carry(decoder_, [this](auto part) { return bool(encoder_.read_decoder_stream(part)); });
  }

  Encoder& encoder() { return encoder_; }
  Decoder& decoder() { return decoder_; }
  bool is_well() const { return is_well_; }

 private:
  template <class Side, class Read>
  static bool carry(Side& from, Read read) {
    bool is_well = true;
    std::array<std::uint8_t, 1024> room;
    while (from.has_instructions())
      is_well = read(std::span(room).first(from.write_instructions(room))) && is_well;
    return is_well;
  }

  BlockPool pool_;
  Encoder encoder_;
  Decoder decoder_{{65536, table_bytes}, pool_};
  bool is_well_ = true;
};

Fields fields_of(const benchmark::State& state) {
  return state.range(0) == 0 ? Fields(request) : Fields(response);
}

// Decoded, acknowledged, and checked by the rules for header sections.
void decode(benchmark::State& state) {
  Connection connection(state.range(1) != 0);
  connection.warm_up(fields_of(state));
  const std::vector<std::uint8_t> bytes = connection.encode(fields_of(state));
  std::array<std::uint8_t, 64> room;
  while (state.KeepRunning()) {
    connection.decode(bytes);
    benchmark::DoNotOptimize(connection.decoder().write_instructions(room));
  }
  if (!connection.is_well()) state.SkipWithError("the section is not what was encoded");
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(decode)->ArgNames({"response", "table"})->Args({0, 0})->Args({0, 1})->Args({1, 0})->Args({1, 1});

// Encoded, with the acknowledgement of each section.
void encode(benchmark::State& state) {
  Connection connection(state.range(1) != 0);
  const Fields fields = fields_of(state);
  connection.warm_up(fields);
  std::vector<std::uint8_t> bytes(Encoder::bound(fields));
  constexpr std::array<std::uint8_t, 1> acknowledgement = {0x80};
  std::size_t length = 0;
  while (state.KeepRunning()) {
    length = static_cast<std::size_t>(connection.encoder().encode(0, fields, bytes.data()) - bytes.data());
    benchmark::DoNotOptimize(bytes.data());
    // Nothing is to be acknowledged without a table.
    benchmark::DoNotOptimize(bool(connection.encoder().read_decoder_stream(acknowledgement)));
  }
  state.counters["bytes"] = static_cast<double>(length);
}
BENCHMARK(encode)->ArgNames({"response", "table"})->Args({0, 0})->Args({0, 1})->Args({1, 0})->Args({1, 1});

}  // namespace
