// Options with a value other than the default in every NUMBER of engine/option_list.h.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <type_traits>

#include "base/time.h"
#include "engine/option_list.h"
#include "usquic/quic.h"

namespace usquic::test {

// Of the options in their order each is changed by another amount, where its bounds leave room for that.
inline us_quic_socket_context_options_t changed_options() {
  using namespace option_bounds;
  us_quic_socket_context_options_t o = US_QUIC_OPTIONS_INIT;
  unsigned amount = 0;
  const auto change = [&amount]<class Number>(Number& field, Number smallest, Number largest) {
    ++amount;
    const Number room = static_cast<Number>(largest - field);
    if (static_cast<std::uint64_t>(room) >= amount) {
      field = static_cast<Number>(field + static_cast<Number>(amount));
    } else {
      field = static_cast<Number>(field < largest ? field + 1 : smallest);
    }
  };
#define USQUIC_CHANGE(name, type, value, smallest, largest, ...) \
  change.operator()<type>(o.name, smallest, largest);
#define USQUIC_PASS_OVER(...)
  USQUIC_OPTIONS(USQUIC_CHANGE, USQUIC_PASS_OVER, USQUIC_PASS_OVER)
#undef USQUIC_CHANGE
#undef USQUIC_PASS_OVER
  o.max_udp_payload += option_bounds::min_udp_payload;         // 0, or from there
  o.worker_count = static_cast<unsigned>(o.worker_index) + 1;  // the index is below it
  return o;
}

// The value of a member of quic::ContextConfig as the option's number.
inline long long option_number(Duration value) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(value).count();
}
inline long long option_number(std::optional<std::uint8_t> value) {
  return value ? *value : -1;
}
template <class Value>
requires std::integral<Value> || std::is_enum_v<Value>
long long option_number(Value value) {
  return static_cast<long long>(value);
}
// What option_number() says of a member of that type that got `value`.
template <class Member, class Number>
long long number_in(const Member&, Number value) {
  return std::is_same_v<Member, bool> ? (value != 0 ? 1 : 0) : static_cast<long long>(value);
}

}  // namespace usquic::test
