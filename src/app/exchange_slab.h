// Where exchanges live. Memory is kept until the server goes. What is given back lies unused for a while: a pointer
// that outlived its response shows an unused exchange, not someone else's. Then the one that has waited least is used
// first, whose memory the processor's caches still hold.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "app/exchange.h"

namespace usquic::app {

class ExchangeSlab {
 public:
  explicit ExchangeSlab(ExchangeContext& context) : context_(context) {}

  Exchange* take();
  void give_back(Exchange* exchange);
  std::size_t in_use() const { return in_use_; }

 private:
  // So many others are given back before one is used again.
  static constexpr std::size_t quarantine = 64;

  ExchangeContext& context_;
  std::vector<std::unique_ptr<Exchange>> all_;
  List<Exchange> quarantined_;
  std::size_t quarantined_count_ = 0;
  List<Exchange> free_;
  std::size_t in_use_ = 0;
};

}  // namespace usquic::app
