// The build has no libcurl.
#include "get/tcp_source.h"

namespace usquic::tools::get {

std::variant<std::unique_ptr<ExchangeSource>, Failure> make_tcp_source(const Options&,
                                                                       std::vector<ResolveRule>, us_loop_t*) {
  return Failure{ExitCode::Usage, "this usquic was built without libcurl: it speaks HTTP/3 alone"};
}

}  // namespace usquic::tools::get
