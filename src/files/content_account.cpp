#include "files/content_account.h"

namespace usquic::files {
namespace {

struct ChargedContent {
  ContentCharge charge;
  std::string bytes;  // gone before it is not paid for any more
};

}  // namespace

std::optional<ContentCharge> ContentAccount::try_charge(const std::shared_ptr<ContentAccount>& account,
                                                        std::size_t bytes) {
  std::atomic<std::size_t>& used = account->used_;
  std::size_t seen = used.load(std::memory_order_relaxed);
  do {
    if (bytes > (account->limit_ - seen) / 8) return std::nullopt;
  } while (!used.compare_exchange_weak(seen, seen + bytes, std::memory_order_relaxed));
  return ContentCharge(account, bytes);
}

std::shared_ptr<const std::string> charged_content(std::string bytes, ContentCharge charge) {
  const auto content =
      std::make_shared<const ChargedContent>(ChargedContent{std::move(charge), std::move(bytes)});
  return {content, &content->bytes};
}

}  // namespace usquic::files
