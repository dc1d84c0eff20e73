// Why a request is refused: the status of the answer, and a text for logs.
#pragma once

#include <cstdint>
#include <string_view>

namespace usquic::http1 {

struct Failure {
  int status = 0;         // 0: nothing is wrong
  std::string_view text;  // lives as long as the process

  explicit operator bool() const { return status != 0; }
};

// Of a part of a request that is read from bytes that come in pieces.
enum class [[nodiscard]] Progress : std::uint8_t{partial, complete, failed};

inline Failure bad_request(std::string_view text) {
  return {400, text};
}

}  // namespace usquic::http1
