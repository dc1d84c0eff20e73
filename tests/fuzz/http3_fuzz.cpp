// Everything that can come on the streams of an HTTP/3 connection, for a server and for a client, while
// the application answers.
#include "http3_transport.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::Http3Transport transport(input);
  transport.run();
  return 0;
}
