#include "app/exchange_slab.h"

namespace usquic::app {

Exchange* ExchangeSlab::take() {
  Exchange* exchange = free_.pop_front();
  if (exchange == nullptr) exchange = all_.emplace_back(std::make_unique<Exchange>(context_)).get();
  ++in_use_;
  return exchange;
}

void ExchangeSlab::give_back(Exchange* exchange) {
  --in_use_;
  quarantined_.push_back(exchange);
  if (quarantined_count_ == quarantine) {
    free_.push_front(quarantined_.pop_front());
  } else {
    ++quarantined_count_;
  }
}

}  // namespace usquic::app
