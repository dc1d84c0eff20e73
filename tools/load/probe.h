// One connection to a target before it is loaded: says where its host is, and what is wrong at once.
#pragma once

#include <optional>

#include "failure.h"
#include "load/client_context.h"
#include "load/plan.h"

namespace usquic::tools::load {

// Connects by name (all addresses of the host are tried) and sets target.address to the one that answered,
// then checks the request's header section without sending it. Blocks, for the plan's timeout at most.
// Failure: as usquic get would tell it.
std::optional<Failure> probe(const Plan& plan, Target& target, KeyLog* key_log);

}  // namespace usquic::tools::load
