#include "serve/request_fields.h"

#include <array>

namespace usquic::tools::serve {
namespace {

std::optional<std::string_view>* find_list_field(Request& request, std::string_view name) {
  struct Entry {
    std::string_view name;
    std::optional<std::string_view>* value;
  };
  Conditions& conditions = request.conditions;
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

ReceivedRequest read_request(us_quic_stream_t* stream) {
  ReceivedRequest received;
  const std::size_t count = us_quic_stream_header_count(stream);
  for (std::size_t i = 0; i < count; ++i) {
    const us_quic_header_t* header = us_quic_stream_header(stream, i);
    const std::string_view name(header->name, header->name_length);
    const std::string_view value(header->value, header->value_length);
    if (name == ":method") {
      received.request.method = value;
    } else if (name == ":path") {
      received.request.path = value;
    } else if (name == "referer") {
      received.referer = value;
    } else if (name == "user-agent") {
      received.user_agent = value;
    } else if (auto* field = find_list_field(received.request, name)) {
      if (*field) {
        received.joined.push_back(std::string(**field) + ", " + std::string(value));
        *field = received.joined.back();
      } else {
        *field = value;
      }
    }
  }
  return received;
}

}  // namespace usquic::tools::serve
