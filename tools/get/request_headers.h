// The header section of a request, from the options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "failure.h"
#include "get/options.h"
#include "get/request_body.h"
#include "get/url.h"

namespace usquic::tools::get {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Pseudo-header fields first. Failure: a -H that is no header line.
std::variant<HeaderList, Failure> build_request_headers(const Options& options, const Url& url,
                                                        const BodyPlan& body);

}  // namespace usquic::tools::get
