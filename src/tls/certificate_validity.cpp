#include "tls/certificate_validity.h"

#include <charconv>
#include <chrono>
#include <string_view>

namespace usquic::tls {
namespace {

// Of ASN.1 (X.690 section 8.1.2), as far as they stand here.
enum Tag : std::uint8_t {
  integer = 0x02,
  utc_time = 0x17,
  generalized_time = 0x18,
  sequence = 0x30,
  version = 0xa0,  // [0] EXPLICIT
};

struct Element {
  std::uint8_t tag;
  Bytes content;
};

// Takes the first element off `from`.
std::optional<Element> take(Bytes& from) {
  if (from.size() < 2) return std::nullopt;
  const std::uint8_t tag = from[0];
  std::size_t length = from[1];
  std::size_t head = 2;
  if (length >= 0x80) {
    const std::size_t octets = length - 0x80;
    // A certificate of 16 MiB is none.
    if (octets == 0 || octets > 3 || from.size() < head + octets) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8 | from[head + i];
    head += octets;
  }
  if (from.size() - head < length) return std::nullopt;
  const Element element{tag, from.subspan(head, length)};
  from = from.subspan(head + length);
  return element;
}

// The content of the first element, which has to be of that kind.
std::optional<Bytes> take(Bytes& from, Tag tag) {
  const std::optional<Element> element = take(from);
  if (!element || element->tag != tag) return std::nullopt;
  return element->content;
}

// So many digits as a number, or -1.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
  if (error != std::errc() || end != text.data() + count || text.front() == '-') return -1;
  text.remove_prefix(count);
  return value;
}

// YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 section 4.1.2.5).
std::optional<std::time_t> time_of(const Element& element) {
  const bool is_short = element.tag == utc_time;
  if (!is_short && element.tag != generalized_time) return std::nullopt;
  std::string_view text = as_text(element.content);
  int year = take_digits(text, is_short ? 2 : 4);
  if (is_short && year >= 0) year += year < 50 ? 2000 : 1900;
  const int month = take_digits(text, 2);
  const int day = take_digits(text, 2);
  const int hour = take_digits(text, 2);
  const int minute = take_digits(text, 2);
  const int second = take_digits(text, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59 || text != "Z") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_seconds at = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                                      std::chrono::minutes(minute) + std::chrono::seconds(second);
  return static_cast<std::time_t>(at.time_since_epoch().count());
}

std::optional<std::time_t> take_time(Bytes& from) {
  const std::optional<Element> element = take(from);
  return element ? time_of(*element) : std::nullopt;
}

}  // namespace

std::optional<Validity> validity_of(Bytes certificate) {
  std::optional<Bytes> outer = take(certificate, sequence);
  std::optional<Bytes> fields = outer ? take(*outer, sequence) : std::nullopt;
  if (!fields) return std::nullopt;
  if (!fields->empty() && fields->front() == version) take(*fields);
  // serialNumber, signature, issuer
  if (!take(*fields, integer) || !take(*fields, sequence) || !take(*fields, sequence)) return std::nullopt;
  std::optional<Bytes> validity = take(*fields, sequence);
  if (!validity) return std::nullopt;
  const std::optional<std::time_t> not_before = take_time(*validity);
  const std::optional<std::time_t> not_after = take_time(*validity);
  if (!not_before || !not_after) return std::nullopt;
  return Validity{*not_before, *not_after};
}

}  // namespace usquic::tls
