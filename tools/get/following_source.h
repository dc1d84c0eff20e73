// Follows redirects, for sources that do not do it themselves: each step may take another way.
#pragma once

#include <memory>
#include <utility>

#include "get/exchange.h"

namespace usquic::tools::get {

class FollowingSource final : public ExchangeSource {
 public:
  explicit FollowingSource(std::unique_ptr<ExchangeSource> steps) : steps_(std::move(steps)) {}

  std::unique_ptr<Exchange> start(const std::string& url, const FetchOptions& request,
                                  ExchangeEvents& events) override;
  void close_idle() override { steps_->close_idle(); }

 private:
  std::unique_ptr<ExchangeSource> steps_;
};

}  // namespace usquic::tools::get
