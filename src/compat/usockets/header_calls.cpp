// Header sections: µSockets' calls name a context at most, so which stream they mean follows from what ran before.
#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "compat/usockets/handles.h"
#include "usquic/http3_codes.h"

namespace {

using usquic::compat::Connection;
using usquic::compat::connection_of;
using usquic::compat::FieldList;
using Section = std::vector<us_quic_header_t>;

std::string_view name_of(const us_quic_header_t& field) {
  return {field.name, field.name_length};
}

us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

// µSockets' own client sends :method alone. RFC 9114 section 4.3.1 wants all four, but for CONNECT.
void complete_request(Section& section, const char* authority) {
  const auto find = [&](std::string_view name) {
    return std::find_if(section.begin(), section.end(), [&](const auto& f) { return name_of(f) == name; });
  };
  const auto method = find(":method");
  if (method != section.end() && std::string_view(method->value, method->value_length) == "CONNECT") return;
  const std::array<us_quic_header_t, 4> wanted = {field(":method", "GET"), field(":scheme", "https"),
                                                  field(":authority", authority), field(":path", "/")};
  for (const us_quic_header_t& f : wanted)
    if (find(name_of(f)) == section.end()) section.insert(section.begin(), f);
}

int send_section(us_compat_quic_stream_t& s, const FieldList& fields, int count, bool ends) {
  Section section;
  if (!fields.get(count, section)) return US_QUIC_E_HEADERS;
  if (us_quic_stream_is_client(s.quic) != 0 && !s.has_headers)
    complete_request(section, connection_of(us_quic_stream_connection(s.quic))->authority);
  return us_quic_stream_send_headers(s.quic, section.data(), section.size(), ends ? 1 : 0);
}

std::string_view text(const char* data, int length) {
  return data != nullptr && length > 0 ? std::string_view(data, static_cast<std::size_t>(length))
                                       : std::string_view();
}

}  // namespace

int us_compat_quic_socket_context_get_header(us_compat_quic_socket_context_t* context, int index, char** name,
                                             int* name_length, char** value, int* value_length) {
  if (context == nullptr || index < 0) return 0;
  us_compat_quic_stream_t* stream = context->reading != nullptr ? context->reading : context->writing;
  if (stream == nullptr) return 0;
  const us_quic_header_t* header = us_quic_stream_header(stream->quic, static_cast<std::size_t>(index));
  if (header == nullptr || header->name_length > INT_MAX || header->value_length > INT_MAX) return 0;
  *name = const_cast<char*>(header->name);
  *name_length = static_cast<int>(header->name_length);
  *value = const_cast<char*>(header->value);
  *value_length = static_cast<int>(header->value_length);
  return 1;
}

void us_compat_quic_socket_context_set_header(us_compat_quic_socket_context_t* context, int index,
                                              const char* key, int key_length, const char* value,
                                              int value_length) {
  if (context == nullptr) return;
  us_compat_quic_stream_t* stream = context->writing;
  if (stream != nullptr ? stream->is_closed : context->connections == 0) return;
  FieldList& fields = stream != nullptr ? stream->fields : context->fields;
  fields.set(index, text(key, key_length), text(value, value_length));
  context->noted_last = &fields;
}

void us_compat_quic_socket_context_send_headers(us_compat_quic_socket_context_t* /*context*/,
                                                us_compat_quic_stream_t* s, int num, int has_body) {
  if (s->is_closed || s->is_closing || s->is_finished) return;
  const FieldList none;
  FieldList* noted = s->fields.empty() ? s->context->noted_last : &s->fields;
  int result = US_QUIC_E_NOMEM;
  try {
    result = send_section(*s, noted != nullptr ? *noted : none, num, has_body == 0);
  } catch (const std::bad_alloc&) {
  }
  if (noted != nullptr) noted->release();
  if (result == 0) {
    s->has_headers = true;
    s->is_finished = has_body == 0;
  } else {
    us_quic_stream_close_with(s->quic, US_QUIC_H3_INTERNAL_ERROR);
  }
}
