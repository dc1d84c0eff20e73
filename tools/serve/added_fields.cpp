#include "serve/added_fields.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "header_line.h"

namespace usquic::tools::serve {

std::variant<std::vector<files::Field>, Failure> parse_added_fields(const std::vector<std::string>& lines) {
  constexpr std::array<std::string_view, 8> own_fields = {
      "connection", "content-encoding", "content-length",    "content-range",
      "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"};
  std::vector<files::Field> fields;
  for (const std::string& line : lines) {
    const auto header = parse_header_line(line);
    if (!header || header->removes) return Failure{ExitCode::Usage, "not a header line: " + line};
    if (std::find(own_fields.begin(), own_fields.end(), header->name) != own_fields.end()) {
      return Failure{ExitCode::Usage, "not a field that can be added: " + header->name};
    }
    fields.push_back({header->name, header->value});
  }
  return fields;
}

}  // namespace usquic::tools::serve
