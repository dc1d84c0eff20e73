#include "standard_descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace usquic::tools {
namespace {

// What a child process with these descriptors closed exits with.
int in_child_without(const std::vector<int>& closed, int (*check)()) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int fd : closed) close(fd);
    _exit(hold_standard_descriptors() ? check() : 99);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int number_of_the_next_descriptor() {
  return open("/", O_RDONLY | O_DIRECTORY);
}

TEST(StandardDescriptors, AreNotGivenToWhatIsOpenedLater) {
  for (const std::vector<int>& closed : {std::vector<int>{0}, {1}, {2}, {0, 2}, {0, 1, 2}}) {
    EXPECT_GT(in_child_without(closed, number_of_the_next_descriptor), 2);
  }
}

TEST(StandardDescriptors, FailAsClosedOnesDo) {
  EXPECT_EQ(in_child_without({0, 1, 2},
                             [] {
                               char byte = 0;
                               if (read(0, &byte, 1) >= 0 || errno != EBADF) return 1;
                               if (write(1, &byte, 1) >= 0 || errno != EBADF) return 2;
                               if (write(2, &byte, 1) >= 0 || errno != EBADF) return 3;
                               return 0;
                             }),
            0);
}

TEST(StandardDescriptors, StayAsTheyAreWhenTheyAreOpen) {
  EXPECT_EQ(in_child_without({}, [] { return write(1, "", 0) == 0 ? 0 : 1; }), 0);
}

}  // namespace
}  // namespace usquic::tools
