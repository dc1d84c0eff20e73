#include "get/sources.h"

#include <utility>

#include "get/http3_source.h"

namespace usquic::tools::get {

std::variant<std::unique_ptr<ExchangeSource>, Failure> make_source(const Options& options,
                                                                   std::vector<ResolveRule> rules,
                                                                   const std::shared_ptr<usquic::Loop>& loop) {
  auto http3 = std::make_unique<Http3Source>(options, std::move(rules), loop);
  if (auto failure = http3->failure()) return std::move(*failure);
  return http3;
}

}  // namespace usquic::tools::get
