#include "http3/qpack/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "fields.h"
#include "http3/qpack/decoder.h"

namespace usquic::http3::qpack {
namespace {

class EncoderTest : public testing::Test {
 protected:
  BlockPool pool;
  std::optional<Encoder> encoder;
  std::optional<Decoder> decoder;
  std::int64_t stream = 0;

  void SetUp() override { start(4096, 4096); }

  void start(std::size_t own, std::uint64_t peers) {
    encoder.emplace(own, pool);
    decoder.emplace(Decoder::Limits{65536, static_cast<std::size_t>(peers)}, pool);
    encoder->peer_settings(peers);
  }

  static std::string encode_static(std::span<const us_quic_header_t> headers) {
    std::vector<std::uint8_t> bytes(Encoder::bound(headers));
    return std::string(as_text({bytes.data(), Encoder::encode_static(headers, bytes.data())}));
  }
  std::string encode(std::span<const us_quic_header_t> headers) {
    std::vector<std::uint8_t> bytes(Encoder::bound(headers));
    return std::string(as_text({bytes.data(), encoder->encode(stream, headers, bytes.data())}));
  }
  std::string encode(const Fields& fields) { return encode(to_headers(fields)); }

  void carry_instructions() {
    EXPECT_TRUE(decoder->read_encoder_stream(as_bytes(instructions_of(*encoder))));
  }
  void carry_acknowledgements() {
    EXPECT_TRUE(encoder->read_decoder_stream(as_bytes(instructions_of(*decoder))));
  }
  Fields decode(std::string_view bytes) {
    const auto section = decoder->make_section();
    std::size_t used = 0;
    const auto result = decoder->decode(*section, stream, as_bytes(bytes), true, used);
    EXPECT_TRUE(result && *result == Decoder::Status::done);
    return to_fields(section->fields());
  }
  // Sends a section, which arrives and is acknowledged; returns its bytes.
  std::string send(const Fields& fields) {
    std::string bytes = encode(fields);
    carry_instructions();
    EXPECT_EQ(decode(bytes), fields);
    carry_acknowledgements();
    stream += 4;
    return bytes;
  }
  std::optional<QpackError> feed(std::string_view digits) {
    const QpackResult<void> result = encoder->read_decoder_stream(as_bytes(from_hex(digits)));
    if (result) return std::nullopt;
    return result.error();
  }
};

constexpr auto decoder_stream_error = QpackError::decoder_stream;

TEST_F(EncoderTest, NeedsNoTable) {
  const Fields fields = {{":status", "200"}, {"content-type", "text/x"}, {"x-a", "b"}};
  EXPECT_EQ(hex(encode_static(to_headers(fields))),
            "0000"
            "d9"
            "5f1d"
            "85497ca58f3f23"
            "782d61"
            "01"
            "62");
  start(0, 4096);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(encode(fields), encode_static(to_headers(fields)));
  start(4096, 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(encode(fields), encode_static(to_headers(fields)));
  start(4096, 31);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(encode(fields), encode_static(to_headers(fields)));
  EXPECT_FALSE(encoder->has_instructions());
}

TEST_F(EncoderTest, EntersAFieldThatRepeatsAndRefersToItOnceThePeerHasIt) {
  const Fields fields = {{"k", "v"}, {":status", "200"}};
  EXPECT_EQ(hex(encode(fields)),
            "0000"
            "216b"
            "0176"
            "d9");
  EXPECT_FALSE(encoder->has_instructions());
  EXPECT_EQ(hex(encode(fields)),
            "0000"
            "216b"
            "0176"
            "d9");
  const std::string instructions = instructions_of(*encoder);
  // Capacity 4096, then the insert.
  EXPECT_EQ(hex(instructions),
            "3fe11f"
            "416b"
            "0176");
  // The peer did not say that it has the entry. It is not entered again.
  EXPECT_EQ(hex(encode(fields)),
            "0000"
            "216b"
            "0176"
            "d9");
  EXPECT_FALSE(encoder->has_instructions());
  EXPECT_EQ(feed("01"), std::nullopt);
  EXPECT_EQ(hex(encode(fields)),
            "0200"
            "80"
            "d9");
  EXPECT_EQ(feed("80"), std::nullopt);
}

TEST_F(EncoderTest, EntersNamesByReference) {
  for (int i = 0; i < 2; ++i) encode({{"etag", "x"}, {"x-name", "1"}, {"x-name", "2"}});
  const std::string instructions = instructions_of(*encoder);
  EXPECT_EQ(hex(instructions),
            "3fe11f"
            "c70178"
            "65f2b543a4bf"
            "0131"
            "80"
            "0132")
      << "the first has a static name, the last the name of the entry before";
  ASSERT_TRUE(decoder->read_encoder_stream(as_bytes(instructions)));
  carry_acknowledgements();
  // A value of its own behind a name that is there.
  EXPECT_EQ(hex(encode({{"x-name", "3"}})),
            "0400"
            "40"
            "0133");
}

TEST_F(EncoderTest, IndexesNoSecrets) {
  us_quic_header_t secret = {"x", 1, "y", 1, US_QUIC_HEADER_NEVER_INDEX};
  us_quic_header_t known = {":method", 7, "GET", 3, US_QUIC_HEADER_NEVER_INDEX};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(hex(encode(std::span(&secret, 1))),
              "0000"
              "3178"
              "0179");
    EXPECT_EQ(hex(encode(std::span(&known, 1))),
              "0000"
              "7f00"
              "03474554");
    EXPECT_EQ(encode({{"authorization", "Basic"}}).substr(0, 4), from_hex("0000"
                                                                          "7f45"));
    EXPECT_EQ(encode({{"cookie", "a=b"}}).substr(0, 3), from_hex("0000"
                                                                 "75"));
    encode({{":path", "/?q"}, {"set-cookie", "a=b"}, {"content-length", "5"}});
  }
  EXPECT_FALSE(encoder->has_instructions());
}

TEST_F(EncoderTest, ASectionOfABusyConnectionTakesAFewBytes) {
  const Fields response = {{":status", "200"},      {"content-type", "application/x-of-our-own"},
                           {"content-length", "6"}, {"date", "Thu, 26 Nov 2026 12:00:00 GMT"},
                           {"etag", "\"5f3c-2a\""}, {"last-modified", "Wed, 25 Nov 2026 10:00:00 GMT"}};
  for (int i = 0; i < 3; ++i) send(response);
  EXPECT_EQ(send(response).size(), 2 + response.size());
}

TEST_F(EncoderTest, RepeatsItselfOnceAllFieldsAreKnown) {
  const Fields fields = {{":status", "200"}, {"x-answer", "a value that is worth an entry"}};
  EXPECT_FALSE(encoder->repeats_itself());
  send(fields);
  EXPECT_FALSE(encoder->repeats_itself()) << "it is not in the table yet";
  for (int i = 0; i < 3; ++i) send(fields);
  EXPECT_TRUE(encoder->repeats_itself());
  send({{":status", "200"}, {"x-answer", "another one"}});
  EXPECT_FALSE(encoder->repeats_itself());
  send(fields);
  EXPECT_TRUE(encoder->repeats_itself());
  send({{":status", "200"}});
  EXPECT_FALSE(encoder->repeats_itself()) << "there is nothing to save";
}

TEST_F(EncoderTest, RefusesInstructionsThatCannotBe) {
  EXPECT_EQ(feed("80"), decoder_stream_error);  // no section
  EXPECT_EQ(feed("00"), decoder_stream_error);  // an increment of nothing
  EXPECT_EQ(feed("01"), decoder_stream_error);  // of more than was inserted
  EXPECT_EQ(feed("44"), std::nullopt);          // a stream that nothing is known of
  EXPECT_EQ(feed("ffffffffffffffffffff7f"), decoder_stream_error);
  for (int i = 0; i < 2; ++i) encode({{"k", "v"}});
  start(4096, 4096);
  for (int i = 0; i < 2; ++i) encode({{"k", "v"}});
  EXPECT_EQ(feed("02"), decoder_stream_error);
}

TEST_F(EncoderTest, ReadsInstructionsInPieces) {
  stream = 1000;
  for (int i = 0; i < 2; ++i) encode({{"k", "v"}});
  EXPECT_EQ(feed("01"), std::nullopt);
  encode({{"k", "v"}});
  EXPECT_EQ(feed("ff"), std::nullopt);
  EXPECT_EQ(feed("e9"), std::nullopt);
  EXPECT_EQ(feed("06"), std::nullopt);
  EXPECT_EQ(feed("ffe906"), decoder_stream_error);  // it was acknowledged
}

TEST_F(EncoderTest, EvictsNothingThatASectionRefersTo) {
  start(100, 100);
  send({{"k", "v"}});
  send({{"k", "v"}});
  const std::string late = encode({{"k", "v"}});
  EXPECT_EQ(hex(late),
            "0200"
            "80");
  const std::int64_t late_stream = stream;
  // More than fits beside it.
  for (int i = 0; i < 100; ++i) {
    stream += 4;
    send({{"a" + std::to_string(i / 20), "long value that is entered"}});
  }
  stream = late_stream;
  EXPECT_EQ(decode(late), (Fields{{"k", "v"}}));
}

TEST_F(EncoderTest, EvictsNothingThatThePeerIsNotKnownToHave) {
  start(100, 100);
  for (int i = 0; i < 40; ++i) {
    encode({{"k" + std::to_string(i / 8), "a value that is entered"}});
    carry_instructions();
  }
  // Had it been evicted, this would have been an error of the connection by a peer that reads late.
  EXPECT_EQ(decoder->insert_count(), 1u);
}

TEST_F(EncoderTest, KeepsWhatIsUsed) {
  start(400, 400);
  const Fields hot = {{"hot", "used again and again"}};
  std::size_t referred = 0;
  for (int i = 0; i < 400; ++i) {
    if (send(hot).size() == 3) ++referred;
    send({{"other", std::to_string(i / 8)}});
  }
  EXPECT_GT(decoder->insert_count(), 20u);  // the table was filled more than once
  EXPECT_GE(referred, 395u);
}

TEST_F(EncoderTest, CountsOnBeyondTheFullRange) {
  start(200, 200);  // six entries
  for (int i = 0; i < 600; ++i) send({{"key", std::to_string(i / 12)}});
  EXPECT_GT(decoder->insert_count(), 30u);
}

TEST_F(EncoderTest, WritesAPrefixOfAnyLength) {
  start(65536, 65536);
  std::size_t longest = 0;
  for (int i = 0; i < 1500; ++i) longest = std::max(longest, send({{"key", std::to_string(i / 3)}}).size());
  EXPECT_GT(decoder->insert_count(), 400u);
  EXPECT_EQ(send({{"key", "499"}}).size(), 5u);
}

TEST_F(EncoderTest, BoundsWhatAPeerDoesNotTake) {
  start(1 << 20, 1 << 20);
  std::size_t before = 0;
  for (int i = 0; i < 2000; ++i) {
    for (int j = 0; j < 2; ++j) encode({{"key" + std::to_string(i), "some value"}});
  }
  before = instructions_of(*encoder).size();
  EXPECT_GT(before, 4096u);
  EXPECT_LT(before, 4300u);
}

TEST_F(EncoderTest, GoesOnWithoutEntriesWhereNothingIsAcknowledged) {
  for (int i = 0; i < 2; ++i) send({{"k", "v"}});
  for (std::uint32_t i = 0; i < UnacknowledgedSections::max_sections; ++i) {
    EXPECT_EQ(hex(encode({{"k", "v"}})),
              "0200"
              "80");
    stream += 4;
  }
  EXPECT_EQ(hex(encode({{"k", "v"}})),
            "0000"
            "216b"
            "0176");
}

TEST_F(EncoderTest, CancelledStreamsHoldNothing) {
  start(100, 100);
  send({{"k", "v"}});
  send({{"k", "v"}});
  EXPECT_EQ(hex(encode({{"k", "v"}})),
            "0200"
            "80");
  ASSERT_TRUE(decoder->cancel(stream));
  carry_acknowledgements();
  for (int i = 0; i < 40; ++i) {
    stream += 4;
    send({{"other", "thirty bytes, which push it out"}});
  }
  EXPECT_EQ(decoder->insert_count(), 2u);
  EXPECT_EQ(hex(send({{"k", "v"}})),
            "0000"
            "216b"
            "0176");
}

TEST_F(EncoderTest, WritesNoMoreThanItsBound) {
  const std::string text(70000, '\x01');  // its code is longer than it
  const us_quic_header_t field = {text.data(), text.size(), text.data(), text.size(), 0};
  const std::span<const us_quic_header_t> fields(&field, 1);
  EXPECT_LE(encode(fields).size(), Encoder::bound(fields));
  EXPECT_LE(encode(Fields{}).size(), Encoder::bound({}));
}

}  // namespace
}  // namespace usquic::http3::qpack
