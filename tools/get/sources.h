// The source that the options ask for.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "get/exchange.h"
#include "get/options.h"
#include "get/resolve_rule.h"
#include "usquic/http/loop.h"

namespace usquic::tools::get {

// options outlives it. Failure: what is wrong with certificates, or what the build or libcurl cannot do.
std::variant<std::unique_ptr<ExchangeSource>, Failure> make_source(const Options& options,
                                                                   std::vector<ResolveRule> rules,
                                                                   const std::shared_ptr<usquic::Loop>& loop);

}  // namespace usquic::tools::get
