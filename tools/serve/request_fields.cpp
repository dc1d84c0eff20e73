#include "serve/request_fields.h"

#include <algorithm>
#include <array>

#include "header_line.h"

namespace usquic::tools::serve {
namespace {

std::optional<std::string_view>* find_list_field(files::Request& request, std::string_view name) {
  struct Entry {
    std::string_view name;
    std::optional<std::string_view>* value;
  };
  files::Conditions& conditions = request.conditions;
  const std::array<Entry, 7> entries = {{{"accept-encoding", &request.accept_encoding},
                                         {"range", &request.range},
                                         {"if-match", &conditions.if_match},
                                         {"if-unmodified-since", &conditions.if_unmodified_since},
                                         {"if-none-match", &conditions.if_none_match},
                                         {"if-modified-since", &conditions.if_modified_since},
                                         {"if-range", &conditions.if_range}}};
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry.value;
  }
  return nullptr;
}

}  // namespace

ReceivedRequest read_request(const Request& from) {
  ReceivedRequest received;
  received.request.method = from.getMethod();
  received.request.path = from.getFullUrl();
  from.forEachHeader([&received](std::string_view name, std::string_view value) {
    if (name == "referer") {
      received.referer = value;
    } else if (name == "user-agent") {
      received.user_agent = value;
    } else if (auto* field = find_list_field(received.request, name)) {
      if (*field) {
        *field = received.joined.emplace_front(std::string(**field) + ", " + std::string(value));
      } else {
        *field = value;
      }
    }
  });
  return received;
}

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
