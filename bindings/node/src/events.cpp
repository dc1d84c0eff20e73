#include "events.h"

namespace usquic::node {

void Event::add_to(EventBatch& batch) && {
  batch.begin(name_, id_);
  for (Item& item : items_) {
    std::visit([&batch](auto& value) { batch.add(std::move(value)); }, item);
  }
  batch.end();
}

}  // namespace usquic::node
