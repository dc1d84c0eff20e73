#include "files/directory_listing.h"

#include <array>
#include <charconv>

#include "files/request_path.h"
#include "http/date.h"

namespace usquic::files {
namespace {

// Length of the UTF-8 sequence at the start of text, 0 when there is none (RFC 3629 section 4).
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  const bool is_overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool is_out_of_range = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return is_overlong || is_out_of_range ? 0 : length;
}

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  const char* unit = "KiB";
  double value = static_cast<double>(bytes) / 1024;
  for (const char* larger : {"MiB", "GiB", "TiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  // By std::to_chars: what printf writes depends on the process's locale.
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 1);
  return std::string(text.data(), end) + ' ' + unit;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {
      escaped += "\xef\xbf\xbd";
    } else if (character == "&") {
      escaped += "&amp;";
    } else if (character == "<") {
      escaped += "&lt;";
    } else if (character == ">") {
      escaped += "&gt;";
    } else if (character == "\"") {
      escaped += "&quot;";
    } else if (character == "'") {
      escaped += "&#39;";
    } else {
      escaped += character;
    }
    text.remove_prefix(character.size());
  }
  return escaped;
}

std::string listing_head(std::string_view title_path) {
  const std::string title = "Index of /" + escape_html(title_path) + (title_path.empty() ? "" : "/");
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title +
      "</title>\n"
      "<style>body{font:1rem/1.5 system-ui,sans-serif;margin:2rem}td{padding-right:2rem}"
      "td+td{text-align:right;font-variant-numeric:tabular-nums}</style></head>\n"
      "<body><h1>" +
      title + "</h1>\n<table>\n";
  if (!title_path.empty()) page += "<tr><td><a href=\"../\">../</a></td></tr>\n";
  return page;
}

std::string listing_row(const DirectoryEntry& entry) {
  const bool is_directory = entry.kind == NodeKind::Directory;
  const char* slash = is_directory ? "/" : "";
  // "./" keeps a name with a colon from being read as a scheme (RFC 3986 4.2).
  std::string row = "<tr><td><a href=\"./" + percent_encode_path(entry.name) + slash + "\">";
  row += escape_html(entry.name) + slash + "</a></td><td>";
  if (!is_directory) row += human_size(entry.identity.size);
  return row + "</td><td>" + http::format_http_date(entry.identity.modified_seconds()) + "</td></tr>\n";
}

std::string listing_foot(ListingEnd end) {
  return std::string("</table>") +
         (end == ListingEnd::Cut ? "\n<p>There is more in this folder than is listed here.</p>\n" : "") +
         "</body></html>\n";
}

}  // namespace usquic::files
