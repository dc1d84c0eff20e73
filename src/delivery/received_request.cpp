#include "delivery/received_request.h"

#include <array>
#include <optional>

namespace usquic::delivery {
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

}  // namespace usquic::delivery
