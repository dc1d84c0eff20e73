// RFC 9218 over HTTP/2, and the priorities of RFC 7540 that RFC 9113 section 5.3 has no more.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

// The order in which DATA frames of responses of two frames each come; the requests are those in `bytes`.
std::vector<std::uint32_t> order_of(std::string_view bytes) {
  RawHttp2 peer;
  peer.handler = nullptr;
  EXPECT_TRUE(peer.send(bytes));
  for (std::size_t i = 0; i < peer.stream_count(); ++i) respond(peer.stream(i), std::string(20'000, 'x'));
  peer.run();
  std::vector<std::uint32_t> order;
  for (const Http2Frame& frame : peer.frames()) {
    if (frame.type == h2::type_data) order.push_back(frame.id);
  }
  EXPECT_FALSE(peer.goaway());
  return order;
}

using Order = std::vector<std::uint32_t>;

TEST(Rfc9218Section4, ResponsesAreSentOneAfterTheOther) {
  EXPECT_EQ(order_of(get(1) + get(3)), (Order{1, 1, 3, 3}));
}

TEST(Rfc9218Section4_1, TheMoreUrgentResponseIsSentFirst) {
  EXPECT_EQ(order_of(get(1, {{"priority", "u=5"}}) + get(3, {{"priority", "u=1"}}) + get(5)),
            (Order{3, 3, 5, 5, 1, 1}));
}

TEST(Rfc9218Section4_2, IncrementalResponsesShareTheConnection) {
  EXPECT_EQ(order_of(get(1, {{"priority", "i"}}) + get(3, {{"priority", "i"}})), (Order{1, 3, 1, 3}));
}

TEST(Rfc9218Section4, ParametersThatAreWrongAreIgnored) {
  EXPECT_EQ(order_of(get(1, {{"priority", "u=9"}}) + get(3, {{"priority", "u=2"}})), (Order{3, 3, 1, 1}));
  EXPECT_EQ(order_of(get(1, {{"priority", "u=4, x=1"}}) + get(3)), (Order{3, 3, 1, 1}));
  EXPECT_EQ(order_of(get(1, {{"priority", "%%"}}) + get(3)), (Order{1, 1, 3, 3}));
}

TEST(Rfc9218Section7_1, AnUpdateChangesTheOrderOfRequestsThatWait) {
  EXPECT_EQ(order_of(get(1) + get(3) + h2::priority_update(3, "u=0")), (Order{3, 3, 1, 1}));
  EXPECT_EQ(order_of(get(1) + get(3) + h2::priority_update(1, "u=7, i")), (Order{3, 3, 1, 1}));
  EXPECT_EQ(order_of(get(1, {{"priority", "u=7"}}) + get(3) + h2::priority_update(1, "u=1")),
            (Order{1, 1, 3, 3}));
}

TEST(Rfc9218Section7_1, AnUpdateMayComeBeforeItsRequest) {
  EXPECT_EQ(order_of(get(1) + h2::priority_update(3, "u=0") + get(3)), (Order{3, 3, 1, 1}));
}

// Servers should apply it when the stream opens (section 7.1): then it is newer than the field.
TEST(Rfc9218Section7_1, AnUpdateBeforeItsRequestIsOverriddenByTheField) {
  EXPECT_EQ(order_of(get(1) + h2::priority_update(3, "u=0") + get(3, {{"priority", "u=5"}})),
            (Order{1, 1, 3, 3}));
}

TEST(Rfc9218Section7_1, AnUpdateWhoseValueIsWrongIsIgnored) {
  EXPECT_EQ(order_of(get(1) + get(3) + h2::priority_update(3, "%%") + h2::priority_update(3, "u=")),
            (Order{1, 1, 3, 3}));
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9218_7_1, Http2ConnectionError,
    Values(Http2Case{"UpdateOnAStream",
                     h2::post(1) + h2::frame(h2::type_priority_update, 0, 1, wire_integer(1, 4) + "u=1")},
           Http2Case{"UpdateOfAPushThatIsIdle", h2::priority_update(2, "u=1")},
           Http2Case{"UpdateWithoutAStream", h2::frame(h2::type_priority_update, 0, 0, "abc"),
                     h2::frame_size_error}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Rfc9218_7_1, Http2Accepted,
    Values(Http2Case{"UpdateOfNothing", h2::priority_update(1, "")},
           Http2Case{"UpdateOfAClosedStream", get(1) + h2::priority_update(1, "u=1")},
           // The section has PROTOCOL_ERROR; to nghttp2 it is a stream that is over.
           Http2Case{"UpdateOfStream0", h2::priority_update(0, "u=1")},
           Http2Case{"UpdateOfAnIdleStream", h2::priority_update(51, "u=1, i")},
           Http2Case{"UpdateThatIsLong",
                     h2::post(1) + h2::priority_update(1, "u=1, x=\"" + std::string(5000, 'x') + "\"")}),
    name_of_case);

TEST(Rfc9218Section7_1, UpdatesOfMoreStreamsThanAreAllowedEndTheConnection) {
  RawHttp2 peer({.max_streams = 5});
  std::string updates;
  for (std::uint32_t id = 1; id <= 11; id += 2) updates += h2::priority_update(id, "u=1");
  EXPECT_FALSE(peer.send(updates));
  expect_http2_closed(peer, h2::protocol_error);
}

TEST(Rfc9113Section5_3_2, PrioritiesOfRfc7540ChangeNothing) {
  EXPECT_EQ(order_of(get(1) + get(3) + h2::priority(1, 3, 0) + h2::priority(3, 0, 255)), (Order{1, 1, 3, 3}));
  const auto with_weight = [](std::uint32_t id, std::uint32_t on, unsigned weight) {
    return h2::headers_of(id, wire_integer(on, 4) + wire_integer(weight, 1) + h2::block(h2::get_fields()),
                          h2::end_stream | h2::with_priority);
  };
  EXPECT_EQ(order_of(with_weight(1, 0, 0) + with_weight(3, 0x80000000, 255)), (Order{1, 1, 3, 3}));
  EXPECT_EQ(order_of(with_weight(1, 3, 0) + with_weight(3, 0, 255)), (Order{1, 1, 3, 3}));
}

}  // namespace
}  // namespace usquic::test::h2
