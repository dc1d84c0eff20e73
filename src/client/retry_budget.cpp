#include "client/retry_budget.h"

#include <utility>

namespace usquic::client {
namespace {

constexpr int max_retries = 2;

}  // namespace

bool RetryBudget::take(Cause cause, bool is_repeatable) {
  if (cause == Cause::violation) return false;
  const bool may_be_processed = was_sent_ && cause != Cause::refused;
  if (may_be_processed && !is_repeatable) return false;
  const bool is_timeout = was_sent_ && cause == Cause::connection_timed_out;
  if (is_timeout && std::exchange(has_timed_out_, true)) return false;
  if (retries_ >= max_retries) return false;
  ++retries_;
  return true;
}

}  // namespace usquic::client
