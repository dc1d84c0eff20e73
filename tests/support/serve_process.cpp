#include "support/serve_process.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace usquic::test {
namespace {

void apply(const ServeProcess::Limits& limits) {
  if (limits.address_space_bytes != 0) {
    const rlimit limit = {limits.address_space_bytes, limits.address_space_bytes};
    setrlimit(RLIMIT_AS, &limit);
  }
  rlimit descriptors = {};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  if (limits.hard_descriptors != 0) descriptors.rlim_max = limits.hard_descriptors;
  if (limits.soft_descriptors != 0) descriptors.rlim_cur = limits.soft_descriptors;
  setrlimit(RLIMIT_NOFILE, &descriptors);
}

std::vector<std::string> serve_command(const std::string& tool, const std::vector<std::string>& words) {
  std::vector<std::string> command = {tool, "serve", "--quiet", "--host", "127.0.0.1"};
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

}  // namespace

ServeProcess::ServeProcess(const std::string& tool, const std::vector<std::string>& words)
    : ServeProcess(tool, words, Limits()) {}

ServeProcess::ServeProcess(const std::string& tool, const std::vector<std::string>& words,
                           const Limits& limits)
    : ServeProcess(serve_command(tool, words), limits) {}

ServeProcess::ServeProcess(std::vector<std::string> command, const Limits& limits) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    apply(limits);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
}

ServeProcess::~ServeProcess() {
  kill_now();
  close(output_);
}

bool ServeProcess::is_running() const {
  siginfo_t ended = {};
  return pid_ > 0 && waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

void ServeProcess::kill_now() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(std::exchange(pid_, -1), nullptr, 0);
}

int ServeProcess::stop(int seconds) {
  if (pid_ < 0) return -1;
  kill(pid_, SIGTERM);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (is_running() && std::chrono::steady_clock::now() < end) poll(nullptr, 0, 5);
  if (is_running()) {
    kill_now();
    return -1;
  }
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

int ServeProcess::port() {
  pollfd readable{output_, POLLIN, 0};
  char byte = 0;
  while (!said_.ends_with('\n') && poll(&readable, 1, 0) > 0 && read(output_, &byte, 1) == 1) said_ += byte;
  return said_.ends_with('\n') ? std::atoi(said_.c_str() + said_.rfind(':') + 1) : 0;
}

}  // namespace usquic::test
