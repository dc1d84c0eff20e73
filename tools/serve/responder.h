// Answers requests with what the file service says, and brings the answers on their way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "files/file_service.h"
#include "serve/answer_cache.h"
#include "serve/delivery.h"
#include "serve/file_response.h"
#include "serve/request_log.h"
#include "serve/soon_call.h"
#include "serve/worker_limits.h"
#include "usquic/http/app.h"

namespace usquic::tools::serve {

class Responder final : public FileResponse::Listener {
 public:
  // stall_ms: a client that takes nothing for so long loses its answers while others wait. Outlives the app
  // that calls answer(), and its loop.
  Responder(files::FileService files, const WorkerLimits& limits, std::int64_t stall_ms, RequestLog& log);
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder() = default;

  // Until detach() answers that had to wait go on in iterations of the loop.
  void attach(us_loop_t* loop);
  void detach();

  void answer(Response& response, const Request& request);
  // To be called a few times within stall_ms.
  void look_after_stalled(std::int64_t now_ms) { delivery_.look_after_stalled(now_ms); }
  // To be called every second or so where other workers have the same files in memory.
  void give_way() { files_.give_way(); }
  // 0, or the errno of reading what is served.
  int check_access() const { return files_.root().check_access(); }

  void on_turn(FileResponse& sending, const files::Request& request) override;
  void on_answered(const FileResponse& sending) override;

 private:
  void give(const std::shared_ptr<FileResponse>& sending, const files::Request& request,
            files::Response answer);
  void await_listing(const std::shared_ptr<FileResponse>& sending, const std::string& folder,
                     std::string_view method);
  void work_on_listings();
  void load_files();

  files::FileService files_;
  AnswerCache answers_;
  RequestLog& log_;
  Delivery delivery_;
  std::optional<SoonCall> resume_;
  std::optional<SoonCall> work_on_listings_;
  std::optional<SoonCall> load_files_;
  std::optional<SoonCall> resume_after_disk_;
};

}  // namespace usquic::tools::serve
