#include "app_script.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "usquic/http3_codes.h"
#include "virtual_clock.h"

namespace usquic::fuzz {
namespace {

const std::string payload(70000, 'p');

struct Identity {
  std::array<char, 4096> certificate{}, key{};
  Identity() {
    CHECK(us_quic_development_certificate(10, certificate.data(), certificate.size(), key.data(), key.size(),
                                          nullptr) == 0);
  }
};

const Identity& identity() {
  static const Identity made;
  return made;
}

us_quic_header_t header(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

AppScript*& script_of(us_quic_socket_context_t* context) {
  return *static_cast<AppScript**>(us_quic_socket_context_ext(context));
}

}  // namespace

AppScript::AppScript(Input& input) : input_(input), loop_(Loop::create()) {
  CHECK(loop_ != nullptr);
  prepared_ = std::make_unique<PreparedResponse>("200", std::vector<FieldView>{{"x-field", "y"}}, "prepared");
  make_app();
  make_client();
  connect();
}

// Everything goes; what was lent comes back.
AppScript::~AppScript() {
  calls_left_ = 0;
  us_quic_socket_context_free(std::exchange(client_, nullptr));
  end_app();
  for (int i = 0; i < 5; ++i) loop_->tick();
  loop_.reset();
  CHECK(releases_ == static_writes_);
}

void AppScript::make_app() {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.send_buffer_bytes = 5000;
  core.max_stream_data = core.max_stream_data_limit = 8000;
  AppOptions options;
  options.cert = identity().certificate.data();
  options.key = identity().key.data();
  options.ca = options.cert;  // the system's roots take long to read
  options.max_body_bytes = 20000;
  options.automatic_options = true;
  options.http1 = options.http2 = false;
  options.core = &core;
  app_ = std::make_unique<App>(options, loop_);
  CHECK(app_->error() == US_QUIC_OK);
  const auto handler = [this](Response* response, Request* request) { handle(response, request); };
  app_->get("/a/:first/*", handler);
  app_->post("/limited", handler, {.max_body_bytes = 50});
  app_->connect("/tunnel", handler);
  app_->any("/*", handler);
  app_->listen("127.0.0.1", 0, [this](ListenSocket* s) {
    CHECK(s != nullptr);
    port_ = s->port();
  });
}

// Responses may be used, even when they are over, as long as the app lives.
void AppScript::end_app() {
  app_.reset();
  for (const auto& answer : answers_) answer->response = nullptr;
}

void AppScript::make_client() {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.reject_unauthorized = 0;
  const std::string_view trusted = identity().certificate.data();
  options.ca = {trusted.data(), trusted.size()};
  client_ = us_create_quic_socket_context(loop_->native(), &options, sizeof(AppScript*), nullptr);
  CHECK(client_ != nullptr);
  script_of(client_) = this;
  us_quic_socket_context_on_close(client_, [](us_quic_connection_t* c, const us_quic_close_info_t*) {
    AppScript& self = *script_of(us_quic_connection_context(c));
    if (self.connection_ == c) self.connection_ = nullptr;
  });
  us_quic_socket_context_on_stream_close(client_,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
                                           std::erase(script_of(us_quic_stream_context(s))->streams_, s);
                                         });
}

void AppScript::connect() {
  if (connection_ == nullptr) {
    connection_ = us_quic_socket_context_connect(client_, "127.0.0.1", port_, 0, nullptr);
  }
}

void AppScript::run() {
  for (int i = 0; i < 300 && !input_.at_end(); ++i) {
    const std::uint8_t what = input_.byte();
    if (what < 80) {
      for (int n = what % 8; n > 0; --n) loop_->tick();
    } else if (what < 100) {
      advance_clock(std::chrono::milliseconds(1 << (what % 15)));
    } else if (what < 180) {
      act_as_client();
    } else if (what < 250) {
      act_on_any();
    } else {
      act_as_app();
    }
    loop_->tick();
  }
}

void AppScript::handle(Response* response, Request* request) {
  look_at(request);
  if (input_.byte() == 1) {
    request->setYield(true);
    return;
  }
  answers_.push_back(std::make_unique<Answer>());
  Answer& answer = *answers_.back();
  answer.response = response;
  response->onAborted([this, &answer] {
    CHECK(!answer.is_aborted);
    answer.is_aborted = true;
    act_inside(answer);
  });
  for (std::size_t i = input_.pick(6); i > 0 && answer.response != nullptr; --i) act(answer);
}

void AppScript::look_at(Request* request) {
  CHECK(!request->getMethod().empty());
  request->getQuery("q");
  request->getParameter(0);
  request->getParameter("first");
  request->getHeader("x-field");
  std::size_t count = 0;
  request->forEachHeader([&count](std::string_view name, std::string_view) {
    CHECK(!name.starts_with(':'));
    ++count;
  });
}

void AppScript::act_on_any() {
  if (answers_.empty()) return;
  Answer& answer = *answers_[input_.integer(2) % answers_.size()];
  if (answer.response != nullptr) act(answer);
}

// From inside another call's callback; not without end.
void AppScript::act_inside(Answer& answer) {
  constexpr int deepest = 3;
  if (depth_ >= deepest) return;
  ++depth_;
  for (std::size_t i = input_.pick(3); i > 0 && answer.response != nullptr; --i) act(answer);
  if (input_.byte() == 3) act_as_app();
  --depth_;
}

void AppScript::act(Answer& answer) {
  if (--calls_left_ < 0) return;
  Response& response = *answer.response;
  switch (input_.pick(10)) {
    case 0: {
      constexpr std::string_view statuses[] = {"200 OK", "404", "204", "304", "", "99", "x"};
      response.writeStatus(input_.choose(statuses));
      return;
    }
    case 1: {
      constexpr std::string_view names[] = {"content-length", "X-Field", "", "connection", "a\nb"};
      const std::string_view name = input_.choose(names);
      if (name == "content-length") {
        response.writeHeader(name, input_.integer(2));
      } else {
        response.writeHeader(name, input_.text());
      }
      return;
    }
    case 2:
      response.writeInformational(input_.flag() ? "103" : "100", {{"link", "</a>; rel=preload"}});
      return;
    case 3:
    case 4:
      return write(answer);
    case 5:
      return finish_answer(answer);
    case 6:
      return set_handlers(answer);
    case 7:
      input_.flag() ? response.pause() : response.resume();
      return;
    case 8:
      if (answers_.size() % 2 == 0) response.flushHeaders();
      response.cork([this, &answer] { act_inside(answer); });
      return;
    default:
      response.writeTrailer("x-trailer", input_.text());
      response.getRemoteAddressAsText();
      response.getRemotePort();
      CHECK(response.getBufferedAmount() <= response.getWriteOffset() || response.hasResponded());
  }
}

void AppScript::write(Answer& answer) {
  Response& response = *answer.response;
  const std::string_view data = std::string_view(payload).substr(0, input_.integer(2));
  switch (input_.pick(3)) {
    case 0:
      response.write(data);
      return;
    case 1:
      response.tryEnd(data, input_.flag() ? input_.integer(3) : 0);
      return;
    default: {
      const auto [is_taken, is_done] = response.tryEndStatic(
          data, input_.flag() ? input_.integer(3) : 0,
          [](void* self) { ++static_cast<AppScript*>(self)->releases_; }, this);
      if (is_taken) ++static_writes_;
      CHECK(is_taken || !is_done);
    }
  }
}

void AppScript::finish_answer(Answer& answer) {
  Response& response = *answer.response;
  switch (input_.pick(6)) {
    case 0:
      response.end(*prepared_);
      return;
    case 1:
      response.endWithoutBody(input_.flag() ? std::optional<std::uint64_t>(input_.byte()) : std::nullopt);
      return;
    case 2:
      response.close();
      return;
    default:
      response.end(std::string_view(payload).substr(0, input_.byte()));
  }
}

void AppScript::set_handlers(Answer& answer) {
  Response& response = *answer.response;
  switch (input_.pick(4)) {
    case 0:
      response.onData([this, &answer](std::string_view, bool fin) {
        CHECK(!answer.is_aborted && !answer.had_last_data);
        answer.had_last_data = fin;
        act_inside(answer);
      });
      return;
    case 1:
      response.onWritable([this, &answer](std::uint64_t) {
        CHECK(!answer.is_aborted);
        act_inside(answer);
        return input_.flag();
      });
      return;
    case 2:
      response.onTrailer([&answer](std::string_view, std::string_view) { CHECK(!answer.is_aborted); });
      return;
    default:
      response.onData(nullptr);
  }
}

void AppScript::act_as_app() {
  if (app_ == nullptr) return;
  switch (input_.pick(5)) {
    case 0:
      app_->close();
      return;
    case 1:
      app_->closeNow();
      return;
    case 2:
      return end_app();
    case 3:
      app_->get("/late/" + std::string(input_.text()), [this](auto* res, auto* req) { handle(res, req); });
      return;
    default:
      app_->any("/*", [this](auto* res, auto* req) { handle(res, req); });
  }
}

void AppScript::act_as_client() {
  connect();
  if (connection_ == nullptr) return;
  const std::size_t what = input_.pick(12);
  if (what == 0) return us_quic_connection_close(connection_, US_QUIC_H3_NO_ERROR, nullptr);
  if (what == 1) return us_quic_connection_shutdown(connection_);
  if (what < 6 || streams_.empty()) return ask();
  disturb(streams_[input_.pick(std::min<std::size_t>(streams_.size(), 256))]);
}

void AppScript::ask() {
  if (us_quic_connection_is_closed(connection_) != 0) return;
  us_quic_stream_t* s = us_quic_connection_create_stream(connection_, 0, nullptr);
  if (s == nullptr) return;
  streams_.push_back(s);
  constexpr std::string_view methods[] = {"GET", "POST", "HEAD", "OPTIONS", "PUT", "CONNECT"};
  constexpr std::string_view paths[] = {"/", "/a/%41/b?q=1", "/limited", "/tunnel", "/late/", "/x"};
  const std::string_view method = input_.choose(methods);
  std::vector<us_quic_header_t> fields = {header(":method", method), header(":scheme", "https"),
                                          header(":authority", "localhost"),
                                          header(":path", input_.choose(paths))};
  if (method == "CONNECT") fields.push_back(header(":protocol", "websocket"));
  const std::string_view value = input_.text();
  if (input_.flag()) fields.push_back(header(input_.flag() ? "content-length" : "expect", value));
  const int is_whole = input_.flag() ? 1 : 0;
  us_quic_stream_send_headers(s, fields.data(), fields.size(), is_whole);
  if (is_whole == 0) us_quic_stream_write(s, payload.data(), input_.integer(2));
}

void AppScript::disturb(us_quic_stream_t* s) {
  const us_quic_header_t trailer = header("x-trailer", "t");
  switch (input_.pick(7)) {
    case 0:
      us_quic_stream_reset(s, input_.byte());
      return;
    case 1:
      us_quic_stream_stop(s, input_.byte());
      return;
    case 2:
      return us_quic_stream_close(s);
    case 3:
      return input_.flag() ? us_quic_stream_pause(s) : us_quic_stream_resume(s);
    case 4:
      us_quic_stream_send_headers(s, &trailer, 1, 1);
      return;
    case 5:
      us_quic_stream_shutdown(s);
      return;
    default:
      us_quic_stream_write(s, payload.data(), input_.integer(2));
  }
}

}  // namespace usquic::fuzz
