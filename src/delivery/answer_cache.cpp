#include "delivery/answer_cache.h"

#include "delivery/prepared_answer.h"

namespace usquic::delivery {
namespace {

bool is_plain(const files::Request& request) {
  const files::Conditions& conditions = request.conditions;
  return request.method == "GET" && !request.range && !conditions.if_match &&
         !conditions.if_unmodified_since && !conditions.if_none_match && !conditions.if_modified_since;
}

bool is_small(const files::Response& answer) {
  return answer.body.empty() ||
         (answer.body.size() == 1 && answer.body[0].memory && answer.body[0].length <= max_prepared_bytes);
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
  PreparedResponse prepared = prepare_answer(answer, now.unix_seconds);
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

}  // namespace usquic::delivery
