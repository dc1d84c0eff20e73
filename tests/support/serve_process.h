// `usquic serve`, or another program that serves, in a process of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace usquic::test {

class ServeProcess {
 public:
  // What the process may have; 0 = what this one may.
  struct Limits {
    std::uint64_t address_space_bytes = 0;
    std::uint64_t soft_descriptors = 0;
    std::uint64_t hard_descriptors = 0;
  };

  // tool: the path of the command. words: what follows "serve --quiet --host 127.0.0.1".
  ServeProcess(const std::string& tool, const std::vector<std::string>& words, const Limits& limits);
  ServeProcess(const std::string& tool, const std::vector<std::string>& words);
  // Any command whose first line of output ends with its port, or with its URL.
  explicit ServeProcess(std::vector<std::string> command, const Limits& limits);
  ~ServeProcess();
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  // Its port, once it has said that it listens; 0 before. Does not wait.
  int port();
  pid_t pid() const { return pid_; }
  bool is_running() const;
  // Asks it to end, and waits: returns what waitpid says, or -1 when it had to be killed after `seconds`.
  int stop(int seconds);
  void kill_now();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string said_;
};

}  // namespace usquic::test
