#include "http3/session_stream.h"

#include <algorithm>

namespace usquic::http3 {

std::size_t StreamHeads::find(std::int64_t id) const {
  const auto found = std::ranges::find(heads_, id, &Head::stream_id);
  return static_cast<std::size_t>(found - heads_.begin());
}

StreamHeads::Kind StreamHeads::classify(Head& head) {
  Bytes bytes = head.view();
  std::uint64_t type = 0;
  if (!take_varint(bytes, type)) return Kind::unknown;
  if (type != bidirectional_session_stream) return Kind::request;
  return take_varint(bytes, head.session_id) ? Kind::session : Kind::unknown;
}

StreamHeads::Kind StreamHeads::read(std::int64_t id, Bytes& data, Head& head) {
  const std::size_t place = find(id);
  const bool was_held = place < heads_.size();
  head = was_held ? heads_[place] : Head{.stream_id = id, .bytes = {}, .size = 0, .session_id = 0};
  Kind kind = Kind::unknown;
  while (kind == Kind::unknown && !data.empty()) {
    head.bytes[head.size++] = data.front();
    data = data.subspan(1);
    kind = classify(head);
  }
  if (kind != Kind::unknown) {
    forget(id);
  } else if (was_held) {
    heads_[place] = head;
  } else {
    heads_.push_back(head);
  }
  return kind;
}

void StreamHeads::forget(std::int64_t id) {
  std::erase_if(heads_, [id](const Head& head) { return head.stream_id == id; });
}

}  // namespace usquic::http3
