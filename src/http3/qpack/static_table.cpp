#include "http3/qpack/static_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace usquic::http3 {

namespace {

struct Entry {
  std::string_view name;
  std::string_view value;
};

constexpr std::array<Entry, static_table_size> table = {{
    {":authority", ""},
    {":path", "/"},
    {"age", "0"},
    {"content-disposition", ""},
    {"content-length", "0"},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"referer", ""},
    {"set-cookie", ""},
    {":method", "CONNECT"},
    {":method", "DELETE"},
    {":method", "GET"},
    {":method", "HEAD"},
    {":method", "OPTIONS"},
    {":method", "POST"},
    {":method", "PUT"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "103"},
    {":status", "200"},
    {":status", "304"},
    {":status", "404"},
    {":status", "503"},
    {"accept", "*/*"},
    {"accept", "application/dns-message"},
    {"accept-encoding", "gzip, deflate, br"},
    {"accept-ranges", "bytes"},
    {"access-control-allow-headers", "cache-control"},
    {"access-control-allow-headers", "content-type"},
    {"access-control-allow-origin", "*"},
    {"cache-control", "max-age=0"},
    {"cache-control", "max-age=2592000"},
    {"cache-control", "max-age=604800"},
    {"cache-control", "no-cache"},
    {"cache-control", "no-store"},
    {"cache-control", "public, max-age=31536000"},
    {"content-encoding", "br"},
    {"content-encoding", "gzip"},
    {"content-type", "application/dns-message"},
    {"content-type", "application/javascript"},
    {"content-type", "application/json"},
    {"content-type", "application/x-www-form-urlencoded"},
    {"content-type", "image/gif"},
    {"content-type", "image/jpeg"},
    {"content-type", "image/png"},
    {"content-type", "text/css"},
    {"content-type", "text/html; charset=utf-8"},
    {"content-type", "text/plain"},
    {"content-type", "text/plain;charset=utf-8"},
    {"range", "bytes=0-"},
    {"strict-transport-security", "max-age=31536000"},
    {"strict-transport-security", "max-age=31536000; includesubdomains"},
    {"strict-transport-security", "max-age=31536000; includesubdomains; preload"},
    {"vary", "accept-encoding"},
    {"vary", "origin"},
    {"x-content-type-options", "nosniff"},
    {"x-xss-protection", "1; mode=block"},
    {":status", "100"},
    {":status", "204"},
    {":status", "206"},
    {":status", "302"},
    {":status", "400"},
    {":status", "403"},
    {":status", "421"},
    {":status", "425"},
    {":status", "500"},
    {"accept-language", ""},
    {"access-control-allow-credentials", "FALSE"},
    {"access-control-allow-credentials", "TRUE"},
    {"access-control-allow-headers", "*"},
    {"access-control-allow-methods", "get"},
    {"access-control-allow-methods", "get, post, options"},
    {"access-control-allow-methods", "options"},
    {"access-control-expose-headers", "content-length"},
    {"access-control-request-headers", "content-type"},
    {"access-control-request-method", "get"},
    {"access-control-request-method", "post"},
    {"alt-svc", "clear"},
    {"authorization", ""},
    {"content-security-policy", "script-src 'none'; object-src 'none'; base-uri 'none'"},
    {"early-data", "1"},
    {"expect-ct", ""},
    {"forwarded", ""},
    {"if-range", ""},
    {"origin", ""},
    {"purpose", "prefetch"},
    {"server", ""},
    {"timing-allow-origin", "*"},
    {"upgrade-insecure-requests", "1"},
    {"user-agent", ""},
    {"x-forwarded-for", ""},
    {"x-frame-options", "deny"},
    {"x-frame-options", "sameorigin"},
}};

constexpr auto make_fields() {
  std::array<us_quic_header_t, table.size()> fields{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Entry& entry = table[i];
    fields[i] = {entry.name.data(), entry.name.size(), entry.value.data(), entry.value.size(), 0};
  }
  return fields;
}

constexpr auto make_classes() {
  std::array<http::FieldClass, table.size()> classes;
  for (std::size_t i = 0; i < table.size(); ++i) classes[i] = http::classify(table[i].name, table[i].value);
  return classes;
}

constexpr auto fields = make_fields();
constexpr auto field_classes = make_classes();

constexpr std::size_t max_name_bytes = 32;

// The entries of one name: `count` of Index::entries from `first` on.
struct Name {
  std::string_view text;
  std::uint8_t first = 0;
  std::uint8_t count = 0;
};

// Everything by the length of the name, then by name, then by index.
struct Index {
  std::array<std::uint8_t, table.size()> entries{};
  std::array<Name, table.size()> names;
  std::array<std::uint8_t, max_name_bytes + 2> begins{};  // of the names of each length
};

constexpr Index make_index() {
  Index index;
  for (std::size_t i = 0; i < table.size(); ++i) index.entries[i] = static_cast<std::uint8_t>(i);
  std::sort(index.entries.begin(), index.entries.end(), [](std::uint8_t a, std::uint8_t b) {
    const std::string_view x = table[a].name, y = table[b].name;
    if (x.size() != y.size()) return x.size() < y.size();
    return x != y ? x < y : a < b;
  });
  std::size_t count = 0;  // of names
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string_view text = table[index.entries[i]].name;
    if (count == 0 || index.names[count - 1].text != text) {
      index.names[count++] = {text, static_cast<std::uint8_t>(i), 0};
      for (std::size_t n = text.size() + 1; n < index.begins.size(); ++n) ++index.begins[n];
    }
    ++index.names[count - 1].count;
  }
  return index;
}

constexpr Index by_name = make_index();

}  // namespace

const us_quic_header_t& static_field(std::size_t index) {
  return fields[index];
}

http::FieldClass static_field_class(std::size_t index) {
  return field_classes[index];
}

StaticTableMatch find_in_static_table(std::string_view name, std::string_view value) {
  StaticTableMatch match;
  if (name.size() > max_name_bytes) return match;
  for (std::size_t i = by_name.begins[name.size()]; i < by_name.begins[name.size() + 1]; ++i) {
    const Name& known = by_name.names[i];
    if (known.text != name) continue;
    const std::uint8_t* candidates = &by_name.entries[known.first];
    match.name = *candidates;
    const auto* found = std::find_if(candidates, candidates + known.count, [value](std::uint8_t candidate) {
      return table[candidate].value == value;
    });
    if (found != candidates + known.count) match.field = *found;
    break;
  }
  return match;
}

}  // namespace usquic::http3
