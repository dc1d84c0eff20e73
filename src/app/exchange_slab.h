// Where exchanges live. Memory is kept until the server goes, and the one that was given back last is used
// again last: a pointer that outlived its response shows an unused exchange, not someone else's.
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
  std::size_t in_use() const { return all_.size() - free_count_; }

 private:
  // So many lie unused before one is used again.
  static constexpr std::size_t quarantine = 64;

  ExchangeContext& context_;
  std::vector<std::unique_ptr<Exchange>> all_;
  List<Exchange> free_;
  std::size_t free_count_ = 0;
};

}  // namespace usquic::app
