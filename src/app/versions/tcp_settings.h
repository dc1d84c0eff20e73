// What connections over TCP are served by.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/time.h"
#include "http1/request_events.h"
#include "http2/settings.h"

namespace usquic::app {

struct TcpSettings {
  bool has_http1 = true;
  bool has_http2 = true;
  http1::ParserLimits http1;
  http2::Settings http2;
  std::size_t send_buffer_bytes = 64 << 10;  // that a response has unsent before its handler must wait
  // That wait for the kernel: what is sent later may be more urgent, or never be asked for.
  std::size_t max_output_bytes = 128 << 10;
  Duration header_timeout = std::chrono::seconds(10);  // from a request's first byte to the end of its head
  Duration idle_timeout = std::chrono::seconds(30);    // without progress in a request or response
  Duration http_idle_timeout = std::chrono::seconds(75);  // between requests; 0 = no limit
  std::string alternative;                                // the value of Alt-Svc (RFC 7838); empty: none
};

}  // namespace usquic::app
