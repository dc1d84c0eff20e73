// For tests of App over real sockets: an app, asked by a small client of the C interface.
#pragma once

#include "usquic/http/app.h"
#include "usquic/http3_codes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/development_certificate.h"

namespace usquic::test {

struct Answer {
  std::vector<std::string> informational;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::pair<std::string, std::string>> trailers;
  std::string status, body;
  bool has_ended = false, is_closed = false;
  std::uint64_t reset_code = 0;
  us_quic_stream_close_info_t close{};

  std::string field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return "(none)";
  }
};

struct Ask {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool keeps_open = false;
  std::string authority = "localhost";
  std::string protocol;
};

struct Client;

struct Pending {
  Client* client;
  Answer answer;
  std::string unsent;
  bool keeps_open;
  us_quic_stream_t* stream;

  void send() {
    const std::ptrdiff_t taken = us_quic_stream_write(stream, unsent.data(), unsent.size());
    if (taken > 0) unsent.erase(0, static_cast<std::size_t>(taken));
    if (unsent.empty() && !keeps_open) us_quic_stream_shutdown(stream);
  }
};

inline Pending& pending(us_quic_stream_t* s) {
  return **static_cast<Pending**>(us_quic_stream_ext(s));
}

struct Client {
  us_quic_socket_context_t* context = nullptr;
  us_quic_connection_t* connection = nullptr;
  std::vector<std::unique_ptr<Pending>> all;
  std::size_t open = 0;
  bool keeps_connection = false;

  Client(us_loop_t* loop, int port) {
    us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
    options.reject_unauthorized = 0;
    context = us_create_quic_socket_context(loop, &options, 0, nullptr);
    us_quic_socket_context_on_stream_headers(context, [](us_quic_stream_t* s, int kind, int) {
      Answer& answer = pending(s).answer;
      for (std::size_t i = 0; i < us_quic_stream_header_count(s); ++i) {
        const us_quic_header_t& f = *us_quic_stream_header(s, i);
        std::string name(f.name, f.name_length), value(f.value, f.value_length);
        if (kind == US_QUIC_HEADERS_INFORMATIONAL) {
          if (name == ":status") answer.informational.push_back(value);
        } else if (name == ":status") {
          answer.status = value;
        } else {
          (kind == US_QUIC_HEADERS_TRAILERS ? answer.trailers : answer.fields).emplace_back(name, value);
        }
      }
    });
    us_quic_socket_context_on_stream_data(context, [](us_quic_stream_t* s, const void* data, size_t length) {
      pending(s).answer.body.append(static_cast<const char*>(data), length);
    });
    us_quic_socket_context_on_stream_end(context,
                                         [](us_quic_stream_t* s) { pending(s).answer.has_ended = true; });
    us_quic_socket_context_on_stream_reset(
        context, [](us_quic_stream_t* s, std::uint64_t code) { pending(s).answer.reset_code = code; });
    us_quic_socket_context_on_stream_writable(context, [](us_quic_stream_t* s) { pending(s).send(); });
    us_quic_socket_context_on_stream_close(
        context, [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
          Pending& p = pending(s);
          p.answer.close = *info;
          p.answer.is_closed = true;
          if (--p.client->open == 0 && !p.client->keeps_connection) {
            us_quic_connection_close(p.client->connection, US_QUIC_H3_NO_ERROR, nullptr);
          }
        });
    connection = us_quic_socket_context_connect(context, "127.0.0.1", port, 0, nullptr);
  }

  Pending& ask(const Ask& ask) {
    us_quic_stream_t* s = us_quic_connection_create_stream(connection, sizeof(Pending*), nullptr);
    all.push_back(std::unique_ptr<Pending>(new Pending{this, {}, ask.body, ask.keeps_open, s}));
    *static_cast<Pending**>(us_quic_stream_ext(s)) = all.back().get();
    std::vector<us_quic_header_t> fields;
    const auto add = [&](std::string_view name, std::string_view value) {
      fields.push_back({name.data(), name.size(), value.data(), value.size(), 0});
    };
    add(":method", ask.method);
    add(":scheme", "https");
    add(":authority", ask.authority);
    add(":path", ask.path);
    if (!ask.protocol.empty()) add(":protocol", ask.protocol);
    for (const auto& [name, value] : ask.fields) add(name, value);
    ++open;
    const bool ends = ask.body.empty() && !ask.keeps_open;
    EXPECT_EQ(us_quic_stream_send_headers(s, fields.data(), fields.size(), ends ? 1 : 0), 0);
    if (!ends) all.back()->send();
    return *all.back();
  }
};

class AppTest : public testing::Test {
 protected:
  AppTest() {
    const DevelopmentCertificate identity = DevelopmentCertificate::make();
    options_.cert = identity.cert;
    options_.key = identity.key;
    core_.log_level = US_QUIC_LOG_WARNING;
    core_.log_user = &log_;
    core_.log = [](void* user, int, const char* line) {
      static_cast<std::string*>(user)->append(line).append("\n");
    };
    options_.core = &core_;
    loop_ = Loop::create();
  }
  ~AppTest() override {
    client_.reset();
    app_.reset();
  }

  App& app() {
    if (app_ == nullptr) app_ = std::make_unique<App>(options_, loop_);
    EXPECT_EQ(app_->error(), US_QUIC_OK);
    return *app_;
  }

  Client& client() {
    if (client_ == nullptr) {
      int port = 0;
      app().listen("127.0.0.1", 0, [&](ListenSocket* s) { port = s->port(); });
      client_ = std::make_unique<Client>(loop_->native(), port);
    }
    return *client_;
  }

  // Until the client has closed its connection; the app is closed then.
  void run() {
    us_quic_socket_context_on_close(client().context,
                                    [](us_quic_connection_t*, const us_quic_close_info_t*) {});
    wait_for_client();
    loop_->run();
  }

  Answer get(const Ask& ask) {
    Pending& asked = client().ask(ask);
    run();
    return asked.answer;
  }

  AppOptions options_;
  us_quic_socket_context_options_t core_ = US_QUIC_OPTIONS_INIT;
  std::string log_;
  std::shared_ptr<Loop> loop_;
  std::unique_ptr<App> app_;
  std::unique_ptr<Client> client_;

 private:
  void wait_for_client() {
    loop_->after(1, [this] {
      if (client_->open > 0 || client_->keeps_connection) return wait_for_client();
      if (app_ != nullptr) app_->closeNow();
    });
  }
};

}  // namespace usquic::test
