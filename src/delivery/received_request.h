// The request of App as the file service wants it.
#pragma once

#include <forward_list>
#include <string>
#include <string_view>

#include "files/http_message.h"
#include "usquic/http/request.h"

namespace usquic::delivery {

// Views into the request: valid as long as that is.
struct ReceivedRequest {
  files::Request request;
  std::string_view referer;
  std::string_view user_agent;
  std::forward_list<std::string> joined;  // values of fields that came in several lines (RFC 9110 5.3)
};

ReceivedRequest read_request(const Request& from);

}  // namespace usquic::delivery
