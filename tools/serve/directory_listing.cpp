#include "serve/directory_listing.h"

#include <fmt/format.h>

#include "http_date.h"
#include "serve/request_path.h"

namespace usquic::tools::serve {
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
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  for (const char* unit : {"KiB", "MiB", "GiB"}) {
    value /= 1024;
    if (value < 1024) return fmt::format("{:.1f} {}", value, unit);
  }
  return fmt::format("{:.1f} TiB", value / 1024);
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
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title>\n"
      "<style>body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem}}td{{padding-right:2rem}}"
      "td+td{{text-align:right;font-variant-numeric:tabular-nums}}</style></head>\n"
      "<body><h1>{0}</h1>\n<table>\n",
      title);
  if (!title_path.empty()) page += "<tr><td><a href=\"../\">../</a></td></tr>\n";
  return page;
}

std::string listing_row(const DirectoryEntry& entry) {
  const bool is_directory = entry.kind == NodeKind::Directory;
  const char* slash = is_directory ? "/" : "";
  // "./" keeps a name with a colon from being read as a scheme (RFC 3986 4.2).
  return fmt::format("<tr><td><a href=\"./{}{}\">{}{}</a></td><td>{}</td><td>{}</td></tr>\n",
                     percent_encode_path(entry.name), slash, escape_html(entry.name), slash,
                     is_directory ? "" : human_size(entry.identity.size),
                     format_http_date(entry.identity.modified_seconds()));
}

std::string listing_foot(ListingEnd end) {
  return std::string("</table>") +
         (end == ListingEnd::Cut ? "\n<p>There is more in this folder than is listed here.</p>\n" : "") +
         "</body></html>\n";
}

}  // namespace usquic::tools::serve
