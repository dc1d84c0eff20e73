// Answers to plain requests for small files, as they were sent before: checked, with their date,
// not copied again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "files/http_message.h"
#include "usquic/http/response.h"

namespace usquic::delivery {

class AnswerCache {
 public:
  struct Now {
    std::int64_t unix_seconds = 0;
    std::int64_t monotonic_ms = 0;
  };

  // The answer that the same request got before; null when there is none that is still right. Valid until
  // the next call.
  const PreparedResponse* find(const files::Request& request, const Now& now);

  // Learn what the request was answered with. Kept from the second time on, as most files are asked for once.
  void learn(const files::Request& request, const files::Response& answer, const Now& now);

  std::size_t size() const { return answers_.size(); }

  static constexpr std::size_t max_answers = 1024;
  static constexpr std::size_t max_key_bytes = 512;

 private:
  struct Answer {
    std::optional<PreparedResponse> prepared;  // empty: asked for once
    std::int64_t fresh_until_ms = 0;
  };

  bool make_key(const files::Request& request);
  void forget_other_seconds(std::int64_t unix_seconds);

  std::unordered_map<std::string, Answer> answers_;  // of one second: they tell their date
  std::int64_t unix_seconds_ = 0;
  std::string key_;  // of the request that is looked at
};

}  // namespace usquic::delivery
