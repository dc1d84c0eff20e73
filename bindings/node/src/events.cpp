#include "events.h"

#include <memory>

namespace usquic::node {
namespace {

// A Buffer; larger ones take the memory over instead of copying it.
napi_value buffer_of(napi_env env, std::string& data) {
  constexpr std::size_t worth_handing_over = 4096;
  napi_value buffer = nullptr;
  if (data.size() < worth_handing_over) {
    check(env, napi_create_buffer_copy(env, data.size(), data.data(), nullptr, &buffer));
    return buffer;
  }
  auto owned = std::make_unique<std::string>(std::move(data));
  const napi_finalize finalize = [](napi_env, void*, void* hint) { delete static_cast<std::string*>(hint); };
  check(env, napi_create_external_buffer(env, owned->size(), owned->data(), finalize, owned.get(), &buffer));
  static_cast<void>(owned.release());  // the finalizer's now
  return buffer;
}

}  // namespace

napi_value Event::to_js(napi_env env) {
  napi_value array = nullptr;
  check(env, napi_create_array_with_length(env, items_.size() + 1, &array));
  check(env, napi_set_element(env, array, 0, node::to_js(env, std::string_view(name_))));
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const napi_value value = std::visit(
        [env](auto& item) {
          if constexpr (std::is_same_v<std::decay_t<decltype(item)>, Bytes>) {
            return buffer_of(env, item.data);
          } else if constexpr (std::is_same_v<std::decay_t<decltype(item)>, std::string>) {
            return node::to_js(env, std::string_view(item));
          } else {
            return node::to_js(env, item);
          }
        },
        items_[i]);
    check(env, napi_set_element(env, array, static_cast<std::uint32_t>(i + 1), value));
  }
  return array;
}

}  // namespace usquic::node
