// Stands in for the name server: names that a test makes up, answered when the test wants it.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "harness.h"
#include "quic/quic_loop.h"
#include "usquic/error.h"

namespace usquic::test {

class FakeLookup {
 public:
  explicit FakeLookup(TestLoop& loop) {
    quic::QuicLoop::of(loop.get())
        .resolver.set_lookup_function([state = state_](const std::string& host, std::uint16_t port) {
          return state->look_up(host, port);
        });
  }
  // No thread of a lookup outlives the test by more than its last words.
  ~FakeLookup() {
    answer();
    state_->wait([](const State& s) { return s.answered == s.asked; });
  }
  FakeLookup(const FakeLookup&) = delete;
  FakeLookup& operator=(const FakeLookup&) = delete;

  void add(const std::string& host, const char* ip) {
    const std::lock_guard lock(state_->mutex);
    state_->ips[host].emplace_back(ip);
  }
  // From now on lookups take until answer() is called.
  void hold() {
    const std::lock_guard lock(state_->mutex);
    state_->is_held = true;
  }
  void answer() {
    const std::lock_guard lock(state_->mutex);
    state_->is_held = false;
    state_->changed.notify_all();
  }
  // Until so many lookups run, or are over.
  void wait_until_asked(unsigned times) {
    state_->wait([times](const State& s) { return s.asked >= times; });
  }
  void wait_until_answered(unsigned times) {
    state_->wait([times](const State& s) { return s.answered >= times; });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::vector<std::string>> ips;
    bool is_held = false;
    unsigned asked = 0;
    unsigned answered = 0;

    template <class Condition>
    void wait(Condition is_met) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return is_met(*this); });
    }

    Result<Addresses> look_up(const std::string& host, std::uint16_t port) {
      std::unique_lock lock(mutex);
      ++asked;
      changed.notify_all();
      changed.wait(lock, [this] { return !is_held; });
      ++answered;
      changed.notify_all();
      Addresses found;
      for (const std::string& ip : ips[host]) found.push_back(*Address::parse(ip, port));
      if (found.empty()) return Error{US_QUIC_E_RESOLVE};
      return found;
    }
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace usquic::test
