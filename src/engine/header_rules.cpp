#include "engine/header_rules.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace usquic::engine {

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
  const bool is_lower = c >= 'a' && c <= 'z';
  const bool is_upper = c >= 'A' && c <= 'Z';
  const bool is_digit = c >= '0' && c <= '9';
  const bool is_letter_or_digit = is_lower || is_upper || is_digit;
  const bool is_mark = code < 0x80 && contains("!#$%&'*+-.^_`|~", c);
  unsigned classes = 0;
  if (is_lower || is_digit || is_mark) classes |= field_name;
  if (c == '\t' || (code >= 0x20 && code != 0x7f)) classes |= field_value;
  if (is_letter_or_digit || is_mark) classes |= token;
  if (is_letter_or_digit || (code < 0x80 && contains("-._~!$&'()*+,;=:[]%", c))) classes |= authority;
  if (code > 0x20 && code != 0x7f) classes |= path;
  if (is_letter_or_digit || (code < 0x80 && contains("+-.", c))) classes |= scheme;
  if (is_digit) classes |= digit;
  return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned code = 0; code < 256; ++code) table[code] = classes_of(code);
  return table;
}

constexpr std::array<std::uint8_t, 256> character_classes = make_table();

// Every byte is of the class; one pass without branches, since nearly all sections are well-formed.
bool consists_of(std::string_view text, CharacterClass wanted) {
  unsigned common = 0xff;
  for (const char c : text) common &= character_classes[static_cast<unsigned char>(c)];
  return (common & wanted) != 0;
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

// -1 for what is no number of 0 to 10^18 - 1.
std::int64_t parse_number(std::string_view text) {
  if (text.empty() || text.size() > 18 || !consists_of(text, digit)) return -1;
  std::int64_t number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number;
}

enum class Origin { ours, peers };

class SectionCheck {
 public:
  SectionCheck(SectionKind kind, Origin origin) : kind_(kind), origin_(origin) {}

  bool field(const us_quic_header_t& header) {
    const std::string_view name(header.name, header.name_length);
    const std::string_view value(header.value, header.value_length);
    if (name.empty() || !consists_of(value, field_value)) return false;
    if (!value.empty() && (is_space(value.front()) || is_space(value.back()))) return false;
    if (name.front() == ':') return !regular_seen_ && pseudo(name.substr(1), value);
    regular_seen_ = true;
    return consists_of(name, field_name) && regular(name, value);
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

  const SectionFacts& facts() const { return facts_; }

 private:
  // A pseudo-header field comes once (RFC 9114 section 4.3).
  static bool once(std::string_view& slot, bool& seen, std::string_view value) {
    if (seen) return false;
    seen = true;
    slot = value;
    return true;
  }

  bool pseudo(std::string_view name, std::string_view value) {
    if (kind_ == SectionKind::trailers) return false;
    if (kind_ != SectionKind::request) return name == "status" && status(value);
    if (name == "method") {
      facts_.is_head = value == "HEAD";
      facts_.is_connect = value == "CONNECT";
      return !value.empty() && consists_of(value, token) && once(method_, has_method_, value);
    }
    if (name == "path") return consists_of(value, path) && once(path_, has_path_, value);
    if (name == "authority") return once(authority_, has_authority_, value);
    if (name == "scheme") {
      return !value.empty() && consists_of(value, scheme) && lower(value.front()) >= 'a' &&
             once(scheme_, has_scheme_, value);
    }
    return name == "protocol" && !value.empty() && once(facts_.protocol, has_protocol_, value);
  }

  bool status(std::string_view value) {
    if (facts_.status != 0 || value.size() != 3 || !consists_of(value, digit)) return false;
    facts_.status = static_cast<int>(parse_number(value));
    return facts_.status != 0;
  }

  // Connection-specific fields have no place in HTTP/3 (RFC 9114 section 4.2).
  bool regular(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 2:
        return name != "te" || equals_ignoring_case(value, "trailers");
      case 4:
        return name != "host" || kind_ != SectionKind::request || once(host_, has_host_, value);
      case 7:
        return name != "upgrade";
      case 8:
        if (name == "priority") facts_.priority = value;
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

  bool content_length(std::string_view value) {
    if (kind_ == SectionKind::trailers || facts_.content_length != -1) return false;
    facts_.content_length = parse_number(value);
    return facts_.content_length != -1;
  }

  bool finish_request() const {
    if (!has_method_) return false;
    if (facts_.is_connect && !has_protocol_) {
      // RFC 9114 section 4.4: host and port alone.
      return !has_scheme_ && !has_path_ && host_is_valid() && authority_.find(':') != std::string_view::npos;
    }
    if (!has_scheme_ || !has_path_) return false;
    // RFC 9220 section 3, RFC 8441 section 4.
    if (has_protocol_ && !(facts_.is_connect && has_authority_)) return false;
    const bool is_http = equals_ignoring_case(scheme_, "https") || equals_ignoring_case(scheme_, "http");
    return !is_http || (path_is_valid() && host_is_valid());
  }

  // RFC 9114 section 4.3.1.
  bool path_is_valid() const {
    return !path_.empty() && (path_.front() == '/' || (path_ == "*" && method_ == "OPTIONS"));
  }

  // :authority or Host, not empty, without userinfo; when both are there they say the same.
  bool host_is_valid() const {
    if (!has_authority_ && !has_host_) return false;
    if (has_authority_ && (authority_.empty() || !consists_of(authority_, authority))) return false;
    if (has_host_ && (host_.empty() || !consists_of(host_, authority))) return false;
    return !has_authority_ || !has_host_ || equals_ignoring_case(authority_, host_);
  }

  const SectionKind kind_;
  const Origin origin_;
  bool regular_seen_ = false;
  bool has_method_ = false, has_scheme_ = false, has_authority_ = false, has_path_ = false;
  bool has_protocol_ = false, has_host_ = false;
  std::string_view method_, scheme_, authority_, path_, host_;
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

int check_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts* facts) {
  return check(kind, Origin::ours, fields, facts);
}

int check_received_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts& facts) {
  return check(kind, Origin::peers, fields, &facts);
}

}  // namespace usquic::engine
