#include "get/write_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace usquic::tools::get {
namespace {

std::optional<std::string> value_of(std::string_view name, const TransferFacts& facts) {
  if (name == "http_code" || name == "response_code") return fmt::format("{:03}", facts.status);
  if (name == "http_version") return std::string(protocol_name(facts.version)).substr(5);
  if (name == "size_download") return std::to_string(facts.downloaded);
  if (name == "size_upload") return std::to_string(facts.uploaded);
  if (name == "time_connect" || name == "time_appconnect")
    return fmt::format("{:.6f}", facts.connect_seconds);
  if (name == "time_starttransfer") return fmt::format("{:.6f}", facts.first_byte_seconds);
  if (name == "time_total") return fmt::format("{:.6f}", facts.total_seconds);
  if (name == "speed_download") {
    const double rate =
        facts.total_seconds > 0 ? static_cast<double>(facts.downloaded) / facts.total_seconds : 0;
    return fmt::format("{:.0f}", rate);
  }
  if (name == "exitcode") return std::to_string(facts.exit_code);
  if (name == "url" || name == "url_effective") return std::string(facts.url);
  if (name == "content_type") return std::string(facts.content_type);
  if (name == "filename_effective") return std::string(facts.output);
  if (name == "remote_ip") return std::string(facts.remote_ip);
  return std::nullopt;
}

char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

}  // namespace

std::string render_write_out(std::string_view format, const TransferFacts& facts) {
  std::string text;
  while (!format.empty()) {
    if (format.starts_with("%%")) {
      text.push_back('%');
      format.remove_prefix(2);
    } else if (const auto close = format.find('}');
               format.starts_with("%{") && close != std::string_view::npos) {
      const auto value = value_of(format.substr(2, close - 2), facts);
      text += value ? *value : std::string(format.substr(0, close + 1));
      format.remove_prefix(close + 1);
    } else if (format[0] == '\\' && format.size() > 1) {
      text.push_back(escaped(format[1]));
      format.remove_prefix(2);
    } else {
      text.push_back(format[0]);
      format.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace usquic::tools::get
