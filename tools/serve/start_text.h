// What usquic serve prints when it is up.
#pragma once

#include <optional>
#include <string>

#include "development_identity.h"
#include "serve/options.h"

namespace usquic::tools::serve {

struct ListeningPorts {
  int https = 0;
  int redirect = 0;  // of plain HTTP; 0: none
};

std::string render_start_text(const Options& options, const ListeningPorts& ports,
                              const std::optional<DevelopmentIdentity>& development);
void print_start_text(const Options& options, const ListeningPorts& ports,
                      const std::optional<DevelopmentIdentity>& development);

}  // namespace usquic::tools::serve
