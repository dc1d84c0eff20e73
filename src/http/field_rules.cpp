#include "http/field_rules.h"

#include <array>
#include <cstddef>

#include "base/ascii.h"

namespace usquic::http {

namespace {

// What a byte may be part of.
enum CharacterClass : std::uint8_t {
  field_name = 1,   // token without upper case (RFC 9110 section 5.1, RFC 9114 section 4.2)
  field_value = 2,  // no control character but HTAB (RFC 9110 section 5.5)
  token = 4,        // RFC 9110 section 5.6.2
  authority = 8,    // host and port, no userinfo (RFC 9114 section 4.3.1)
  path = 16,
  scheme = 32,  // RFC 3986 section 3.1
  digit = 64,
};

constexpr bool contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

constexpr std::uint8_t classes_of(unsigned code) {
  const char c = static_cast<char>(code);
  const bool is_letter_or_digit = is_letter(c) || is_digit(c);
  const bool is_mark = code < 0x80 && contains("!#$%&'*+-.^_`|~", c);
  unsigned classes = 0;
  if ((is_letter_or_digit || is_mark) && to_lower(c) == c) classes |= field_name;
  if (c == '\t' || (code >= 0x20 && code != 0x7f)) classes |= field_value;
  if (is_letter_or_digit || is_mark) classes |= token;
  if (is_letter_or_digit || (code < 0x80 && contains("-._~!$&'()*+,;=:[]%", c))) classes |= authority;
  if (code > 0x20 && code != 0x7f) classes |= path;
  if (is_letter_or_digit || (code < 0x80 && contains("+-.", c))) classes |= scheme;
  if (is_digit(c)) classes |= digit;
  return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned code = 0; code < 256; ++code) table[code] = classes_of(code);
  return table;
}

constexpr std::array<std::uint8_t, 256> character_classes = make_table();

// The classes that every byte is of; one pass without branches, since nearly all sections are well-formed.
unsigned common_classes(std::string_view text) {
  unsigned common = 0xff;
  for (const char c : text) common &= character_classes[static_cast<unsigned char>(c)];
  return common;
}

// For each byte of a token: it in lower case; 0 for other bytes.
constexpr std::array<char, 256> make_name_characters() {
  std::array<char, 256> table{};
  for (std::size_t code = 0; code < table.size(); ++code) {
    if ((character_classes[code] & token) != 0) table[code] = to_lower(static_cast<char>(code));
  }
  return table;
}

constexpr std::array<char, 256> name_characters = make_name_characters();

// A field's value, read once.
struct Value {
  explicit Value(std::string_view of) : text(of), classes(common_classes(of)) {}
  Value() = default;

  bool consists_of(CharacterClass wanted) const { return (classes & wanted) != 0; }

  std::string_view text;
  unsigned classes = 0xff;
};

// -1 for what is no number of 0 to 10^18 - 1.
std::int64_t parse_number(const Value& value) {
  if (value.text.empty() || value.text.size() > 18 || !value.consists_of(digit)) return -1;
  std::int64_t number = 0;
  for (const char c : value.text) number = number * 10 + (c - '0');
  return number;
}

enum class Origin { ours, peers };

class SectionCheck {
 public:
  SectionCheck(SectionKind kind, Origin origin) : kind_(kind), origin_(origin) {}

  bool field(const us_quic_header_t& header) {
    const std::string_view name(header.name, header.name_length);
    const Value value({header.value, header.value_length});
    if (name.empty() || !value.consists_of(field_value)) return false;
    if (!value.text.empty() && (is_blank(value.text.front()) || is_blank(value.text.back()))) return false;
    if (name.front() == ':') return !regular_seen_ && pseudo(name.substr(1), value);
    regular_seen_ = true;
    return (common_classes(name) & field_name) != 0 && regular(name, value);
  }

  bool finish() const {
    switch (kind_) {
      case SectionKind::request:
        return finish_request();
      case SectionKind::trailers:
        return true;
      case SectionKind::response:
        if (origin_ == Origin::peers) return facts_.status >= 100 && facts_.status != 101;
        return facts_.status >= 200 && facts_.status <= 599;
      case SectionKind::informational:
        return facts_.status >= 100 && facts_.status <= 199 && facts_.status != 101;
    }
    return false;
  }

  SectionFacts facts() const {
    SectionFacts facts = facts_;
    facts.protocol = protocol_.text;
    return facts;
  }

 private:
  // A pseudo-header field comes once (RFC 9114 section 4.3).
  static bool once(Value& slot, bool& seen, const Value& value) {
    if (seen) return false;
    seen = true;
    slot = value;
    return true;
  }

  bool pseudo(std::string_view name, const Value& value) {
    if (kind_ == SectionKind::trailers) return false;
    if (kind_ != SectionKind::request) return name == "status" && status(value);
    if (name == "method") {
      facts_.is_head = value.text == "HEAD";
      facts_.is_connect = value.text == "CONNECT";
      return !value.text.empty() && value.consists_of(token) && once(method_, has_method_, value);
    }
    if (name == "path") return value.consists_of(path) && once(path_, has_path_, value);
    if (name == "authority") return once(authority_, has_authority_, value);
    if (name == "scheme") {
      return !value.text.empty() && value.consists_of(scheme) && is_letter(value.text.front()) &&
             once(scheme_, has_scheme_, value);
    }
    return name == "protocol" && !value.text.empty() && once(protocol_, has_protocol_, value);
  }

  bool status(const Value& value) {
    if (facts_.status != 0 || value.text.size() != 3 || !value.consists_of(digit)) return false;
    facts_.status = static_cast<int>(parse_number(value));
    return facts_.status != 0;
  }

  // Connection-specific fields have no place in HTTP/3 (RFC 9114 section 4.2).
  bool regular(std::string_view name, const Value& value) {
    switch (name.size()) {
      case 2:
        return name != "te" || equals_ignoring_case(value.text, "trailers");
      case 4:
        return name != "host" || kind_ != SectionKind::request || once(host_, has_host_, value);
      case 7:
        return name != "upgrade";
      case 8:
        if (name == "priority") facts_.priority = value.text;
        return true;
      case 10:
        return name != "connection" && name != "keep-alive";
      case 14:
        return name != "content-length" || content_length(value);
      case 16:
        return name != "proxy-connection";
      case 17:
        return name != "transfer-encoding";
      default:
        return true;
    }
  }

  bool content_length(const Value& value) {
    if (kind_ == SectionKind::trailers || facts_.content_length != -1) return false;
    facts_.content_length = parse_number(value);
    return facts_.content_length != -1;
  }

  bool finish_request() const {
    if (!has_method_) return false;
    if (facts_.is_connect && !has_protocol_) {
      // RFC 9114 section 4.4: host and port alone.
      return !has_scheme_ && !has_path_ && host_is_valid() &&
             authority_.text.find(':') != std::string_view::npos;
    }
    if (!has_scheme_ || !has_path_) return false;
    // RFC 9220 section 3, RFC 8441 section 4.
    if (has_protocol_ && !(facts_.is_connect && has_authority_)) return false;
    const std::string_view scheme = scheme_.text;
    const bool is_http = equals_ignoring_case(scheme, "https") || equals_ignoring_case(scheme, "http");
    return !is_http || (path_is_valid() && host_is_valid());
  }

  // RFC 9114 section 4.3.1.
  bool path_is_valid() const {
    const std::string_view path = path_.text;
    return !path.empty() && (path.front() == '/' || (path == "*" && method_.text == "OPTIONS"));
  }

  // :authority or Host, not empty, without userinfo; when both are there they say the same.
  bool host_is_valid() const {
    if (!has_authority_ && !has_host_) return false;
    if (has_authority_ && (authority_.text.empty() || !authority_.consists_of(authority))) return false;
    if (has_host_ && (host_.text.empty() || !host_.consists_of(authority))) return false;
    return !has_authority_ || !has_host_ || equals_ignoring_case(authority_.text, host_.text);
  }

  const SectionKind kind_;
  const Origin origin_;
  bool regular_seen_ = false;
  bool has_method_ = false, has_scheme_ = false, has_authority_ = false, has_path_ = false;
  bool has_protocol_ = false, has_host_ = false;
  Value method_, scheme_, authority_, path_, host_, protocol_;
  SectionFacts facts_;
};

int check(SectionKind kind, Origin origin, std::span<const us_quic_header_t> fields, SectionFacts* facts) {
  SectionCheck section(kind, origin);
  for (const us_quic_header_t& header : fields) {
    if (!section.field(header)) return US_QUIC_E_HEADERS;
  }
  if (!section.finish()) return US_QUIC_E_HEADERS;
  if (facts != nullptr) *facts = section.facts();
  return 0;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && (common_classes(text) & token) != 0;
}

bool copy_field_name(std::string_view name, char* to) {
  bool is_valid = !name.empty();
  for (const char c : name) {
    *to = name_characters[static_cast<unsigned char>(c)];
    is_valid = is_valid && *to != 0;
    ++to;
  }
  return is_valid;
}

bool is_field_value(std::string_view text) {
  return (common_classes(text) & field_value) != 0;
}

int check_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts* facts) {
  return check(kind, Origin::ours, fields, facts);
}

int check_received_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts& facts) {
  return check(kind, Origin::peers, fields, &facts);
}

}  // namespace usquic::http
