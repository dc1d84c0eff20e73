#include "h3/date.h"

namespace usquic::h3 {

namespace {

void put_number(char* to, int number) {
  to[0] = static_cast<char>('0' + number / 10 % 10);
  to[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string_view Date::at(std::time_t now) {
  // By hand: strftime would use the process's locale.
  if (now != formatted_) {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    constexpr std::string_view shape = "Day, 00 Mon 0000 00:00:00 GMT";
    std::tm parts{};
    gmtime_r(&now, &parts);
    shape.copy(text_.data(), shape.size());
    days.substr(static_cast<std::size_t>(parts.tm_wday) * 3, 3).copy(&text_[0], 3);
    put_number(&text_[5], parts.tm_mday);
    months.substr(static_cast<std::size_t>(parts.tm_mon) * 3, 3).copy(&text_[8], 3);
    put_number(&text_[12], (parts.tm_year + 1900) / 100);
    put_number(&text_[14], parts.tm_year + 1900);
    put_number(&text_[17], parts.tm_hour);
    put_number(&text_[20], parts.tm_min);
    put_number(&text_[23], parts.tm_sec);
    formatted_ = now;
  }
  return {text_.data(), 29};
}

}  // namespace usquic::h3
