#include "serve/server.h"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "failure.h"
#include "serve/account.h"
#include "serve/added_fields.h"
#include "serve/cpu_affinity.h"
#include "serve/crew.h"
#include "serve/descriptor_limit.h"
#include "serve/loop_server.h"
#include "serve/shared_parts.h"
#include "serve/start_gate.h"
#include "serve/start_text.h"
#include "serve/supervisor.h"
#include "signal_watcher.h"
#include "usquic/http/workers.h"

namespace usquic::tools::serve {
namespace {

// The process: what is done once, and the workers.
class Server {
 public:
  explicit Server(const Options& options) : shared_(options), servers_(options.workers) {}
  ~Server() { supervisor_.reset(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  ExitCode run();

 private:
  std::optional<Failure> prepare();
  std::optional<Failure> prepare_files();
  std::optional<Failure> prepare_texts();
  int run_workers();
  // On each worker's thread; worker: null where there is but one.
  void serve(Worker* worker);
  // In turn: all are there, the first one listens, the others do. Returns whether the worker is to go on.
  bool await_turn(Worker& worker);
  std::optional<Failure> start(LoopServer& server, Worker* worker);
  std::optional<Failure> listen(LoopServer& server, const Worker* worker);
  std::optional<Failure> complete_start(const LoopServer& server);
  std::optional<Failure> give_up_privileges(const LoopServer& server) const;
  void announce(int port);
  // The first one is told.
  void note(const Failure& failure);

  const CpuAffinity cpus_;  // before a worker is kept on one
  SharedParts shared_;
  std::vector<files::DocumentRoot> roots_;  // one for each worker
  std::optional<Account> account_;          // to become
  std::atomic<unsigned> present_ = 0;
  std::atomic<unsigned> listening_ = 0;
  StartGate all_present_;
  StartGate first_listens_;
  StartGate all_listen_;
  int redirect_port_ = 0;
  Crew crew_;
  std::mutex mutex_;
  std::optional<Failure> failure_;
  std::vector<std::unique_ptr<LoopServer>> servers_;  // of the workers; they outlive the workers' loops
  std::optional<Supervisor> supervisor_;
};

ExitCode Server::run() {
  block_watched_signals();
  if (const auto failure = prepare()) {
    note(*failure);
  } else if (const int error = run_workers(); error != US_QUIC_OK) {
    note(describe_error(error));
  }
  supervisor_.reset();
  if (!failure_) return ExitCode::Ok;
  print_failure("serve", failure_->reason);
  return failure_->code;
}

// What is read, before anything can be seen from outside.
std::optional<Failure> Server::prepare() {
  Failure failure;
  const Options& options = shared_.options;
  if (auto failed = prepare_files()) return failed;
  if (options.user && !(account_ = find_account(*options.user, failure))) return failure;
  if (options.secret_file && !(shared_.secret = obtain_secret(*options.secret_file, failure))) return failure;
  if (auto failed = shared_.identity.obtain()) return failed;
  return prepare_texts();
}

std::optional<Failure> Server::prepare_files() {
  const Options& options = shared_.options;
  roots_.resize(options.workers);
  for (files::DocumentRoot& root : roots_) {
    const int error = files::DocumentRoot::open(options.directory, root);
    if (error == 0) continue;
    const char* reason =
        error == ENOSYS ? "files are opened by way of /proc, which is not mounted" : std::strerror(error);
    return Failure{ExitCode::Read, fmt::format("{}: {}", options.directory, reason)};
  }
  files::FileServiceOptions& files = shared_.files;
  auto added = parse_added_fields(options.headers);
  if (const auto* failure = std::get_if<Failure>(&added)) return *failure;
  files.added_fields = std::get<std::vector<files::Field>>(std::move(added));
  files.lists_directories = options.lists_directories;
  files.serves_dotfiles = options.serves_dotfiles;
  files.is_single_page_app = options.is_single_page_app;
  shared_.limits =
      limits_of_worker(options.workers, raise_descriptor_limit(),
                       {.serves = !options.is_http3_only, .redirects = options.redirect_port.has_value()});
  files.contents = std::make_shared<files::SharedContents>(files.cache_bytes);
  files.listings = shared_.limits.listings;
  files.listing_bytes = std::make_shared<files::ListingStore::HeldBytes>(0);
  return std::nullopt;
}

// Only the first worker's app could open what only root may read.
std::optional<Failure> Server::prepare_texts() {
  if (shared_.options.workers == 1) return std::nullopt;
  Failure failure;
  shared_.texts = shared_.identity.read(failure);
  return shared_.texts ? std::nullopt : std::optional(failure);
}

int Server::run_workers() {
  const Options& options = shared_.options;
  if (options.workers == 1) {
    serve(nullptr);
    return US_QUIC_OK;
  }
  WorkersOptions workers;
  workers.count = options.workers;
  workers.pins = options.pins_workers;
  if (shared_.secret) workers.secret = shared_.secret->data();
  return runWorkers(workers, [this](Worker& worker) { serve(&worker); });
}

void Server::serve(Worker* worker) {
  const unsigned index = worker != nullptr ? worker->index() : 0;
  // However this returns.
  struct Ending {
    Server& all;
    LoopServer* server = nullptr;
    bool has_joined = false;
    ~Ending() {
      for (StartGate* gate : {&all.all_present_, &all.first_listens_, &all.all_listen_})
        gate->open(StartGate::Verdict::End);
      if (has_joined) all.crew_.leave(*server);
      if (server != nullptr) server->end();
    }
  } ending{*this};
  if (worker != nullptr && !await_turn(*worker)) return;
  servers_[index] = std::make_unique<LoopServer>(shared_, std::move(roots_[index]));
  ending.server = servers_[index].get();
  LoopServer& server = *ending.server;
  if (const auto failure = start(server, worker)) return note(*failure);
  if (all_listen_.wait_still() == StartGate::Verdict::End) return;
  const unsigned count = crew_.join(server);
  ending.has_joined = true;
  if (count == shared_.options.workers) announce(server.port());
  server.run(index == 0);
}

// A worker that cannot even begin stops the loops of those who wait here.
bool Server::await_turn(Worker& worker) {
  if (++present_ == shared_.options.workers) all_present_.open(StartGate::Verdict::GoOn);
  StartGate& gate = worker.index() == 0 ? all_present_ : first_listens_;
  return gate.wait(*worker.loop()) == StartGate::Verdict::GoOn;
}

// Each worker opens a TCP port of its own, which only root may do where the number is low: the last one does for all what
// comes behind that.
std::optional<Failure> Server::start(LoopServer& server, Worker* worker) {
  if (account_) {
    if (auto failure = forbid_new_privileges(*account_)) return failure;
  }
  if (auto failure = server.create(worker)) return failure;
  if (auto failure = listen(server, worker)) return failure;
  first_listens_.open(StartGate::Verdict::GoOn);
  if (++listening_ < shared_.options.workers) return std::nullopt;
  if (auto failure = complete_start(server)) return failure;
  all_listen_.open(StartGate::Verdict::GoOn);
  return std::nullopt;
}

std::optional<Failure> Server::listen(LoopServer& server, const Worker* worker) {
  if (auto failure = server.listen()) return failure;
  const std::optional<int> redirect_port = shared_.options.redirect_port;
  const bool is_first = worker == nullptr || worker->index() == 0;
  if (!is_first || !redirect_port) return std::nullopt;
  auto failure = server.redirect_http(static_cast<std::uint16_t>(*redirect_port));
  redirect_port_ = server.redirect_port();
  return failure;
}

std::optional<Failure> Server::complete_start(const LoopServer& server) {
  if (auto failure = give_up_privileges(server)) return failure;
  shared_.console.start_threads();
  // As the user who will have to open it again. Its thread is not to share a CPU with this one.
  const CpuAffinityScope scope(cpus_);
  return shared_.access_log.open(shared_.options);
}

std::optional<Failure> Server::give_up_privileges(const LoopServer& server) const {
  if (!account_) return std::nullopt;
  if (auto failure = become(*account_)) return failure;
  const int error = server.check_access();
  if (error == 0) return std::nullopt;
  return Failure{ExitCode::Read, fmt::format("{}: {}, as {}", shared_.options.directory, std::strerror(error),
                                             account_->user)};
}

// All listen.
void Server::announce(int port) {
  shared_.texts.reset();
  print_start_text(shared_.options, {port, redirect_port_}, shared_.identity.development());
  // Signals that came before are still waiting.
  supervisor_.emplace(shared_, crew_);
}

void Server::note(const Failure& failure) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = failure;
}

}  // namespace

ExitCode run_server(const Options& options) {
  Server server(options);
  return server.run();
}

}  // namespace usquic::tools::serve
