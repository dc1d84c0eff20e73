#include "serve/answer_cache.h"

#include <algorithm>
#include <vector>

#include "http/date.h"

namespace usquic::tools::serve {
namespace {

bool is_plain(const files::Request& request) {
  const files::Conditions& conditions = request.conditions;
  return request.method == "GET" && !request.range && !conditions.if_match &&
         !conditions.if_unmodified_since && !conditions.if_none_match && !conditions.if_modified_since;
}

bool is_small(const files::Response& answer) {
  return answer.body.empty() || (answer.body.size() == 1 && answer.body[0].memory &&
                                 answer.body[0].length <= AnswerCache::max_body_bytes);
}

PreparedResponse prepare(const files::Response& answer, std::int64_t unix_seconds) {
  std::vector<FieldView> fields;
  fields.reserve(answer.fields.size() + 1);
  for (const files::Field& field : answer.fields) fields.emplace_back(field.name, field.value);
  const std::string date = http::format_http_date(unix_seconds);
  const bool has_date = std::any_of(answer.fields.begin(), answer.fields.end(),
                                    [](const files::Field& field) { return field.name == "date"; });
  if (!has_date) fields.emplace_back("date", date);
  std::string_view body;
  if (!answer.body.empty()) {
    body = std::string_view(*answer.body[0].memory).substr(answer.body[0].offset, answer.body[0].length);
  }
  return {std::to_string(answer.status), fields, body};
}

}  // namespace

const PreparedResponse* AnswerCache::find(const files::Request& request, const Now& now) {
  forget_other_seconds(now.unix_seconds);
  if (answers_.empty() || !make_key(request)) return nullptr;
  const auto found = answers_.find(key_);
  if (found == answers_.end() || !found->second.prepared) return nullptr;
  if (found->second.fresh_until_ms <= now.monotonic_ms) {
    answers_.erase(found);
    return nullptr;
  }
  return &*found->second.prepared;
}

void AnswerCache::learn(const files::Request& request, const files::Response& answer, const Now& now) {
  forget_other_seconds(now.unix_seconds);
  if (answer.fresh_until_ms <= now.monotonic_ms || !is_small(answer) || !make_key(request)) return;
  const auto known = answers_.find(key_);
  if (known == answers_.end()) {
    if (answers_.size() < max_answers) answers_.try_emplace(key_);
    return;
  }
  PreparedResponse prepared = prepare(answer, now.unix_seconds);
  if (!prepared.valid()) return;
  known->second.prepared = std::move(prepared);
  known->second.fresh_until_ms = answer.fresh_until_ms;
}

// The path, and what else chooses the answer: the codings that the client takes.
bool AnswerCache::make_key(const files::Request& request) {
  if (!is_plain(request)) return false;
  const std::string_view codings = request.accept_encoding.value_or("");
  if (request.path.size() + codings.size() > max_key_bytes) return false;
  key_.assign(request.path);
  if (request.accept_encoding) key_.append(1, '\n').append(codings);
  return true;
}

void AnswerCache::forget_other_seconds(std::int64_t unix_seconds) {
  if (unix_seconds == unix_seconds_) return;
  unix_seconds_ = unix_seconds;
  answers_.clear();
}

}  // namespace usquic::tools::serve
