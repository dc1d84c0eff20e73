// The path of a request as the name of a file below a root folder.
#include "files/request_path.h"

#include "base/check.h"
#include "get/resolve_rule.h"
#include "header_line.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

// A name that stays below the root, and leads to itself when it is written as a path again.
void check_path(std::string_view text) {
  const auto path = usquic::files::parse_request_path(text);
  if (!path) return;
  CHECK(path->file.find('\0') == std::string::npos && path->file.find('\\') == std::string::npos);
  const std::string framed = "/" + path->file + "/";
  CHECK(path->file.empty() || framed.find("//") == std::string::npos);
  CHECK(framed.find("/../") == std::string::npos && framed.find("/./") == std::string::npos);
  const auto again = usquic::files::parse_request_path("/" + usquic::files::percent_encode_path(path->file));
  CHECK(again && again->file == path->file && again->query.empty());
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic;
  const std::string_view text = as_text({data, size});
  fuzz::check_path(text);
  fuzz::check_path("/" + std::string(text));
  if (const auto line = tools::parse_header_line(text)) {
    CHECK(!line->name.empty() && line->value.find('\n') == std::string::npos);
  }
  if (const auto rule = tools::get::parse_resolve_rule(text)) {
    CHECK(!rule->host.empty() && !rule->address.empty() && rule->port > 0 && rule->port <= 65535);
  }
  return 0;
}
