#include "http/field_rules.h"

#include <array>
#include <cstddef>

#include "base/ascii.h"
#include "base/check.h"

namespace usquic::http {

namespace {

// For each byte of a token: it in lower case; 0 for other bytes.
constexpr std::array<char, 256> make_name_characters() {
  std::array<char, 256> table{};
  for (std::size_t code = 0; code < table.size(); ++code) {
    if ((character_classes[code] & character_of_token) != 0) table[code] = to_lower(static_cast<char>(code));
  }
  return table;
}

constexpr std::array<char, 256> name_characters = make_name_characters();

// A field's value and what its bytes are.
struct Value {
  bool consists_of(CharacterClass wanted) const { return (classes & wanted) != 0; }

  std::string_view text;
  std::uint8_t classes = 0xff;
};

// -1 for what is no number of 0 to 10^18 - 1.
std::int64_t parse_number(const Value& value) {
  if (value.text.empty() || value.text.size() > 18 || !value.consists_of(character_of_number)) return -1;
  std::int64_t number = 0;
  for (const char c : value.text) number = number * 10 + (c - '0');
  return number;
}

enum class Origin { ours, peers };

class SectionCheck {
 public:
  SectionCheck(SectionKind kind, Origin origin) : kind_(kind), origin_(origin) {}

  bool field(const us_quic_header_t& header, FieldClass field_class) {
    if (!field_class.is_valid()) return false;
    const Value value{{header.value, header.value_length}, field_class.value};
    switch (field_class.name) {
      case FieldName::invalid:
        return false;
      case FieldName::method:
      case FieldName::scheme:
      case FieldName::authority:
      case FieldName::path:
      case FieldName::protocol:
        return !regular_seen_ && kind_ == SectionKind::request && request_field(field_class.name, value);
      case FieldName::status:
        return !regular_seen_ && is_response() && status(value);
      default:
        regular_seen_ = true;
        return regular(field_class.name, value);
    }
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

  bool is_response() const { return kind_ == SectionKind::response || kind_ == SectionKind::informational; }

  // Pseudo-header fields of a request.
  bool request_field(FieldName name, const Value& value) {
    switch (name) {
      case FieldName::method:
        facts_.is_head = value.text == "HEAD";
        facts_.is_connect = value.text == "CONNECT";
        return !value.text.empty() && value.consists_of(character_of_token) &&
               once(method_, has_method_, value);
      case FieldName::path:
        return value.consists_of(character_of_path) && once(path_, has_path_, value);
      case FieldName::authority:
        return once(authority_, has_authority_, value);
      case FieldName::scheme:
        return !value.text.empty() && value.consists_of(character_of_scheme) &&
               is_letter(value.text.front()) && once(scheme_, has_scheme_, value);
      default:
        return !value.text.empty() && once(protocol_, has_protocol_, value);
    }
  }

  bool status(const Value& value) {
    if (facts_.status != 0 || value.text.size() != 3 || !value.consists_of(character_of_number)) return false;
    facts_.status = static_cast<int>(parse_number(value));
    return facts_.status != 0;
  }

  bool regular(FieldName name, const Value& value) {
    switch (name) {
      case FieldName::te:  // RFC 9114 section 4.2: in requests alone
        return kind_ == SectionKind::request && equals_ignoring_case(value.text, "trailers");
      case FieldName::host:
        return kind_ != SectionKind::request || once(host_, has_host_, value);
      case FieldName::priority:
        facts_.priority = value.text;
        return true;
      case FieldName::content_length:
        return content_length(value);
      default:
        return name != FieldName::connection_specific;
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
    if (has_authority_ && (authority_.text.empty() || !authority_.consists_of(character_of_authority)))
      return false;
    if (has_host_ && (host_.text.empty() || !host_.consists_of(character_of_authority))) return false;
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

// class_of(i): the class of the i-th field.
template <class ClassOf>
int check(SectionKind kind, Origin origin, std::span<const us_quic_header_t> fields, ClassOf class_of,
          SectionFacts* facts) {
  SectionCheck section(kind, origin);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!section.field(fields[i], class_of(i))) return US_QUIC_E_HEADERS;
  }
  if (!section.finish()) return US_QUIC_E_HEADERS;
  if (facts != nullptr) *facts = section.facts();
  return 0;
}

int check(SectionKind kind, Origin origin, std::span<const us_quic_header_t> fields, SectionFacts* facts) {
  const auto class_of = [fields](std::size_t i) {
    const us_quic_header_t& field = fields[i];
    return classify({field.name, field.name_length}, {field.value, field.value_length});
  };
  return check(kind, origin, fields, class_of, facts);
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && (common_classes(text) & character_of_token) != 0;
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

char status_class(std::span<const us_quic_header_t> fields) {
  for (const us_quic_header_t& f : fields) {
    if (std::string_view(f.name, f.name_length) == ":status") return f.value_length == 3 ? f.value[0] : '\0';
  }
  return '\0';
}

bool is_informational(std::span<const us_quic_header_t> fields) {
  return status_class(fields) == '1';
}

int check_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts* facts) {
  return check(kind, Origin::ours, fields, facts);
}

int check_received_section(SectionKind kind, std::span<const us_quic_header_t> fields, SectionFacts& facts) {
  return check(kind, Origin::peers, fields, &facts);
}

int check_received_section(SectionKind kind, std::span<const us_quic_header_t> fields,
                           std::span<const FieldClass> classes, SectionFacts& facts) {
  CHECK(classes.size() == fields.size());
  return check(
      kind, Origin::peers, fields, [classes](std::size_t i) { return classes[i]; }, &facts);
}

}  // namespace usquic::http
