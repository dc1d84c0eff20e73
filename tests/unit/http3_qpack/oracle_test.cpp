// nghttp3's QPACK at the other end: its encoder feeds our decoder, our encoder feeds its decoder.
#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "fields.h"
#include "http3/qpack/decoder.h"
#include "http3/qpack/encoder.h"
#include "http3/qpack/section_identity.h"

namespace usquic::http3::qpack {
namespace {

struct Case {
  std::size_t capacity;
  std::size_t blocked;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.capacity << " bytes, " << c.blocked << " blocked";
}

class Oracle : public testing::TestWithParam<Case> {
 protected:
  std::mt19937 random{42};

  std::size_t below(std::size_t count) { return random() % count; }

  // Fields of which some repeat often, some seldom, some never.
  Fields any_fields() {
    static constexpr std::string_view names[] = {":path",  "content-type", "x-custom",       "x-other-name",
                                                 "cookie", "accept",       "content-length", "etag",
                                                 "date",   "server"};
    Fields fields = {{":method", "GET"}};
    for (std::size_t count = below(12); fields.size() < count;) {
      std::string value;
      switch (below(4)) {
        case 0:
          value = "value " + std::to_string(below(3));
          break;
        case 1:
          value = std::string(below(40), static_cast<char>('a' + below(3)));
          break;
        case 2:
          value = std::to_string(random());
          break;
        default:
          for (std::size_t length = below(30); value.size() < length;)
            value += static_cast<char>(random() | 0x80);
      }
      fields.emplace_back(names[below(std::size(names))], value);
    }
    return fields;
  }

  // Hands `bytes` on in pieces of any size.
  template <class Read>
  void in_pieces(std::string_view bytes, Read read) {
    while (!bytes.empty()) {
      const std::string part(bytes.substr(0, 1 + below(20)));
      bytes.remove_prefix(part.size());
      read(part, bytes.empty());
    }
  }
};

std::string text_of(const nghttp3_buf& buffer) {
  return std::string(as_text({buffer.pos, nghttp3_buf_len(&buffer)}));
}

std::vector<nghttp3_nv> to_nvs(const Fields& fields) {
  std::vector<nghttp3_nv> nvs;
  for (const auto& [name, value] : fields) {
    nvs.push_back({reinterpret_cast<const std::uint8_t*>(name.data()),
                   reinterpret_cast<const std::uint8_t*>(value.data()), name.size(), value.size(),
                   NGHTTP3_NV_FLAG_NONE});
  }
  return nvs;
}

TEST_P(Oracle, OurDecoderReadsWhatItsEncoderWrites) {
  const nghttp3_mem* memory = nghttp3_mem_default();
  const auto [capacity, blocked_limit] = GetParam();
  nghttp3_qpack_encoder* encoder = nullptr;
  ASSERT_EQ(nghttp3_qpack_encoder_new(&encoder, capacity, memory), 0);
  nghttp3_qpack_encoder_set_max_dtable_capacity(encoder, capacity);
  nghttp3_qpack_encoder_set_max_blocked_streams(encoder, blocked_limit);

  BlockPool pool;
  {
    struct Sent {
      std::int64_t stream;
      Fields fields;
      std::string bytes;
      SectionPointer section;  // of one that is blocked
    };
    Decoder decoder({65536, capacity}, pool);
    std::deque<Sent> on_their_way;
    std::string encoder_stream;
    std::size_t blocked = 0, dynamic = 0, cancelled = 0;
    const auto read = [&](Sent& sent) {
      if (!sent.section) sent.section = decoder.make_section();
      bool is_blocked = false;
      std::string_view rest = sent.bytes;
      while (!rest.empty() && !is_blocked) {
        const std::string part(rest.substr(0, 1 + below(40)));
        std::size_t used = 0;
        const auto result =
            decoder.decode(*sent.section, sent.stream, as_bytes(part), part.size() == rest.size(), used);
        ASSERT_TRUE(result);
        rest.remove_prefix(used);
        is_blocked = *result == Decoder::Status::blocked;
        if (!is_blocked) {
          ASSERT_EQ(*result, rest.empty() ? Decoder::Status::done : Decoder::Status::more);
        }
      }
      sent.bytes = rest;
      if (is_blocked) return;
      ASSERT_EQ(to_fields(sent.section->fields()), sent.fields);
    };
    for (std::int64_t stream = 0; stream < 4 * 1500; stream += 4) {
      Fields fields = any_fields();
      const std::vector<nghttp3_nv> nvs = to_nvs(fields);
      nghttp3_buf prefix, lines, instructions;
      nghttp3_buf_init(&prefix);
      nghttp3_buf_init(&lines);
      nghttp3_buf_init(&instructions);
      ASSERT_EQ(nghttp3_qpack_encoder_encode(encoder, &prefix, &lines, &instructions, stream, nvs.data(),
                                             nvs.size()),
                0);
      if (text_of(prefix) != std::string(2, 0)) ++dynamic;
      on_their_way.push_back({stream, std::move(fields), text_of(prefix) + text_of(lines), {}});
      encoder_stream += text_of(instructions);
      for (nghttp3_buf* buffer : {&prefix, &lines, &instructions}) nghttp3_buf_free(buffer, memory);

      // The encoder stream arrives late, or in part, or before the sections.
      const std::size_t arrived = below(3) == 0 ? encoder_stream.size() : below(encoder_stream.size() + 1);
      in_pieces(encoder_stream.substr(0, arrived), [&](const std::string& part, bool) {
        ASSERT_TRUE(decoder.read_encoder_stream(as_bytes(part)));
      });
      encoder_stream.erase(0, arrived);
      // So do the sections, in any order but for one stream's.
      for (std::size_t i = 0; i < on_their_way.size();) {
        Sent& sent = on_their_way[i];
        const bool is_waiting = sent.section && !decoder.is_ready(*sent.section);
        if (below(20) == 0) {
          ASSERT_TRUE(decoder.cancel(sent.stream));
          ++cancelled;
        } else if (is_waiting || below(2) == 0) {
          ++i;
          continue;
        } else {
          read(sent);
          if (HasFatalFailure()) break;
          if (!sent.bytes.empty()) {
            ++blocked;
            ++i;
            continue;
          }
        }
        on_their_way.erase(on_their_way.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (HasFatalFailure()) break;
      if (below(3) == 0) {
        const std::string acknowledged = instructions_of(decoder);
        ASSERT_EQ(
            nghttp3_qpack_encoder_read_decoder(
                encoder, reinterpret_cast<const std::uint8_t*>(acknowledged.data()), acknowledged.size()),
            static_cast<nghttp3_ssize>(acknowledged.size()));
      }
    }
    EXPECT_EQ(dynamic > 0, capacity >= 60);
    EXPECT_EQ(blocked > 0, capacity >= 60 && blocked_limit > 0);
    EXPECT_GT(cancelled, 0u);
  }
  nghttp3_qpack_encoder_del(encoder);
}

TEST_P(Oracle, ItsDecoderReadsWhatOurEncoderWrites) {
  const nghttp3_mem* memory = nghttp3_mem_default();
  const auto [capacity, blocked_limit] = GetParam();
  nghttp3_qpack_decoder* decoder = nullptr;
  ASSERT_EQ(nghttp3_qpack_decoder_new(&decoder, capacity, 0, memory), 0);
  nghttp3_qpack_decoder_set_max_concurrent_streams(decoder, 10000);

  BlockPool pool;
  {
    struct Sent {
      std::int64_t stream;
      Fields fields;
      std::string bytes;
    };
    Encoder encoder(4096, pool);
    encoder.peer_settings(capacity);
    std::deque<Sent> on_their_way;
    std::string encoder_stream;
    std::size_t dynamic = 0, inserted = 0;
    std::vector<Fields> repeated(5);
    for (Fields& fields : repeated) fields = any_fields();
    const auto read = [&](const Sent& sent) {
      nghttp3_qpack_stream_context* context = nullptr;
      ASSERT_EQ(nghttp3_qpack_stream_context_new(&context, sent.stream, memory), 0);
      const auto* next = reinterpret_cast<const std::uint8_t*>(sent.bytes.data());
      std::size_t left = sent.bytes.size();
      Fields fields;
      for (;;) {
        nghttp3_qpack_nv nv;
        std::uint8_t flags = 0;
        const nghttp3_ssize count =
            nghttp3_qpack_decoder_read_request(decoder, context, &nv, &flags, next, left, 1);
        ASSERT_GE(count, 0) << nghttp3_strerror(static_cast<int>(count));
        next += count;
        left -= static_cast<std::size_t>(count);
        // What we refer to is always there.
        ASSERT_EQ(flags & NGHTTP3_QPACK_DECODE_FLAG_BLOCKED, 0);
        if ((flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) != 0) {
          const nghttp3_vec name = nghttp3_rcbuf_get_buf(nv.name), value = nghttp3_rcbuf_get_buf(nv.value);
          fields.emplace_back(as_text({name.base, name.len}), as_text({value.base, value.len}));
          nghttp3_rcbuf_decref(nv.name);
          nghttp3_rcbuf_decref(nv.value);
        }
        if ((flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) != 0) break;
      }
      if (nghttp3_qpack_stream_context_get_ricnt(context) > 0) ++dynamic;
      nghttp3_qpack_stream_context_del(context);
      ASSERT_EQ(fields, sent.fields);
    };
    for (std::int64_t stream = 0; stream < 4 * 3000; stream += 4) {
      // Every second one is one of those that are sent often.
      const std::size_t often = below(2 * repeated.size());
      const bool is_repeated = often < repeated.size();
      Fields fields = is_repeated ? repeated[often] : any_fields();
      const auto headers = to_headers(fields);
      std::vector<std::uint8_t> bytes(Encoder::bound(headers));
      const std::string name = "section " + std::to_string(often);
      const SectionIdentity fields_identity(headers);
      const Bytes identity = below(2) == 0 ? as_bytes(name) : fields_identity.bytes();
      const std::uint8_t* end =
          is_repeated ? encoder.encode_repeated(stream, encoder.recall(identity), headers, bytes.data())
                      : encoder.encode(stream, headers, bytes.data());
      on_their_way.push_back({stream, std::move(fields), std::string(as_text({bytes.data(), end}))});
      encoder_stream += instructions_of(encoder);

      const std::size_t arrived = below(3) == 0 ? encoder_stream.size() : below(encoder_stream.size() + 1);
      in_pieces(encoder_stream.substr(0, arrived), [&](const std::string& part, bool) {
        const nghttp3_ssize count = nghttp3_qpack_decoder_read_encoder(
            decoder, reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
        ASSERT_EQ(count, static_cast<nghttp3_ssize>(part.size()))
            << nghttp3_strerror(static_cast<int>(count));
      });
      if (HasFatalFailure()) break;
      encoder_stream.erase(0, arrived);
      inserted = nghttp3_qpack_decoder_get_icnt(decoder);
      for (std::size_t i = 0; i < on_their_way.size();) {
        if (below(20) == 0) {
          ASSERT_EQ(nghttp3_qpack_decoder_cancel_stream(decoder, on_their_way[i].stream), 0);
        } else if (below(4) == 0) {
          read(on_their_way[i]);
          if (HasFatalFailure()) break;
        } else {
          ++i;
          continue;
        }
        on_their_way.erase(on_their_way.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (HasFatalFailure()) break;
      if (below(3) == 0) {
        std::vector<std::uint8_t> room(nghttp3_qpack_decoder_get_decoder_streamlen(decoder));
        nghttp3_buf buffer;
        nghttp3_buf_init(&buffer);
        buffer.begin = buffer.pos = buffer.last = room.data();
        buffer.end = room.data() + room.size();
        nghttp3_qpack_decoder_write_decoder(decoder, &buffer);
        in_pieces(text_of(buffer), [&](const std::string& part, bool) {
          ASSERT_TRUE(encoder.read_decoder_stream(as_bytes(part)));
        });
        if (HasFatalFailure()) break;
      }
    }
    EXPECT_EQ(inserted > 0, capacity >= 60);
    EXPECT_EQ(dynamic > 0, capacity >= 60);
  }
  nghttp3_qpack_decoder_del(decoder);
}

INSTANTIATE_TEST_SUITE_P(Tables, Oracle,
                         testing::Values(Case{0, 0}, Case{60, 0}, Case{60, 100}, Case{256, 0}, Case{256, 1},
                                         Case{256, 100}, Case{4096, 0}, Case{4096, 1}, Case{4096, 100}));

}  // namespace
}  // namespace usquic::http3::qpack
