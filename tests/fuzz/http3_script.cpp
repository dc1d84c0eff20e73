#include "http3_script.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/check.h"
#include "http/field_rules.h"
#include "support/http3_wire.h"

namespace usquic::fuzz {
namespace {

using test::wire_frame;
using test::wire_prefixed;
using test::wire_varint;

constexpr std::int64_t control_id = 2, decoder_id = 10;
constexpr std::int64_t other_ids[] = {14, 18};
constexpr std::uint64_t frame_types[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xd, 0x21, 0xf0700, 0xf0701};
constexpr std::uint64_t numbers[] = {
    0, 1, 2, 4, 6, 7, 8, 0x21, 0x33, 63, 64, 100, 400, 4096, (1ULL << 62) - 1};
constexpr std::size_t most_requests = 5;

const std::string* find(const Http3Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Http3Field::name);
  return found == fields.end() ? nullptr : &found->value;
}

bool is_http(std::string_view scheme) {
  return equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
}

// A field that nghttp3 drops, or that it takes where we refuse the message, or the other way round.
bool is_judged_otherwise(const Http3Field& field, bool are_trailers) {
  const std::string& text = field.value;
  // We take white space off a value; nghttp3 drops the field, or finds it wrong.
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) return true;
  if (field.name.starts_with(':')) return false;
  // It drops fields without a name, and those with forbidden characters, but for upper case.
  if (field.name.empty()) return true;
  const auto forbidden = std::ranges::find_if(field.name, [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return nghttp3_check_header_name(&byte, 1) == 0;
  });
  if (forbidden != field.name.end()) return !(*forbidden >= 'A' && *forbidden <= 'Z');
  const auto* value = reinterpret_cast<const std::uint8_t*>(text.data());
  if (nghttp3_check_header_value(value, text.size()) == 0) return true;
  // What a value may hold (RFC 9110 section 5.5) is ours to say.
  if (!http::is_field_value(text)) return true;
  // It takes both in trailers. We refuse them there (RFC 9114 sections 4.2 and 4.3.1).
  if (field.name == "host" || field.name == "te") return are_trailers;
  // It drops it from trailers; elsewhere it takes one more digit than we.
  return field.name == "content-length" && (are_trailers || text.size() > 18);
}

bool is_judged_otherwise(const Http3Fields& fields, bool are_trailers) {
  for (const Http3Field& field : fields) {
    if (is_judged_otherwise(field, are_trailers)) return true;
  }
  if (are_trailers) return false;
  const std::string* const authority = find(fields, ":authority");
  const std::string* const host = find(fields, "host");
  const std::string* const scheme = find(fields, ":scheme");
  const std::string* const method = find(fields, ":method");
  const std::string* const protocol = find(fields, ":protocol");
  // It does not compare them (RFC 9114 section 4.3.1).
  if (host != nullptr && (authority == nullptr || *host != *authority)) return true;
  // Of other schemes it wants an authority and a path, too.
  const bool is_bare = authority == nullptr || std::ranges::any_of(fields, [](const Http3Field& field) {
                         return field.name.starts_with(':') && field.value.empty();
                       });
  if (scheme != nullptr && !is_http(*scheme) && is_bare) return true;
  if (method == nullptr || *method != "CONNECT") return false;
  // RFC 9114 section 4.4: a port must be there. Nothing is the body's length in a tunnel; it thinks so only without
  // :protocol.
  const bool has_port = authority != nullptr && authority->find(':') != std::string::npos;
  return protocol == nullptr ? !has_port : find(fields, "content-length") != nullptr;
}

std::string text_of(const nghttp3_buf& buffer) {
  return std::string(as_text({buffer.pos, nghttp3_buf_len(&buffer)}));
}

}  // namespace

Http3Script::Http3Script(Input& input, std::size_t table_capacity, std::size_t blocked_streams)
    : input_(input) {
  CHECK(nghttp3_qpack_encoder_new(&encoder_, table_capacity, nghttp3_mem_default()) == 0);
  nghttp3_qpack_encoder_set_max_dtable_capacity(encoder_, table_capacity);
  nghttp3_qpack_encoder_set_max_blocked_streams(encoder_, blocked_streams);
}

Http3Script::~Http3Script() {
  nghttp3_qpack_encoder_del(encoder_);
}

// A field of a request, right for the most part.
Http3Field Http3Script::field() {
  static constexpr std::string_view names[] = {
      "accept", "x-name", "cookie",   "content-length", "host",       ":path",      "te",
      "X-Name", ":x",     "priority", ":protocol",      "connection", ":authority", ":status"};
  static constexpr std::string_view values[] = {"a value that repeats", "1", "example.test:443", "",
                                                "trailers"};
  const std::uint8_t what = input_.byte();
  const std::size_t name = what < 128 ? what % 3 : what % std::size(names);
  Http3Field field;
  field.name = what > 250 ? std::string(input_.text()) : std::string(names[name]);
  field.value = (what & 16) != 0 ? std::string(input_.text()) : std::string(input_.choose(values));
  field.is_never_indexed = (what & 32) != 0;
  return field;
}

Http3Fields Http3Script::head() {
  static constexpr std::string_view methods[] = {"GET", "POST", "CONNECT", "OPTIONS"};
  static constexpr std::string_view schemes[] = {"https", "http", "HTTPS", "ftp"};
  static constexpr std::string_view paths[] = {"/", "/a/path?q", "*", "x"};
  const std::uint8_t what = input_.byte();
  const bool is_usual = what < 128;
  Http3Fields fields;
  const std::string method(is_usual ? methods[what % 2] : input_.choose(methods));
  fields.push_back({":method", method});
  fields.push_back({":authority", "example.test:443"});
  if (method != "CONNECT" || (what & 2) != 0) {
    fields.push_back({":scheme", std::string(is_usual ? schemes[0] : input_.choose(schemes))});
    fields.push_back({":path", std::string(is_usual ? paths[what / 2 % 2] : input_.choose(paths))});
  }
  if (method == "CONNECT" && (what & 4) != 0) fields.push_back({":protocol", "websocket"});
  if (!is_usual && (what & 8) != 0) fields.erase(fields.begin() + input_.byte() % std::ssize(fields));
  for (std::size_t i = input_.pick(4); i > 0; --i) fields.push_back(field());
  if (!is_usual && (what & 16) != 0) std::swap(fields.front(), fields.back());
  return fields;
}

// The frame of a section; what it puts into the table goes to the encoder stream.
std::string Http3Script::section(std::int64_t id, Stream& stream, const Http3Fields& fields,
                                 bool are_trailers) {
  stream.may_differ = stream.may_differ || is_judged_otherwise(fields, are_trailers);
  std::vector<nghttp3_nv> nvs;
  for (const Http3Field& f : fields) {
    const std::uint8_t flags = f.is_never_indexed ? NGHTTP3_NV_FLAG_NEVER_INDEX : NGHTTP3_NV_FLAG_TRY_INDEX;
    nvs.push_back({reinterpret_cast<const std::uint8_t*>(f.name.data()),
                   reinterpret_cast<const std::uint8_t*>(f.value.data()), f.name.size(), f.value.size(),
                   flags});
  }
  std::array<nghttp3_buf, 3> buffers;
  for (nghttp3_buf& buffer : buffers) nghttp3_buf_init(&buffer);
  auto& [prefix, lines, instructions] = buffers;
  CHECK(nghttp3_qpack_encoder_encode(encoder_, &prefix, &lines, &instructions, id, nvs.data(), nvs.size()) ==
        0);
  std::string payload = text_of(prefix) + text_of(lines);
  begin(encoder_id, 2).bytes += text_of(instructions);
  for (nghttp3_buf& buffer : buffers) nghttp3_buf_free(&buffer, nghttp3_mem_default());
  if (input_.byte() == 255) {
    // An index that the static table does not have; an entry that there is not; a line that is cut short.
    static constexpr std::string_view wrong[] = {"\xff\x40", "\x1f\xff\x7f", "\x2f"};
    payload += input_.choose(wrong);
  }
  return wire_frame(1, payload);
}

void Http3Script::write_request() {
  const std::int64_t id = static_cast<std::int64_t>(input_.pick(most_requests)) * 4;
  Stream& stream = streams[id];
  if (stream.fin || stream.is_over) return;
  const std::uint8_t what = input_.byte();
  const std::size_t before = stream.bytes.size();
  if (what < 250 && !stream.is_head_written) {
    stream.bytes += section(id, stream, head(), false);
    stream.is_head_written = true;
  } else if (what < 100) {
    stream.bytes += test::wire_data(std::string(what % 20, 'b'));
  } else if (what < 180) {
    Http3Fields trailers;
    for (std::size_t i = input_.pick(3); i > 0; --i) trailers.push_back(field());
    stream.bytes += section(id, stream, trailers, true);
  } else if (what < 220) {
    stream.bytes += wire_frame(0x21 + 0x1f * std::uint64_t{what}, std::string(what % 8, 'u'));
  } else {
    const std::uint64_t type = input_.choose(frame_types);
    const std::string_view payload = input_.text();
    stream.bytes += wire_frame(type, payload);
    // A section of any bytes is what qpack_fuzz is for.
    if (type == 1 && !payload.empty()) stream.may_differ = true;
  }
  end(stream, stream.bytes.size() - before);
}

// Sometimes. length: of the last frame.
void Http3Script::end(Stream& stream, std::size_t length) {
  constexpr std::size_t longest_cut = 6, longest_beginning = 10;
  const std::uint8_t what = input_.byte();
  stream.fin = what < 90;
  // In the middle of the frame. A section's prefix stays, with something behind it: nghttp3 forgets FIN of a section
  // that waits for inserts if nothing else is there.
  if (what < longest_cut && length > longest_beginning) stream.bytes.resize(stream.bytes.size() - 1 - what);
}

// A unidirectional stream begins with its type.
Http3Script::Stream& Http3Script::begin(std::int64_t id, std::uint64_t type) {
  Stream& stream = streams[id];
  if (!stream.has_begun) {
    stream.bytes += wire_varint(type);
    stream.type = type;
    stream.has_begun = true;
  }
  return stream;
}

void Http3Script::write_control() {
  const bool is_new = !streams[control_id].has_begun;
  Stream& stream = begin(control_id, 0);
  if (stream.fin) return;
  if (is_new && input_.byte() < 240) {
    stream.bytes += settings(stream);
    return;
  }
  const std::uint64_t type = input_.choose(frame_types);
  const std::string number = wire_varint(input_.choose(numbers));
  std::string rest(input_.text());
  switch (type) {
    case 4:
      stream.bytes += settings(stream);
      return;
    case 7:
    case 0xd:
      if (!rest.empty()) stream.may_differ = true;
      break;
    case 0xf0700:
      return;  // a server may take a value that is no priority for an error, or not (RFC 9218 section 7.1)
    default:
      break;
  }
  const bool is_empty = input_.byte() == 0;
  stream.bytes += wire_frame(type, is_empty ? std::string() : number + rest);
  stream.fin = input_.byte() == 0;
}

std::string Http3Script::settings(Stream& stream) {
  std::vector<std::uint64_t> ids;
  std::string payload;
  for (std::size_t i = input_.pick(5); i > 0; --i) {
    const std::uint64_t id = input_.choose(numbers);
    if (std::ranges::find(ids, id) != ids.end()) stream.may_differ = true;
    ids.push_back(id);
    payload += wire_varint(id) + wire_varint(input_.choose(numbers));
  }
  if (input_.byte() == 255 && !payload.empty()) payload.pop_back();
  return wire_frame(4, payload);
}

// The streams of QPACK, and those that are not known.
void Http3Script::write_other() {
  switch (input_.pick(4)) {
    case 0: {
      // Instructions that are wrong, or take entries away.
      static constexpr std::string_view instructions[] = {"\x3f\xff\xff\x03", "\x20", "\x1f\x70",
                                                          "\xff\x40\x01x", "\x9f\x01x"};
      if (Stream& stream = begin(encoder_id, 2); input_.byte() > 200) {
        stream.bytes += input_.choose(instructions);
      }
      return;
    }
    case 1: {
      // Of sections that were never sent.
      Stream& stream = begin(decoder_id, 3);
      const std::uint8_t what = input_.byte();
      if (what < 100) stream.bytes += wire_prefixed(0x40, 6, input_.choose(numbers));
      if (what > 240) stream.bytes += wire_prefixed(0x80, 7, input_.choose(numbers));
      if (what == 240) stream.bytes += wire_prefixed(0, 6, input_.choose(numbers));
      stream.fin = what == 239;
      return;
    }
    default: {
      static constexpr std::uint64_t types[] = {0x21, 0x54, 0x40, 0, 1, 2, 3};
      const std::uint8_t what = input_.byte();
      const std::uint64_t type = what < 128 ? types[what % 3] : input_.choose(types);
      Stream& stream = begin(input_.choose(other_ids), type);
      if (stream.fin) return;
      // Of a second critical stream nothing is read. As the first one it would not be what the other functions expect.
      if (stream.type > 3) stream.bytes += input_.text();
      stream.fin = input_.flag();
    }
  }
}

Http3Script::Piece Http3Script::take(std::int64_t id, Stream& stream, std::size_t most) {
  Piece piece{stream.bytes.substr(0, most), false};
  stream.bytes.erase(0, piece.bytes.size());
  // nghttp3 does not see FIN behind the type alone of a critical stream: there it comes by itself.
  const bool may_have_fin = piece.bytes.empty() || (id & 2) == 0;
  piece.fin = stream.is_over = stream.fin && stream.bytes.empty() && may_have_fin;
  return piece;
}

}  // namespace usquic::fuzz
