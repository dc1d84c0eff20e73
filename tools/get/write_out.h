// -w: what to print after a transfer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http_version.h"

namespace usquic::tools::get {

struct TransferFacts {
  std::string_view url;
  std::string_view content_type;
  std::string_view output;
  std::string_view remote_ip;
  HttpVersion version = HttpVersion::Http3;
  int status = 0;
  int exit_code = 0;
  std::uint64_t downloaded = 0;
  std::uint64_t uploaded = 0;
  double connect_seconds = 0;
  double first_byte_seconds = 0;
  double total_seconds = 0;
};

// curl's format: %{name}, %% and the escapes \n \t \r. Unknown names stay as they are.
std::string render_write_out(std::string_view format, const TransferFacts& facts);

}  // namespace usquic::tools::get
