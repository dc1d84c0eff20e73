#include "load/target.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace usquic::tools::load {

Target::Target(get::Url url, get::RequestHead head, const std::string& body)
    : url_(std::move(url)), head_(std::move(head)), body_(body) {
  add_field(":method", head_.method);
  add_field(":scheme", "https");
  add_field(":authority", url_.authority);
  add_field(":path", url_.target);
  for (const Field& field : head_.fields) add_field(field.name, field.value);
}

void Target::add_field(std::string_view name, std::string_view value) {
  fields_.push_back({name.data(), name.size(), value.data(), value.size(), US_QUIC_HEADER_STATIC});
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
