// Answers requests with what a file service says, and brings the answers on their way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "delivery/answer_log.h"
#include "delivery/delivery.h"
#include "delivery/file_response.h"
#include "delivery/received_request.h"
#include "delivery/site.h"
#include "delivery/soon_call.h"
#include "delivery/static_answer.h"
#include "usquic/http/app.h"

namespace usquic::delivery {

struct ResponderLimits {
  std::size_t buffers = 0;     // files::BufferPool
  std::size_t open_files = 0;  // files::FileBudget
  // A client that takes nothing for so long loses its answers while others wait.
  std::int64_t stall_ms = 10'000;
};

// Belongs to a shared_ptr, as answers under way own it too.
class Responder final : public FileResponse::Listener, public std::enable_shared_from_this<Responder> {
 public:
  // log: null where nothing is written down; else it outlives this.
  Responder(const ResponderLimits& limits, AnswerLog* log);
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder() = default;

  // Until detach(), which comes before the end of the loop, answers that had to wait go on in iterations of it.
  void attach(us_loop_t* loop);
  void detach();

  // What the site has for the request.
  void answer(const std::shared_ptr<Site>& site, Response& response, const Request& request);
  // The same for a path of the site's own (with the query) in the place of the request's.
  void answer(const std::shared_ptr<Site>& site, Response& response, const Request& request,
              std::string_view path);
  // The same for an answer that never changes.
  void answer(StaticAnswer& given, Response& response, const Request& request);
  // To be called a few times within stall_ms.
  void look_after_stalled(std::int64_t now_ms) { delivery_.look_after_stalled(now_ms); }

  void on_turn(FileResponse& sending, const files::Request& request) override;
  void on_answered(const FileResponse& sending) override;

 private:
  void answer(const std::shared_ptr<Site>& site, Response& response, const Request& request,
              const ReceivedRequest& received);
  std::shared_ptr<FileResponse> begin(Response& response, const Request& request);
  bool writes_log() const { return log_ != nullptr && log_->is_open(); }
  void give(const std::shared_ptr<FileResponse>& sending, const files::Request& request,
            files::Response answer);
  void await_listing(const std::shared_ptr<FileResponse>& sending, const std::string& folder,
                     std::string_view method);
  void work_on_listings();
  void load_files();

  AnswerLog* const log_;
  Delivery delivery_;
  SiteQueue listing_;
  SiteQueue loading_;
  std::optional<SoonCall> resume_;
  std::optional<SoonCall> work_on_listings_;
  std::optional<SoonCall> load_files_;
  std::optional<SoonCall> resume_after_disk_;
};

}  // namespace usquic::delivery
