#include "http/priority.h"

#include "base/ascii.h"

namespace usquic::http {
namespace {

constexpr bool contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

bool is_lower_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_key_character(char c) {
  return is_lower_letter(c) || is_digit(c) || contains("_-.*", c);
}

bool is_token_character(char c) {
  return is_letter(c) || is_digit(c) || contains("!#$%&'*+-.^_`|~:/", c);
}

bool is_base64_character(char c) {
  return is_letter(c) || is_digit(c) || contains("+/=", c);
}

// A parser of structured fields (RFC 8941 section 4.2) that keeps integers and booleans, which are all that the
// members known here have, and skips the rest. Each function returns false where parsing fails.
class DictionaryParser {
 public:
  explicit DictionaryParser(std::string_view text) : text_(text) {}

  bool parse(Priority& priority) {
    skip_while([](char c) { return c == ' '; });
    if (at_end()) return true;
    for (;;) {
      std::string_view key;
      if (!parse_key(key)) return false;
      Item item;
      if (take('=')) {
        if (!parse_member(item)) return false;
      } else {
        item = {Item::Type::boolean, 1};
        if (!skip_parameters()) return false;
      }
      apply(key, item, priority);
      skip_while(is_blank);
      if (at_end()) return true;
      if (!take(',')) return false;
      skip_while(is_blank);
      if (at_end()) return false;  // a comma at the end
    }
  }

 private:
  struct Item {
    enum class Type : std::uint8_t { other, integer, boolean };
    Type type = Type::other;
    std::int64_t value = 0;
  };

  // A member that comes twice counts as it came last.
  static void apply(std::string_view key, const Item& item, Priority& priority) {
    const Priority defaults;
    if (key == "u") {
      const bool is_valid = item.type == Item::Type::integer && item.value >= 0 && item.value <= 7;
      priority.urgency = is_valid ? static_cast<std::uint8_t>(item.value) : defaults.urgency;
    } else if (key == "i") {
      priority.incremental = item.type == Item::Type::boolean ? item.value != 0 : defaults.incremental;
    }
  }

  bool at_end() const { return text_.empty(); }
  char front() const { return text_.front(); }

  bool take(char c) {
    if (at_end() || front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  template <class Predicate>
  std::string_view skip_while(Predicate predicate) {
    std::size_t length = 0;
    while (length < text_.size() && predicate(text_[length])) ++length;
    const std::string_view skipped = text_.substr(0, length);
    text_.remove_prefix(length);
    return skipped;
  }

  bool parse_key(std::string_view& key) {
    if (at_end() || !(is_lower_letter(front()) || front() == '*')) return false;
    key = skip_while(is_key_character);
    return true;
  }

  bool parse_member(Item& item) {
    if (!take('(')) return parse_item(item);
    for (;;) {
      skip_while([](char c) { return c == ' '; });
      if (take(')')) return skip_parameters();
      Item inner;
      if (!parse_item(inner)) return false;
      if (at_end() || (front() != ' ' && front() != ')')) return false;
    }
  }

  bool parse_item(Item& item) { return parse_bare_item(item) && skip_parameters(); }

  bool skip_parameters() {
    while (take(';')) {
      skip_while([](char c) { return c == ' '; });
      std::string_view key;
      if (!parse_key(key)) return false;
      Item ignored;
      if (take('=') && !parse_bare_item(ignored)) return false;
    }
    return true;
  }

  bool parse_bare_item(Item& item) {
    if (at_end()) return false;
    const char c = front();
    if (c == '-' || is_digit(c)) return parse_number(item);
    if (take('"')) return skip_string();
    if (take(':')) {
      skip_while(is_base64_character);
      return take(':');
    }
    if (take('?')) return parse_boolean(item);
    if (!is_letter(c) && c != '*') return false;
    skip_while(is_token_character);
    return true;
  }

  bool parse_boolean(Item& item) {
    item = {Item::Type::boolean, take('1') ? 1 : 0};
    return item.value == 1 || take('0');
  }

  // Integers have up to 15 digits, decimals up to 12 and 3 (RFC 8941 section 4.2.4).
  bool parse_number(Item& item) {
    const bool is_negative = take('-');
    const std::string_view whole = skip_while(is_digit);
    if (whole.empty() || whole.size() > 15) return false;
    if (take('.')) {
      const std::string_view fraction = skip_while(is_digit);
      return whole.size() <= 12 && !fraction.empty() && fraction.size() <= 3;
    }
    item.type = Item::Type::integer;
    for (const char digit : whole) item.value = item.value * 10 + (digit - '0');
    if (is_negative) item.value = -item.value;
    return true;
  }

  bool skip_string() {
    while (!at_end()) {
      const char c = front();
      text_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\' && !take('"') && !take('\\')) return false;
      if (c < 0x20 || c > 0x7e) return false;
    }
    return false;
  }

  std::string_view text_;
};

}  // namespace

std::optional<Priority> parse_priority(std::string_view value) {
  Priority priority;
  if (!DictionaryParser(value).parse(priority)) return std::nullopt;
  return priority;
}

std::string format_priority(Priority priority) {
  std::string text = "u=" + std::to_string(priority.urgency);
  if (priority.incremental) text += ", i";
  return text;
}

}  // namespace usquic::http
