// libcurl, which is loaded when it is needed for the first time: it brings some forty libraries, which a process that serves or
// speaks HTTP/3 alone has no use for.
#pragma once

#include <string>

namespace usquic::tools::tcp_client {

// Before any other call of libcurl, and before any thread that calls it. Returns: "", or why it cannot be loaded.
const std::string& load_libcurl();

}  // namespace usquic::tools::tcp_client
