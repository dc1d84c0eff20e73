// Heads of responses, read back by nghttp3's decoder.
#include "http3/response_framing.h"

#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

#include <memory>
#include <random>

#include "base/bytes.h"
#include "http3/qpack/huffman_code.h"
#include "http3/qpack/static_table.h"

namespace usquic::http3 {
namespace {

struct Field {
  std::string name;
  std::string value;
  bool is_never_indexed = false;

  bool operator==(const Field&) const = default;
};

void PrintTo(const Field& field, std::ostream* out) {
  *out << field.name << ": " << field.value << (field.is_never_indexed ? " (never indexed)" : "");
}

std::string_view text_of(nghttp3_rcbuf* buffer) {
  const nghttp3_vec bytes = nghttp3_rcbuf_get_buf(buffer);
  return as_text({bytes.base, bytes.len});
}

// A decoder without a dynamic table.
std::vector<Field> decode(Bytes section) {
  const nghttp3_mem* memory = nghttp3_mem_default();
  nghttp3_qpack_decoder* decoder = nullptr;
  nghttp3_qpack_stream_context* context = nullptr;
  nghttp3_qpack_decoder_new(&decoder, 0, 0, memory);
  nghttp3_qpack_stream_context_new(&context, 0, memory);
  std::vector<Field> fields;
  for (std::uint8_t flags = 0; (flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) == 0;) {
    nghttp3_qpack_nv nv;
    const nghttp3_ssize length =
        nghttp3_qpack_decoder_read_request(decoder, context, &nv, &flags, section.data(), section.size(), 1);
    if (length < 0) {
      ADD_FAILURE() << nghttp3_strerror(static_cast<int>(length));
      break;
    }
    section = section.subspan(static_cast<std::size_t>(length));
    if ((flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) == 0) continue;
    fields.push_back({std::string(text_of(nv.name)), std::string(text_of(nv.value)),
                      (nv.flags & NGHTTP3_NV_FLAG_NEVER_INDEX) != 0});
    nghttp3_rcbuf_decref(nv.name);
    nghttp3_rcbuf_decref(nv.value);
  }
  nghttp3_qpack_stream_context_del(context);
  nghttp3_qpack_decoder_del(decoder);
  return fields;
}

std::vector<us_quic_header_t> headers_of(const std::vector<Field>& fields) {
  std::vector<us_quic_header_t> headers;
  for (const Field& f : fields) {
    headers.push_back({f.name.data(), f.name.size(), f.value.data(), f.value.size(),
                       f.is_never_indexed ? unsigned{US_QUIC_HEADER_NEVER_INDEX} : 0u});
  }
  return headers;
}

// Reads an integer of the wire (RFC 9000 section 16) from the front.
std::uint64_t take_varint(Bytes& bytes) {
  const std::size_t length = std::size_t{1} << (bytes[0] >> 6);
  std::uint64_t value = bytes[0] & 0x3f;
  for (std::size_t i = 1; i < length; ++i) value = value << 8 | bytes[i];
  bytes = bytes.subspan(length);
  return value;
}

std::vector<std::uint8_t> head_of(const std::vector<Field>& fields, std::size_t body_length = 0) {
  const std::vector<us_quic_header_t> headers = headers_of(fields);
  std::vector<std::uint8_t> head(response_head_bound(headers));
  const std::uint8_t* end = put_response_head(headers, body_length, head.data());
  EXPECT_LE(end, head.data() + head.size());
  head.resize(static_cast<std::size_t>(end - head.data()));
  return head;
}

Bytes section_of(const std::vector<std::uint8_t>& head) {
  Bytes rest = head;
  EXPECT_EQ(take_varint(rest), 1u);  // HEADERS
  return rest.first(take_varint(rest));
}

// RFC 7541 appendix C.4 and C.6.
TEST(HuffmanCode, MakesTheExamplesOfTheStandard) {
  const auto encoded = [](std::string_view text) {
    std::string out(huffman_length(text), '\0');
    const auto* end = huffman_encode(text, reinterpret_cast<std::uint8_t*>(out.data()));
    EXPECT_EQ(end, reinterpret_cast<std::uint8_t*>(out.data() + out.size()));
    return out;
  };
  EXPECT_EQ(encoded("www.example.com"), "\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff");
  EXPECT_EQ(encoded("no-cache"), "\xa8\xeb\x10\x64\x9c\xbf");
  EXPECT_EQ(
      encoded("Mon, 21 Oct 2013 20:13:21 GMT"),
      std::string("\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82\xa6\x2d\x1b\xff",
                  22));
  EXPECT_EQ(encoded(""), "");
}

TEST(StaticTable, HasTheFieldsOfTheStandardAtTheirPlaces) {
  EXPECT_EQ(find_in_static_table(":authority", "").field, 0);
  EXPECT_EQ(find_in_static_table(":status", "200").field, 25);
  EXPECT_EQ(find_in_static_table(":status", "500").field, 71);
  EXPECT_EQ(find_in_static_table("x-frame-options", "sameorigin").field, 98);
  const StaticTableMatch by_name = find_in_static_table("content-type", "text/x-unknown");
  EXPECT_EQ(by_name.field, -1);
  EXPECT_EQ(by_name.name, 44);
  EXPECT_EQ(find_in_static_table("x-unknown", "").name, -1);
  EXPECT_EQ(find_in_static_table(std::string(1000, 'n'), "").name, -1);
  EXPECT_EQ(find_in_static_table("", "").name, -1);
}

// By the decoder's own table: an index that was wrong would give another field.
TEST(ResponseHead, NamesEveryEntryOfTheStaticTable) {
  for (unsigned index = 0; index < 99; ++index) {
    std::vector<std::uint8_t> section = {0, 0};
    if (index < 63) {
      section.push_back(static_cast<std::uint8_t>(0xc0 | index));
    } else {
      section.insert(section.end(), {0xff, static_cast<std::uint8_t>(index - 63)});
    }
    const std::vector<Field> fields = decode(section);
    ASSERT_EQ(fields.size(), 1u);
    const std::vector<std::uint8_t> head = head_of(fields);
    EXPECT_EQ(as_text(section_of(head)), as_text(section)) << fields[0].name << ": " << fields[0].value;
  }
}

TEST(ResponseHead, EndsWithADataFrameIfThereIsABody) {
  const std::vector<std::uint8_t> head = head_of({{":status", "200"}}, 300);
  EXPECT_EQ(head, (std::vector<std::uint8_t>{0x01, 3, 0, 0, 0xc0 | 25, 0x00, 0x41, 0x2c}));
  EXPECT_EQ(head_of({{":status", "204"}}), (std::vector<std::uint8_t>{0x01, 4, 0, 0, 0xff, 1}));
}

// RFC 9204 section 7.1.3: also where an entry would do.
TEST(ResponseHead, KeepsSecretsOutOfTables) {
  const std::vector<Field> fields = {
      {":status", "200"}, {"vary", "origin", true}, {"set-cookie", "id=1", true}, {"x-key", "secret", true}};
  EXPECT_EQ(decode(section_of(head_of(fields))), fields);
}

TEST(ResponseHead, HoldsAnyBytesAndLengths) {
  std::mt19937 random(7);
  const auto text = [&random](std::size_t most, unsigned low, unsigned high) {
    std::string out(random() % (most + 1), '\0');
    for (char& c : out) c = static_cast<char>(low + random() % (high - low + 1));
    return out;
  };
  const std::vector<std::string> names = {"date", "content-type", "server", "etag", "cache-control"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<Field> fields = {{":status", "200"}};
    const bool is_text = random() % 2 == 0;
    const std::size_t most = round % 100 == 0 ? 30'000 : 200;
    for (std::size_t i = random() % 8; i > 0; --i) {
      const std::string name = random() % 2 == 0 ? names[random() % names.size()] : "x" + text(100, 'a', 'z');
      fields.push_back({name, is_text ? text(most, ' ', '~') : text(most, 0, 255), random() % 4 == 0});
    }
    ASSERT_EQ(decode(section_of(head_of(fields, random()))), fields) << "round " << round;
  }
}

}  // namespace
}  // namespace usquic::http3
