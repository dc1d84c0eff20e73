// Reads the peer's control stream (RFC 9114 sections 6.2.1 and 7.2).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/varint.h"
#include "http3/connection_error.h"
#include "http3/settings.h"

namespace usquic::http3 {

class ControlReader {
 public:
  // Frames that a peer may send in all, for nothing and for each request: those that are not known, and
  // GOAWAY, MAX_PUSH_ID and PRIORITY_UPDATE.
  static constexpr std::uint64_t frames_for_nothing = 1000;
  static constexpr std::uint64_t frames_per_request = 16;
  // The longest frame that is kept until it is complete. Settings take some dozen bytes.
  static constexpr std::uint64_t max_frame_bytes = 4096;

  class Delegate {
   public:
    virtual ConnectionError settings_received(Settings settings) = 0;
    virtual void goaway_received(std::int64_t id) = 0;
    // PRIORITY_UPDATE of this request (RFC 9218 section 7.2).
    virtual ConnectionError priority_updated(std::int64_t id, std::string_view value) = 0;

   protected:
    ~Delegate() = default;
  };

  ControlReader(bool is_server, Delegate& delegate) : is_server_(is_server), delegate_(delegate) {}

  // What comes after the stream's type, in pieces of any size.
  ConnectionError read(Bytes data);
  void request_opened() { frames_left_ += frames_per_request; }

 private:
  enum class Part : std::uint8_t { type, length, payload };

  ConnectionError begin_frame();
  ConnectionError check_type() const;
  ConnectionError finish_frame();
  ConnectionError finish_settings();
  ConnectionError finish_goaway();
  ConnectionError finish_max_push_id();
  ConnectionError finish_priority_update();

  const bool is_server_;
  Delegate& delegate_;
  bool has_settings_ = false;
  bool is_skipping_ = false;
  Part part_ = Part::type;
  VarintReader varint_;
  std::uint64_t type_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t frames_left_ = frames_for_nothing;
  std::uint64_t goaway_ = UINT64_MAX;
  std::uint64_t max_push_id_ = 0;
  std::vector<std::uint8_t> payload_;
};

}  // namespace usquic::http3
