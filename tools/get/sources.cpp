#include "get/sources.h"

#include <optional>
#include <utility>

#include "get/following_source.h"
#include "get/http3_source.h"
#include "get/racing_source.h"
#include "get/tcp_source.h"

namespace usquic::tools::get {
namespace {

using Made = std::variant<std::unique_ptr<ExchangeSource>, Failure>;

// Files of certificates and keys are read here in any case, so that what is wrong with them is told alike for all versions.
std::optional<Failure> check_files(const Options& options, const std::shared_ptr<usquic::Loop>& loop) {
  if (options.certificate_file.empty() && options.key_file.empty() && options.ca_file.empty())
    return std::nullopt;
  return Http3Source(options, {}, loop).failure();
}

Made make_over_tcp(const Options& options, std::vector<ResolveRule> rules,
                   const std::shared_ptr<usquic::Loop>& loop) {
  auto made = make_tcp_source(options, std::move(rules), loop->native());
  if (std::holds_alternative<Failure>(made)) return made;
  if (auto failure = check_files(options, loop)) return std::move(*failure);
  return made;
}

Made make_racing(const Options& options, std::vector<ResolveRule> rules,
                 const std::shared_ptr<usquic::Loop>& loop) {
  auto tcp = make_tcp_source(options, rules, loop->native());
  if (std::holds_alternative<Failure>(tcp)) return tcp;
  auto http3 = std::make_unique<Http3Source>(options, std::move(rules), loop);
  if (auto failure = http3->failure()) return std::move(*failure);
  return std::make_unique<RacingSource>(
      std::move(http3), std::get<std::unique_ptr<ExchangeSource>>(std::move(tcp)), loop->native());
}

}  // namespace

Made make_source(const Options& options, std::vector<ResolveRule> rules,
                 const std::shared_ptr<usquic::Loop>& loop) {
  if (options.version == VersionChoice::Http3) {
    auto http3 = std::make_unique<Http3Source>(options, std::move(rules), loop);
    if (auto failure = http3->failure()) return std::move(*failure);
    return http3;
  }
  auto steps = options.version == VersionChoice::Fallback ? make_racing(options, std::move(rules), loop)
                                                          : make_over_tcp(options, std::move(rules), loop);
  if (std::holds_alternative<Failure>(steps)) return steps;
  return std::make_unique<FollowingSource>(std::get<std::unique_ptr<ExchangeSource>>(std::move(steps)));
}

}  // namespace usquic::tools::get
