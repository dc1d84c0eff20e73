// The application's handlers of one fetch.
#pragma once

#include <string_view>
#include <vector>

#include "http/run_handler.h"
#include "usquic/http/client.h"

namespace usquic::client {

struct FetchHandlers {
  Function<void(us_quic_stream_t*)> sent;
  Function<void(const ResponseHead&)> informational;
  Function<void(const ResponseHead&)> response;
  Function<void(std::string_view)> data;
  Function<void(const std::vector<Field>&)> trailers;
  Function<void()> end;
  Function<void(int, std::string_view)> error;
  Function<void()> writable;
  Function<void()> stop;
};

using http::run_handler;

}  // namespace usquic::client
