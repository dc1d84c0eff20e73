// RFC 9204: QPACK instructions and field sections that cannot be.
#include "http3_checks.h"

namespace usquic::test {
namespace {

// Instructions of the encoder stream (RFC 9204 section 4.3).
std::string set_capacity(std::uint64_t capacity) {
  return wire_prefixed(0x20, 5, capacity);
}
std::string insert_with_static_name(std::uint64_t index, std::string_view value) {
  return wire_prefixed(0xc0, 6, index) + wire_prefixed(0, 7, value.size()) + std::string(value);
}
std::string insert_with_dynamic_name(std::uint64_t index, std::string_view value) {
  return wire_prefixed(0x80, 6, index) + wire_prefixed(0, 7, value.size()) + std::string(value);
}
std::string insert_literal(std::string_view name, std::string_view value) {
  return wire_prefixed(0x40, 5, name.size()) + std::string(name) + wire_prefixed(0, 7, value.size()) +
         std::string(value);
}
std::string duplicate(std::uint64_t index) {
  return wire_prefixed(0x00, 5, index);
}

// Instructions of the decoder stream (RFC 9204 section 4.4).
std::string section_acknowledgment(std::uint64_t stream) {
  return wire_prefixed(0x80, 7, stream);
}
std::string insert_count_increment(std::uint64_t increment) {
  return wire_prefixed(0x00, 6, increment);
}

// A section with this prefix (RFC 9204 section 4.5.1) and these lines.
std::string section(std::uint64_t encoded_insert_count, bool is_base_negative, std::uint64_t delta_base,
                    std::string_view lines) {
  return wire_frame(h3frame::headers, wire_prefixed(0, 8, encoded_insert_count) +
                                          wire_prefixed(is_base_negative ? 0x80 : 0, 7, delta_base) +
                                          std::string(lines));
}
std::string indexed_static(std::uint64_t index) {
  return wire_prefixed(0xc0, 6, index);
}
std::string indexed_dynamic(std::uint64_t index) {
  return wire_prefixed(0x80, 6, index);
}

// GET https / from the static table, and a literal :authority.
const std::string request_lines = std::string("\xd1\xd7\xc1\x50\x01h", 6);

void expect_encoder_closes(Engine role, std::string_view instructions) {
  Http3Joined joined(role);
  joined.h3->encoder(instructions);
  expect_h3_closed(joined, qpack_encoder_stream_error);
}

void expect_section_closes(std::string_view frame) {
  expect_request_closes(frame, {qpack_decompression_failed});
}

TEST(Rfc9204Section3_2_3, ACapacityAboveTheLimit) {
  for (const Engine role : {Engine::server, Engine::client}) {
    expect_encoder_closes(role, set_capacity(4097));
    expect_encoder_closes(role, set_capacity(1ULL << 40));
  }
}

TEST(Rfc9204Section3_2_3, ACapacityAboveTheOption) {
  Http3Joined joined(Engine::server, wire_settings({}),
                     [](EnginePair& pair) { pair.server.config.qpack_table_capacity = 100; });
  joined.h3->encoder(set_capacity(100));
  expect_h3_open(joined);
  joined.h3->encoder(set_capacity(101));
  expect_h3_closed(joined, qpack_encoder_stream_error);
}

// Bytes of the engine's encoder stream after ten requests for the same, by a peer that allows a table.
std::size_t encoder_bytes(std::size_t encoder_capacity) {
  Http3Joined joined(Engine::client, wire_settings({{0x1, 4096}}), [&](EnginePair& pair) {
    pair.client.config.qpack_encoder_table_capacity = encoder_capacity;
  });
  for (int i = 0; i < 10; ++i) {
    StreamRecord* s = joined.net.pair.client.create_stream(*joined.net.connection);
    constexpr us_quic_header_t request[] = {{":method", 7, "GET", 3, 0},
                                            {":scheme", 7, "https", 5, 0},
                                            {":authority", 10, "a.long.name.of.a.server", 23, 0},
                                            {":path", 5, "/", 1, 0}};
    EXPECT_EQ(s->handle->send_headers(request, true), 0);
    joined.net.run();
  }
  return joined.peer().stream(6).data.size();
}

TEST(Rfc9204Section3_2_3, TheEncoderFillsNoTableThatIsTurnedOff) {
  EXPECT_EQ(encoder_bytes(0), 1u);  // the stream's type
  EXPECT_GT(encoder_bytes(4096), 20u);
}

TEST(Rfc9204Section3_2_2, AnEntryThatDoesNotFitTheTable) {
  expect_encoder_closes(Engine::server, insert_literal("a", "b"));  // capacity is 0 at first
  expect_encoder_closes(Engine::server, set_capacity(100) + insert_literal("a", std::string(100, 'x')));
}

TEST(Rfc9204Section4_3, InstructionsThatNameNoEntry) {
  expect_encoder_closes(Engine::server, set_capacity(4096) + insert_with_static_name(99, "x"));
  expect_encoder_closes(Engine::server, set_capacity(4096) + insert_with_dynamic_name(0, "x"));
  expect_encoder_closes(Engine::server, set_capacity(4096) + duplicate(0));
}

TEST(Rfc9204Section4_1_1, IntegersThatDoNotEnd) {
  expect_encoder_closes(Engine::server, std::string("\x3f") + std::string(11, '\xff'));
  Http3Joined joined(Engine::server);
  joined.h3->decoder(std::string("\xff") + std::string(11, '\xff'));
  expect_h3_closed(joined, qpack_decoder_stream_error);
}

TEST(Rfc9204Section4_1_2, HuffmanCodeThatIsNone) {
  // EOS inside a string; padding longer than 7 bits (RFC 7541 section 5.2).
  expect_encoder_closes(Engine::server, set_capacity(4096) + wire_prefixed(0x60, 5, 4) + "\xff\xff\xff\xff");
  expect_section_closes(
      section(0, false, 0, request_lines + "\x2f\x04" + std::string("\xff\xff\xff\xff", 4) + "\x01x"));
}

TEST(Rfc9204Section2_2_3, SectionsThatNameNoEntry) {
  expect_section_closes(section(0, false, 0, indexed_static(99)));
  expect_section_closes(section(0, false, 0, indexed_dynamic(0)));
  // Post-base index, and a name reference.
  expect_section_closes(section(0, false, 0, wire_prefixed(0x10, 4, 0)));
  expect_section_closes(section(0, false, 0, wire_prefixed(0x50, 4, 99) + "\x01x"));
}

TEST(Rfc9204Section4_5_1_1, AnInsertCountThatCannotBe) {
  // 4096 bytes hold 128 entries: the encoded count is at most 256.
  expect_section_closes(section(300, false, 0, request_lines));
}

TEST(Rfc9204Section4_5_1_2, ABaseBelowZero) {
  Http3Joined joined(Engine::server);
  joined.h3->encoder(set_capacity(4096) + insert_literal("a", "b"));
  joined.net.run();
  joined.h3->request(section(2, true, 5, request_lines));
  expect_h3_closed(joined, qpack_decompression_failed);
}

TEST(Rfc9204Section2_2_1, ASectionThatUsesTheTableIsRead) {
  Http3Joined joined(Engine::server);
  joined.h3->encoder(set_capacity(4096) + insert_literal("x-name", "x-value"));
  const std::uint64_t id = joined.h3->request(section(2, false, 0, request_lines + indexed_dynamic(0)));
  joined.net.run();
  EXPECT_EQ(joined.h3->status(id), 200);
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->sections.at(0).value("x-name"), "x-value");
  expect_h3_open(joined);
}

TEST(Rfc9204Section2_2_1, ABlockedSectionWaitsAndDelaysNoOther) {
  Http3Joined joined(Engine::server);
  const std::uint64_t blocked = joined.h3->request(section(2, false, 0, request_lines + indexed_dynamic(0)));
  expect_h3_open(joined);
  EXPECT_FALSE(joined.h3->status(blocked));
  joined.h3->encoder(set_capacity(4096) + insert_literal("x-name", "x-value"));
  joined.net.run();
  EXPECT_EQ(joined.h3->status(blocked), 200);
}

// A client's request, whose response came whole while its section waits for the encoder's instructions.
struct WaitingResponse {
  // The response's section: :status 200, these lines, and an entry of the dynamic table.
  explicit WaitingResponse(std::string_view lines, std::string_view behind = {}, std::uint64_t status = 25)
      : joined(Engine::client), s(joined.ask()) {
    joined.net.pair.client.on_section = [this](StreamRecord&) { ++sections; };
    joined.peer().write(
        0,
        section(2, false, 0, indexed_static(status) + std::string(lines) + indexed_dynamic(0)) +
            std::string(behind),
        true);
    joined.net.run();
    EXPECT_EQ(sections, 0);
    EXPECT_EQ(s->closes, 0);
  }

  void instruct(std::string_view name = "x-name") {
    joined.h3->encoder(set_capacity(4096) + insert_literal(name, "x-value"));
    joined.net.run();
  }

  // It ended once, and nothing of it is left.
  void expect_ended(int reason, std::uint64_t code) {
    EXPECT_EQ(s->closes, 1);
    EXPECT_EQ(s->close.reason, reason);
    EXPECT_EQ(s->close.code, code);
    us_quic_stats_t stats{};
    joined.net.connection->handle->stats(stats);
    EXPECT_EQ(stats.streams_open, 0u);
    expect_h3_open(joined);
    joined.net.connection->handle->shutdown();
    joined.net.run();
    EXPECT_EQ(joined.net.connection->closes, 1);
  }

  Http3Joined joined;
  StreamRecord* s;
  int sections = 0;
};

TEST(Rfc9204Section2_2_1, AMalformedMessageThatWaitedIsToldAsOne) {
  struct Case {
    const char* name;
    std::string lines, behind, field;
    std::uint64_t status = 25;
  };
  const std::string content_length = wire_prefixed(0x50, 4, 4);  // a literal with the name of entry 4
  const std::string data = wire_frame(h3frame::data, "six by");
  const Case cases[] = {
      {"a body shorter than content-length",
       content_length + "\x01"
                        "9",
       data, "x-name"},
      {"a body longer than content-length",
       content_length + "\x01"
                        "5",
       data, "x-name"},
      {"connection", "", data, "connection"},
      {"two content-lengths",
       content_length +
           "\x01"
           "6" +
           content_length +
           "\x01"
           "7",
       data, "x-name"},
      {"trailers with a pseudo-header field", "", section(2, false, 0, indexed_static(25)), "x-name"},
      {"103 and nothing more", "", "", "x-name", 24},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    WaitingResponse waiting(c.lines, c.behind, c.status);
    waiting.instruct(c.field);
    EXPECT_FALSE(waiting.s->ended);
    waiting.expect_ended(US_QUIC_E_HEADERS, h3_message_error);
  }
}

TEST(Rfc9204Section2_2_1, AWholeMessageThatWaitedEndsWell) {
  WaitingResponse waiting("", wire_frame(h3frame::data, "body"));
  waiting.instruct();
  EXPECT_EQ(waiting.sections, 1);
  EXPECT_EQ(waiting.s->body, "body");
  EXPECT_TRUE(waiting.s->ended);
  waiting.expect_ended(US_QUIC_OK, 0);
}

TEST(Rfc9204Section2_2_1, AResponseThatIsGivenUpWhileItWaitsEnds) {
  for (const bool are_instructions_to_come : {false, true}) {
    WaitingResponse waiting("", wire_frame(h3frame::data, "body"));
    EXPECT_EQ(waiting.s->handle->reset(h3_request_cancelled), 0);
    EXPECT_EQ(waiting.s->handle->stop(h3_request_cancelled), 0);
    waiting.joined.net.run();
    if (are_instructions_to_come) waiting.instruct();
    EXPECT_EQ(waiting.sections, 0);
    waiting.expect_ended(US_QUIC_E_CLOSED, h3_request_cancelled);
  }
}

TEST(Rfc9204Section2_2_1, AResponseThatNobodyWantsWhileItWaitsLeavesNothing) {
  WaitingResponse waiting("", wire_frame(h3frame::data, "body"));
  std::exchange(waiting.s->handle, nullptr)->detach();
  waiting.joined.net.run();
  waiting.instruct();
  us_quic_stats_t stats{};
  waiting.joined.net.connection->handle->stats(stats);
  EXPECT_EQ(stats.streams_open, 0u);
  EXPECT_EQ(waiting.sections, 0);
}

// The server gives the request up as soon as it hears of it.
TEST(Rfc9204Section2_2_1, ARequestThatIsGivenUpBeforeItsInstructionsComeEnds) {
  enum class Way { reset, stop, both };
  for (const Way way : {Way::reset, Way::stop, Way::both}) {
    for (const bool are_instructions_to_come : {false, true}) {
      SCOPED_TRACE(static_cast<int>(way));
      SCOPED_TRACE(are_instructions_to_come);
      Http3Joined joined(Engine::server);
      Side& server = joined.net.pair.server;
      server.on_stream = [way](StreamRecord& s) {
        if (way != Way::stop) s.handle->reset(h3_request_cancelled);
        if (way != Way::reset) s.handle->stop(h3_request_cancelled);
      };
      joined.h3->request(section(2, false, 0, request_lines + indexed_dynamic(0)));
      joined.net.run();
      server.on_stream = nullptr;
      if (way == Way::stop) server.streams.at(0)->handle->reset(h3_request_cancelled);
      if (are_instructions_to_come)
        joined.h3->encoder(set_capacity(4096) + insert_literal("x-name", "x-value"));
      joined.net.run(joined.net.pair.server.config.header_timeout + std::chrono::seconds(1));
      EXPECT_EQ(server.streams.at(0)->closes, 1);
      us_quic_stats_t stats{};
      joined.net.connection->handle->stats(stats);
      EXPECT_EQ(stats.streams_open, 0u);
      expect_h3_open(joined);
    }
  }
}

TEST(Rfc9204Section2_1_2, MoreBlockedStreamsThanAllowed) {
  for (const std::size_t allowed : {100, 3, 0}) {
    SCOPED_TRACE(allowed);
    Http3Joined joined(Engine::server, wire_settings({}), [&](EnginePair& pair) {
      pair.server.config.max_streams_bidi = 200;
      pair.server.config.qpack_blocked_streams = allowed;
    });
    const std::string waits = section(2, false, 0, request_lines + indexed_dynamic(0));
    for (std::size_t i = 0; i < allowed; ++i) joined.h3->request(waits);
    joined.net.run();
    ASSERT_FALSE(joined.peer().close());
    joined.h3->request(waits);
    expect_h3_closed(joined, qpack_decompression_failed);
  }
}

TEST(Rfc9204Section4_4_1, AnAcknowledgmentOfASectionThatWasNeverSent) {
  Http3Joined joined(Engine::server);
  joined.h3->decoder(section_acknowledgment(0));
  expect_h3_closed(joined, qpack_decoder_stream_error);
}

TEST(Rfc9204Section4_4_3, AnInsertCountIncrementOfNothing) {
  for (const std::uint64_t increment : {0, 1, 1000}) {
    Http3Joined joined(Engine::server);
    joined.h3->decoder(insert_count_increment(increment));
    expect_h3_closed(joined, qpack_decoder_stream_error);
  }
}

TEST(Rfc9204Section4_4_2, CancellationOfAnyStreamIsTaken) {
  Http3Joined joined(Engine::server);
  joined.h3->decoder(wire_prefixed(0x40, 6, 0) + wire_prefixed(0x40, 6, 400));
  expect_h3_open(joined);
}

}  // namespace
}  // namespace usquic::test
