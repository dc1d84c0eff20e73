#include "transport/shared_handshakes.h"

#include "engine/engine.h"

namespace usquic::engine {

std::shared_ptr<transport::SharedHandshakes> create_shared_handshakes(const RandomSource& random) {
  return std::make_shared<transport::SharedHandshakes>(random);
}

}  // namespace usquic::engine
