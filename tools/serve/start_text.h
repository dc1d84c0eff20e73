// What usquic serve prints when it is up.
#pragma once

#include <optional>
#include <string>

#include "development_identity.h"
#include "serve/options.h"

namespace usquic::tools::serve {

std::string render_start_text(const Options& options, int port,
                              const std::optional<DevelopmentIdentity>& development);
void print_start_text(const Options& options, int port,
                      const std::optional<DevelopmentIdentity>& development);

}  // namespace usquic::tools::serve
