// An app whose one answer is /bytes: body_bytes bytes, of which each can be checked.
#pragma once

#include <cstddef>
#include <string>

#include "usquic/http/app.h"

namespace usquic::test {

inline constexpr std::size_t body_bytes = 512 * 1024;

// Each eight bytes tell where they are.
inline std::string pattern() {
  std::string text;
  text.reserve(body_bytes);
  for (std::size_t at = 0; text.size() < body_bytes; at += 8) {
    std::string digits = std::to_string(at);
    text += std::string(8 - digits.size(), '0') + digits;
  }
  return text;
}

inline void add_routes(App& app) {
  app.get("/bytes", [body = pattern()](Response* res, Request*) { res->end(body); });
}

}  // namespace usquic::test
