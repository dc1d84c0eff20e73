// A hostile peer of a real engine: it completes a real handshake, or nearly, and sends what the input says in
// packets that are protected with the real keys.
#pragma once

#include <string>
#include <vector>

#include "input.h"
#include "support/raw_network.h"

namespace usquic::fuzz {

class FrameScript {
 public:
  explicit FrameScript(Input& input);
  FrameScript(const FrameScript&) = delete;
  FrameScript& operator=(const FrameScript&) = delete;

  void run();

 private:
  test::RawPeer& add_peer();
  void edit_parameters(test::TransportParameters& parameters);
  void act();
  void send(std::string_view frames);
  std::string any_frame();
  std::string any_stream_frame();
  std::string any_acknowledgement();
  std::uint64_t number();
  void write_http3();
  void application_acts();
  void answer(test::StreamRecord& s);

  Input& input_;
  const bool is_http3_;
  const bool attacks_client_;
  test::RawNetwork network_;
  test::Side& engine_;
  test::RawPeer& peer_;
};

}  // namespace usquic::fuzz
