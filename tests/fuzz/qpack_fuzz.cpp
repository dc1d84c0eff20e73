// QPACK, ours and nghttp3's: both read the same encoder stream and the same sections, in any pieces, and find the
// same fields, or both refuse them.
//
// What may differ:
// - nghttp3 refuses names over 256 bytes, values over 65536, and numbers of which it reads less than 62 bits;
// - we refuse a literal that cannot fit into the table when its length is known, nghttp3 when it is complete;
// - we refuse a section that needs entries and ends behind its prefix, nghttp3 waits for them;
// - we have a limit on the size of a section;
// - we take white space off both ends of a value.
#include <nghttp3/nghttp3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/block_pool.h"
#include "base/check.h"
#include "http/field_class.h"
#include "http3/qpack/decoder.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

using namespace http3::qpack;

constexpr std::size_t capacities[] = {0, 60, 256, 4096};
constexpr std::size_t max_section_size = 1 << 20;

struct Field {
  std::string name;
  std::string value;
  bool is_never_indexed;

  bool operator==(const Field&) const = default;
};

enum class Verdict { more, done, blocked, refused, beyond_limits };

// A section, as far as both decoders have come.
struct Section {
  std::int64_t stream;
  std::string_view bytes;
  std::string_view ours;    // what is left
  std::string_view theirs;  // what is left
  SectionPointer fields;
  nghttp3_qpack_stream_context* context = nullptr;
  std::vector<Field> their_fields;
};

class Run {
 public:
  explicit Run(Input& input)
      : input_(input),
        capacity_(input.choose(capacities)),
        decoder_(Decoder::Limits{max_section_size, capacity_}, pool_) {
    CHECK(nghttp3_qpack_decoder_new(&nghttp3_, capacity_, 100, nghttp3_mem_default()) == 0);
    nghttp3_qpack_decoder_set_max_concurrent_streams(nghttp3_, 10000);
  }
  ~Run() {
    for (Section& section : waiting_) drop(section);
    nghttp3_qpack_decoder_del(nghttp3_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void run() {
    std::int64_t stream = 0;
    while (!input_.at_end() && is_going_on_) {
      switch (input_.pick(4)) {
        case 0:
        case 1:
          read_encoder_stream(input_.text());
          retry();
          break;
        case 2: {
          Section section{stream += 4, input_.text(), {}, {}, {}, nullptr, {}};
          section.ours = section.theirs = section.bytes;
          if (!read(section)) {
            waiting_.push_back(std::move(section));
          } else {
            drop(section);
          }
          break;
        }
        default:
          CHECK(decoder_.cancel(stream));
          std::array<std::uint8_t, 7> room;
          while (decoder_.has_instructions()) CHECK(decoder_.write_instructions(room) > 0);
          break;
      }
    }
  }

 private:
  // The next piece, in memory of its own: a read beyond its end is seen.
  std::vector<std::uint8_t> piece_of(std::string_view rest, std::size_t length) {
    const Bytes part = as_bytes(rest.substr(0, length));
    return {part.begin(), part.end()};
  }

  void read_encoder_stream(std::string_view bytes) {
    const std::size_t step = 1 + input_.pick(32);
    bool is_refused = false;
    for (std::string_view rest = bytes; !rest.empty() && !is_refused;) {
      const std::vector<std::uint8_t> piece = piece_of(rest, step);
      rest.remove_prefix(piece.size());
      is_refused = !decoder_.read_encoder_stream(piece);
    }
    bool they_refuse = !they_read(bytes);
    if (is_refused || they_refuse) is_going_on_ = false;
    if (is_refused == they_refuse) return;
    if (they_refuse) {
      // More than it wants to read: then a name of that length is on its way, or a value, or such a number.
      CHECK(has_long_run(bytes));
      return;
    }
    // Zeros are text in either form; at its end it turns out not to fit.
    const std::string zeros(256, '\0');
    for (int i = 0; i < 512 && !they_refuse; ++i) they_refuse = !they_read(zeros);
    CHECK(they_refuse);
  }

  bool they_read(std::string_view bytes) {
    return nghttp3_qpack_decoder_read_encoder(nghttp3_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                              bytes.size()) >= 0;
  }

  // A number of more than one byte can stand there.
  static bool has_long_run(std::string_view bytes) {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte & 0x1f) == 0x1f) return true;
    }
    return false;
  }

  void retry() {
    for (std::size_t i = 0; i < waiting_.size() && is_going_on_;) {
      CHECK(decoder_.is_ready(*waiting_[i].fields) ==
            (nghttp3_qpack_stream_context_get_ricnt(waiting_[i].context) <=
             nghttp3_qpack_decoder_get_icnt(nghttp3_)));
      if (!read(waiting_[i])) {
        ++i;
        continue;
      }
      drop(waiting_[i]);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  // false: both wait for inserts.
  bool read(Section& section) {
    const Verdict ours = we_read(section);
    const Verdict theirs = they_read(section);
    if (theirs == Verdict::refused) is_going_on_ = false;  // it reads nothing more
    if (ours == Verdict::beyond_limits) return true;
    if (ours == Verdict::blocked && theirs == Verdict::blocked) return false;
    if (ours == Verdict::refused) {
      is_going_on_ = false;
      CHECK(theirs == Verdict::refused || is_prefix_alone(section));
      return true;
    }
    if (theirs == Verdict::refused) {
      CHECK(has_long_run(section.bytes));
      return true;
    }
    CHECK(ours == Verdict::done && theirs == Verdict::done);
    compare(section);
    return true;
  }

  static bool is_prefix_alone(const Section& section) {
    return section.theirs.empty() && section.their_fields.empty() &&
           nghttp3_qpack_stream_context_get_ricnt(section.context) > 0;
  }

  void compare(const Section& section) {
    const auto fields = section.fields->fields();
    const auto classes = section.fields->classes();
    CHECK(fields.size() == section.their_fields.size() && classes.size() == fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const us_quic_header_t& field = fields[i];
      const std::string_view name(field.name, field.name_length), value(field.value, field.value_length);
      const bool is_never_indexed = (field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0;
      CHECK(Field({std::string(name), std::string(value), is_never_indexed}) == section.their_fields[i]);
      CHECK(classes[i] == http::classify(name, value));
    }
  }

  Verdict we_read(Section& section) {
    if (!section.fields) section.fields = decoder_.make_section();
    const std::size_t step = 1 + input_.pick(32);
    for (;;) {
      const std::vector<std::uint8_t> piece = piece_of(section.ours, step);
      const bool is_end = piece.size() == section.ours.size();
      std::size_t used = 0;
      const auto result = decoder_.decode(*section.fields, section.stream, piece, is_end, used);
      if (!result) {
        CHECK(result.error() == QpackError::decompression_failed);
        return Verdict::refused;
      }
      CHECK(used <= piece.size());
      section.ours.remove_prefix(used);
      switch (*result) {
        case Decoder::Status::done:
          CHECK(is_end && used == piece.size());
          return Verdict::done;
        case Decoder::Status::blocked:
          return Verdict::blocked;
        case Decoder::Status::too_large:
          return Verdict::beyond_limits;
        case Decoder::Status::more:
          CHECK(!is_end && used == piece.size());
      }
    }
  }

  Verdict they_read(Section& section) {
    if (section.context == nullptr) {
      CHECK(nghttp3_qpack_stream_context_new(&section.context, section.stream, nghttp3_mem_default()) == 0);
    }
    for (;;) {
      nghttp3_qpack_nv nv;
      std::uint8_t flags = 0;
      const nghttp3_ssize count = nghttp3_qpack_decoder_read_request(
          nghttp3_, section.context, &nv, &flags,
          reinterpret_cast<const std::uint8_t*>(section.theirs.data()), section.theirs.size(), 1);
      if (count < 0) return Verdict::refused;
      section.theirs.remove_prefix(static_cast<std::size_t>(count));
      if ((flags & NGHTTP3_QPACK_DECODE_FLAG_BLOCKED) != 0) return Verdict::blocked;
      if ((flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) != 0) {
        const nghttp3_vec name = nghttp3_rcbuf_get_buf(nv.name), value = nghttp3_rcbuf_get_buf(nv.value);
        section.their_fields.push_back({std::string(as_text({name.base, name.len})),
                                        std::string(trim(as_text({value.base, value.len}))),
                                        (nv.flags & NGHTTP3_NV_FLAG_NEVER_INDEX) != 0});
        nghttp3_rcbuf_decref(nv.name);
        nghttp3_rcbuf_decref(nv.value);
      }
      if ((flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) != 0) return Verdict::done;
      if (count == 0 && (flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) == 0) return Verdict::more;
    }
  }

  static void drop(Section& section) { nghttp3_qpack_stream_context_del(section.context); }

  Input& input_;
  const std::size_t capacity_;
  BlockPool pool_;
  Decoder decoder_;
  nghttp3_qpack_decoder* nghttp3_ = nullptr;
  std::vector<Section> waiting_;
  bool is_going_on_ = true;
};

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::Run(input).run();
  return 0;
}
