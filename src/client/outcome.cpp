#include "client/outcome.h"

#include <string_view>
#include <utility>

#include "base/check.h"

namespace usquic::client {

bool Outcome::decide(std::optional<Failure> failure) {
  if (is_decided()) return false;
  phase_ = Phase::decided;
  failure_ = std::move(failure);
  return true;
}

void Outcome::report(FetchHandlers& handlers) {
  CHECK(phase_ == Phase::decided);
  phase_ = Phase::reported;
  if (!failure_) return run_handler(handlers.end);
  run_handler(handlers.error, failure_->reason.code, std::string_view(failure_->text));
}

}  // namespace usquic::client
