// The body of a response on its way to the stream: what the stream does not take at once waits here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/exchange_stream.h"

namespace usquic::app {

class OutgoingBody {
 public:
  void clear();
  // Forgets what waits, and gives large memory back.
  void drop_waiting();

  // Body bytes accepted so far, those of bodies that are not sent included.
  std::uint64_t written() const { return written_; }
  bool is_drained() const { return waiting_.empty(); }
  // Bytes that wait for the stream.
  std::size_t waiting() const { return waiting_.size() - sent_; }

  // Accepts all of `data`. Returns: the bytes that did not have to wait, or the stream's error.
  std::ptrdiff_t write(ExchangeStream& stream, std::string_view data);
  // Counts bytes that go another way, or nowhere.
  void count(std::size_t bytes) { written_ += bytes; }
  // Gives the stream what waits, as far as it takes it.
  Result<void> pump(ExchangeStream& stream);

 private:
  std::uint64_t written_ = 0;
  std::string waiting_;
  std::size_t sent_ = 0;  // of `waiting_`
};

}  // namespace usquic::app
