#include "tcp_client/section_reader.h"

#include "base/ascii.h"

namespace usquic::tools::tcp_client {
namespace {

HttpVersion version_of(std::string_view name) {
  if (name == "HTTP/2") return HttpVersion::Http2;
  return name == "HTTP/1.0" ? HttpVersion::Http10 : HttpVersion::Http11;
}

}  // namespace

bool SectionReader::take(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (is_complete_) {
    head_ = {};
    is_complete_ = false;
  }
  if (line.empty()) {
    is_complete_ = head_.status != 0;
    return is_complete_;
  }
  if (head_.status == 0 && head_.headers.empty() && take_status_line(line)) return false;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  head_.headers.push_back({to_lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  return false;
}

// "HTTP/1.1 200 OK", "HTTP/2 200".
bool SectionReader::take_status_line(std::string_view line) {
  const auto space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos) return false;
  const auto status = parse_number(line.substr(space + 1, 3));
  if (!status) return false;
  version_ = version_of(line.substr(0, space));
  head_.status = static_cast<int>(*status);
  return true;
}

}  // namespace usquic::tools::tcp_client
