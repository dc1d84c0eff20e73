// Whose turn it is to send, among the streams of a connection that have something to send (RFC 9218 section 10).
//
// The more urgent go first. Of the same urgency, those that are of use only when complete go one after the other,
// by their ID; then those that are incremental, in turns.
#pragma once

#include <cstdint>

#include "base/list.h"

namespace usquic::transport {

// What a stream says of itself; it must not change while the stream is in a schedule.
struct SendRank {
  std::uint8_t urgency = 3;
  bool incremental = false;
  std::int64_t id = 0;
};

// Owns nothing. T has the hook of Tag, and send_rank(). Finding a stream's place takes time in proportion to the
// streams that go after it: none, where all are alike and IDs grow.
template <class T, class Tag>
class SendSchedule {
 public:
  bool empty() const { return list_.empty(); }
  T* front() { return list_.front(); }
  T* next(T& stream) { return list_.next(&stream); }

  void add(T& stream) {
    T* after = list_.back();
    while (after != nullptr && goes_before(stream.send_rank(), after->send_rank()))
      after = list_.previous(after);
    list_.insert_after(after, &stream);
  }

  static void remove(T& stream) { stream.ListHook<Tag>::unlink(); }
  static bool holds(const T& stream) { return stream.ListHook<Tag>::is_linked(); }

  // The stream had its turn, and has more to send.
  void turn_over(T& stream) {
    if (!stream.send_rank().incremental) return;
    remove(stream);
    add(stream);
  }

 private:
  static bool goes_before(const SendRank& a, const SendRank& b) {
    if (a.urgency != b.urgency) return a.urgency < b.urgency;
    if (a.incremental != b.incremental) return b.incremental;
    return !a.incremental && a.id < b.id;
  }

  List<T, Tag> list_;
};

}  // namespace usquic::transport
