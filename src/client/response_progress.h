// What has come of a response, and whether that is a whole one (RFC 9114 section 4.1.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "usquic/http/client.h"

namespace usquic::client {

class ResponseProgress {
 public:
  // The final header section of the response to a request of that method. Returns: what is wrong, or "".
  std::string_view take_head(const ResponseHead& head, std::string_view method);
  // Body bytes. Returns: what is wrong, or "".
  std::string_view take_data(std::size_t length);
  std::string_view take_end();

  bool has_head() const { return has_head_; }
  bool is_complete() const { return is_complete_; }

 private:
  std::optional<std::uint64_t> expected_;
  std::uint64_t received_ = 0;
  bool has_head_ = false;
  bool is_complete_ = false;
};

}  // namespace usquic::client
