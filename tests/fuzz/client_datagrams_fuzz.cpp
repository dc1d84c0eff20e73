// Datagrams into a client, in every state of a connection.
#include "datagram_script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using usquic::fuzz::DatagramScript;
  usquic::fuzz::Input input(data, size);
  DatagramScript(input, DatagramScript::Target::client).run();
  return 0;
}
