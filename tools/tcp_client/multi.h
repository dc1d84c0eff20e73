// A multi handle of libcurl on an event loop: the requests that share its connections.
#pragma once

#include <curl/curl.h>

#include <map>
#include <memory>
#include <vector>

#include "tcp_client/driver.h"

namespace usquic::tools::tcp_client {

class Request;

class Multi {
 public:
  // 0 = as many as libcurl wants.
  struct Limits {
    long connections = 0;
    long connections_per_origin = 0;
    long streams_per_connection = 0;
  };

  // Throws std::bad_alloc.
  Multi(Driver& driver, const Limits& limits);
  // Its requests were retired before.
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  // Takes it on. No callback runs inside.
  void begin(Request& request);
  // Gives it up if it is not done, and frees it. Allowed in its own callbacks.
  void retire(std::unique_ptr<Request> request);

 private:
  class Watch;
  class Due final : public Driver::Task {
   public:
    explicit Due(Multi& multi) : multi_(multi) {}
    void run() override { multi_.act(CURL_SOCKET_TIMEOUT, 0); }

   private:
    Multi& multi_;
  };
  // While one lives, libcurl or callbacks are at work; what they asked for is done when the last one ends.
  class Work {
   public:
    explicit Work(Multi& multi) : multi_(multi) { ++multi_.depth_; }
    ~Work() {
      if (--multi_.depth_ == 0) multi_.settle();
    }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

   private:
    Multi& multi_;
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* user, void* watch);
  static int on_timer(CURLM* handle, long ms, void* user);

  void act(curl_socket_t fd, int events);
  void watch(curl_socket_t fd, int what);
  void tell_outcomes();
  void settle();
  void add(Request& request);
  void remove(Request& request);

  Driver& driver_;
  CURLM* handle_;
  Due timer_;     // libcurl's own
  Due addition_;  // there is something to add
  std::map<curl_socket_t, std::unique_ptr<Watch>> watches_;
  std::vector<std::unique_ptr<Watch>> old_watches_;
  std::vector<Request*> to_add_;
  std::vector<std::unique_ptr<Request>> retired_;
  int depth_ = 0;
};

}  // namespace usquic::tools::tcp_client
