#include "get/request_headers.h"

#include <algorithm>

#include "header_line.h"
#include "usquic/version.h"

namespace usquic::tools::get {
namespace {

std::string choose_method(const Options& options, const BodyPlan& body) {
  if (!options.method.empty()) return options.method;
  if (options.is_head) return "HEAD";
  if (!options.upload_file.empty()) return "PUT";
  return body.source == BodyPlan::Source::None ? "GET" : "POST";
}

}  // namespace

std::variant<HeaderList, Failure> build_request_headers(const Options& options, const Url& url,
                                                        const BodyPlan& body) {
  std::string authority = url.authority;
  HeaderList fields = {
      {"user-agent", options.user_agent.empty() ? "usquic/" US_QUIC_VERSION : options.user_agent},
      {"accept", "*/*"}};
  if (body.is_form) fields.emplace_back("content-type", "application/x-www-form-urlencoded");
  if (body.source != BodyPlan::Source::None && body.length()) {
    fields.emplace_back("content-length", std::to_string(*body.length()));
  }
  if (!options.range.empty()) fields.emplace_back("range", "bytes=" + options.range);
  const std::size_t defaults = fields.size();
  HeaderList added;
  for (const std::string& line : options.headers) {
    const auto header = parse_header_line(line);
    if (!header) return Failure{ExitCode::Usage, "not a header line: " + line};
    if (header->name == "host" && !header->removes) {
      authority = header->value;
      continue;
    }
    for (std::size_t i = 0; i < defaults; ++i) {
      if (fields[i].first == header->name) fields[i].first.clear();
    }
    if (!header->removes) added.emplace_back(header->name, header->value);
  }
  HeaderList headers = {{":method", choose_method(options, body)},
                        {":scheme", "https"},
                        {":authority", authority},
                        {":path", url.target}};
  std::copy_if(fields.begin(), fields.end(), std::back_inserter(headers),
               [](const auto& field) { return !field.first.empty(); });
  headers.insert(headers.end(), added.begin(), added.end());
  return headers;
}

}  // namespace usquic::tools::get
