// The body of a response on its way into DATA frames.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/byte_queue.h"
#include "base/bytes.h"
#include "base/static_piece.h"

namespace usquic::http2 {

class Outgoing {
 public:
  std::size_t size() const { return copied_.size() + piece_.size(); }
  bool is_empty() const { return size() == 0; }
  // Bytes that may be added without a wait. None behind a piece, which nothing may overtake.
  std::size_t room(std::size_t most) const {
    return piece_.is_empty() && copied_.size() < most ? most - copied_.size() : 0;
  }

  // Throws std::bad_alloc.
  void add(std::string_view data) { copied_.append(as_bytes(data)); }
  // Bytes that the application keeps until release(user). Only when there is no piece.
  void hold(std::string_view data, void (*release)(void* user), void* user) {
    piece_.hold(data, release, user);
  }
  bool has_piece() const { return !piece_.is_empty(); }

  // The next bytes, in one piece; remove_front() takes them off.
  Bytes front(std::size_t most) const {
    return copied_.empty() ? as_bytes(piece_.front(most)) : copied_.front(most);
  }
  void remove_front(std::size_t count) {
    if (copied_.empty()) {
      piece_.remove_front(count);
    } else {
      copied_.remove_front(count);
    }
  }
  void drop() {
    copied_.clear();
    piece_.drop();
  }

 private:
  ByteQueue copied_;
  StaticPiece piece_;
};

}  // namespace usquic::http2
