// What -v and -i show of a transfer.
#pragma once

#include <string>
#include <string_view>

#include "get/request_headers.h"
#include "usquic/quic.h"

namespace usquic::tools::get {

// "> " lines of a request.
std::string narrate_request(const HeaderList& headers);

// The stream's latest header section as text: "HTTP/3 200" (not for trailers) and "name: value" lines, each
// behind `prefix` and ended by `line_end`, with an empty line last.
std::string narrate_section(us_quic_stream_t* stream, std::string_view prefix, std::string_view line_end);

// "* " lines about a connection that was opened.
std::string narrate_connection(us_quic_connection_t* connection, std::string_view host, int port);

// The value of a field of the latest header section; "" when it is not there.
std::string_view received_field(us_quic_stream_t* stream, std::string_view name);

}  // namespace usquic::tools::get
