#include "worker_servers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "pattern_app.h"

namespace usquic::test {
namespace {

int unused_port() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::runtime_error("no port");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  close(fd);
  return ntohs(address.sin_port);
}

class ThreadServers final : public WorkerServers {
 public:
  ThreadServers(const DevelopmentCertificate& identity, unsigned count, int steering)
      : identity_(identity), workers_(count) {
    options_.count = count;
    options_.steering = steering;
    thread_ =
        std::thread([this] { error_ = runWorkers(options_, [this](Worker& worker) { set_up(worker); }); });
    for (Entry& each : workers_) each.is_listening.get_future().wait();
  }
  ~ThreadServers() override {
    if (thread_.joinable()) stop();
  }

  int port() const override { return port_; }

  WorkerFigures stop() override {
    for (Entry& each : workers_) {
      if (each.loop != nullptr) each.loop->defer([&each] { each.app->closeNow(); });
    }
    thread_.join();
    if (error_ != US_QUIC_OK) throw std::runtime_error(us_quic_strerror(error_));
    return figures_;
  }

 private:
  struct Entry {
    std::promise<void> is_listening;
    std::shared_ptr<Loop> loop;
    std::optional<App> app;
  };

  void set_up(Worker& worker) {
    Entry& own = workers_[worker.index()];
    AppOptions options;
    options.cert = identity_.cert;
    options.key = identity_.key;
    own.app.emplace(worker, options);
    own.loop = worker.loop();
    add_routes(*own.app);
    // One asks for any port; the others for the same one.
    own.app->listen("127.0.0.1", 0, [&](ListenSocket* socket) {
      if (socket == nullptr) return;
      const std::lock_guard lock(mutex_);
      port_ = socket->port();
    });
    own.is_listening.set_value();
    own.app->run();
    own.app.reset();
    own.loop.reset();
    us_quic_group_stats_t stats;
    us_quic_group_stats(worker.group(), &stats);
    const std::lock_guard lock(mutex_);
    figures_ = {stats.datagrams_handed_over, stats.datagrams_taken_over,
                stats.hand_over_drops,       stats.contexts.datagrams_received,
                stats.is_steered != 0,       stats.contexts.connections_accepted,
                stats.datagrams_passed_on};
  }

  const DevelopmentCertificate identity_;
  WorkersOptions options_;
  std::vector<Entry> workers_;
  std::mutex mutex_;
  int port_ = 0;
  int error_ = 0;
  WorkerFigures figures_;  // of the last one to end
  std::thread thread_;
};

class ProcessServers final : public WorkerServers {
 public:
  ProcessServers(const DevelopmentCertificate& identity, unsigned count, int steering)
      : port_(unused_port()) {
    directory_.write("cert.pem", identity.cert);
    directory_.write("key.pem", identity.key);
    for (unsigned i = 0; i < count; ++i) start(i, count, steering);
  }
  ~ProcessServers() override {
    for (const Process& each : processes_) kill(each.pid, SIGKILL);
    for (const Process& each : processes_) waitpid(each.pid, nullptr, 0);
  }

  int port() const override { return port_; }

  WorkerFigures stop() override {
    WorkerFigures sums;
    for (const Process& each : processes_) close(each.input);
    for (const Process& each : processes_) {
      std::istringstream line(read_line(each.output));
      WorkerFigures own;
      line >> own.handed_over >> own.taken_over >> own.dropped >> own.received >> own.is_steered;
      sums.handed_over += own.handed_over;
      sums.taken_over += own.taken_over;
      sums.dropped += own.dropped;
      sums.received += own.received;
      sums.is_steered = sums.is_steered || own.is_steered;
      close(each.output);
      int status = -1;
      waitpid(each.pid, &status, 0);
      if (status != 0 || !line) throw std::runtime_error("a worker did not end well");
    }
    processes_.clear();
    return sums;
  }

 private:
  struct Process {
    pid_t pid;
    int input;
    int output;
  };

  void start(unsigned index, unsigned count, int steering) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (pipe2(to.data(), O_CLOEXEC) != 0 || pipe2(from.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    const std::string words[] = {std::to_string(port_),        std::to_string(index),
                                 std::to_string(count),        directory_.path().string(),
                                 std::to_string(steering),     directory_.path() / "cert.pem",
                                 directory_.path() / "key.pem"};
    const pid_t pid = fork();
    if (pid == 0) {
      dup2(to[0], STDIN_FILENO);
      dup2(from[1], STDOUT_FILENO);
      execl(USQUIC_WORKER_PROCESS, USQUIC_WORKER_PROCESS, words[0].c_str(), words[1].c_str(),
            words[2].c_str(), words[3].c_str(), words[4].c_str(), words[5].c_str(), words[6].c_str(),
            nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    processes_.push_back({pid, to[1], from[0]});
    if (read_line(from[0]) != "listening") throw std::runtime_error("a worker does not listen");
  }

  static std::string read_line(int fd) {
    std::string line;
    char c = 0;
    while (read(fd, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }

  const int port_;
  TemporaryDirectory directory_;
  std::vector<Process> processes_;
};

}  // namespace

std::unique_ptr<WorkerServers> start_threads(const DevelopmentCertificate& identity, unsigned count,
                                             int steering) {
  return std::make_unique<ThreadServers>(identity, count, steering);
}

std::unique_ptr<WorkerServers> start_processes(const DevelopmentCertificate& identity, unsigned count,
                                               int steering) {
  return std::make_unique<ProcessServers>(identity, count, steering);
}

}  // namespace usquic::test
