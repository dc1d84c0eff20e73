// A process that forks while it has a loop.
#include <sys/wait.h>
#include <unistd.h>

#include "loop_fixture.h"

namespace {

int runs_of(us_timer_t* timer) {
  return *static_cast<int*>(us_timer_ext(timer));
}

us_timer_t* counting_timer(us_loop_t* loop) {
  us_timer_t* timer = us_create_timer(loop, 0, sizeof(int));
  us_timer_set(
      timer, [](us_timer_t* fired) { ++*static_cast<int*>(us_timer_ext(fired)); }, 1, 0);
  return timer;
}

// 0 when a loop that is made here runs as it should.
int run_own_loop() {
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  if (loop == nullptr) return 1;
  us_timer_t* timer = counting_timer(loop);
  us_loop_run(loop);
  const int status = runs_of(timer) == 1 ? 0 : 2;
  us_loop_free(loop);
  return status;
}

TEST(LoopFork, AChildMakesLoopsOfItsOwnAndLeavesTheParentsAlone) {
  bool is_woken = false;
  us_loop_t* loop = us_create_loop(
      nullptr, [](us_loop_t* l) { **static_cast<bool**>(us_loop_ext(l)) = true; }, nullptr, nullptr,
      sizeof(bool*));
  *static_cast<bool**>(us_loop_ext(loop)) = &is_woken;
  us_timer_t* timer = counting_timer(loop);
  ASSERT_GE(us_loop_fd(loop), 0);
  const pid_t child = fork();
  if (child == 0) _exit(run_own_loop());
  ASSERT_GT(child, 0);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  // Everything that the parent's loop waits for is still there.
  us_wakeup_loop(loop);
  us_loop_run(loop);
  EXPECT_EQ(runs_of(timer), 1);
  EXPECT_TRUE(is_woken);
  us_loop_free(loop);
}

}  // namespace
