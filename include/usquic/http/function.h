// A move-only callable: what handlers are stored in. Small callables live inside, larger ones on the heap.
#pragma once

#include <cassert>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace usquic {

template <class Signature>
class Function;

template <class R, class... Args>
class Function<R(Args...)> {
 public:
  // Empty.
  Function() = default;
  Function(std::nullptr_t) {}

  // Takes a lambda or anything else that can be called so, by move or copy.
  // The requirement leaves moving to the move constructor.
  // NOLINTBEGIN(bugprone-forwarding-reference-overload)
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Function> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
      Function(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (fits_inside<Callable>) {
      new (storage_) Callable(std::forward<F>(callable));
    } else {
      new (storage_) Callable*(new Callable(std::forward<F>(callable)));
    }
    table_ = &table_for<Callable>;
  }
  // NOLINTEND(bugprone-forwarding-reference-overload)

  // `other` is empty then.
  Function(Function&& other) noexcept { take(other); }
  Function& operator=(Function&& other) noexcept {
    if (this == &other) return *this;
    reset();
    take(other);
    return *this;
  }
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  ~Function() { reset(); }

  // Whether there is something to call.
  explicit operator bool() const { return table_ != nullptr; }
  // An empty Function must not be called.
  R operator()(Args... args) {
    assert(table_ != nullptr);
    return table_->call(storage_, std::forward<Args>(args)...);
  }

  // Destroys what it holds.
  void reset() {
    if (table_ == nullptr) return;
    const Table* table = std::exchange(table_, nullptr);
    table->destroy(storage_);
  }

 private:
  static constexpr std::size_t inside_bytes = 3 * sizeof(void*);

  template <class F>  // NOLINTNEXTLINE(misc-redundant-expression): sizeof and alignof of different types
  static constexpr bool fits_inside = sizeof(F) <= inside_bytes &&
                                      alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  struct Table {
    R (*call)(void* storage, Args... args);
    void (*move)(void* from, void* to);
    void (*destroy)(void* storage);
  };

  template <class F>
  static F* callable_in(void* storage) {
    if constexpr (fits_inside<F>)
      return static_cast<F*>(storage);
    else
      return *static_cast<F**>(storage);
  }

  template <class F>
  static constexpr Table table_for = {
      [](void* storage, Args... args) -> R {
        return (*callable_in<F>(storage))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) {
        if constexpr (fits_inside<F>) {
          new (to) F(std::move(*callable_in<F>(from)));
          callable_in<F>(from)->~F();
        } else {
          new (to) F*(callable_in<F>(from));
        }
      },
      [](void* storage) {
        if constexpr (fits_inside<F>)
          callable_in<F>(storage)->~F();
        else
          delete callable_in<F>(storage);
      },
  };

  void take(Function& other) {
    if (other.table_ == nullptr) return;
    table_ = std::exchange(other.table_, nullptr);
    table_->move(other.storage_, storage_);
  }

  alignas(void*) unsigned char storage_[inside_bytes];
  const Table* table_ = nullptr;
};

}  // namespace usquic
