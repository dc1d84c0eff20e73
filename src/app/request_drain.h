// Takes and drops what still comes of a request that was answered, for as long as Lingering allows.
#pragma once

#include <cstddef>

#include "app/exchange_stream.h"
#include "app/lingering.h"

namespace usquic::app {

class RequestDrain {
 public:
  RequestDrain() = default;
  ~RequestDrain() { end(); }
  RequestDrain(const RequestDrain&) = delete;
  RequestDrain& operator=(const RequestDrain&) = delete;

  // Stops the stream at once where the limits allow nothing, else when they are reached. The stream lives until end().
  void begin(ExchangeStream& stream, const LingerLimits& limits);
  // More came.
  void take(std::size_t bytes);
  // No more comes.
  void end();

 private:
  void arm();
  void look();
  void stop();

  ExchangeStream* stream_ = nullptr;
  us_timer_t* timer_ = nullptr;  // while it takes
  Lingering lingering_;
};

}  // namespace usquic::app
