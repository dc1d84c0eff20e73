// What the connections of one port that redirects share.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/list.h"
#include "base/log.h"
#include "base/time.h"
#include "http/date.h"
#include "http1/request_events.h"

namespace usquic::redirect {

class RedirectConnection;

// Of a client that is sent away nothing much has to be read.
inline constexpr http1::ParserLimits parser_limits = {.max_section_bytes = 16 << 10};

// It lives as long as any of them.
struct RedirectShare {
  std::uint16_t https_port = 443;
  Duration head_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(30);
  Logger log;
  http::Date date;
  std::vector<std::uint8_t> output;      // scratch: the bytes of a response
  List<RedirectConnection> connections;  // all
};

}  // namespace usquic::redirect
