#include "tcp_client/multi.h"

#include <algorithm>
#include <new>
#include <utility>

#include "tcp_client/request.h"

namespace usquic::tools::tcp_client {

class Multi::Watch final : public loop::Poll {
 public:
  explicit Watch(Multi& multi) : multi_(multi) {}

  void on_ready(unsigned events) override {
    int mask = 0;
    if ((events & readable) != 0) mask |= CURL_CSELECT_IN;
    if ((events & writable) != 0) mask |= CURL_CSELECT_OUT;
    if ((events & error) != 0) mask |= CURL_CSELECT_ERR;
    multi_.act(fd(), mask);
  }

 private:
  Multi& multi_;
};

Multi::Multi(Driver& driver, const Limits& limits)
    : driver_(driver), handle_(curl_multi_init()), timer_(*this), addition_(*this) {
  if (handle_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(handle_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(handle_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(handle_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(handle_, CURLMOPT_TIMERDATA, this);
  if (limits.connections > 0) {
    curl_multi_setopt(handle_, CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.connections);
  }
  if (limits.connections_per_origin > 0) {
    curl_multi_setopt(handle_, CURLMOPT_MAX_HOST_CONNECTIONS, limits.connections_per_origin);
  }
  if (limits.streams_per_connection > 0) {
    curl_multi_setopt(handle_, CURLMOPT_MAX_CONCURRENT_STREAMS, limits.streams_per_connection);
  }
}

Multi::~Multi() {
  settle();
  curl_multi_cleanup(handle_);
  driver_.forget(timer_);
  driver_.forget(addition_);
}

void Multi::begin(Request& request) {
  request.multi_ = this;
  driver_.request_began();
  to_add_.push_back(&request);
  driver_.run_soon(addition_);
}

void Multi::retire(std::unique_ptr<Request> request) {
  request->detach();
  retired_.push_back(std::move(request));
  if (depth_ == 0) settle();
}

void Multi::act(curl_socket_t fd, int events) {
  const Work work(*this);
  int running = 0;
  for (Request* request : std::exchange(to_add_, {})) add(*request);
  curl_multi_socket_action(handle_, fd, events, &running);
  tell_outcomes();
}

void Multi::add(Request& request) {
  request.is_added_ = true;
  const CURLMcode code = curl_multi_add_handle(handle_, request.easy());
  if (code == CURLM_OK) return;
  remove(request);
  request.finish(code == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT);
}

// After this neither libcurl nor the loop knows it.
void Multi::remove(Request& request) {
  if (std::exchange(request.multi_, nullptr) == nullptr) return;
  std::erase(to_add_, &request);
  if (request.is_added_) curl_multi_remove_handle(handle_, request.easy());
  request.is_added_ = false;
  driver_.request_ended();
}

void Multi::tell_outcomes() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(handle_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    Request& request = Request::of(message->easy_handle);
    remove(request);
    request.finish(result);
  }
}

void Multi::settle() {
  while (!retired_.empty()) {
    for (const auto& request : std::exchange(retired_, {})) remove(*request);
  }
  old_watches_.clear();
  if (!to_add_.empty()) driver_.run_soon(addition_);
}

int Multi::on_socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
  static_cast<Multi*>(user)->watch(fd, what);
  return 0;
}

void Multi::watch(curl_socket_t fd, int what) {
  const auto found = watches_.find(fd);
  if (what == CURL_POLL_REMOVE) {
    if (found == watches_.end()) return;
    // It may be the one whose event is being worked off.
    found->second->stop();
    old_watches_.push_back(std::move(found->second));
    watches_.erase(found);
    return;
  }
  unsigned events = 0;
  if (what != CURL_POLL_OUT) events |= loop::Poll::readable;
  if (what != CURL_POLL_IN) events |= loop::Poll::writable;
  if (found != watches_.end()) {
    static_cast<void>(found->second->change(events));
    return;
  }
  auto watch = std::make_unique<Watch>(*this);
  // Where the kernel has no room for it, the request's time limits end it. Requests keep the loop alive, not these.
  if (watch->start(driver_.loop(), fd, events, true)) watches_.emplace(fd, std::move(watch));
}

int Multi::on_timer(CURLM*, long ms, void* user) {
  auto& self = *static_cast<Multi*>(user);
  if (ms < 0) {
    self.driver_.forget(self.timer_);
  } else {
    self.driver_.run_after(self.timer_, ms);
  }
  return 0;
}

}  // namespace usquic::tools::tcp_client
