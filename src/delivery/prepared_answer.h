// Answers that are made once and sent many times.
#pragma once

#include <cstddef>
#include <cstdint>

#include "files/http_message.h"
#include "usquic/http/response.h"

namespace usquic::delivery {

// The largest body for it: what a client that does not read holds on to must stay small next to what its stream costs anyway.
inline constexpr std::size_t max_prepared_bytes = 4096;

// With the date of that second, unless the answer has its own. The body: none, or one part, in memory.
PreparedResponse prepare_answer(const files::Response& answer, std::int64_t unix_seconds);

}  // namespace usquic::delivery
