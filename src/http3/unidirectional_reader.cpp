#include "http3/unidirectional_reader.h"

#include <algorithm>

#include "http3/critical_streams.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {

UnidirectionalReader::Stream* UnidirectionalReader::find(std::int64_t id) {
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [id](const Stream& s) { return s.id == id; });
  return found == streams_.end() ? nullptr : &*found;
}

bool UnidirectionalReader::has(Type type) const {
  return std::any_of(streams_.begin(), streams_.end(), [type](const Stream& s) { return s.type == type; });
}

void UnidirectionalReader::close(std::int64_t id) {
  std::erase_if(streams_, [id](const Stream& s) { return s.id == id; });
}

// RFC 9114 section 6.2.1, RFC 9204 section 4.2: the critical streams must stay open.
ConnectionError UnidirectionalReader::reset(std::int64_t id) {
  const Stream* stream = find(id);
  return stream != nullptr && stream->is_critical() ? ConnectionError::closed_critical_stream
                                                    : ConnectionError::none;
}

ConnectionError UnidirectionalReader::read(std::int64_t id, Bytes data, bool fin) {
  Stream* stream = find(id);
  if (stream == nullptr) {
    // A stream that ends before its type is nothing (RFC 9114 section 6.2).
    if (data.empty()) return ConnectionError::none;
    if (streams_.size() >= max_streams) return ConnectionError::excessive_load;
    stream = &streams_.emplace_back(Stream{id, {}});
  }
  const std::size_t length = data.size();
  if (stream->type == Type::not_known) {
    if (const ConnectionError error = read_type(*stream, data, fin); error != ConnectionError::none)
      return error;
  }
  const std::size_t taken = stream->type == Type::session ? length - data.size() : length;
  if (taken > 0) events_.http3_consumed(id, taken);
  if (fin && stream->is_critical()) return ConnectionError::closed_critical_stream;
  switch (stream->type) {
    case Type::not_known:
    case Type::other:
      break;
    case Type::session:
      return read_session_id(*stream, data, fin);
    case Type::control:
      return control_.read(data);
    case Type::qpack_encoder:
      return delegate_.encoder_instructions(data);
    case Type::qpack_decoder:
      if (const auto result = encoder_.read_decoder_stream(data); !result)
        return connection_error(result.error());
      break;
  }
  return ConnectionError::none;
}

ConnectionError UnidirectionalReader::read_type(Stream& stream, Bytes& data, bool fin) {
  if (!stream.reader.read(data)) return fin ? ConnectionError::general_protocol_error : ConnectionError::none;
  Type type = Type::other;
  switch (stream.reader.value()) {
    case type_control:
      type = Type::control;
      break;
    case type_qpack_encoder:
      type = Type::qpack_encoder;
      break;
    case type_qpack_decoder:
      type = Type::qpack_decoder;
      break;
    case type_push:
      // RFC 9114 section 6.2.2: clients push nothing, and none was allowed to a server.
      return is_server_ ? ConnectionError::stream_creation_error : ConnectionError::id_error;
    case unidirectional_session_stream:
      if (sessions_.are_taken()) {
        type = Type::session;
        break;
      }
      [[fallthrough]];
    default:
      // RFC 9114 section 6.2: the purpose is not known, ask to stop.
      if (!fin) events_.http3_stop_sending(stream.id, US_QUIC_H3_STREAM_CREATION_ERROR);
  }
  // RFC 9114 section 6.2.1, RFC 9204 section 4.2: one of each.
  const bool is_critical = type != Type::other && type != Type::session;
  if (is_critical && has(type)) return ConnectionError::stream_creation_error;
  stream.type = type;
  return ConnectionError::none;
}

// The stream's record goes once the ID is complete, unless the rest is to be dropped.
ConnectionError UnidirectionalReader::read_session_id(Stream& stream, Bytes data, bool fin) {
  const std::int64_t id = stream.id;
  const std::size_t length = data.size();
  const bool is_complete = stream.reader.read(data);
  if (length > data.size()) events_.http3_consumed(id, length - data.size());
  if (!is_complete) return fin ? ConnectionError::general_protocol_error : ConnectionError::none;
  stream.type = Type::other;
  bool is_taken = false;
  const ConnectionError error = sessions_.begin(id, stream.reader.value(), data, fin, is_taken);
  if (is_taken) close(id);
  return error;
}

}  // namespace usquic::http3
