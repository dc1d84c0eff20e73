// Handlers of an App that make any calls at any time, also on responses that are over, while its client
// asks, uploads, gives up and goes away.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "input.h"
#include "usquic/http/app.h"

namespace usquic::fuzz {

class AppScript {
 public:
  explicit AppScript(Input& input);
  ~AppScript();
  AppScript(const AppScript&) = delete;
  AppScript& operator=(const AppScript&) = delete;

  void run();

 private:
  // One request as its handler saw it.
  struct Answer {
    Response* response = nullptr;
    bool is_aborted = false;
    bool had_last_data = false;
  };

  void make_app();
  void end_app();
  void make_client();
  void connect();
  void handle(Response* response, Request* request);
  void look_at(Request* request);
  void act_on_any();
  void act(Answer& answer);
  void write(Answer& answer);
  void finish_answer(Answer& answer);
  void set_handlers(Answer& answer);
  void act_inside(Answer& answer);
  void act_as_app();
  void act_as_client();
  void ask();
  void disturb(us_quic_stream_t* s);

  Input& input_;
  std::shared_ptr<Loop> loop_;
  std::unique_ptr<App> app_;
  std::unique_ptr<PreparedResponse> prepared_;
  std::vector<std::unique_ptr<Answer>> answers_;
  int port_ = 0;
  us_quic_socket_context_t* client_ = nullptr;
  us_quic_connection_t* connection_ = nullptr;
  std::vector<us_quic_stream_t*> streams_;
  int calls_left_ = 400;
  int depth_ = 0;
  std::size_t static_writes_ = 0, releases_ = 0;
};

}  // namespace usquic::fuzz
