// Exchanges over HTTP/3, by usquic::Client.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "get/exchange.h"
#include "get/options.h"
#include "get/resolve_rule.h"
#include "key_log.h"
#include "log_capture.h"

namespace usquic::tools::get {

class Http3Source final : public ExchangeSource {
 public:
  Http3Source(const Options& options, std::vector<ResolveRule> rules, std::shared_ptr<usquic::Loop> loop);

  // What is wrong with certificate files and the like; then nothing can be fetched.
  std::optional<Failure> failure() const;

  std::unique_ptr<Exchange> start(const std::string& url, const FetchOptions& request,
                                  ExchangeEvents& events) override;
  void close_idle() override { client_->closeIdle(); }

 private:
  const Options& options_;
  LogCapture log_;
  std::unique_ptr<KeyLog> key_log_;
  std::optional<usquic::Client> client_;
};

}  // namespace usquic::tools::get
