// Exchanges over HTTP/2 and HTTP/1.1, by libcurl.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "get/exchange.h"
#include "get/options.h"
#include "get/resolve_rule.h"

namespace usquic::tools::get {

// The loop outlives it. Failure: what libcurl cannot do, or that this build is without it.
std::variant<std::unique_ptr<ExchangeSource>, Failure> make_tcp_source(const Options& options,
                                                                       std::vector<ResolveRule> rules,
                                                                       us_loop_t* loop);

}  // namespace usquic::tools::get
