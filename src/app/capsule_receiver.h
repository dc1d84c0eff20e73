// What comes on the stream of a CONNECT that speaks the Capsule Protocol (RFC 9297 section 3), and the HTTP datagrams
// beside it: to the handlers of the application.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/exchange_stream.h"
#include "http/capsule.h"
#include "usquic/http/function.h"

namespace usquic::app {

class CapsuleReceiver final : private http::CapsuleReader::Delegate {
 public:
  explicit CapsuleReceiver(std::size_t max_value_bytes) : reader_(max_value_bytes, *this) {}
  CapsuleReceiver(const CapsuleReceiver&) = delete;
  CapsuleReceiver& operator=(const CapsuleReceiver&) = delete;

  // Until drop_handlers().
  bool is_open() const { return is_open_; }

  // ---- What comes. Each runs handlers, which may drop them, and returns why the stream must end, or none. ----
  // Bytes of the stream. Throws std::bad_alloc.
  StreamError take_data(std::string_view data);
  StreamError take_end();
  // A datagram in a frame of its own.
  StreamError take_datagram(std::string_view data);

  // Also inside of a handler.
  void drop_handlers();

  Function<void(std::string_view data)> on_datagram;
  Function<void(std::uint64_t type, std::string_view value)> on_capsule;
  Function<void()> on_end;

 private:
  bool takes_capsule(std::uint64_t type) override;
  void capsule_received(std::uint64_t type, Bytes value) override;

  bool is_open_ = true;
  bool has_bad_datagram_ = false;
  http::CapsuleReader reader_;
};

}  // namespace usquic::app
