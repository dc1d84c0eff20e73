// Names to addresses: getaddrinfo on threads of its own, so that the loop never waits for a name server.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/host_addresses.h"
#include "base/result.h"
#include "base/time.h"
#include "loop/loop.h"

namespace usquic::quic {

// Families take turns, the preferred one first (RFC 8305 section 4).
Addresses interleave_families(const Addresses& addresses);

// How a name becomes addresses, in place of resolve_now. Runs on a thread of its own and may take its time;
// it may run on when resolver and loop are gone.
using LookupFunction = std::function<Result<Addresses>(const std::string& host, std::uint16_t port)>;

// One question. Dropping it means that the answer is not wanted any more.
class Lookup {
 public:
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

 private:
  friend class Resolver;
  struct State;
  explicit Lookup(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// The lookups of one loop. Threads of a loop that died finish on their own and their answers go nowhere.
class Resolver {
 public:
  using Answer = std::function<void(Result<Addresses> addresses)>;

  explicit Resolver(us_loop_t* loop) : loop_(loop) {}
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // The time of the loop.
  TimePoint now() const { return loop::now(loop_); }
  // For the lookups asked for from now on.
  void set_lookup_function(LookupFunction function) { function_ = std::move(function); }
  // answer runs on the loop's thread, never inside this call; not at all when there is neither a thread nor
  // memory to be had. May throw std::bad_alloc.
  std::unique_ptr<Lookup> look_up(const std::string& host, std::uint16_t port, Answer answer);

 private:
  friend class Lookup;
  void start_waiting();
  bool start(const std::shared_ptr<Lookup::State>& state);
  void finished();

  us_loop_t* loop_;
  LookupFunction function_ = resolve_now;
  unsigned running_ = 0;
  std::deque<std::shared_ptr<Lookup::State>> waiting_;
  // Says to answers on their way that this object is gone. Used on the loop's thread alone.
  std::shared_ptr<Resolver*> self_ = std::make_shared<Resolver*>(this);
};

}  // namespace usquic::quic
