#include "get/sources.h"

#include <utility>

#include "get/following_source.h"
#include "get/http3_source.h"
#include "get/racing_source.h"
#include "get/tcp_source.h"

namespace usquic::tools::get {

std::variant<std::unique_ptr<ExchangeSource>, Failure> make_source(
    const Options& options, std::vector<ResolveRule> rules, const std::shared_ptr<usquic::Loop>& loop) {
  std::unique_ptr<ExchangeSource> tcp;
  if (options.version != VersionChoice::Http3) {
    auto made = make_tcp_source(options, rules, loop->native());
    if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
    tcp = std::get<std::unique_ptr<ExchangeSource>>(std::move(made));
    if (options.version != VersionChoice::Fallback) return std::make_unique<FollowingSource>(std::move(tcp));
  }
  auto http3 = std::make_unique<Http3Source>(options, std::move(rules), loop);
  if (auto failure = http3->failure()) return std::move(*failure);
  if (tcp == nullptr) return http3;
  return std::make_unique<FollowingSource>(
      std::make_unique<RacingSource>(std::move(http3), std::move(tcp), loop->native()));
}

}  // namespace usquic::tools::get
