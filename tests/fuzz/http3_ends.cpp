#include "http3_ends.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/check.h"

namespace usquic::fuzz {
namespace {

using usquic::http3::Codec;

// DATA frames of nghttp3 have at most so much.
constexpr std::size_t body_part = 100;

std::vector<us_quic_header_t> headers_of(const Http3Fields& fields) {
  std::vector<us_quic_header_t> headers;
  for (const Http3Field& field : fields) {
    const std::uint8_t flags = field.is_never_indexed ? US_QUIC_HEADER_NEVER_INDEX : 0;
    headers.push_back({field.name.data(), field.name.size(), field.value.data(), field.value.size(), flags});
  }
  return headers;
}

std::vector<nghttp3_nv> nvs_of(const Http3Fields& fields) {
  std::vector<nghttp3_nv> nvs;
  for (const Http3Field& field : fields) {
    const std::uint8_t flags =
        field.is_never_indexed ? NGHTTP3_NV_FLAG_NEVER_INDEX : NGHTTP3_NV_FLAG_TRY_INDEX;
    nvs.push_back({reinterpret_cast<const std::uint8_t*>(field.name.data()),
                   reinterpret_cast<const std::uint8_t*>(field.value.data()), field.name.size(),
                   field.value.size(), flags});
  }
  return nvs;
}

}  // namespace

struct OurHttp3::Stream {
  Stream(std::int64_t stream_id, BlockPool& pool) : id(stream_id), state(this, pool) {}
  const std::int64_t id;
  std::string static_body;  // outlives the state
  http3::MessageState state;
  bool is_fin_taken = false;
};

OurHttp3::OurHttp3(const Http3EndOptions& options) : is_server_(options.is_server) {
  const http3::CodecOptions codec_options{.is_server = options.is_server,
                                          // No section of these targets is larger.
                                          .max_header_list_size = std::size_t{1} << 24,
                                          .extended_connect = options.extended_connect,
                                          .qpack_table_capacity = options.table_capacity,
                                          .qpack_blocked_streams = options.blocked_streams,
                                          .qpack_encoder_table_capacity = options.encoder_capacity,
                                          .datagrams = true,
                                          .peer_takes_datagram_frames = true};
  http3::CodecEvents& events = *this;
  codec_ = std::make_unique<Codec>(codec_options, pool_, events);
  const std::int64_t first = options.is_server ? 3 : 2;
  CHECK(static_cast<bool>(codec_->bind_streams({first, first + 4, first + 8}, {{0x21, 1}, 0x21, 2})));
  if (options.is_server) codec_->set_max_client_streams(100);
}

OurHttp3::~OurHttp3() {
  for (const auto& [id, stream] : streams_) codec_->stream_closed(id);
  streams_.clear();
}

std::uint64_t OurHttp3::read(std::int64_t id, std::string_view bytes, bool fin) {
  // A copy of its own: reading beyond its end is found out.
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  return static_cast<std::uint64_t>(codec_->read(id, copy, fin));
}

void OurHttp3::send(std::int64_t id, const Http3Message& message, Http3Sending how,
                    const engine::PreparedResponse* prepared) {
  auto& stream = streams_[id];
  const bool is_new = stream == nullptr;
  CHECK(is_new == !is_server_);
  if (is_new) {
    stream = std::make_unique<Stream>(id, pool_);
    // Half of the streams get their ID when all of it is there.
    const bool waits = id % 8 == 4;
    if (waits) codec_->expect_request(stream->state);
    if (!waits) codec_->open_request(id, stream->state);
    send_head(*stream, message, how, prepared);
    if (waits) codec_->open_request(id, stream->state);
  } else {
    send_head(*stream, message, how, prepared);
  }
}

void OurHttp3::send_head(Stream& stream, const Http3Message& message, Http3Sending how,
                         const engine::PreparedResponse* prepared) {
  http3::MessageState& state = stream.state;
  for (const Http3Fields& interim : message.interim) {
    CHECK(static_cast<bool>(state.send_section(http::SectionKind::informational, headers_of(interim))));
  }
  const std::vector<us_quic_header_t> head = headers_of(message.head);
  if (prepared != nullptr) {
    CHECK(is_server_ && state.send_prepared(*prepared, nullptr, nullptr));
  } else if (is_server_ && how == Http3Sending::in_one) {
    CHECK(static_cast<bool>(state.send_response(head, as_bytes(message.body))));
  } else {
    const auto kind = is_server_ ? http::SectionKind::response : http::SectionKind::request;
    CHECK(static_cast<bool>(state.send_section(kind, head)));
    if (how == Http3Sending::static_body) {
      stream.static_body = message.body;
      CHECK(state.write_static(as_bytes(stream.static_body), nullptr, nullptr));
    } else {
      for (std::string_view rest = message.body; !rest.empty();) {
        const std::string_view part = rest.substr(0, body_part);
        rest.remove_prefix(part.size());
        CHECK(state.write(as_bytes(part)));
      }
    }
  }
  if (!message.trailers.empty()) {
    CHECK(static_cast<bool>(state.send_section(http::SectionKind::trailers, headers_of(message.trailers))));
  }
  state.fin = true;
}

Http3Piece OurHttp3::next(std::size_t most) {
  Http3Piece piece;
  std::array<Bytes, 16> views;
  const Codec::Output output = codec_->next_output(views);
  if (output.id >= 0) {
    piece.id = output.id;
    for (std::size_t i = 0; i < output.count; ++i) piece.bytes += as_text(views[i]);
    piece.bytes.resize(std::min(piece.bytes.size(), most));
    codec_->critical_streams().written(output.id, piece.bytes.size());
    codec_->critical_streams().acknowledged(output.id, piece.bytes.size());
    return piece;
  }
  for (auto& [id, stream] : streams_) {
    http3::MessageState& state = stream->state;
    const bool has_fin = state.fin && !stream->is_fin_taken;
    if (state.output.untaken() == 0 && !has_fin) continue;
    piece.id = id;
    const std::size_t count = state.output.peek(views, most);
    for (std::size_t i = 0; i < count; ++i) piece.bytes += as_text(views[i]);
    state.output.take(piece.bytes.size());
    state.output.acknowledge(piece.bytes.size());
    piece.fin = stream->is_fin_taken = state.fin && state.output.untaken() == 0;
    break;
  }
  return piece;
}

void OurHttp3::close(std::int64_t id) {
  if (codec_->stream_closed(id)) streams_.erase(id);
}

http3::MessageState* OurHttp3::http3_request_stream(std::int64_t id) {
  auto& stream = streams_[id];
  CHECK(is_server_ && stream == nullptr);
  stream = std::make_unique<Stream>(id, pool_);
  return &stream->state;
}

void OurHttp3::http3_headers(http3::MessageState& s, int kind, bool) {
  Http3Fields fields;
  for (const us_quic_header_t& h : s.headers()) {
    fields.push_back({std::string(h.name, h.name_length), std::string(h.value, h.value_length),
                      (h.flags & US_QUIC_HEADER_NEVER_INDEX) != 0});
  }
  Http3Message& message = told[of(s).id];
  CHECK(!message.has_ended && message.refusal == 0);
  switch (kind) {
    case US_QUIC_HEADERS_INFORMATIONAL:
      return message.interim.push_back(fields);
    case US_QUIC_HEADERS_TRAILERS:
      message.trailers = fields;
      return;
    default:
      CHECK(message.head.empty());
      message.head = fields;
  }
}

void OurHttp3::http3_body(http3::MessageState& s, Bytes data) {
  told[of(s).id].body += as_text(data);
}

void OurHttp3::http3_end(http3::MessageState& s) {
  told[of(s).id].has_ended = true;
}

void OurHttp3::http3_stop_sending(std::int64_t id, std::uint64_t code) {
  told[id].refusal = code;
}

// What nghttp3 calls.
struct TheirHttp3Callbacks {
  using Connection = nghttp3_conn;

  static TheirHttp3& of(void* user) { return *static_cast<TheirHttp3*>(user); }

  static int field(Connection*, std::int64_t id, std::int32_t, nghttp3_rcbuf* name, nghttp3_rcbuf* value,
                   std::uint8_t flags, void* user, void*) {
    const nghttp3_vec n = nghttp3_rcbuf_get_buf(name), v = nghttp3_rcbuf_get_buf(value);
    of(user).sections_[id].push_back({std::string(as_text({n.base, n.len})),
                                      std::string(as_text({v.base, v.len})),
                                      (flags & NGHTTP3_NV_FLAG_NEVER_INDEX) != 0});
    return 0;
  }

  static int head_ended(Connection*, std::int64_t id, int, void* user, void*) {
    TheirHttp3& self = of(user);
    Http3Fields fields = std::move(self.sections_[id]);
    self.sections_.erase(id);
    Http3Message& message = self.told[id];
    const bool is_interim =
        !fields.empty() && fields.front().name == ":status" && fields.front().value.front() == '1';
    if (is_interim) {
      message.interim.push_back(std::move(fields));
    } else {
      message.head = std::move(fields);
    }
    return 0;
  }

  static int trailers_ended(Connection*, std::int64_t id, int, void* user, void*) {
    TheirHttp3& self = of(user);
    self.told[id].trailers = std::move(self.sections_[id]);
    self.sections_.erase(id);
    return 0;
  }

  static int body(Connection*, std::int64_t id, const std::uint8_t* data, std::size_t length, void* user,
                  void*) {
    of(user).told[id].body += as_text({data, length});
    return 0;
  }

  static int ended(Connection*, std::int64_t id, void* user, void*) {
    of(user).told[id].has_ended = true;
    return 0;
  }

  static int stop_sending(Connection*, std::int64_t id, std::uint64_t code, void* user, void*) {
    of(user).told[id].refusal = code;
    return 0;
  }

  static nghttp3_ssize more_body(Connection* connection, std::int64_t id, nghttp3_vec* views,
                                 std::size_t count, std::uint32_t* flags, void* user, void*) {
    TheirHttp3::Outgoing& outgoing = of(user).outgoing_[id];
    const std::string& body = outgoing.message.body;
    CHECK(count > 0);
    const std::size_t length = std::min(body_part, body.size() - outgoing.sent_body);
    auto* bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(body.data()));
    views[0] = {bytes + outgoing.sent_body, length};
    outgoing.sent_body += length;
    if (outgoing.sent_body == body.size()) {
      *flags |= NGHTTP3_DATA_FLAG_EOF;
      if (const Http3Fields& trailers = outgoing.message.trailers; !trailers.empty()) {
        *flags |= NGHTTP3_DATA_FLAG_NO_END_STREAM;
        const std::vector<nghttp3_nv> nvs = nvs_of(trailers);
        CHECK(nghttp3_conn_submit_trailers(connection, id, nvs.data(), nvs.size()) == 0);
      }
    }
    return length > 0 ? 1 : 0;
  }
};

TheirHttp3::TheirHttp3(const Http3EndOptions& options) : is_server_(options.is_server) {
  using Call = TheirHttp3Callbacks;
  nghttp3_callbacks callbacks{};
  callbacks.recv_header = callbacks.recv_trailer = &Call::field;
  callbacks.end_headers = &Call::head_ended;
  callbacks.end_trailers = &Call::trailers_ended;
  callbacks.recv_data = &Call::body;
  callbacks.end_stream = &Call::ended;
  callbacks.stop_sending = &Call::stop_sending;
  nghttp3_settings settings;
  nghttp3_settings_default(&settings);
  settings.qpack_max_dtable_capacity = options.table_capacity;
  settings.qpack_blocked_streams = options.blocked_streams;
  settings.qpack_encoder_max_dtable_capacity = options.encoder_capacity;
  settings.enable_connect_protocol = options.is_server && options.extended_connect ? 1 : 0;
  settings.h3_datagram = 1;
  const auto make = options.is_server ? nghttp3_conn_server_new_versioned : nghttp3_conn_client_new_versioned;
  CHECK(make(&connection_, NGHTTP3_CALLBACKS_VERSION, &callbacks, NGHTTP3_SETTINGS_VERSION, &settings,
             nghttp3_mem_default(), this) == 0);
  const std::int64_t first = options.is_server ? 3 : 2;
  CHECK(nghttp3_conn_bind_control_stream(connection_, first) == 0);
  CHECK(nghttp3_conn_bind_qpack_streams(connection_, first + 4, first + 8) == 0);
  if (options.is_server) nghttp3_conn_set_max_client_streams_bidi(connection_, 100);
  // As servers and curl do: else it has room for few sections that wait to be acknowledged.
  nghttp3_conn_set_max_concurrent_streams(connection_, 100);
}

TheirHttp3::~TheirHttp3() {
  nghttp3_conn_del(connection_);
}

int TheirHttp3::read(std::int64_t id, std::string_view bytes, bool fin) {
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  const nghttp3_ssize result =
      nghttp3_conn_read_stream(connection_, id, copy.data(), copy.size(), fin ? 1 : 0);
  return result < 0 ? static_cast<int>(result) : 0;
}

void TheirHttp3::send(std::int64_t id, const Http3Message& message) {
  const Http3Message& kept = (outgoing_[id] = {message}).message;
  for (const Http3Fields& interim : kept.interim) {
    const std::vector<nghttp3_nv> nvs = nvs_of(interim);
    CHECK(nghttp3_conn_submit_info(connection_, id, nvs.data(), nvs.size()) == 0);
  }
  const std::vector<nghttp3_nv> nvs = nvs_of(kept.head);
  const nghttp3_data_reader reader{&TheirHttp3Callbacks::more_body};
  const nghttp3_data_reader* body = kept.body.empty() && kept.trailers.empty() ? nullptr : &reader;
  CHECK((is_server_
             ? nghttp3_conn_submit_response(connection_, id, nvs.data(), nvs.size(), body)
             : nghttp3_conn_submit_request(connection_, id, nvs.data(), nvs.size(), body, nullptr)) == 0);
}

Http3Piece TheirHttp3::next(std::size_t most) {
  Http3Piece piece;
  std::array<nghttp3_vec, 16> views;
  int fin = 0;
  const nghttp3_ssize count =
      nghttp3_conn_writev_stream(connection_, &piece.id, &fin, views.data(), views.size());
  CHECK(count >= 0);
  if (piece.id < 0) return piece;
  for (nghttp3_ssize i = 0; i < count; ++i) {
    const nghttp3_vec& view = views[static_cast<std::size_t>(i)];
    piece.bytes += as_text({view.base, view.len});
  }
  piece.fin = fin != 0 && piece.bytes.size() <= most;
  piece.bytes.resize(std::min(piece.bytes.size(), most));
  CHECK(nghttp3_conn_add_write_offset(connection_, piece.id, piece.bytes.size()) == 0);
  CHECK(nghttp3_conn_add_ack_offset(connection_, piece.id, piece.bytes.size()) == 0);
  return piece;
}

void TheirHttp3::close(std::int64_t id) {
  CHECK(nghttp3_conn_close_stream(connection_, id, NGHTTP3_H3_NO_ERROR) == 0);
}

}  // namespace usquic::fuzz
