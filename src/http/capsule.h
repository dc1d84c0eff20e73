// Capsules (RFC 9297 section 3): a sequence of types, lengths and values on the stream of an extended CONNECT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/varint.h"

namespace usquic::http {

inline constexpr std::uint64_t capsule_datagram = 0x0;  // RFC 9297 section 3.5: its value is an HTTP Datagram

// Reads capsules from bytes that come in pieces of any size. A value is delivered once it is complete: where it came
// in one piece as a view of that, else it was kept. What is skipped is not kept.
class CapsuleReader {
 public:
  class Delegate {
   public:
    // Whether capsules of this type are read. Others are skipped (RFC 9297 section 3.2).
    virtual bool takes_capsule(std::uint64_t type) = 0;
    // `value` is valid until this returns. The reader must not be destroyed inside.
    virtual void capsule_received(std::uint64_t type, Bytes value) = 0;

   protected:
    ~Delegate() = default;
  };

  // clang-format off
  enum class [[nodiscard]] Status : std::uint8_t {
    ok,
    too_large,  // a value that is read has more than max_value_bytes: nothing behind it is read
    cut_short,  // the stream ended inside a capsule: a malformed message (RFC 9297 section 3.3)
  };
  // clang-format on

  // max_value_bytes: of a value that is read, and so of what is kept.
  CapsuleReader(std::size_t max_value_bytes, Delegate& delegate)
      : max_value_bytes_(max_value_bytes), delegate_(delegate) {}

  // Throws std::bad_alloc.
  Status read(Bytes data);
  // The stream ended.
  Status finish() const;

 private:
  enum class Part : std::uint8_t { type, length, value, skipped, failed };

  Status begin_value();
  void take_value(Bytes& data);

  const std::size_t max_value_bytes_;
  Delegate& delegate_;
  Part part_ = Part::type;
  VarintReader varint_;
  std::uint64_t type_ = 0;
  std::uint64_t left_ = 0;  // bytes of the value that have not come
  std::vector<std::uint8_t> kept_;
};

}  // namespace usquic::http
