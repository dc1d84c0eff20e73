// The application's calls.
#include <cstdio>
#include <new>

#include "http3/nghttp3/errors.h"
#include "http3/nghttp3/http3_connection.h"
#include "http3/nghttp3/name_value.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {

std::span<const nghttp3_nv> Http3Connection::to_nv(std::span<const us_quic_header_t> fields) {
  nv_.clear();
  for (const us_quic_header_t& field : fields) nv_.push_back(http3::to_nv(field));
  return nv_;
}

int Http3Connection::send_request(std::int64_t id, MessageState& s,
                                  std::span<const us_quic_header_t> fields) {
  if (options_.is_server || control_id_ < 0 || find(id) != nullptr) return US_QUIC_E_STATE;
  http::SectionFacts facts;
  if (const int rv = http::check_section(http::SectionKind::request, fields, &facts); rv != 0) return rv;
  try {
    const std::span<const nghttp3_nv> nv = to_nv(fields);
    attach(id, s);
    const bool is_whole = s.fin && s.body.untaken() == 0;
    const nghttp3_data_reader reader{on_read_data};
    const int rv =
        nghttp3_conn_submit_request(connection_, id, nv.data(), nv.size(), is_whole ? nullptr : &reader, &s);
    if (rv != 0) {
      streams_.erase(id);
      s.connection_ = nullptr;
      close_in_nghttp3(id, US_QUIC_H3_REQUEST_CANCELLED);
      return public_error(rv);
    }
    control_reader_.request_opened();
    s.is_registered_ = s.final_submitted_ = true;
    s.write_ended_ = is_whole;
    s.receive_.request_is_head = facts.is_head;
    s.receive_.is_connect = facts.is_connect;
    return 0;
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
}

int Http3Connection::send_final(MessageState& s, std::span<const nghttp3_nv> fields) {
  if (const int rv = register_request(s); rv != 0) return public_error(rv);
  const bool is_whole = s.fin && s.body.untaken() == 0;
  const nghttp3_data_reader reader{on_read_data};
  const int rv = nghttp3_conn_submit_response(connection_, s.id_, fields.data(), fields.size(),
                                              is_whole ? nullptr : &reader);
  if (rv != 0) return public_error(rv);
  s.final_submitted_ = true;
  s.write_ended_ = is_whole;
  return 0;
}

int Http3Connection::send_headers(std::int64_t id, std::span<const us_quic_header_t> fields) {
  MessageState* s = find(id);
  if (s == nullptr || s->write_closed_) return US_QUIC_E_CLOSED;
  if (!options_.is_server || control_id_ < 0 || s->final_submitted_) return US_QUIC_E_STATE;
  if (const int rv = http::check_section(http::SectionKind::response, fields); rv != 0) return rv;
  try {
    return send_final(*s, to_nv(fields));
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
}

int Http3Connection::send_informational(std::int64_t id, std::span<const us_quic_header_t> fields) {
  MessageState* s = find(id);
  if (s == nullptr || s->write_closed_) return US_QUIC_E_CLOSED;
  if (!options_.is_server || control_id_ < 0 || s->final_submitted_) return US_QUIC_E_STATE;
  if (const int rv = http::check_section(http::SectionKind::informational, fields); rv != 0) return rv;
  try {
    const std::span<const nghttp3_nv> nv = to_nv(fields);
    if (const int rv = register_request(*s); rv != 0) return public_error(rv);
    s->informed_ = true;
    return public_error(nghttp3_conn_submit_info(connection_, id, nv.data(), nv.size()));
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
}

int Http3Connection::send_trailers(std::int64_t id, std::span<const us_quic_header_t> fields) {
  MessageState* s = find(id);
  if (s == nullptr || s->write_closed_) return US_QUIC_E_CLOSED;
  if (!s->final_submitted_ || s->trailers_submitted_ || s->write_ended_) return US_QUIC_E_STATE;
  if (const int rv = http::check_section(http::SectionKind::trailers, fields); rv != 0) return rv;
  try {
    const std::span<const nghttp3_nv> nv = to_nv(fields);
    const int rv = nghttp3_conn_submit_trailers(connection_, id, nv.data(), nv.size());
    if (rv != 0) return public_error(rv);
    s->trailers_submitted_ = true;
    resume(id);
    return 0;
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
}

void Http3Connection::resume(std::int64_t id) {
  const MessageState* s = find(id);
  if (s == nullptr || !s->final_submitted_ || s->write_closed_ || s->write_ended_) return;
  nghttp3_conn_resume_stream(connection_, id);
}

int Http3Connection::set_priority(std::int64_t id, int urgency, bool incremental) {
  if (urgency < 0 || urgency > 7) return US_QUIC_E_INVALID;
  MessageState* s = find(id);
  if (s == nullptr) return US_QUIC_E_STATE;
  if (options_.is_server) {
    if (const int rv = register_request(*s); rv != 0) return public_error(rv);
    s->is_background_ = urgency > NGHTTP3_DEFAULT_URGENCY;
    nghttp3_pri priority{};
    priority.urgency = static_cast<std::uint32_t>(urgency);
    priority.inc = incremental ? 1 : 0;
    return public_error(nghttp3_conn_set_server_stream_priority(connection_, id, &priority));
  }
  // RFC 9218 section 4: a dictionary of u and i.
  char value[8];
  const int length = std::snprintf(value, sizeof(value), incremental ? "u=%d, i" : "u=%d", urgency);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(value);
  return public_error(
      nghttp3_conn_set_client_stream_priority(connection_, id, bytes, static_cast<std::size_t>(length)));
}

int Http3Connection::send_shutdown_notice() {
  if (control_id_ < 0) return US_QUIC_E_STATE;
  if (shutdown_noticed_ || shut_down_) return 0;
  shutdown_noticed_ = true;
  return public_error(nghttp3_conn_submit_shutdown_notice(connection_));
}

int Http3Connection::shutdown() {
  if (control_id_ < 0) return US_QUIC_E_STATE;
  if (shut_down_) return 0;
  shut_down_ = true;
  if (const int rv = register_latest_request(); rv != 0) return public_error(rv);
  return public_error(nghttp3_conn_shutdown(connection_));
}

// nghttp3 names the request after the last that it knows, and refuses what comes from there on.
int Http3Connection::register_latest_request() {
  if (!options_.is_server) return 0;
  if (const int rv = register_all_requests(); rv != 0) return rv;
  if (latest_request_ < 0 || find(latest_request_) != nullptr) return 0;
  const nghttp3_ssize rv = nghttp3_conn_read_stream(connection_, latest_request_, nullptr, 0, 0);
  close_in_nghttp3(latest_request_, US_QUIC_H3_NO_ERROR);
  return rv < 0 ? static_cast<int>(rv) : 0;
}

bool Http3Connection::is_drained() const {
  return shut_down_ && streams_.empty();
}

}  // namespace usquic::http3
