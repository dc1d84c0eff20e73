// The value of the Date field (RFC 9110 section 5.6.7), formatted at most once a second.
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace usquic::h3 {

class Date {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t formatted_ = -1;
  std::array<char, 30> text_{};
};

}  // namespace usquic::h3
