// A response that was checked and copied once and is sent many times.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "quic/header_section.h"
#include "usquic/quic.h"

// Counted: by its owner until freed, and by every piece of its body that the engine still has.
struct us_quic_prepared_response_t {
  us_quic_prepared_response_t(usquic::quic::HeaderSection section, usquic::Bytes bytes)
      : headers(std::move(section)), body(bytes.begin(), bytes.end()) {}

  const usquic::quic::HeaderSection headers;
  const std::vector<std::uint8_t> body;
  unsigned references = 1;
};

namespace usquic::quic {

// What is left of a prepared body on one stream.
class PreparedBody {
 public:
  PreparedBody() = default;
  ~PreparedBody() { drop(); }
  PreparedBody(const PreparedBody&) = delete;
  PreparedBody& operator=(const PreparedBody&) = delete;

  bool is_sending() const { return response_ != nullptr; }
  void start(us_quic_prepared_response_t& response);
  // Writes what the stream takes now, and FIN after the last byte. Again when the stream is writable.
  void send(engine::Stream& stream, std::size_t max_piece);
  void drop();

 private:
  us_quic_prepared_response_t* response_ = nullptr;
  std::size_t sent_ = 0;
};

}  // namespace usquic::quic
