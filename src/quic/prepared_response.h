// A response that was checked and copied once and is sent many times.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "engine/engine.h"
#include "http/header_section.h"
#include "usquic/quic.h"

// Counted: by its owner until freed, and by everything of it that the engine still has.
struct us_quic_prepared_response_t {
  us_quic_prepared_response_t(usquic::http::HeaderSection section, usquic::engine::PreparedResponse encoded)
      : headers(std::move(section)),
        frames{std::move(encoded.bytes), encoded.body_length, headers.fields()} {}

  const usquic::http::HeaderSection headers;
  const usquic::engine::PreparedResponse frames;
  unsigned references = 1;
};

namespace usquic::quic {

// What is left of a prepared body on one stream, where the engine did not take all at once.
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
