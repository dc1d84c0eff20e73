// What -v and -i show of a transfer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "get/exchange.h"
#include "get/request_head.h"
#include "get/typed_url.h"

namespace usquic::tools::get {

// "> " lines of a request.
std::string narrate_request(HttpVersion version, const Url& url, const RequestHead& head);

// A header section as text: "HTTP/2 200" (not for trailers: status 0) and "name: value" lines, each behind
// `prefix` and ended by `line_end`, with an empty line last.
std::string narrate_section(HttpVersion version, int status, const std::vector<Field>& fields,
                            std::string_view prefix, std::string_view line_end);

// "* " lines about a connection that was opened.
std::string narrate_connection(const Route& route, const usquic::Url& url);

}  // namespace usquic::tools::get
