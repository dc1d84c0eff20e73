#include "support/http3_script_server.h"

#include <algorithm>
#include <stdexcept>

namespace usquic::test {
namespace {

using Exchange = Http3ScriptServer::Exchange;

Exchange*& slot(us_quic_stream_t* s) {
  return *static_cast<Exchange**>(us_quic_stream_ext(s));
}

Http3ScriptServer& server_of(us_quic_stream_t* s) {
  return Http3ScriptServer::of(us_quic_stream_context(s));
}

void run(const Http3ScriptServer::Script& script, us_quic_stream_t* s) {
  if (script) script(*slot(s));
}

void on_headers(us_quic_stream_t* s, int kind, int) {
  if (kind == US_QUIC_HEADERS_TRAILERS) return;
  Http3ScriptServer& server = server_of(s);
  slot(s) = new Exchange;
  slot(s)->stream = s;
  ++server.requests;
  server.most_exchanges = std::max(server.most_exchanges, ++server.open_exchanges);
  for (std::size_t i = 0; i < us_quic_stream_header_count(s); ++i) {
    const us_quic_header_t& h = *us_quic_stream_header(s, i);
    slot(s)->fields[{h.name, h.name_length}] = {h.value, h.value_length};
  }
  run(server.on_head, s);
}

void send_section(us_quic_stream_t* s, const Http3ScriptServer::Fields& fields, bool is_end) {
  std::vector<us_quic_header_t> section;
  for (const auto& [name, value] : fields) {
    section.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
  if (us_quic_stream_send_headers(s, section.data(), section.size(), is_end ? 1 : 0) != US_QUIC_OK) {
    throw std::logic_error("the test's header section was refused");
  }
}

void set_callbacks(us_quic_socket_context_t* context) {
  us_quic_socket_context_on_open(context, [](us_quic_connection_t* c, int) {
    Http3ScriptServer& server = Http3ScriptServer::of(us_quic_connection_context(c));
    ++server.accepted;
    server.connections.push_back(c);
  });
  us_quic_socket_context_on_close(context, [](us_quic_connection_t* c, const us_quic_close_info_t*) {
    std::erase(Http3ScriptServer::of(us_quic_connection_context(c)).connections, c);
  });
  us_quic_socket_context_on_stream_headers(context, on_headers);
  us_quic_socket_context_on_stream_data(context,
                                        [](us_quic_stream_t* s, const void* data, std::size_t length) {
                                          slot(s)->body.append(static_cast<const char*>(data), length);
                                          run(server_of(s).on_data, s);
                                        });
  us_quic_socket_context_on_stream_end(context, [](us_quic_stream_t* s) {
    slot(s)->is_ended = true;
    run(server_of(s).on_end, s);
  });
  us_quic_socket_context_on_stream_reset(context, [](us_quic_stream_t* s, std::uint64_t code) {
    if (slot(s) != nullptr && server_of(s).on_reset) server_of(s).on_reset(*slot(s), code);
  });
  us_quic_socket_context_on_stream_writable(context, [](us_quic_stream_t* s) { slot(s)->flush(); });
  us_quic_socket_context_on_stream_close(context,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
                                           if (slot(s) == nullptr) return;
                                           --server_of(s).open_exchanges;
                                           delete std::exchange(slot(s), nullptr);
                                         });
}

}  // namespace

std::string Exchange::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

void Exchange::head(int status, const Fields& fields_to_send, bool is_end) {
  Fields section = {{":status", std::to_string(status)}};
  section.insert(section.end(), fields_to_send.begin(), fields_to_send.end());
  send_section(stream, section, is_end);
}

void Exchange::send(std::string_view bytes) {
  unsent.append(bytes);
  flush();
}

void Exchange::trailers(const Fields& fields_to_send) {
  end_fields = fields_to_send;
  end();
}

void Exchange::end() {
  wants_end = true;
  flush();
}

void Exchange::respond(int status, const Fields& fields_to_send, std::string_view bytes) {
  head(status, fields_to_send);
  send(bytes);
  end();
}

void Exchange::flush() {
  if (!unsent.empty()) {
    const std::ptrdiff_t taken = us_quic_stream_write(stream, unsent.data(), unsent.size());
    if (taken < 0) return;
    unsent.erase(0, static_cast<std::size_t>(taken));
  }
  if (!unsent.empty() || !std::exchange(wants_end, false)) return;
  if (end_fields.empty()) {
    us_quic_stream_shutdown(stream);
  } else {
    send_section(stream, end_fields, true);
  }
}

Http3ScriptServer::Http3ScriptServer(us_loop_t* loop, const DevelopmentCertificate& identity,
                                     us_quic_socket_context_options_t options, int port) {
  options.cert = {identity.cert.data(), identity.cert.size()};
  options.key = {identity.key.data(), identity.key.size()};
  options.stream_ext_size = sizeof(Exchange*);
  int error = 0;
  context_ = us_create_quic_socket_context(loop, &options, sizeof(Http3ScriptServer*), &error);
  if (context_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
  *static_cast<Http3ScriptServer**>(us_quic_socket_context_ext(context_)) = this;
  set_callbacks(context_);
  socket_ = us_quic_socket_context_listen(context_, "127.0.0.1", port, nullptr, 0, &error);
  if (socket_ == nullptr) throw std::runtime_error(us_quic_strerror(error));
}

Http3ScriptServer::~Http3ScriptServer() {
  us_quic_socket_context_free(context_);
}

Http3ScriptServer& Http3ScriptServer::of(us_quic_socket_context_t* context) {
  return **static_cast<Http3ScriptServer**>(us_quic_socket_context_ext(context));
}

}  // namespace usquic::test
