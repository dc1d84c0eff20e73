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
#include "transport/send_schedule.h"

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

inline constexpr Grease test_grease = {{0x21 + 0x1f * 7, 1234}, 0x21 + 0x1f * 9, 5};

struct TestSendTag {};

// A request stream as the transport has it.
struct TestStream : ListHook<TestSendTag> {
  TestStream(std::int64_t stream_id, BlockPool& pool) : id(stream_id), http3(this, pool) {}

  struct Section {
    int kind;
    bool end_stream;
    Fields fields;
    std::vector<unsigned> flags;
  };

  transport::SendRank send_rank() const { return {priority.urgency, priority.incremental, id}; }

  const std::int64_t id;
  MessageState http3;
  http::Priority priority;
  bool is_blocked = false;
  bool is_fin_sent = false;
  std::vector<Section> sections;
  std::string body;
  int ends = 0;
  int closed = 0;
};

class TestSide final : public Codec::Events {
 public:
  explicit TestSide(const Codec::Options& options) : is_server(options.is_server) {
    http3 = std::make_unique<Codec>(options, pool, *this);
    const std::int64_t first = is_server ? 3 : 2;
    EXPECT_TRUE(http3->bind_streams({first, first + 4, first + 8}, test_grease));
  }

  ~TestSide() {
    // As the transport does: end every stream, then the codec.
    for (auto& [id, stream] : streams) http3->stream_closed(id);
  }

  TestStream& stream(std::int64_t id) { return *streams.at(id); }
  TestStream& make(std::int64_t id) {
    return *streams.emplace(id, std::make_unique<TestStream>(id, pool)).first->second;
  }
  static TestStream& of(MessageState& s) { return *static_cast<TestStream*>(s.owner); }

  // 0 or the error.
  int send(std::int64_t id, http::SectionKind kind, const std::vector<us_quic_header_t>& fields) {
    const int error = stream(id).http3.send_section(kind, fields).error();
    schedule(stream(id));
    return error;
  }
  int send(std::int64_t id, http::SectionKind kind, const Fields& fields) {
    return send(id, kind, to_headers(fields));
  }
  // Body, and the end.
  void write(std::int64_t id, std::string_view text, bool fin = false) {
    TestStream& s = stream(id);
    EXPECT_TRUE(s.http3.write(as_bytes(text)));
    s.http3.fin = s.http3.fin || fin;
    schedule(s);
  }
  void finish(std::int64_t id) { write(id, {}, true); }
  void close_writing(std::int64_t id) {
    stream(id).http3.close_writing();
    stream(id).unlink();
  }
  void set_priority(std::int64_t id, http::Priority priority) {
    TestStream& s = stream(id);
    s.unlink();
    s.priority = priority;
    schedule(s);
  }
  void set_blocked(std::int64_t id, bool is_blocked) {
    TestStream& s = stream(id);
    s.is_blocked = is_blocked;
    s.unlink();
    schedule(s);
  }
  void schedule(TestStream& s) {
    const bool has_output = s.http3.output.untaken() > 0 || (s.http3.fin && !s.is_fin_sent);
    if (has_output && !s.is_blocked && !s.is_linked()) sending.add(s);
  }

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
  void http3_priority(MessageState& s, http::Priority priority) override { set_priority(of(s).id, priority); }
  void http3_answered(MessageState& s) override { schedule(of(s)); }

  BlockPool pool;
  const bool is_server;
  bool refuse = false;
  std::unique_ptr<Codec> http3;
  std::map<std::int64_t, std::unique_ptr<TestStream>> streams;
  transport::SendSchedule<TestStream, TestSendTag> sending;
  std::map<std::int64_t, std::uint64_t> resets, stops;
  std::vector<std::int64_t> goaways;
  std::size_t consumed = 0, body_bytes = 0;
};

class TestPair {
 public:
  explicit TestPair(std::size_t max_header_list_size = 65536)
      : client({.is_server = false, .max_header_list_size = max_header_list_size}),
        server({.is_server = true, .max_header_list_size = max_header_list_size}) {
    server.http3->set_max_client_streams(1000);
  }

  struct Piece {
    std::int64_t id = -1;
    std::string bytes;
    bool fin = false;
  };

  // What `from` sends next, at most `packet` bytes. id -1: nothing.
  Piece take(TestSide& from) {
    std::array<Bytes, 16> views;
    Piece next;
    const Codec::Output own = from.http3->next_output(views);
    if (own.id >= 0) {
      next.id = own.id;
      for (std::size_t i = 0; i < own.count; ++i) next.bytes += as_text(views[i]);
      next.bytes.resize(std::min(next.bytes.size(), packet));
      from.http3->critical_streams().written(own.id, next.bytes.size());
      return next;
    }
    TestStream* s = from.sending.front();
    if (s == nullptr) return next;
    next.id = s->id;
    const std::size_t count = s->http3.output.peek(views, packet);
    for (std::size_t i = 0; i < count; ++i) next.bytes += as_text(views[i]);
    s->http3.output.take(next.bytes.size());
    const bool is_all = s->http3.output.untaken() == 0;
    next.fin = s->is_fin_sent = is_all && s->http3.fin;
    if (is_all) {
      s->unlink();
    } else {
      from.sending.turn_over(*s);
    }
    return next;
  }

  // Moves what `from` has to send, in packets of at most `packet` bytes, to the other side in pieces of at
  // most `piece` bytes. Returns bytes moved.
  std::size_t move(TestSide& from) {
    TestSide& to = &from == &client ? server : client;
    std::size_t moved = 0;
    for (;;) {
      const Piece sent = take(from);
      if (sent.id < 0) break;
      moved += sent.bytes.size() + (sent.fin ? 1 : 0);
      total[&from == &client ? 0 : 1] += sent.bytes.size();
      acknowledgements.push_back({&from, sent.id, sent.bytes.size()});
      if (!hold_acknowledgements) acknowledge();
      if (held_streams.count({&from, sent.id}) != 0) {
        held[{&from, sent.id}] += sent.bytes;
      } else if (const auto error = deliver(to, sent.id, sent.bytes, sent.fin);
                 error != ConnectionError::none) {
        errors.push_back(error);
        break;
      }
    }
    return moved;
  }

  ConnectionError deliver(TestSide& to, std::int64_t id, std::string_view bytes, bool fin) {
    do {
      const std::string_view now = bytes.substr(0, piece);
      bytes.remove_prefix(now.size());
      const ConnectionError error = to.http3->read(id, as_bytes(now), fin && bytes.empty());
      if (error != ConnectionError::none) return error;
    } while (!bytes.empty());
    return ConnectionError::none;
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
      if (side->http3->critical_streams().contains(id)) {
        side->http3->critical_streams().acknowledged(id, length);
      } else if (side->streams.contains(id)) {
        side->stream(id).http3.output.acknowledge(length);
      }
    }
  }

  // Lets what was held on this stream through.
  void let_through(TestSide& from, std::int64_t id) {
    held_streams.erase({&from, id});
    const std::string bytes = std::exchange(held[{&from, id}], {});
    EXPECT_EQ(deliver(&from == &client ? server : client, id, bytes, false), ConnectionError::none);
  }

  TestStream& request(std::int64_t id, const Fields& fields, bool fin = true) {
    TestStream& s = client.make(id);
    s.http3.fin = fin;
    client.http3->open_request(id, s.http3);
    EXPECT_EQ(client.send(id, http::SectionKind::request, fields), 0);
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
  std::vector<ConnectionError> errors;
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
  ASSERT_EQ(pair.server.send(id, http::SectionKind::response, fields), 0);
  pair.server.write(id, body, fin);
}

}  // namespace usquic::http3
