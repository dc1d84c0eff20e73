// A loop in its steady state allocates nothing. This file counts what operator new is asked for in this
// program; sanitizers bring an operator new of their own, which must stay theirs.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <cstdlib>
#include <new>

#include "loop_fixture.h"

namespace {

thread_local long long allocation_count = 0;

void* counted(std::size_t size) {
  ++allocation_count;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using LoopAllocation = LoopTest;

TEST_F(LoopAllocation, IterationsWithTimersPollsPostsAndDeferredFreesNeedNoMemory) {
  us_timer_t* timer = us_create_timer(loop_, 0, 0);
  static constexpr auto again = [](us_timer_t* t) {
    us_timer_set(
        t, [](us_timer_t*) {}, 1, 1);
  };
  EventFd fd;
  fd.signal();
  const auto box = usquic::loop::mailbox(loop_);
  FunctionPoll poll([&](unsigned) {
    us_timer_set(timer, again, 0, 1);
    usquic::loop::defer_free(loop_, [] {});
    usquic::loop::post(*box, [] {});
  });
  ASSERT_EQ(poll.start(loop_, fd.get(), usquic::loop::Poll::readable, false).error(), 0);
  ASSERT_GE(us_loop_fd(loop_), 0);
  for (int i = 0; i < 10; ++i) us_loop_tick(loop_);
  const long long before = allocation_count;
  for (int i = 0; i < 1000; ++i) us_loop_tick(loop_);
  EXPECT_EQ(allocation_count, before);
}

}  // namespace

#endif
