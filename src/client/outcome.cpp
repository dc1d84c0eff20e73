#include "client/outcome.h"

#include <string_view>
#include <utility>

#include "base/check.h"

namespace usquic::client {

bool Outcome::decide(int error, std::string text) {
  if (is_decided()) return false;
  phase_ = Phase::decided;
  error_ = error;
  text_ = std::move(text);
  return true;
}

void Outcome::report(FetchHandlers& handlers) {
  CHECK(phase_ == Phase::decided);
  phase_ = Phase::reported;
  if (error_ == US_QUIC_OK) return invoke(handlers.end);
  invoke(handlers.error, error_, std::string_view(text_));
}

}  // namespace usquic::client
