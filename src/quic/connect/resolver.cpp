#include "quic/connect/resolver.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "base/try_allocating.h"
#include "usquic/error.h"

namespace usquic::quic {
namespace {

// Names looked up at the same time; more wait their turn.
constexpr unsigned max_running = 16;

}  // namespace

Addresses interleave_families(const Addresses& addresses) {
  Addresses first;
  Addresses second;
  for (const Address& address : addresses) {
    (address.family() == addresses.front().family() ? first : second).push_back(address);
  }
  Addresses mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

// host, port and function are fixed before the thread starts; answer belongs to the loop's thread.
struct Lookup::State {
  std::string host;
  std::uint16_t port = 0;
  LookupFunction function;
  Resolver::Answer answer;
};

Lookup::~Lookup() {
  state_->answer = nullptr;
}

Resolver::~Resolver() {
  *self_ = nullptr;
}

namespace {

Result<Addresses> find(const std::string& host, std::uint16_t port, const LookupFunction& function) {
  return try_allocating([&] { return function(host, port); }, Result<Addresses>(Error{US_QUIC_E_NOMEM}));
}

// On a lookup's own thread, which can wait for memory.
template <class Tell>
void post_answer(loop::Mailbox& mailbox, const Tell& tell, const Result<Addresses>& found) {
  constexpr auto pause = std::chrono::milliseconds(10);
  const auto post = [&] {
    loop::post(mailbox, [tell, found] { tell(found); });
    return true;
  };
  while (!try_allocating(post, false)) std::this_thread::sleep_for(pause);
}

}  // namespace

std::unique_ptr<Lookup> Resolver::look_up(const std::string& host, std::uint16_t port, Answer answer) {
  auto state = std::make_shared<Lookup::State>();
  state->host = host;
  state->port = port;
  state->function = function_;
  state->answer = std::move(answer);
  std::unique_ptr<Lookup> lookup(new Lookup(state));
  waiting_.push_back(std::move(state));
  start_waiting();
  return lookup;
}

void Resolver::start_waiting() {
  while (running_ < max_running && !waiting_.empty()) {
    if (waiting_.front()->answer != nullptr && !start(waiting_.front())) {
      // The next that finishes tries it again; without one, who waits for it gives up in time.
      if (running_ > 0) return;
    }
    waiting_.pop_front();
  }
}

// false: there is no thread to be had, nor memory to say so.
bool Resolver::start(const std::shared_ptr<Lookup::State>& state) {
  const auto tell = [state, self = self_](Result<Addresses> found) {
    if (*self == nullptr) return;
    if (Answer wanted = std::exchange(state->answer, nullptr)) wanted(std::move(found));
    if (*self != nullptr) (*self)->finished();
  };
  try {
    std::shared_ptr<loop::Mailbox> box = loop::mailbox(loop_);
    try {
      std::thread([state, tell, box] {
        // The mailbox owns the last word: nothing of the loop's is touched or freed on this thread.
        post_answer(*box, tell, find(state->host, state->port, state->function));
      }).detach();
    } catch (const std::system_error&) {
      loop::post(*box, [tell] { tell(Error{US_QUIC_E_NOMEM}); });
    }
  } catch (const std::bad_alloc&) {
    return false;
  }
  ++running_;
  return true;
}

void Resolver::finished() {
  --running_;
  start_waiting();
}

}  // namespace usquic::quic
