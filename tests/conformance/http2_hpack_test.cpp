// RFC 9113 section 4.3 and RFC 7541: header compression.
#include "http2_rows.h"

namespace usquic::test::h2 {
namespace {

using testing::Values;

// A request in one block with these bytes behind its fields, or before them.
std::string with_behind(std::string_view bytes) {
  return headers_of(1, block(get_fields()) + std::string(bytes), h2::end_stream);
}

std::string with_before(std::string_view bytes) {
  return headers_of(1, std::string(bytes) + block(get_fields()), h2::end_stream);
}

// A literal with a value in the Huffman code.
std::string huffman_value(std::string_view code) {
  return '\0' + h2::block_string("x") + wire_prefixed(0x80, 7, code.size()) + std::string(code);
}

INSTANTIATE_TEST_SUITE_P(
    Section4_3, Http2ConnectionError,
    Values(Http2Case{"IndexOf0", with_behind("\x80"), h2::compression_error},
           // RFC 7541 section 2.3.3: the static table ends at 61, the dynamic one is empty.
           Http2Case{"IndexBehindTheTables", with_behind("\xbe"), h2::compression_error},
           Http2Case{"IndexFarBehindTheTables", with_behind("\xff\xff\x03"), h2::compression_error},
           Http2Case{"NameIndexBehindTheTables", with_behind("\x7e\x01x"), h2::compression_error},
           Http2Case{"IntegerOfManyBytes", with_behind("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
                     h2::compression_error},
           Http2Case{"IntegerWithoutAnEnd", with_behind("\xff\xff"), h2::compression_error},
           Http2Case{"LiteralWithoutAName", with_behind(std::string(1, '\0')), h2::compression_error},
           Http2Case{"NameLongerThanTheBlock",
                     with_behind(std::string("\0\x05"
                                             "ab",
                                             4)),
                     h2::compression_error},
           Http2Case{"LiteralWithoutAValue", with_behind(std::string("\0\x01x", 3)), h2::compression_error},
           Http2Case{"ValueLongerThanTheBlock",
                     with_behind(std::string("\0\x01x\x05"
                                             "ab",
                                             6)),
                     h2::compression_error},
           Http2Case{"StringOf4Gigabytes", with_behind(std::string("\0\x7f\xff\xff\xff\xff\x0f", 7)),
                     h2::compression_error},
           // RFC 7541 section 5.2.
           Http2Case{"HuffmanPaddingOf8Bits", with_behind(huffman_value("\x1f\xff")), h2::compression_error},
           Http2Case{"HuffmanPaddingOfZeros", with_behind(huffman_value(std::string("\x18", 1))),
                     h2::compression_error},
           Http2Case{"HuffmanCodeOfTheEnd", with_behind(huffman_value("\xff\xff\xff\xff")),
                     h2::compression_error},
           Http2Case{"HuffmanPaddingAlone", with_behind(huffman_value("\xff")), h2::compression_error},
           // RFC 7541 sections 4.2 and 6.3.
           Http2Case{"TableLargerThanAllowed", with_before("\x3f\xe2\x1f"), h2::compression_error},
           Http2Case{"TableFarLargerThanAllowed", with_before("\x3f\xff\xff\xff\x07"), h2::compression_error},
           Http2Case{"TableSizeBehindAField", with_behind("\x20"), h2::compression_error},
           Http2Case{"TableSizeBetweenFields",
                     headers_of(1,
                                "\x82\x3f\xe1\x1f\x84\x87"
                                "\x41\x01"
                                "a",
                                h2::end_stream),
                     h2::compression_error},
           Http2Case{"InTrailers", h2::post(1) + headers_of(1, "\x80", h2::end_stream),
                     h2::compression_error},
           Http2Case{"AcrossAContinuation",
                     h2::frame(h2::type_headers, h2::end_stream, 1, "\x82\xff") +
                         h2::continuation(1, "\xff\xff\xff\xff\xff\xff\x7f", h2::end_headers),
                     h2::compression_error}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Section4_3, Http2Request,
    Values(Http2Case{"IndexedFields", headers_of(1,
                                                 "\x82\x87\x84\x41\x01"
                                                 "a",
                                                 h2::end_stream)},
           Http2Case{"LiteralsThatAreNeverIndexed", with_behind("\x10\x06secret\x01x")},
           Http2Case{"LiteralsWithAnIndexedName", with_behind("\x0f\x0a\x01x")},
           Http2Case{"HuffmanCode", with_behind(huffman_value("\x1f"))},
           Http2Case{"HuffmanPaddingOf7Bits", with_behind(huffman_value("\x1c\x72\x7f"))},
           Http2Case{"AnEmptyHuffmanString", with_behind(huffman_value(""))},
           Http2Case{"ATableOfTheAllowedSize", with_before("\x3f\xe1\x1f")},
           Http2Case{"ATableOfNoBytes", with_before("\x20")},
           Http2Case{"TwoTableSizes", with_before("\x20\x3f\xe1\x1f")},
           Http2Case{"IntegersWithMoreBytesThanNeeded",
                     with_behind(std::string("\0\x7f\x80\x80\0", 5) + std::string(127, 'x') + '\0')}),
    name_of_case);

std::string fields_of(const WireFields& fields) {
  std::string lines;
  for (const auto& [name, value] : fields) lines += name + "=" + value + "\n";
  return lines;
}

TEST(Rfc7541Section2_2, ATableLivesAsLongAsTheConnection) {
  RawHttp2 peer;
  Http2Encoder encoder;
  std::vector<std::size_t> sizes;
  for (std::uint32_t id = 1; id < 9; id += 2) {
    const std::string bytes = encoder.block(get_fields({{"user-agent", "a long name of a program"}}));
    sizes.push_back(bytes.size());
    EXPECT_TRUE(peer.send(headers_of(id, bytes, h2::end_stream)));
    EXPECT_EQ(peer.stream(id / 2).request,
              fields_of(get_fields({{"user-agent", "a long name of a program"}})));
  }
  EXPECT_LT(sizes[1], sizes[0] / 2);
}

TEST(Rfc7541Section4, EntriesThatDoNotFitAreDropped) {
  RawHttp2 peer;
  Http2Encoder encoder;
  for (std::uint32_t id = 1; id < 60; id += 2) {
    if (id == 21) encoder.resize_table(100);
    if (id == 41) encoder.resize_table(4096);
    const WireFields fields =
        get_fields({{"x", std::string(40 * id, 'x')}, {"y", std::to_string(id)}, {"z", "z"}});
    EXPECT_TRUE(peer.send(headers_of(id, encoder.block(fields), h2::end_stream)));
    EXPECT_EQ(peer.stream(id / 2).request, fields_of(fields));
  }
}

// Whatever becomes of a request, its block changes the table.
TEST(Rfc9113Section4_3, BlocksOfStreamsThatAreNotServedAreDecoded) {
  RawHttp2 peer(RawHttp2::Bare{}, {.max_streams = 1, .max_section_bytes = 1000});
  EXPECT_TRUE(peer.send(std::string(h2::preface) + h2::settings({})));
  Http2Encoder encoder;
  const auto request = [&](std::uint32_t id, const WireFields& more, unsigned flags) {
    return headers_of(id, encoder.block(get_fields(more)), flags);
  };
  EXPECT_TRUE(peer.send(request(1, {{"first", "1"}}, h2::no_flags)));
  EXPECT_TRUE(peer.send(request(3, {{"refused", "3"}}, h2::end_stream)));
  EXPECT_EQ(peer.answer(3).reset, h2::refused_stream);
  EXPECT_TRUE(peer.send(h2::rst_stream(1, h2::cancel)));
  EXPECT_TRUE(peer.send(request(1, {{"closed", "1"}}, h2::end_stream)));
  EXPECT_TRUE(peer.send(request(5, {{"Malformed", "5"}}, h2::end_stream)));
  EXPECT_TRUE(peer.send(request(7, {{"large", std::string(1500, 'l')}}, h2::end_stream)));
  EXPECT_EQ(peer.answer(7).status, "431");
  const WireFields all{{"refused", "3"}, {"closed", "1"}, {"large", "7"}, {"first", "1"}};
  EXPECT_TRUE(peer.send(request(9, all, h2::end_stream)));
  EXPECT_EQ(peer.stream(peer.stream_count() - 1).request, fields_of(get_fields(all)));
}

TEST(Rfc9113Section4_3, AWrongBlockOfAClosedStreamEndsTheConnection) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(get(1)));
  EXPECT_FALSE(peer.send(headers_of(1, "\x80", h2::end_stream)));
  expect_http2_closed(peer, h2::compression_error);
}

TEST(Rfc7541Section7_1_3, FieldsThatAreSecretAreNotIndexedBySender) {
  RawHttp2 peer;
  peer.handler = [](RecordedHttp2Stream& stream, RawHttp2::Event event) {
    if (event != RawHttp2::Event::end) return;
    const WireFields texts{{":status", "200"}, {"x-secret", "s3cret"}};
    std::vector<us_quic_header_t> fields = native_fields(texts);
    fields[1].flags = US_QUIC_HEADER_NEVER_INDEX;
    EXPECT_TRUE(stream.send_headers(fields, true));
  };
  EXPECT_TRUE(peer.send(get(1) + get(3)));
  const std::string first = peer.frames(h2::type_headers, 1)[0].payload;
  const std::string second = peer.frames(h2::type_headers, 3)[0].payload;
  EXPECT_EQ(first, second);
  EXPECT_NE(first.find('\x10'), std::string::npos);
}

}  // namespace
}  // namespace usquic::test::h2
