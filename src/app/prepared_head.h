// What a PreparedResponse keeps beside the core's: its head, for answers without the body.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "usquic/http/response.h"

namespace usquic {

struct PreparedResponse::Head {
  std::string status;
  std::vector<std::pair<std::string, std::string>> fields;
  std::uint64_t body_bytes = 0;

  // RFC 9110 sections 15.3.5 and 15.4.5.
  bool is_without_body() const { return status == "204" || status == "304"; }
};

}  // namespace usquic
