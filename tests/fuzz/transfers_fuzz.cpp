// Transfers between two engines over a lossy network.
#include "transfer_script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::TransferScript(input).run();
  return 0;
}
