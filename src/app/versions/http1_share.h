// What the connections of HTTP/1.1 of one app share.
#pragma once

#include <cstdint>
#include <vector>

#include "app/app_server.h"
#include "app/versions/http1_settings.h"
#include "app/versions/http1_turns.h"
#include "base/list.h"
#include "usquic/quic.h"

namespace usquic::app {

// It lives as long as any of them.
struct Http1Share {
  Http1Share(AppServer& its_server, Http1Settings its_settings);
  ~Http1Share();
  Http1Share(const Http1Share&) = delete;
  Http1Share& operator=(const Http1Share&) = delete;

  AppServer& server;  // which outlives its connections
  Http1Settings settings;
  Http1Turns turns;
  std::vector<us_quic_header_t> fields;  // scratch: the section that is being sent
  std::vector<std::uint8_t> output;      // scratch: the bytes of it
  List<Http1Connection> connections;     // all
};

}  // namespace usquic::app
