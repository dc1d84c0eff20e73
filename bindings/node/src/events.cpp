#include "events.h"

#include <utility>
#include <variant>

namespace usquic::node {

void Event::add_to(EventBatch& batch) && {
  batch.begin(name_, id_);
  for (Item& item : items_) add_item(batch, std::move(item));
  batch.end();
}

void Event::add_item(EventBatch& batch, Item item) {
  std::visit([&batch](auto& value) { batch.add(std::move(value)); }, item);
}

}  // namespace usquic::node
