// Two codecs joined in memory: what one has to send the other reads, whole or in small pieces;
// acknowledgements can be held back.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http3/codec.h"

namespace usquic::http3 {

using Field = std::pair<std::string, std::string>;
using Fields = std::vector<Field>;

inline std::vector<us_quic_header_t> to_headers(const Fields& fields, unsigned flags = 0) {
  std::vector<us_quic_header_t> headers;
  for (const auto& [name, value] : fields) {
    headers.push_back({name.data(), name.size(), value.data(), value.size(), flags});
  }
  return headers;
}

struct TestStream {
  TestStream(std::int64_t stream_id, BlockPool& pool) : id(stream_id), http3(this, pool) {}

  struct Section {
    int kind;
    bool end_stream;
    Fields fields;
    std::vector<unsigned> flags;
  };

  const std::int64_t id;
  MessageState http3;
  std::vector<Section> sections;
  std::string body;
  int ends = 0;
  int closed = 0;
};

class TestSide final : public Codec::Events {
 public:
  explicit TestSide(const Codec::Options& options) : is_server(options.is_server) {
    auto created = Codec::create(options, pool, *this);
    EXPECT_TRUE(created);
    http3 = std::move(*created);
    const std::int64_t first = is_server ? 3 : 2;
    EXPECT_EQ(http3->bind_streams(first, first + 4, first + 8), 0);
  }

  ~TestSide() {
    // As the transport does: end every stream, then the codec.
    for (auto& [id, stream] : streams) http3->stream_closed(id, 0);
  }

  TestStream& stream(std::int64_t id) { return *streams.at(id); }
  TestStream& make(std::int64_t id) {
    return *streams.emplace(id, std::make_unique<TestStream>(id, pool)).first->second;
  }
  static TestStream& of(MessageState& s) { return *static_cast<TestStream*>(s.owner); }

  MessageState* http3_request_stream(std::int64_t id) override { return refuse ? nullptr : &make(id).http3; }
  void http3_headers(MessageState& s, int kind, bool end_stream) override {
    TestStream::Section section{kind, end_stream, {}, {}};
    for (const us_quic_header_t& h : s.headers()) {
      section.fields.emplace_back(std::string(h.name, h.name_length), std::string(h.value, h.value_length));
      section.flags.push_back(h.flags);
    }
    of(s).sections.push_back(std::move(section));
  }
  void http3_body(MessageState& s, Bytes data) override {
    of(s).body += as_text(data);
    body_bytes += data.size();
  }
  void http3_end(MessageState& s) override { ++of(s).ends; }
  void http3_reset_stream(std::int64_t id, std::uint64_t code) override { resets[id] = code; }
  void http3_stop_sending(std::int64_t id, std::uint64_t code) override { stops[id] = code; }
  void http3_consumed(std::int64_t, std::size_t length) override { consumed += length; }
  void http3_goaway(std::int64_t id) override { goaways.push_back(id); }
  void http3_closed(MessageState& s) override { ++of(s).closed; }

  BlockPool pool;
  const bool is_server;
  bool refuse = false;
  std::unique_ptr<Codec> http3;
  std::map<std::int64_t, std::unique_ptr<TestStream>> streams;
  std::map<std::int64_t, std::uint64_t> resets, stops;
  std::vector<std::int64_t> goaways;
  std::size_t consumed = 0, body_bytes = 0;
};

class TestPair {
 public:
  explicit TestPair(std::size_t max_header_list_size = 65536)
      : client({false, max_header_list_size, true}), server({true, max_header_list_size, true}) {
    server.http3->set_max_client_streams(1000);
  }

  // Moves what `from` has to send, in packets of at most `packet` bytes, to the other side in pieces of at
  // most `piece` bytes. Returns bytes moved.
  std::size_t move(TestSide& from) {
    TestSide& to = &from == &client ? server : client;
    std::size_t moved = 0;
    for (;;) {
      std::array<Bytes, 16> views;
      Codec::Output out;
      EXPECT_EQ(from.http3->next_output(views, out), 0);
      if (out.id < 0) break;
      std::string bytes;
      for (std::size_t i = 0; i < out.count; ++i) bytes += as_text(views[i]);
      const bool whole = bytes.size() <= packet;
      if (!whole) bytes.resize(packet);
      from.http3->written(out.id, bytes.size());
      moved += bytes.size();
      total[&from == &client ? 0 : 1] += bytes.size();
      acknowledgements.push_back({&from, out.id, bytes.size()});
      if (!hold_acknowledgements) acknowledge();
      if (held_streams.count({&from, out.id}) != 0) {
        held[{&from, out.id}] += bytes;
      } else if (const int rv = deliver(to, out.id, bytes, whole && out.fin); rv != 0) {
        errors.push_back(rv);
        break;
      }
    }
    return moved;
  }

  int deliver(TestSide& to, std::int64_t id, std::string_view bytes, bool fin) {
    do {
      const std::string_view now = bytes.substr(0, piece);
      bytes.remove_prefix(now.size());
      const int rv = to.http3->read(id, as_bytes(now), fin && bytes.empty());
      if (rv != 0) return rv;
    } while (!bytes.empty());
    return 0;
  }

  // Until nothing more is to be sent.
  void run() {
    while (errors.empty() && move(client) + move(server) > 0) {
    }
  }

  void acknowledge() {
    while (!acknowledgements.empty()) {
      const auto [side, id, length] = acknowledgements.front();
      acknowledgements.pop_front();
      side->http3->acknowledged(id, length);
    }
  }

  // Lets what was held on this stream through.
  void let_through(TestSide& from, std::int64_t id) {
    held_streams.erase({&from, id});
    const std::string bytes = std::exchange(held[{&from, id}], {});
    EXPECT_EQ(deliver(&from == &client ? server : client, id, bytes, false), 0);
  }

  TestStream& request(std::int64_t id, const Fields& fields, bool fin = true) {
    TestStream& s = client.make(id);
    s.http3.fin = fin;
    EXPECT_EQ(client.http3->send_request(id, s.http3, to_headers(fields)), 0);
    return s;
  }

  struct Acknowledgement {
    TestSide* side;
    std::int64_t id;
    std::size_t length;
  };

  std::size_t packet = 1200;
  std::size_t piece = 1u << 20;
  bool hold_acknowledgements = false;
  TestSide client, server;
  std::size_t total[2] = {0, 0};
  std::deque<Acknowledgement> acknowledgements;
  std::vector<int> errors;
  std::map<std::pair<TestSide*, std::int64_t>, std::string> held;
  std::map<std::pair<TestSide*, std::int64_t>, bool> held_streams;
};

inline const Fields get_request = {
    {":method", "GET"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/"}};

inline std::string pattern(std::size_t length) {
  std::string text(length, '\0');
  std::uint32_t state = 12345;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

struct Releases {
  int count = 0;
  static void add(void* user) { ++static_cast<Releases*>(user)->count; }
};

inline Fields with(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

inline void respond(TestPair& pair, std::int64_t id, const Fields& fields, std::string_view body,
                    bool fin = true) {
  TestStream& s = pair.server.stream(id);
  s.http3.body.append(as_bytes(body));
  s.http3.fin = fin;
  ASSERT_EQ(pair.server.http3->send_headers(id, to_headers(fields)), 0);
}

}  // namespace usquic::http3
