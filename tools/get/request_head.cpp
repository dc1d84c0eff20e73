#include "get/request_head.h"

#include <algorithm>
#include <iterator>

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

std::variant<RequestHead, Failure> build_request_head(const Options& options, const BodyPlan& body) {
  std::vector<Field> defaults = {
      {"user-agent", options.user_agent.empty() ? "usquic/" US_QUIC_VERSION : options.user_agent},
      {"accept", "*/*"}};
  if (body.is_form) defaults.push_back({"content-type", "application/x-www-form-urlencoded"});
  if (body.source != BodyPlan::Source::None && body.length()) {
    defaults.push_back({"content-length", std::to_string(*body.length())});
  }
  if (!options.range.empty()) defaults.push_back({"range", "bytes=" + options.range});
  std::vector<Field> added;
  for (const std::string& line : options.headers) {
    const auto header = parse_header_line(line);
    if (!header) return Failure{ExitCode::Usage, "not a header line: " + line};
    std::erase_if(defaults, [&](const Field& field) { return field.name == header->name; });
    if (!header->removes) added.push_back({std::string(header->name), std::string(header->value)});
  }
  RequestHead head = {choose_method(options, body), std::move(defaults)};
  std::move(added.begin(), added.end(), std::back_inserter(head.fields));
  return head;
}

}  // namespace usquic::tools::get
