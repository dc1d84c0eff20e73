#include "answer_batch.h"

#include <algorithm>

namespace usquic::node {

void AnswerBatch::add(Answer answer) {
  answer.fields = keep(answer.fields);
  if (answer.body) answer.body = keep(*answer.body);
  answers_.push_back(answer);
}

std::string_view AnswerBatch::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  auto* kept = static_cast<char*>(memory_.allocate(bytes.size(), alignof(char)));
  std::ranges::copy(bytes, kept);
  return {kept, bytes.size()};
}

}  // namespace usquic::node
