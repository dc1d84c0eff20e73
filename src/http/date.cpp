#include "http/date.h"

#include <chrono>
#include <vector>

#include "base/ascii.h"

namespace usquic::http {

namespace {

void put_number(char* to, unsigned number) {
  to[0] = static_cast<char>('0' + number / 10 % 10);
  to[1] = static_cast<char>('0' + number % 10);
}

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Words and numbers between spaces, commas, dashes and colons.
std::vector<std::string_view> split_tokens(std::string_view text) {
  constexpr std::string_view separators = " ,-:";
  std::vector<std::string_view> tokens;
  while (true) {
    const auto begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos || tokens.size() > 8) return tokens;
    text.remove_prefix(begin);
    const auto length = std::min(text.find_first_of(separators), text.size());
    tokens.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

int month_number(std::string_view name) {
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (months[i] == name) return static_cast<int>(i);
  }
  return -1;
}

int current_year() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  return parts.tm_year + 1900;
}

// A two-digit year that would be more than 50 years ahead lies in the past (RFC 9110 5.6.7).
int expand_year(int year, std::size_t digits) {
  if (digits != 2) return year;
  const int this_year = current_year();
  const int full = this_year - this_year % 100 + year;
  return full > this_year + 50 ? full - 100 : full;
}

}  // namespace

std::string_view Date::at(std::time_t now) {
  // By hand: strftime would use the process's locale, and gmtime_r waits for the lock that glibc has around time zones.
  if (now != formatted_) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    constexpr std::string_view shape = "Day, 00 Mon 0000 00:00:00 GMT";
    const std::chrono::sys_seconds moment{std::chrono::seconds{now}};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss<std::chrono::seconds> time{moment - day};
    shape.copy(text_.data(), shape.size());
    days.substr(std::chrono::weekday{day}.c_encoding() * 3, 3).copy(&text_[0], 3);
    put_number(&text_[5], static_cast<unsigned>(date.day()));
    month_names.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3).copy(&text_[8], 3);
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    put_number(&text_[12], year / 100);
    put_number(&text_[14], year);
    put_number(&text_[17], static_cast<unsigned>(time.hours().count()));
    put_number(&text_[20], static_cast<unsigned>(time.minutes().count()));
    put_number(&text_[23], static_cast<unsigned>(time.seconds().count()));
    formatted_ = now;
  }
  return {text_.data(), 29};
}

std::string format_http_date(std::int64_t unix_seconds) {
  return std::string(Date().at(unix_seconds));
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const auto tokens = split_tokens(text);
  // day-name, day, month, year, h, m, s, GMT; or (asctime) day-name, month, day, h, m, s, year.
  const bool is_asctime = tokens.size() == 7;
  if (!is_asctime && (tokens.size() != 8 || tokens[7] != "GMT")) return std::nullopt;
  const std::string_view day_text = tokens[is_asctime ? 2 : 1];
  const std::string_view year_text = tokens[is_asctime ? 6 : 3];
  const std::size_t time_at = is_asctime ? 3 : 4;
  const int month = month_number(tokens[is_asctime ? 1 : 2]);
  const auto day = parse_number(day_text);
  const auto year = parse_number(year_text);
  const auto hour = parse_number(tokens[time_at]);
  const auto minute = parse_number(tokens[time_at + 1]);
  const auto second = parse_number(tokens[time_at + 2]);
  if (month < 0 || !day || !year || !hour || !minute || !second) return std::nullopt;
  if (*day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60 || *year > 9999)
    return std::nullopt;
  std::tm parts = {};
  parts.tm_year = expand_year(static_cast<int>(*year), year_text.size()) - 1900;
  parts.tm_mon = month;
  parts.tm_mday = static_cast<int>(*day);
  parts.tm_hour = static_cast<int>(*hour);
  parts.tm_min = static_cast<int>(*minute);
  parts.tm_sec = static_cast<int>(*second);
  return timegm(&parts);
}

}  // namespace usquic::http
