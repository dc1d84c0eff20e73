// Answers on their way to the QUIC thread: those of one turn share their memory, which one thread takes and the other
// frees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

namespace usquic::node {

// The head of a response, and its body where that is there already.
struct Answer {
  std::uint32_t request = 0;
  int status = 200;
  std::string_view fields;  // a line for each name and each value
  std::optional<std::string_view> body;
  bool is_end = false;
};

class AnswerBatch {
 public:
  // Copies what the answer's views are of.
  void add(Answer answer);
  const std::vector<Answer>& answers() const { return answers_; }

 private:
  static constexpr std::size_t first_bytes = 4096;

  std::string_view keep(std::string_view bytes);

  std::pmr::monotonic_buffer_resource memory_{first_bytes};
  std::vector<Answer> answers_;
};

}  // namespace usquic::node
