// The figures as JSON (docs/tool.md lists them).
#pragma once

#include <string>
#include <vector>

#include "load/figures.h"
#include "load/plan.h"

namespace usquic::tools::load {

// One object, with one for each target in "targets". Ends with a newline.
std::string render_json(const Plan& plan, const std::vector<TargetResult>& results);

}  // namespace usquic::tools::load
