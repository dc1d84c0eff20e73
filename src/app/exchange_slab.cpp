#include "app/exchange_slab.h"

namespace usquic::app {

Exchange* ExchangeSlab::take() {
  if (free_count_ > quarantine) {
    --free_count_;
    return free_.pop_front();
  }
  return all_.emplace_back(std::make_unique<Exchange>(context_)).get();
}

void ExchangeSlab::give_back(Exchange* exchange) {
  free_.push_back(exchange);
  ++free_count_;
}

}  // namespace usquic::app
