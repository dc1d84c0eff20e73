// A client's requests whose streams wait for an ID. A number below -1 stands for each of them.
#pragma once

#include <cstdint>
#include <vector>

namespace usquic::http3 {

class MessageState;

class ExpectedRequests {
 public:
  // The number. Throws std::bad_alloc.
  std::int64_t add(MessageState& s) {
    messages_.push_back(&s);
    return --latest_;
  }
  // false: it is not among them.
  bool remove(const MessageState& s) { return std::erase(messages_, &s) > 0; }

  template <class Function>
  void for_each(Function function) const {
    for (MessageState* s : messages_) function(*s);
  }

 private:
  std::vector<MessageState*> messages_;
  std::int64_t latest_ = -1;
};

}  // namespace usquic::http3
