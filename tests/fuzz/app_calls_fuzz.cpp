// Handlers of App in any order of calls, over real sockets on loopback.
#include "app_script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::AppScript(input).run();
  return 0;
}
