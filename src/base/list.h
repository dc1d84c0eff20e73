// An intrusive doubly linked list. It owns nothing; an element is in at most one list per hook, and takes
// itself out when it is destroyed.
#pragma once

#include "base/check.h"

namespace usquic {

// Base class of a list element. Tag tells apart several lists that one object can be in.
template <class Tag>
class ListHook {
 public:
  ListHook() = default;
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;
  ~ListHook() { unlink(); }

  bool is_linked() const { return next_ != nullptr; }

  void unlink() {
    if (!is_linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class T, class U>
  friend class List;
  ListHook* next_ = nullptr;
  ListHook* previous_ = nullptr;
};

template <class T, class Tag = T>
class List {
 public:
  using Hook = ListHook<Tag>;

  List() { head_.next_ = head_.previous_ = &head_; }
  ~List() {
    while (!empty()) front()->Hook::unlink();
    head_.next_ = head_.previous_ = nullptr;  // so that the head's own destructor unlinks nothing
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return head_.next_ == &head_; }
  // The analyzer does not see that unlink() of an element changes head_, and takes a freed one for the first.
  // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
  T* front() { return empty() ? nullptr : static_cast<T*>(head_.next_); }
  T* back() { return empty() ? nullptr : static_cast<T*>(head_.previous_); }
  // The element after this one, or nullptr at the end.
  T* next(T* element) {
    Hook* hook = static_cast<Hook*>(element)->next_;
    return hook == &head_ ? nullptr : static_cast<T*>(hook);
  }

  // The element before this one, or nullptr at the start.
  T* previous(T* element) {
    Hook* hook = static_cast<Hook*>(element)->previous_;
    return hook == &head_ ? nullptr : static_cast<T*>(hook);
  }

  void push_back(T* element) { insert_before(&head_, element); }
  // nullptr: at the start.
  void insert_after(T* place, T* element) {
    insert_before(place == nullptr ? head_.next_ : static_cast<Hook*>(place)->next_, element);
  }
  void push_front(T* element) { insert_before(head_.next_, element); }

  T* pop_front() {
    T* element = front();
    if (element != nullptr) static_cast<Hook*>(element)->unlink();
    return element;
  }

  // Moves every element of `other` to the end of this list.
  void take_all(List& other) {
    while (T* element = other.pop_front()) push_back(element);
  }

 private:
  static void insert_before(Hook* place, T* element) {
    Hook* hook = element;
    CHECK(!hook->is_linked());
    hook->previous_ = place->previous_;
    hook->next_ = place;
    place->previous_->next_ = hook;  // NOLINT(clang-analyzer-core.NullDereference): as front()
    place->previous_ = hook;
  }

  Hook head_;
};

}  // namespace usquic
