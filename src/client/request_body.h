// The body of a client's request: given whole, or streamed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "usquic/quic.h"

namespace usquic::client {

class RequestBody {
 public:
  // content_length: what the request's fields promise.
  RequestBody(std::string bytes, bool is_streamed, std::optional<std::uint64_t> content_length);

  // More of a streamed body. Returns: false when it is more than content-length promises.
  bool append(std::string_view chunk);
  // No more follows, and nobody waits for a drain. Returns: false when it is less than content-length promises.
  bool finish();
  bool is_finished() const { return is_finished_; }

  // Gives the stream what it takes, and its end. Returns: whether some bytes were taken.
  bool send(us_quic_stream_t* stream);
  // Everything was given to the stream.
  bool is_sent() const { return is_end_sent_; }
  // Nothing waits for the stream to take it.
  bool is_drained() const { return sent_ == bytes_.size(); }
  std::size_t unsent() const { return bytes_.size() - sent_; }

  // The length, when it is known before the body is sent.
  std::optional<std::uint64_t> known_length() const;
  // A request without body: its header section ends the stream.
  bool is_empty() const { return !is_streamed_ && bytes_.empty(); }

  // All of it can be sent again.
  bool can_replay() const { return !was_dropped_; }
  void rewind();
  // The server wants no more of it.
  void drop();
  // A redirect made of it a request without body.
  void become_empty();

  // The application was asked to wait with more until everything was taken.
  void await_drain() { is_drain_awaited_ = true; }
  // Returns: whether it waits for this still; once.
  bool take_awaited_drain() { return std::exchange(is_drain_awaited_, false); }

 private:
  // Bytes of a streamed body that the stream took are not kept.
  void forget_sent();

  std::string bytes_;
  std::size_t sent_ = 0;
  std::uint64_t total_ = 0;
  std::optional<std::uint64_t> content_length_;
  bool is_streamed_ = false;
  bool is_finished_ = false;
  bool is_end_sent_ = false;
  bool was_dropped_ = false;
  bool is_drain_awaited_ = false;
};

}  // namespace usquic::client
