// The fields that the user adds to every response.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "failure.h"
#include "files/http_message.h"

namespace usquic::tools::serve {

// The fields of --header. Failure: a line that is no field, or one that only the server can know.
std::variant<std::vector<files::Field>, Failure> parse_added_fields(const std::vector<std::string>& lines);

}  // namespace usquic::tools::serve
