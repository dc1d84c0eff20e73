#include "program.h"

#include <gtest/gtest.h>

#include <new>
#include <utility>

namespace usquic::test {

namespace {

std::string written(const TemporaryDirectory& folder, const char* name, const std::string& text) {
  folder.write(name, text);
  return (folder.path() / name).string();
}

template <class Callback, class... Arguments>
void run(const Callback& callback, Arguments... arguments) {
  if (callback) callback(arguments...);
}

}  // namespace

CertificateFiles::CertificateFiles() {
  const DevelopmentCertificate certificate = DevelopmentCertificate::make();
  cert_ = written(folder_, "cert.pem", certificate.cert);
  key_ = written(folder_, "key.pem", certificate.key);
}

us_quic_socket_context_options_t CertificateFiles::server() const {
  us_quic_socket_context_options_t options = {};
  options.cert_file_name = cert_.c_str();
  options.key_file_name = key_.c_str();
  options.passphrase = "1234";  // of a key that has none, as µWebSockets' examples do
  return options;
}

us_quic_socket_context_options_t CertificateFiles::client() const {
  us_quic_socket_context_options_t options = {};
  options.cert_file_name = "";
  options.key_file_name = "";
  options.ca_file_name = cert_.c_str();
  return options;
}

Fields received_fields() {
  Fields fields;
  char *name = nullptr, *value = nullptr;
  int name_length = 0, value_length = 0;
  for (int i = 0;
       us_quic_socket_context_get_header(nullptr, i, &name, &name_length, &value, &value_length) != 0; ++i)
    fields.emplace_back(std::string(name, static_cast<std::size_t>(name_length)),
                        std::string(value, static_cast<std::size_t>(value_length)));
  return fields;
}

std::string received_field(std::string_view name) {
  for (const auto& [key, value] : received_fields())
    if (key == name) return value;
  return "";
}

void note(us_quic_stream_t* s, int index, std::string_view name, std::string_view value) {
  us_quic_stream_ext(s);
  us_quic_socket_context_set_header(nullptr, index, name.data(), static_cast<int>(name.size()), value.data(),
                                    static_cast<int>(value.size()));
}

void note_all(us_quic_stream_t* s, const Fields& fields) {
  int index = 0;
  for (const auto& [name, value] : fields) note(s, index++, name, value);
}

void send_message(us_quic_stream_t* s, const Fields& fields, std::string_view body) {
  note_all(s, fields);
  us_quic_socket_context_send_headers(nullptr, s, static_cast<int>(fields.size()), body.empty() ? 0 : 1);
  us_quic_stream_write(s, const_cast<char*>(body.data()), static_cast<int>(body.size()));
  us_quic_stream_shutdown(s);
}

StreamState& state_of(us_quic_stream_t* s) {
  return *static_cast<StreamState*>(us_quic_stream_ext(s));
}

Program& Program::of(us_quic_socket_t* s) {
  return **static_cast<Program**>(us_quic_socket_context_ext(us_quic_socket_context(s)));
}

Program::Program(us_loop_t* loop, const us_quic_socket_context_options_t& options)
    : context_(us_create_quic_socket_context(loop, options, sizeof(Program*))) {
  EXPECT_NE(context_, nullptr);
  *static_cast<Program**>(us_quic_socket_context_ext(context_)) = this;
  us_quic_socket_context_on_open(context_, [](us_quic_socket_t* s, int /*is_client*/) {
    ++of(s).opened;
    of(s).connections.push_back(s);
    run(of(s).on_open, s);
  });
  us_quic_socket_context_on_close(context_, [](us_quic_socket_t* s) {
    ++of(s).closed;
    std::erase(of(s).connections, s);
    run(of(s).on_close, s);
  });
  set_stream_callbacks();
  set_message_callbacks();
}

void Program::set_stream_callbacks() {
  us_quic_socket_context_on_stream_open(context_, [](us_quic_stream_t* s, int is_client) {
    EXPECT_EQ(is_client, us_quic_stream_is_client(s));
    new (us_quic_stream_ext(s)) StreamState;
    Program& program = of(s);
    ++program.streams_opened;
    run(program.on_stream_open, s);
    if (is_client == 0) return;
    const StreamCallback awaited = std::move(program.awaited_.front());
    program.awaited_.pop_front();
    run(awaited, s);
  });
  us_quic_socket_context_on_stream_close(context_, [](us_quic_stream_t* s) {
    Program& program = of(s);
    ++program.streams_closed;
    run(program.on_stream_close, s);
    StreamState& state = state_of(s);
    if (state.is_ended)
      for (const auto& [name, value] : state.fields)
        if (name == "name") program.done[value] = state;
    state.~StreamState();
  });
}

void Program::set_message_callbacks() {
  us_quic_socket_context_on_stream_headers(context_, [](us_quic_stream_t* s) {
    state_of(s).fields = received_fields();
    run(of(s).on_stream_headers, s);
  });
  us_quic_socket_context_on_stream_data(context_, [](us_quic_stream_t* s, char* data, int length) {
    EXPECT_GT(length, 0);
    state_of(s).body.append(data, static_cast<std::size_t>(length));
    run(of(s).on_stream_data, s, std::string_view(data, static_cast<std::size_t>(length)));
  });
  us_quic_socket_context_on_stream_end(context_, [](us_quic_stream_t* s) {
    EXPECT_FALSE(state_of(s).is_ended);
    state_of(s).is_ended = true;
    run(of(s).on_stream_end, s);
  });
  us_quic_socket_context_on_stream_writable(context_,
                                            [](us_quic_stream_t* s) { run(of(s).on_stream_writable, s); });
}

void Program::fall_silent() {
  on_stream_open = on_stream_headers = on_stream_end = on_stream_writable = on_stream_close = nullptr;
  on_stream_data = nullptr;
  on_open = on_close = nullptr;
}

int Program::listen(int ext_size) {
  us_quic_listen_socket_t* socket = us_quic_socket_context_listen(context_, "127.0.0.1", 0, ext_size);
  EXPECT_NE(socket, nullptr);
  return us_udp_socket_bound_port(reinterpret_cast<us_udp_socket_t*>(socket));
}

us_quic_socket_t* Program::connect(int port, int ext_size) {
  us_quic_socket_t* connection = us_quic_socket_context_connect(context_, "127.0.0.1", port, ext_size);
  EXPECT_NE(connection, nullptr);
  return connection;
}

void Program::request(us_quic_socket_t* connection, StreamCallback when_open, int ext_size) {
  awaited_.push_back(std::move(when_open));
  us_quic_socket_create_stream(connection, ext_size);
}

void Program::get(us_quic_socket_t* connection, const std::string& path, const Fields& more) {
  request(connection, [path, more](us_quic_stream_t* s) {
    Fields fields = {{":method", "GET"}, {":scheme", "https"}, {":authority", "127.0.0.1"}, {":path", path}};
    fields.insert(fields.end(), more.begin(), more.end());
    send_message(s, fields, "");
  });
}

}  // namespace usquic::test
