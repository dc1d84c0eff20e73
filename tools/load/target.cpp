#include "load/target.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace usquic::tools::load {

Target::Target(get::Url url, std::vector<std::string> more_paths, get::RequestHead head,
               const std::string& body)
    : url_(std::move(url)), more_paths_(std::move(more_paths)), head_(std::move(head)), body_(body) {
  add_section(url_.target);
  for (const std::string& path : more_paths_) add_section(path);
}

void Target::add_section(std::string_view path) {
  std::vector<us_quic_header_t>& section = sections_.emplace_back();
  const auto add = [&section](std::string_view name, std::string_view value) {
    section.push_back({name.data(), name.size(), value.data(), value.size(), US_QUIC_HEADER_STATIC});
  };
  add(":method", head_.method);
  add(":scheme", "https");
  add(":authority", url_.authority);
  add(":path", path);
  for (const Field& field : head_.fields) add(field.name, field.value);
}

std::string Target::url_text(std::size_t path) const {
  get::Url url = url_;
  if (path > 0) url.target = more_paths_[path - 1];
  return url.text();
}

std::variant<std::string, Failure> load_body(const get::BodyPlan& plan) {
  if (plan.source == get::BodyPlan::Source::None || plan.source == get::BodyPlan::Source::Memory) {
    return plan.memory;
  }
  std::ifstream stream(plan.file == "-" ? "/dev/stdin" : plan.file, std::ios::binary);
  std::string text;
  if (stream) text.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  if (!stream || stream.bad()) {
    return Failure{ExitCode::Read, fmt::format("{}: {}", plan.file, std::strerror(errno))};
  }
  return plan.strips_line_ends ? get::strip_line_ends(text) : text;
}

}  // namespace usquic::tools::load
