// Results of libcurl as failures of the command.
#pragma once

#include <curl/curl.h>

#include <string_view>

#include "failure.h"

namespace usquic::tools::tcp_client {

// text: what libcurl said of it.
Failure describe_result(CURLcode result, std::string_view text);

// How a request ended.
struct Outcome {
  Failure failure = {ExitCode::Ok, ""};
  bool is_cut = false;  // the body is not as long as the server said

  bool is_ok() const { return failure.code == ExitCode::Ok; }
};

}  // namespace usquic::tools::tcp_client
