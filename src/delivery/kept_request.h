// A request that is answered later: a copy of what Request borrows.
#pragma once

#include <optional>
#include <string>

#include "files/http_message.h"

namespace usquic::delivery {

class KeptRequest {
 public:
  explicit KeptRequest(const files::Request& request);

  // Valid as long as this.
  files::Request request() const;

 private:
  using Text = std::optional<std::string>;

  std::string method_;
  std::string path_;
  Text accept_encoding_;
  Text range_;
  Text if_match_;
  Text if_unmodified_since_;
  Text if_none_match_;
  Text if_modified_since_;
  Text if_range_;
};

}  // namespace usquic::delivery
