// What the figures mean, in plain words.
#pragma once

#include <string>
#include <vector>

#include "load/figures.h"
#include "load/plan.h"

namespace usquic::tools::load {

// One sentence or two each; none when there is nothing to say.
std::vector<std::string> judge(const Plan& plan, const TargetResult& result);

}  // namespace usquic::tools::load
