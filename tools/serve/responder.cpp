#include "serve/responder.h"

#include <new>
#include <utility>

#include "base/system_clock.h"
#include "serve/request_fields.h"

namespace usquic::tools::serve {
namespace {

// The lists of large folders are made in slices: others are served in the pauses.
constexpr std::int64_t listing_slice_ns = 1'000'000;
constexpr int listing_pause_ms = 2;
// Until the disk is asked again whether it brought what a download reads.
constexpr int disk_pause_ms = 1;

}  // namespace

Responder::Responder(files::FileService files, const WorkerLimits& limits, std::int64_t stall_ms,
                     RequestLog& log)
    : files_(std::move(files)), log_(log), delivery_(limits.buffers, limits.open_files, stall_ms, [this] {
        if (resume_) resume_->request();
      }) {}

void Responder::attach(us_loop_t* loop) {
  resume_.emplace(loop, [this] { delivery_.resume_waiting(); });
  work_on_listings_.emplace(loop, [this] { work_on_listings(); });
  load_files_.emplace(loop, [this] { load_files(); });
  resume_after_disk_.emplace(loop, [this] { delivery_.resume_after_disk(); });
  delivery_.set_disk_call([this] {
    if (resume_after_disk_) resume_after_disk_->request(disk_pause_ms);
  });
}

void Responder::detach() {
  resume_.reset();
  work_on_listings_.reset();
  load_files_.reset();
  resume_after_disk_.reset();
}

void Responder::answer(Response& response, const Request& request) {
  const ReceivedRequest received = read_request(request);
  const AnswerCache::Now now = {unix_seconds(), coarse_monotonic_ms()};
  // A line of the log wants a FileResponse.
  if (!log_.is_open()) {
    if (const PreparedResponse* known = answers_.find(received.request, now)) return response.end(*known);
  }
  files::Response answer = files_.respond(received.request, now.monotonic_ms);
  answers_.learn(received.request, answer, now);

  const auto sending =
      std::make_shared<FileResponse>(delivery_, *this, response, delivery_.recipient_of(response));
  if (log_.is_open()) {
    sending->origin = {.client_address = std::string(response.getRemoteAddressAsText()),
                       .began_ms = monotonic_ms(),
                       .method = std::string(received.request.method),
                       .path = std::string(received.request.path),
                       .version = request.getVersion(),
                       .referer = std::string(received.referer),
                       .user_agent = std::string(received.user_agent),
                       .tls_group = request.getTls().group};
  }
  give(sending, received.request, std::move(answer));
}

void Responder::on_turn(FileResponse& sending, const files::Request& request) {
  give(sending.shared_from_this(), request, files_.respond(request, coarse_monotonic_ms()));
}

void Responder::on_answered(const FileResponse& sending) {
  log_.write(sending.origin, sending.status(), sending.accepted_bytes());
}

void Responder::give(const std::shared_ptr<FileResponse>& sending, const files::Request& request,
                     files::Response answer) {
  if (answer.awaited_listing) return await_listing(sending, *answer.awaited_listing, request.method);
  sending->send_in_turn(request, std::move(answer));
  if (files_.has_files_to_load() && load_files_) load_files_->request();
}

void Responder::await_listing(const std::shared_ptr<FileResponse>& sending, const std::string& folder,
                              std::string_view method) {
  sending->await_answer();
  files_.await_listing(folder, method, [waiting = std::weak_ptr(sending)](files::Response answer) {
    if (const auto present = waiting.lock()) present->send(std::move(answer));
  });
  if (work_on_listings_) work_on_listings_->request();
}

void Responder::work_on_listings() {
  const std::int64_t end_ns = monotonic_ns() + listing_slice_ns;
  try {
    while (files_.work_on_listings(coarse_monotonic_ms())) {
      if (monotonic_ns() >= end_ns) return work_on_listings_->request(listing_pause_ms);
    }
  } catch (const std::bad_alloc&) {
    work_on_listings_->request(listing_pause_ms);
  }
}

// A piece in each iteration.
void Responder::load_files() {
  if (files_.load_files()) load_files_->request();
}

}  // namespace usquic::tools::serve
