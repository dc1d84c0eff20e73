// How requests connect: what the options say of versions, trust, certificates and addresses.
#pragma once

#include <curl/curl.h>

#include <optional>
#include <string>
#include <vector>

#include "failure.h"
#include "http_version.h"
#include "usquic/http/client.h"

namespace usquic::tools::tcp_client {

struct ConnectOptions {
  VersionChoice version = VersionChoice::Fallback;  // Http3: not here
  std::string ca_file;                              // "" = the system's roots
  std::string certificate_file;
  std::string key_file;
  std::string passphrase;
  std::string groups;  // "" = the library's
  bool is_insecure = false;
  std::vector<ClientOptions::Resolve> resolve;
  bool resumes_sessions = true;
  long connect_timeout_ms = 0;  // 0 = libcurl's own
  long timeout_ms = 0;          // of a request, from its begin; 0 = none
};

class Setup {
 public:
  // Throws std::bad_alloc.
  explicit Setup(ConnectOptions options);
  ~Setup();
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  // What of it this libcurl cannot do, if anything.
  std::optional<Failure> missing() const;
  // The handle must not outlive it.
  void apply(CURL* easy) const;
  const ConnectOptions& options() const { return options_; }

 private:
  void apply_trust(CURL* easy) const;

  ConnectOptions options_;
  curl_slist* addresses_ = nullptr;
  long scope_ = 0;  // of IPv6 addresses among them
};

}  // namespace usquic::tools::tcp_client
