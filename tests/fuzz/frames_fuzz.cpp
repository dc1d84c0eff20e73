// Frames, packets, transport parameters and TLS messages of a hostile peer that has the keys.
#include "frame_script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::FrameScript(input).run();
  return 0;
}
