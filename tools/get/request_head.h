// The method and header fields of a request, from the options.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "failure.h"
#include "get/body_source.h"
#include "get/options.h"
#include "usquic/http/client.h"

namespace usquic::tools::get {

struct RequestHead {
  std::string method;
  std::vector<Field> fields;  // without pseudo-header fields
};

// Failure: a -H that is no header line.
std::variant<RequestHead, Failure> build_request_head(const Options& options, const BodyPlan& body);

}  // namespace usquic::tools::get
