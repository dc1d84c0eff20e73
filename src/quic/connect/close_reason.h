// Why a connection closed, or could not be made, kept until the application hears of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "usquic/quic.h"

namespace usquic::quic {

// us_quic_close_info_t with its text, which is left out when there is no memory for it.
struct CloseReason {
  us_quic_close_info_t info{};
  std::string text;

  static CloseReason copy(const us_quic_close_info_t& from);
  static CloseReason local(int error, std::uint64_t code, std::string_view text);
  us_quic_close_info_t view() const;
};

}  // namespace usquic::quic
