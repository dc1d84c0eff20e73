#include "serve/supervisor.h"

#include <fmt/format.h>

#include <atomic>
#include <new>
#include <string>
#include <utility>

namespace usquic::tools::serve {
namespace {

// A certificate on its way to all workers. Told of when it is with all who still serve: the last task that has it goes.
class Renewal {
 public:
  Renewal(SharedParts& shared, std::shared_ptr<const IdentityTexts> texts)
      : shared_(shared), file_(shared.identity.certificate_file()), texts_(std::move(texts)) {}
  ~Renewal();
  Renewal(const Renewal&) = delete;
  Renewal& operator=(const Renewal&) = delete;

  // Whether the worker has it.
  bool give_to(LoopServer& worker);

 private:
  SharedParts& shared_;
  const std::string file_;
  const std::shared_ptr<const IdentityTexts> texts_;
  std::atomic<bool> was_given_ = false;
  std::atomic<int> error_ = US_QUIC_OK;
};

Renewal::~Renewal() {
  if (const int error = error_; error != US_QUIC_OK) {
    shared_.console.complain(
        fmt::format("{}: {}; the old certificate stays", file_, us_quic_strerror(error)));
  } else if (was_given_ && !shared_.options.is_quiet) {
    shared_.console.say("usquic serve: certificate read anew");
  }
}

bool Renewal::give_to(LoopServer& worker) {
  const int error = worker.change_identity(texts_->options);
  if (error != US_QUIC_OK) {
    error_ = error;
  } else {
    was_given_ = true;
  }
  return error == US_QUIC_OK;
}

}  // namespace

Supervisor::Supervisor(SharedParts& shared, Crew& crew) : shared_(shared), crew_(crew) {}

void Supervisor::on_signals() {
  try {
    if (watcher_.take_hangups() > 0) reload();
    const int terminations = watcher_.take_terminations();
    if (terminations == 0) return;
    if (is_draining_ || terminations > 1) {
      crew_.tell_all([](LoopServer& worker) { worker.close_now(); });
    } else {
      crew_.tell_all([](LoopServer& worker) { worker.drain(); });
      is_draining_ = true;
    }
  } catch (const std::bad_alloc&) {
    return;  // left for the next signal
  }
}

// One worker tries it: what it refuses the others do not get.
void Supervisor::reload() {
  shared_.access_log.reopen();
  Failure failure;
  std::shared_ptr<const IdentityTexts> texts;
  if (auto obtained = shared_.identity.obtain()) {
    failure = std::move(*obtained);
  } else {
    texts = shared_.identity.read(failure);
  }
  if (!texts) {
    shared_.console.complain(failure.reason + "; the old certificate stays");
    return;
  }
  const auto renewal = std::make_shared<Renewal>(shared_, std::move(texts));
  crew_.tell_first([&crew = crew_, renewal](LoopServer& first) {
    if (!renewal->give_to(first)) return;
    crew.tell_others(first, [renewal](LoopServer& other) { renewal->give_to(other); });
  });
}

}  // namespace usquic::tools::serve
