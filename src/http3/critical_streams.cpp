#include "http3/critical_streams.h"

#include <algorithm>

#include "base/check.h"
#include "base/varint.h"
#include "http/frame_head.h"
#include "usquic/quic.h"

namespace usquic::http3 {
namespace {

std::uint8_t type_of(CriticalStreams::Name name) {
  switch (name) {
    case CriticalStreams::Name::control:
      return type_control;
    case CriticalStreams::Name::decoder:
      return type_qpack_decoder;
    case CriticalStreams::Name::encoder:
      break;
  }
  return type_qpack_encoder;
}

}  // namespace

bool CriticalStreams::open(Name name, std::int64_t id) {
  Stream& stream = streams_[static_cast<std::size_t>(name)];
  CHECK(stream.id < 0);
  const std::uint8_t type = type_of(name);
  if (!stream.output.append({&type, 1})) return false;
  stream.id = id;
  return true;
}

const CriticalStreams::Stream* CriticalStreams::find(std::int64_t id) const {
  for (const Stream& stream : streams_) {
    if (stream.id == id && id >= 0) return &stream;
  }
  return nullptr;
}

Result<void> CriticalStreams::send_control_frame(std::uint64_t type, std::uint64_t number, Bytes rest) {
  const http::FrameHead head(type, shortest_varint(number) + rest.size());
  std::array<std::uint8_t, sizeof head + max_varint_bytes> bytes;
  std::uint8_t* const payload = std::copy_n(head.bytes().data(), head.bytes().size(), bytes.data());
  const bool is_done = output(Name::control).append({bytes.data(), put_varint(number, payload)}, rest);
  return is_done ? Result<void>() : Error{US_QUIC_E_NOMEM};
}

std::int64_t CriticalStreams::next_output(std::span<Bytes> views, std::size_t& count) const {
  for (const Stream& stream : streams_) {
    const std::size_t untaken = stream.output.untaken();
    if (untaken == 0 || stream.is_blocked) continue;
    count = stream.output.peek(views, untaken);
    return stream.id;
  }
  return -1;
}

void CriticalStreams::written(std::int64_t id, std::size_t length) {
  if (Stream* stream = find(id)) stream->output.take(length);
}

void CriticalStreams::acknowledged(std::int64_t id, std::size_t length) {
  if (Stream* stream = find(id)) stream->output.acknowledge(length);
}

void CriticalStreams::set_blocked(std::int64_t id, bool is_blocked) {
  if (Stream* stream = find(id)) stream->is_blocked = is_blocked;
}

}  // namespace usquic::http3
