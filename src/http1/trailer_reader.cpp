#include "http1/trailer_reader.h"

#include "http1/kept_memory.h"
#include "http1/request_framing.h"

namespace usquic::http1 {

Progress TrailerReader::read(Bytes& input) {
  const Progress progress = lines_.read(input);
  if (progress != Progress::complete) return progress;
  leave_out_of_trailers(lines_);
  lines_.append_to(fields_);
  return progress;
}

void TrailerReader::begin_next() {
  buffer_.clear();
  lines_.clear();
  clear_for_next(fields_);
}

std::size_t TrailerReader::held_bytes() const {
  return buffer_.held_bytes() + lines_.held_bytes() + fields_.capacity() * sizeof(us_quic_header_t);
}

}  // namespace usquic::http1
