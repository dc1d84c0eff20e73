#include "http3/qpack/decoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "fields.h"
#include "http/field_rules.h"
#include "http3/qpack/encoder.h"

namespace usquic::http3::qpack {
namespace {

using Status = Decoder::Status;

constexpr Decoder::Limits usual_limits = {65536, 4096};

class DecoderTest : public testing::Test {
 protected:
  BlockPool pool;
  std::optional<Decoder> decoder;
  SectionPointer section;
  std::size_t used = 0;

  void SetUp() override { start(usual_limits); }
  void TearDown() override { section.reset(); }

  void start(Decoder::Limits limits) {
    section.reset();
    decoder.emplace(limits, pool);
  }
  QpackResult<Status> decode(std::string_view digits, std::int64_t stream = 0) {
    section = decoder->make_section();
    const std::string bytes = from_hex(digits);
    return decoder->decode(*section, stream, as_bytes(bytes), true, used);
  }
  // The rest of a section that was blocked.
  QpackResult<Status> go_on(std::string_view digits, std::int64_t stream = 0) {
    const std::string bytes = from_hex(digits);
    return decoder->decode(*section, stream, as_bytes(bytes).subspan(used), true, used);
  }
  std::optional<Fields> fields(std::string_view digits, std::int64_t stream = 0) {
    const QpackResult<Status> result = decode(digits, stream);
    if (!result || *result != Status::done) return std::nullopt;
    return to_fields(section->fields());
  }
  std::optional<QpackError> error(std::string_view digits) {
    const QpackResult<Status> result = decode(digits);
    if (result) return std::nullopt;
    return result.error();
  }
  bool feed(std::string_view digits) {
    return bool(decoder->read_encoder_stream(as_bytes(from_hex(digits))));
  }
  std::optional<QpackError> feed_error(std::string_view digits) {
    const QpackResult<void> result = decoder->read_encoder_stream(as_bytes(from_hex(digits)));
    if (result) return std::nullopt;
    return result.error();
  }
  std::string instructions() { return hex(instructions_of(*decoder)); }
};

constexpr auto failed = QpackError::decompression_failed;
constexpr auto encoder_stream_error = QpackError::encoder_stream;

// RFC 9204 appendix B, in its order, on one connection.
TEST_F(DecoderTest, ReadsTheExamplesOfTheRfc) {
  start({65536, 220});
  EXPECT_EQ(fields("0000 510b 2f69 6e64 6578 2e68 746d 6c"), (Fields{{":path", "/index.html"}}));
  EXPECT_EQ(instructions(), "");

  ASSERT_TRUE(feed("3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d c10c 2f73 616d 706c 652f 7061 7468"));
  EXPECT_EQ(fields("0381 10 11", 4), (Fields{{":authority", "www.example.com"}, {":path", "/sample/path"}}));
  EXPECT_EQ(instructions(), "84");

  ASSERT_TRUE(feed("4a63 7573 746f 6d2d 6b65 790c 6375 7374 6f6d 2d76 616c 7565"));
  EXPECT_EQ(instructions(), "01");

  ASSERT_TRUE(feed("02"));
  EXPECT_EQ(fields("0500 80 c1 81", 8),
            (Fields{{":authority", "www.example.com"}, {":path", "/"}, {"custom-key", "custom-value"}}));
  ASSERT_TRUE(decoder->cancel(8));
  // Insert 4 is acknowledged with the section.
  EXPECT_EQ(instructions(), "8848");

  ASSERT_TRUE(feed("810d 6375 7374 6f6d 2d76 616c 7565 32"));
  EXPECT_EQ(instructions(), "01");
  EXPECT_EQ(decoder->insert_count(), 5u);
  // The first entry was evicted.
  EXPECT_EQ(error("0200 80"), failed);
}

TEST_F(DecoderTest, ReadsEveryFormOfALine) {
  ASSERT_TRUE(feed("3fe11f 4161 0178"));  // a: x
  ASSERT_TRUE(feed("4162 0179"));         // b: y
  // Base 1: relative 0 is `a`, post-base 0 is `b`.
  EXPECT_EQ(
      fields("0380 80 10 d1 5101 2f 4001 7a 0001 77 2163 0176"),
      (Fields{
          {"a", "x"}, {"b", "y"}, {":method", "GET"}, {":path", "/"}, {"a", "z"}, {"b", "w"}, {"c", "v"}}));
  for (const us_quic_header_t& field : section->fields()) EXPECT_EQ(field.flags, 0u);
  // The same literals, never to be indexed.
  EXPECT_EQ(fields("0380 7101 2f 6001 7a 0801 77 3163 0176"),
            (Fields{{":path", "/"}, {"a", "z"}, {"b", "w"}, {"c", "v"}}));
  for (const us_quic_header_t& field : section->fields()) EXPECT_EQ(field.flags, US_QUIC_HEADER_NEVER_INDEX);
}

TEST_F(DecoderTest, ReadsSectionsInPiecesOfEverySize) {
  ASSERT_TRUE(feed("3fe11f 4a63 7573 746f 6d2d 6b65 790c 6375 7374 6f6d 2d76 616c 7565"));
  BlockPool encoder_pool;
  const Fields sent = {{":path", std::string(300, 'p')}, {"x-name-that-is-long", "value"}, {"empty", ""}};
  const auto headers = to_headers(sent);
  std::vector<std::uint8_t> bytes(Encoder::bound(headers));
  bytes.resize(static_cast<std::size_t>(Encoder::encode_static(headers, bytes.data()) - bytes.data()));
  bytes[0] = 2;           // Required Insert Count 1
  bytes.push_back(0x80);  // the entry
  for (const char c : from_hex("407f8001"))
    bytes.push_back(static_cast<std::uint8_t>(c));  // its name, 255 bytes
  bytes.insert(bytes.end(), 255, 'v');
  Fields expected = sent;
  expected.emplace_back("custom-key", "custom-value");
  expected.emplace_back("custom-key", std::string(255, 'v'));
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    section = decoder->make_section();
    Bytes rest = bytes;
    Status status = Status::more;
    while (!rest.empty()) {
      EXPECT_EQ(status, Status::more);
      const Bytes part = rest.first(std::min(piece, rest.size()));
      // In memory of its own: a read beyond the end is seen by the sanitizer.
      const std::vector<std::uint8_t> copy(part.begin(), part.end());
      rest = rest.subspan(part.size());
      const QpackResult<Status> result = decoder->decode(*section, 0, copy, rest.empty(), used);
      ASSERT_TRUE(result);
      EXPECT_EQ(used, part.size());
      status = *result;
    }
    EXPECT_EQ(status, Status::done);
    EXPECT_EQ(to_fields(section->fields()), expected);
  }
}

TEST_F(DecoderTest, ASectionMayEndInAPieceOfItsOwn) {
  section = decoder->make_section();
  const std::string bytes = from_hex("0000d1");
  EXPECT_EQ(*decoder->decode(*section, 0, as_bytes(bytes), false, used), Status::more);
  EXPECT_EQ(*decoder->decode(*section, 0, {}, true, used), Status::done);
  EXPECT_EQ(to_fields(section->fields()), (Fields{{":method", "GET"}}));
}

TEST_F(DecoderTest, RefusesASectionThatEndsTooEarly) {
  const std::string_view whole = "0000 5103 2f61 62 2163 8374 65";
  for (const std::string_view part : {"", "00", "0000 51", "0000 5103", "0000 5103 2f", "0000 21",
                                      "0000 2163", "0000 2163 02 78", "0000 ff", "0000 ffff", "00 ff"}) {
    EXPECT_EQ(error(part), failed) << part;
  }
  EXPECT_EQ(fields("0000"), Fields{});
  EXPECT_EQ(error(whole), failed);  // its last string is two bytes of three
}

TEST_F(DecoderTest, RefusesReferencesToWhatIsNotThere) {
  EXPECT_EQ(error("0000 ff24"), failed);    // static 99
  EXPECT_EQ(error("0000 5f5400"), failed);  // static 99 as a name
  EXPECT_EQ(fields("0000 ff23"), (Fields{{"x-frame-options", "sameorigin"}}));
  EXPECT_EQ(error("0000 80"), failed);  // no entry
  EXPECT_EQ(error("0000 4000"), failed);
  EXPECT_EQ(error("0000 10"), failed);
  EXPECT_EQ(error("0000 0000"), failed);
  ASSERT_TRUE(feed("3fe11f 4161 0178 4162 0179"));
  EXPECT_EQ(error("0200 81"), failed);  // below the first one
  EXPECT_EQ(error("0200 10"), failed);  // not counted by the Required Insert Count
  EXPECT_EQ(error("0201 80"), failed);
  EXPECT_EQ(fields("0201 81"), (Fields{{"a", "x"}}));
  // It may need more than it refers to.
  EXPECT_EQ(fields("0300 81"), (Fields{{"a", "x"}}));
}

// RFC 9204 section 4.5.1.1.
TEST_F(DecoderTest, RefusesInsertCountsThatCannotBe) {
  start({65536, 100});                   // three entries
  EXPECT_EQ(error("07 00 80"), failed);  // at most 6
  EXPECT_EQ(error("06 00 80"), failed);  // 5: of a table that has wrapped around
  start({65536, 0});
  EXPECT_EQ(error("01 00 80"), failed);
  start({65536, 4096});
  EXPECT_EQ(error("02 81 80"), failed);  // Base -1
  EXPECT_EQ(error("00 80 d1"), failed);
  EXPECT_EQ(error("02 00"), failed);  // needs an entry and has no line
}

TEST_F(DecoderTest, CountsInsertsOnBeyondTheFullRange) {
  start({65536, 100});
  ASSERT_TRUE(feed("3f45"));  // capacity 100
  for (int i = 0; i < 1000; ++i) {
    const std::string value = std::to_string(i);
    ASSERT_TRUE(decoder->read_encoder_stream(
        as_bytes("\x41k" + std::string(1, static_cast<char>(value.size())) + value)));
    const int encoded = (i + 1) % 6 + 1;
    const std::string digits = "0" + std::to_string(encoded) + " 00 80";
    EXPECT_EQ(fields(digits), (Fields{{"k", value}}));
  }
}

TEST_F(DecoderTest, WaitsForTheInsertsThatASectionNeeds) {
  EXPECT_EQ(*decode("03 00 80 81", 4), Status::blocked);
  EXPECT_EQ(used, 2u);
  EXPECT_FALSE(decoder->is_ready(*section));
  ASSERT_TRUE(feed("3fe11f 4161 0178"));
  EXPECT_FALSE(decoder->is_ready(*section));
  EXPECT_EQ(*go_on("03 00 80 81", 4), Status::blocked);
  EXPECT_EQ(used, 0u);
  used = 2;
  ASSERT_TRUE(feed("4162 0179"));
  EXPECT_TRUE(decoder->is_ready(*section));
  EXPECT_EQ(*go_on("03 00 80 81", 4), Status::done);
  EXPECT_EQ(to_fields(section->fields()), (Fields{{"b", "y"}, {"a", "x"}}));
  EXPECT_EQ(instructions(), "84");
}

TEST_F(DecoderTest, KeepsASectionWhenTheTableChanges) {
  ASSERT_TRUE(feed("3fe11f 4161 0178"));
  ASSERT_EQ(fields("0200 80 4001 7a"), (Fields{{"a", "x"}, {"a", "z"}}));
  ASSERT_TRUE(feed("20 3fe11f 4162 0179"));
  EXPECT_EQ(to_fields(section->fields()), (Fields{{"a", "x"}, {"a", "z"}}));
}

TEST_F(DecoderTest, SaysOnceHowManyInsertsCame) {
  EXPECT_FALSE(decoder->has_instructions());
  ASSERT_TRUE(feed("3fe11f 4161 0178 4162 0179 00"));
  EXPECT_EQ(instructions(), "03");
  EXPECT_FALSE(decoder->has_instructions());
  for (int i = 0; i < 70; ++i) ASSERT_TRUE(feed("4163 00"));
  EXPECT_EQ(instructions(), "3f07");
}

TEST_F(DecoderTest, CancelsOnlyWhereATableIsAllowed) {
  ASSERT_TRUE(decoder->cancel(100));
  EXPECT_EQ(instructions(), "7f25");
  start({65536, 0});
  ASSERT_TRUE(decoder->cancel(100));
  EXPECT_FALSE(decoder->has_instructions());
}

TEST_F(DecoderTest, WritesInstructionsIntoTheRoomThatThereIs) {
  ASSERT_TRUE(feed("3fe11f 4161 0178"));
  ASSERT_TRUE(decoder->cancel(1000));
  std::string bytes;
  while (decoder->has_instructions()) {
    std::uint8_t byte = 0;
    ASSERT_EQ(decoder->write_instructions({&byte, 1}), 1u);
    bytes += static_cast<char>(byte);
  }
  EXPECT_EQ(hex(bytes), "7fa90701");
}

TEST_F(DecoderTest, BoundsTheInstructionsThatAPeerDoesNotTake) {
  QpackResult<void> result;
  int count = 0;
  for (; result && count < 100000; ++count) result = decoder->cancel(4);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), QpackError::excessive_load);
  EXPECT_LT(count, 80'000);
}

TEST_F(DecoderTest, AnEncoderStreamMayBeSplitAnywhere) {
  const std::string bytes = from_hex(
      "3fe11f 4a63 7573 746f 6d2d 6b65 790c 6375 7374 6f6d 2d76 616c 7565 c18c f1e3 c2e5 f23a 6ba0 ab90 f4ff "
      "00"
      "800178 6294 e7 83 94e7 7f");
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    start(usual_limits);
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
      ASSERT_TRUE(decoder->read_encoder_stream(as_bytes(bytes.substr(i, piece))));
    }
    EXPECT_EQ(fields("0600 80 81 82 83 84"), (Fields{{"foo", "foo9"},
                                                     {":path", "x"},
                                                     {":path", "www.example.com"},
                                                     {":path", "www.example.com"},
                                                     {"custom-key", "custom-value"}}))
        << piece;
  }
}

TEST_F(DecoderTest, RefusesWhatTheTableCannotHold) {
  EXPECT_EQ(feed_error("3fe21f"), encoder_stream_error);  // capacity 4097
  start(usual_limits);
  EXPECT_EQ(feed_error("4161 0178"), encoder_stream_error);  // capacity 0
  start(usual_limits);
  EXPECT_EQ(feed_error("3f01 4161 00"), encoder_stream_error);  // 33 bytes in 32
  start(usual_limits);
  EXPECT_EQ(feed_error("3f02 4161 00"), std::nullopt);
  EXPECT_EQ(fields("0200 80"), (Fields{{"a", ""}}));
  // The length alone says it.
  start(usual_limits);
  EXPECT_EQ(feed_error("3fe11f 5fc21f"), encoder_stream_error);
  start(usual_limits);
  EXPECT_EQ(feed_error("3fe11f 4161 7fe11f"), encoder_stream_error);
  start(usual_limits);
  EXPECT_EQ(feed_error("3fe11f 00"), encoder_stream_error);  // no such entry
  start(usual_limits);
  EXPECT_EQ(feed_error("3fe11f 8000"), encoder_stream_error);
  start(usual_limits);
  EXPECT_EQ(feed_error("3fe11f ff2400"), encoder_stream_error);  // static 99
  start(usual_limits);
  EXPECT_EQ(feed_error("3fe11f 61fe"), encoder_stream_error);  // Huffman code
  start(usual_limits);
  EXPECT_EQ(feed_error("3fffffffffffffffffff7f"), encoder_stream_error);  // more than 62 bits
}

TEST_F(DecoderTest, AnEntryMayBeMadeOfOneThatItPushesOut) {
  ASSERT_TRUE(feed("3f05 4161 0178"));  // capacity 36, the entry has 34
  ASSERT_TRUE(feed("00"));
  EXPECT_EQ(fields("0300 80"), (Fields{{"a", "x"}}));
  ASSERT_TRUE(feed("800179"));
  EXPECT_EQ(fields("0400 80"), (Fields{{"a", "y"}}));
  EXPECT_EQ(error("0300 80"), failed);
}

TEST_F(DecoderTest, RefusesNumbersOfMoreThan62Bits) {
  EXPECT_EQ(error("ff ffffffffffffffff7f 00"), failed);
  EXPECT_EQ(error("0000 ffffffffffffffffff7f"), failed);
  EXPECT_EQ(error("0000 ff8080808080808080808000"), failed);  // zeros without an end
}

TEST_F(DecoderTest, HoldsTheLimitOfASection) {
  // 32 + 5 + 1 for each `:path: /`.
  start({76, 0});
  EXPECT_EQ(*decode("0000 c1 c1"), Status::done);
  start({75, 0});
  EXPECT_EQ(*decode("0000 c1 c1"), Status::too_large);
  start({38, 4096});
  EXPECT_EQ(*decode("0000 5101 2f"), Status::done);
  EXPECT_EQ(*decode("0000 5102 2f2f"), Status::too_large);
  EXPECT_EQ(*decode("0000 2163 0561 6161 6161"), Status::done);
  EXPECT_EQ(*decode("0000 2163 06 61 6161 6161 61"), Status::too_large);
  ASSERT_TRUE(feed("3fe11f 4161 0178 4161 0678 7878 7878 78"));
  EXPECT_EQ(*decode("0300 81"), Status::done);
  EXPECT_EQ(*decode("0300 80"), Status::too_large);
  EXPECT_EQ(*decode("0300 4005 61616161 61"), Status::done);
  EXPECT_EQ(*decode("0300 4006 61616161 6161"), Status::too_large);
  // A text that turns out to be longer than its code: seven times `a`.
  EXPECT_EQ(*decode("0000 2163 85 18c6318c7f"), Status::too_large);
}

TEST_F(DecoderTest, SeesByTheLengthAloneThatASectionIsTooLarge) {
  section = decoder->make_section();
  const std::string bytes = from_hex("0000 517f ffffff7f");
  EXPECT_EQ(*decoder->decode(*section, 0, as_bytes(bytes), false, used), Status::too_large);
  section = decoder->make_section();
  const std::string name = from_hex("0000 27 ffffff7f");
  EXPECT_EQ(*decoder->decode(*section, 0, as_bytes(name), false, used), Status::too_large);
}

TEST_F(DecoderTest, TakesLongNamesAndValues) {
  const Fields sent = {{"x-" + std::string(298, 'n'), "v"}, {"x-long", std::string(60000, 'V')}};
  const auto headers = to_headers(sent);
  std::vector<std::uint8_t> bytes(Encoder::bound(headers));
  bytes.resize(static_cast<std::size_t>(Encoder::encode_static(headers, bytes.data()) - bytes.data()));
  section = decoder->make_section();
  ASSERT_EQ(*decoder->decode(*section, 0, bytes, true, used), Status::done);
  EXPECT_EQ(to_fields(section->fields()), sent);
}

TEST_F(DecoderTest, TrimsWhiteSpaceAroundValues) {
  EXPECT_EQ(fields("0000 2161 0520 0978 0920"), (Fields{{"a", "x"}}));
  ASSERT_TRUE(feed("3fe11f 4161 0520 0978 0920"));
  EXPECT_EQ(fields("0200 80"), (Fields{{"a", "x"}}));
  EXPECT_TRUE(section->classes()[0].is_valid());
}

TEST_F(DecoderTest, ClassifiesFieldsAsTheRulesDo) {
  ASSERT_TRUE(feed("3fe11f 4e63 6f6e 7465 6e74 2d6c 656e 6774 68 0231 32 4241 4201 79 4163 010a"));
  const auto decoded = fields("0400 80 81 82 d1 c1 5101 2f 2161 0100 21 41 0178 4101 79 4201 7a 20 00");
  ASSERT_TRUE(decoded);
  ASSERT_EQ(section->classes().size(), decoded->size());
  for (std::size_t i = 0; i < decoded->size(); ++i) {
    const auto& [name, value] = (*decoded)[i];
    EXPECT_EQ(section->classes()[i], http::classify(name, value)) << name << ": " << value;
  }
  for (int i = 0; i < 99; ++i) {
    const std::string line = i < 63 ? std::string(1, static_cast<char>(0xc0 + i))
                                    : std::string("\xff") + static_cast<char>(i - 63);
    section = decoder->make_section();
    ASSERT_TRUE(decoder->decode(*section, 0, as_bytes(std::string(2, 0) + line), true, used));
    const us_quic_header_t& field = section->fields()[0];
    EXPECT_EQ(section->classes()[0],
              http::classify({field.name, field.name_length}, {field.value, field.value_length}));
  }
}

TEST_F(DecoderTest, KeepsOlderSections) {
  ASSERT_TRUE(fields("0000 2161 0178"));
  SectionPointer first = std::move(section);
  const us_quic_header_t* field = first->fields().data();
  ASSERT_TRUE(fields("0000 2162 0178"));
  section->next = std::move(first);
  EXPECT_EQ(section->next->fields().data(), field);
  EXPECT_EQ(to_fields(section->next->fields()), (Fields{{"a", "x"}}));
}

}  // namespace
}  // namespace usquic::http3::qpack
