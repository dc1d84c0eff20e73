// Header and trailer sections, from the lines that libcurl gives.
#pragma once

#include <string_view>

#include "http_version.h"
#include "usquic/http/client.h"

namespace usquic::tools::tcp_client {

class SectionReader {
 public:
  // A line, with or without its end. Returns: whether it ended a header section, which then stands in head().
  bool take(std::string_view line);

  // Until the next line. Names are in lower case.
  const ResponseHead& head() const { return head_; }
  HttpVersion version() const { return version_; }

  // What came since the last header section and was ended by nothing: trailers.
  bool has_trailers() const { return !is_complete_ && head_.status == 0 && !head_.headers.empty(); }
  const std::vector<Field>& trailers() const { return head_.headers; }

 private:
  bool take_status_line(std::string_view line);

  ResponseHead head_;
  HttpVersion version_ = HttpVersion::Http11;
  bool is_complete_ = false;
};

}  // namespace usquic::tools::tcp_client
