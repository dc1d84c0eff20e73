// The build has no libcurl.
#include "load/tcp_carrier.h"

namespace usquic::tools::load {

std::variant<std::unique_ptr<Carrier>, Failure> make_tcp_carrier() {
  return Failure{ExitCode::Usage, "this usquic was built without libcurl: it speaks HTTP/3 alone"};
}

}  // namespace usquic::tools::load
