#include "delivery/responder.h"

#include <new>
#include <utility>

#include "base/system_clock.h"

namespace usquic::delivery {
namespace {

// The lists of large folders are made in slices: others are served in the pauses.
constexpr std::int64_t listing_slice_ns = 1'000'000;
constexpr int listing_pause_ms = 2;
// Until the disk is asked again whether it brought what a download reads.
constexpr int disk_pause_ms = 1;

}  // namespace

Responder::Responder(const ResponderLimits& limits, AnswerLog* log)
    : log_(log), delivery_(limits.buffers, limits.open_files, limits.stall_ms, [this] {
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

void Responder::answer(const std::shared_ptr<Site>& site, Response& response, const Request& request) {
  answer(site, response, request, read_request(request));
}

void Responder::answer(const std::shared_ptr<Site>& site, Response& response, const Request& request,
                       std::string_view path) {
  ReceivedRequest received = read_request(request);
  received.request.path = path;
  answer(site, response, request, received);
}

void Responder::answer(const std::shared_ptr<Site>& site, Response& response, const Request& request,
                       const ReceivedRequest& received) {
  const AnswerCache::Now now = {unix_seconds(), coarse_monotonic_ms()};
  // A line of the log wants a FileResponse.
  if (!writes_log()) {
    if (const PreparedResponse* known = site->answers.find(received.request, now))
      return response.end(*known);
  }
  files::Response made = site->files.respond(received.request, now.monotonic_ms);
  site->answers.learn(received.request, made, now);
  const auto sending = begin(response, request);
  sending->site = site;
  give(sending, received.request, std::move(made));
}

void Responder::answer(StaticAnswer& given, Response& response, const Request& request) {
  const bool is_known = given.is_known_to(request);
  if (!writes_log()) {
    if (const PreparedResponse* prepared = given.prepared(is_known, unix_seconds()))
      return response.end(*prepared);
  }
  begin(response, request)->send(given.make(is_known, request.getMethod()));
}

std::shared_ptr<FileResponse> Responder::begin(Response& response, const Request& request) {
  auto sending = std::make_shared<FileResponse>(shared_from_this(), delivery_, response);
  if (!writes_log()) return sending;
  const ReceivedRequest received = read_request(request);
  sending->origin = {.client_address = std::string(response.getRemoteAddressAsText()),
                     .began_ms = monotonic_ms(),
                     .method = std::string(received.request.method),
                     .path = std::string(received.request.path),
                     .version = request.getVersion(),
                     .referer = std::string(received.referer),
                     .user_agent = std::string(received.user_agent),
                     .tls_group = request.getTls().group};
  return sending;
}

void Responder::on_turn(FileResponse& sending, const files::Request& request) {
  give(sending.shared_from_this(), request, sending.site->files.respond(request, coarse_monotonic_ms()));
}

void Responder::on_answered(const FileResponse& sending) {
  if (log_ != nullptr) log_->write(sending.origin, sending.status(), sending.accepted_bytes());
}

void Responder::give(const std::shared_ptr<FileResponse>& sending, const files::Request& request,
                     files::Response answer) {
  if (answer.awaited_listing) return await_listing(sending, *answer.awaited_listing, request.method);
  sending->send_in_turn(request, std::move(answer));
  if (!sending->site->files.has_files_to_load() || !load_files_) return;
  loading_.add(sending->site);
  load_files_->request();
}

void Responder::await_listing(const std::shared_ptr<FileResponse>& sending, const std::string& folder,
                              std::string_view method) {
  sending->await_answer();
  sending->site->files.await_listing(folder, method,
                                     [waiting = std::weak_ptr(sending)](files::Response answer) {
                                       if (const auto present = waiting.lock())
                                         present->send(std::move(answer));
                                     });
  if (!work_on_listings_) return;
  listing_.add(sending->site);
  work_on_listings_->request();
}

void Responder::work_on_listings() {
  const std::int64_t end_ns = monotonic_ns() + listing_slice_ns;
  while (!listing_.is_empty()) {
    const std::shared_ptr<Site> site = listing_.take();
    bool has_more = true;
    try {
      has_more = site->files.work_on_listings(coarse_monotonic_ms());
    } catch (const std::bad_alloc&) {
      listing_.add(site);
      return work_on_listings_->request(listing_pause_ms);
    }
    if (has_more) listing_.add(site);
    if (!listing_.is_empty() && monotonic_ns() >= end_ns) return work_on_listings_->request(listing_pause_ms);
  }
}

// A piece in each iteration.
void Responder::load_files() {
  if (loading_.is_empty()) return;
  const std::shared_ptr<Site> site = loading_.take();
  if (site->files.load_files()) loading_.add(site);
  if (!loading_.is_empty()) load_files_->request();
}

}  // namespace usquic::delivery
