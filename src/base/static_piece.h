// Bytes that the application keeps until they are sent, which a stream sends without having copied them at once.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace usquic {

class StaticPiece {
 public:
  StaticPiece() = default;
  ~StaticPiece() { drop(); }
  StaticPiece(const StaticPiece&) = delete;
  StaticPiece& operator=(const StaticPiece&) = delete;

  bool is_empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  // Only when it is empty. release(user) runs once they are sent, or dropped.
  void hold(std::string_view bytes, void (*release)(void* user), void* user) {
    bytes_ = bytes;
    release_ = release;
    user_ = user;
  }
  std::string_view front(std::size_t most) const { return bytes_.substr(0, most); }
  // What was taken off must not be released before the caller is done with front(): it is at the end of the piece.
  void remove_front(std::size_t count) {
    bytes_.remove_prefix(count);
    if (bytes_.empty()) drop();
  }
  void drop() {
    bytes_ = {};
    if (auto release = std::exchange(release_, nullptr)) release(user_);
  }

 private:
  std::string_view bytes_;
  void (*release_)(void* user) = nullptr;
  void* user_ = nullptr;
};

}  // namespace usquic
