// The figures as a table on a terminal.
#pragma once

#include <string>
#include <vector>

#include "load/figures.h"
#include "load/plan.h"

namespace usquic::tools::load {

// A column for each target; from the second on with the ratio to the first.
std::string render_text(const Plan& plan, const std::vector<TargetResult>& results);

}  // namespace usquic::tools::load
