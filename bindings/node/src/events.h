// What the QUIC thread tells JavaScript.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "event_batch.h"
#include "usquic/quic.h"
#include "values.h"

namespace usquic::node {

// Calls the handler `name` of what is registered with `id`, with the items as its arguments.
class Event {
 public:
  using Item = std::variant<double, bool, std::string, ByteStrings, Bytes>;
  // A Buffer, or false where there is nothing.
  static Item bytes_or_false(const us_quic_blob_t& blob) {
    if (blob.length == 0) return false;
    return Bytes{std::string(static_cast<const char*>(blob.data), blob.length)};
  }

  static void add_item(EventBatch& batch, Item item);

  template <class... Items>
  explicit Event(const char* name, std::uint32_t id, Items&&... items) : name_(name), id_(id) {
    items_.reserve(sizeof...(items));
    (add(std::forward<Items>(items)), ...);
  }

  void add_to(EventBatch& batch) &&;

 private:
  template <class T>
  void add(T&& item) {
    using Plain = std::decay_t<T>;
    if constexpr (std::is_same_v<Plain, bool>) {
      items_.emplace_back(item);
    } else if constexpr (std::is_arithmetic_v<Plain> || std::is_enum_v<Plain>) {
      items_.emplace_back(static_cast<double>(item));
    } else if constexpr (std::is_convertible_v<Plain, std::string_view> &&
                         !std::is_same_v<Plain, std::string>) {
      items_.emplace_back(std::string(std::string_view(item)));
    } else {
      items_.emplace_back(std::forward<T>(item));
    }
  }

  const char* name_;  // a literal
  std::uint32_t id_;
  std::vector<Item> items_;
};

}  // namespace usquic::node
