// The request of a stream's header section as the file service wants it.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "serve/http_message.h"
#include "usquic/quic.h"

namespace usquic::tools::serve {

// Views into the stream's header section: valid as long as that is.
struct ReceivedRequest {
  Request request;
  std::string_view referer;
  std::string_view user_agent;
  std::deque<std::string> joined;  // values of fields that came in several lines (RFC 9110 5.3)
};

ReceivedRequest read_request(us_quic_stream_t* stream);

}  // namespace usquic::tools::serve
