#include "delivery/static_answer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include "delivery/prepared_answer.h"
#include "files/conditional.h"

namespace usquic::delivery {
namespace {

constexpr int ok = 200;
constexpr int not_modified = 304;

// RFC 9110 section 15.4.5: what a 304 tells of the answer that it stands for.
bool is_told_again(const files::Field& field) {
  constexpr std::array<std::string_view, 6> names = {"cache-control", "content-location", "date",
                                                     "etag",          "expires",          "vary"};
  return std::find(names.begin(), names.end(), field.name) != names.end();
}

// RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5.
bool has_no_content(int status) {
  return status == 204 || status == 205 || status == not_modified;
}

}  // namespace

StaticAnswer::StaticAnswer(int status, std::vector<files::Field> fields, std::string body) {
  for (const files::Field& field : fields) {
    if (field.name == "etag" && status == ok) entity_tag_ = field.value;
  }
  not_modified_.answer.status = not_modified;
  std::copy_if(fields.begin(), fields.end(), std::back_inserter(not_modified_.answer.fields), is_told_again);
  whole_.answer.status = status;
  whole_.answer.fields = std::move(fields);
  if (has_no_content(status) || body.empty()) return;
  files::BodyPart part;
  part.length = body.size();
  part.memory = std::make_shared<const std::string>(std::move(body));
  whole_.answer.body.push_back(std::move(part));
}

bool StaticAnswer::is_valid() const {
  files::Response head;
  head.status = whole_.answer.status;
  head.fields = whole_.answer.fields;
  return prepare_answer(head, 0).valid();
}

bool StaticAnswer::is_known_to(const Request& request) const {
  if (entity_tag_.empty()) return false;
  const std::string_view method = request.getMethod();
  if (method != "GET" && method != "HEAD") return false;
  const std::string_view known = request.getHeader("if-none-match");
  if (known.empty()) return false;
  files::Conditions conditions;
  conditions.if_none_match = known;
  return files::evaluate_conditions(conditions, {.entity_tag = entity_tag_}) == files::Verdict::NotModified;
}

const PreparedResponse* StaticAnswer::prepared(bool is_known, std::int64_t unix_seconds) {
  Version& version = is_known ? not_modified_ : whole_;
  if (version.answer.body_length() > max_prepared_bytes) return nullptr;
  if (!version.prepared || version.unix_seconds != unix_seconds) {
    version.prepared = prepare_answer(version.answer, unix_seconds);
    version.unix_seconds = unix_seconds;
  }
  return version.prepared->valid() ? &*version.prepared : nullptr;
}

files::Response StaticAnswer::make(bool is_known, std::string_view method) const {
  files::Response answer = is_known ? not_modified_.answer : whole_.answer;
  if (!has_no_content(answer.status)) {
    answer.fields.push_back({"content-length", std::to_string(answer.body_length())});
  }
  if (method == "HEAD") answer.body.clear();
  return answer;
}

}  // namespace usquic::delivery
