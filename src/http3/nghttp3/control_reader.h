// Reads the peer's control stream (RFC 9114 sections 6.2.1 and 7.2) and lets pass to nghttp3 what it must act
// on: complete frames that are right. nghttp3 1.8 takes settings that come twice, reads on in the middle of a
// frame that is too long, and has other error codes than RFC 9114 for some.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/varint.h"

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
    // PRIORITY_UPDATE for this request came. Whether it is for nothing, and 0 or an error as read().
    virtual int priority_update(std::int64_t id, bool& is_ignored) = 0;

   protected:
    ~Delegate() = default;
  };

  ControlReader(bool is_server, Delegate& delegate) : is_server_(is_server), delegate_(delegate) {}

  // What comes after the stream's type, in pieces of any size. Appends to `out` what nghttp3 is to read. 0 or
  // a negative error of the connection.
  int read(Bytes data, std::vector<std::uint8_t>& out);
  void request_opened() { frames_left_ += frames_per_request; }

 private:
  enum class Part : std::uint8_t { type, length, payload };

  int begin_frame();
  int check_type() const;
  int finish_frame(std::vector<std::uint8_t>& out);
  int check_settings() const;
  int check_goaway();
  int check_max_push_id();
  int check_priority_update(bool& is_ignored);

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
