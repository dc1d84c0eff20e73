// us_quic_webtransport_*.
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/try_allocating.h"
#include "http/field_rules.h"
#include "quic/c_result.h"
#include "quic/connection.h"
#include "quic/session_table.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace {

using usquic::Error;
using usquic::Result;
using usquic::quic::Session;
using usquic::quic::SessionTable;

constexpr us_quic_header_t field(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), US_QUIC_HEADER_STATIC};
}

std::string_view name_of(const us_quic_header_t& f) {
  return {f.name, f.name_length};
}

// The header section of a CONNECT for a session. Browsers' field, which older servers look for, says which draft the
// wire format is of.
std::vector<us_quic_header_t> connect_section(std::span<const us_quic_header_t> given) {
  constexpr std::string_view draft_field = "sec-webtransport-http3-draft02";
  const auto has = [given](std::string_view name) {
    return std::ranges::find(given, name, name_of) != given.end();
  };
  std::vector<us_quic_header_t> all = {field(":method", "CONNECT"), field(":protocol", "webtransport")};
  if (!has(":scheme")) all.push_back(field(":scheme", "https"));
  all.insert(all.end(), given.begin(), given.end());
  if (!has(draft_field)) all.push_back(field(draft_field, "1"));
  return all;
}

// A session of a client, which sends its request when it can. May throw std::bad_alloc.
Result<us_quic_stream_t*> ask_for_session(us_quic_connection_t& c, std::span<const us_quic_header_t> given,
                                          unsigned ext_size) {
  if (c.life.is_closed()) return Error{US_QUIC_E_CLOSED};
  if (!c.is_client || c.context->webtransport_sessions == 0) return Error{US_QUIC_E_STATE};
  SessionTable* sessions = usquic::quic::sessions_of(c);
  if (sessions == nullptr) return Error{US_QUIC_E_NOMEM};
  if (sessions->is_full()) return Error{US_QUIC_E_STREAM_LIMIT};
  const std::vector<us_quic_header_t> fields = connect_section(given);
  if (const int error = usquic::http::check_section(usquic::http::SectionKind::request, fields)) {
    return Error{error};
  }
  auto request = std::make_unique<usquic::http::HeaderSection>(fields);
  int error = US_QUIC_OK;
  us_quic_stream_t* stream = us_quic_connection_create_stream(&c, ext_size, &error);
  if (stream == nullptr) return Error{error};
  try {
    sessions->begin(*stream, Session::State::waiting);
    stream->own_session->wait_with(std::move(request));
    sessions->send_waiting();
  } catch (const std::bad_alloc&) {
    us_quic_stream_close(stream);
    throw;
  }
  return stream;
}

Result<us_quic_stream_t*> create_stream(us_quic_stream_t& connect, usquic::engine::Direction direction,
                                        unsigned ext_size) {
  us_quic_connection_t& c = *connect.connection;
  if (connect.life.is_closed() || connect.engine == nullptr || c.engine == nullptr) {
    return Error{US_QUIC_E_CLOSED};
  }
  Session* session = connect.own_session.get();
  if (session == nullptr || !session->is_open()) return Error{US_QUIC_E_STATE};
  us_quic_stream_t* s = usquic::quic::new_stream(c, ext_size);
  if (s == nullptr) return Error{US_QUIC_E_NOMEM};
  using Made = Result<usquic::engine::Stream*>;
  Made made = usquic::try_allocating(
      [&]() -> Made {
        session->add(*s);
        return c.engine->create_stream(direction, s, session->id());
      },
      Made(Error{US_QUIC_E_NOMEM}));
  if (!made) {
    usquic::quic::discard_stream(*s);
    return Error{made.error()};
  }
  s->engine = *made;
  s->is_local = true;
  s->is_unidirectional = direction == usquic::engine::Direction::unidirectional;
  s->is_announced = true;
  usquic::loop::note_work(c.context->quic->loop());
  return s;
}

// Application codes in the range that HTTP/3 leaves to WebTransport, where every 31st code is reserved (RFC 9114 section
// 8.1).
constexpr std::uint64_t first_code = 0x52e4a40fa8db;
constexpr std::uint64_t last_code = 0x52e5ac983162;
constexpr std::uint64_t codes_between_reserved = 0x1e;
constexpr std::uint64_t first_reserved = 0x21;
constexpr std::uint64_t reserved_distance = 0x1f;

}  // namespace

us_quic_stream_t* us_quic_webtransport_connect(us_quic_connection_t* c, const us_quic_header_t* headers,
                                               size_t count, unsigned int ext_size, int* error) {
  using Made = Result<us_quic_stream_t*>;
  const auto ask = [&]() -> Made {
    if (headers == nullptr && count > 0) return Error{US_QUIC_E_INVALID};
    return ask_for_session(*c, {headers, count}, ext_size);
  };
  return usquic::quic::to_c(usquic::try_allocating(ask, Made(Error{US_QUIC_E_NOMEM})), error);
}

int us_quic_webtransport_accept(us_quic_stream_t* session, const us_quic_header_t* headers, size_t count) {
  if (headers == nullptr && count > 0) return US_QUIC_E_INVALID;
  if (session->life.is_closed() || session->engine == nullptr) return US_QUIC_E_CLOSED;
  Session* own = session->own_session.get();
  const bool is_asked = own != nullptr && own->state() == Session::State::requested && !session->is_local;
  if (!is_asked) return US_QUIC_E_STATE;
  const auto accept = [&] {
    std::vector<us_quic_header_t> fields = {field(":status", "200")};
    fields.insert(fields.end(), headers, headers + count);
    return session->engine->send_headers(fields, false);
  };
  const int sent = usquic::try_allocating(accept, int{US_QUIC_E_NOMEM});
  if (sent == 0) own->open();
  return sent;
}

int us_quic_webtransport_is_open(us_quic_stream_t* session) {
  const bool is_open =
      !session->life.is_closed() && session->own_session != nullptr && session->own_session->is_open();
  return is_open ? 1 : 0;
}

us_quic_stream_t* us_quic_stream_session(us_quic_stream_t* s) {
  const Session* session = usquic::quic::session_of(*s);
  return session != nullptr ? session->connect() : nullptr;
}

us_quic_stream_t* us_quic_webtransport_create_stream(us_quic_stream_t* session, unsigned int ext_size,
                                                     int* error) {
  return usquic::quic::to_c(create_stream(*session, usquic::engine::Direction::bidirectional, ext_size),
                            error);
}

us_quic_stream_t* us_quic_webtransport_create_uni_stream(us_quic_stream_t* session, unsigned int ext_size,
                                                         int* error) {
  return usquic::quic::to_c(create_stream(*session, usquic::engine::Direction::unidirectional, ext_size),
                            error);
}

int us_quic_webtransport_drain(us_quic_stream_t* session) {
  if (session->life.is_closed()) return US_QUIC_E_CLOSED;
  if (session->own_session == nullptr) return US_QUIC_E_STATE;
  usquic::loop::note_work(session->connection->context->quic->loop());
  return usquic::try_allocating([&] { return session->own_session->send_drain(); }, int{US_QUIC_E_NOMEM});
}

int us_quic_webtransport_close(us_quic_stream_t* session, uint32_t code, const char* reason, size_t length) {
  if (reason == nullptr && length > 0) return US_QUIC_E_INVALID;
  if (session->life.is_closed()) return US_QUIC_E_CLOSED;
  if (session->own_session == nullptr) return US_QUIC_E_STATE;
  usquic::loop::note_work(session->connection->context->quic->loop());
  const std::string_view text = reason != nullptr ? std::string_view(reason, length) : std::string_view();
  return usquic::try_allocating([&] { return session->own_session->close(code, text); },
                                int{US_QUIC_E_NOMEM});
}

uint64_t us_quic_webtransport_to_http3_code(uint32_t code) {
  return first_code + code + code / codes_between_reserved;
}

int us_quic_webtransport_from_http3_code(uint64_t http3_code, uint32_t* code) {
  const bool is_in_range = http3_code >= first_code && http3_code <= last_code;
  if (!is_in_range || (http3_code - first_reserved) % reserved_distance == 0) return US_QUIC_E_INVALID;
  const std::uint64_t shifted = http3_code - first_code;
  *code = static_cast<std::uint32_t>(shifted - shifted / reserved_distance);
  return 0;
}
