#include "delivery/file_response.h"

#include <algorithm>
#include <string>
#include <utility>

#include "usquic/http3_codes.h"

namespace usquic::delivery {

// A chunk in the library's hands, and the response that hears when it comes back.
struct FileResponse::SentChunk {
  files::BodyChunk chunk;
  std::shared_ptr<FileResponse> response;
};

FileResponse::FileResponse(std::shared_ptr<Listener> listener, Delivery& delivery, Response& response)
    : listener_(std::move(listener)),
      delivery_(delivery),
      response_(response),
      recipient_(delivery.recipient_of(response)) {
  delivery_.enter(*this);
  response_.setUserData(this);
}

FileResponse::~FileResponse() {
  leave_line();
  delivery_.leave(*this);
}

// The Response is used again for another request: then its user data is no longer this.
bool FileResponse::has_response() const {
  return response_.getUserData() == this;
}

void FileResponse::await_answer() {
  listen();
}

void FileResponse::send_in_turn(const files::Request& request, files::Response answer) {
  const bool reads_file = std::any_of(answer.body.begin(), answer.body.end(),
                                      [](const files::BodyPart& part) { return part.memory == nullptr; });
  status_ = answer.status;  // for the log, if it never comes to that
  const bool is_its_turn = std::exchange(has_turn_, false) || !recipient_->line.has_waiters();
  if (reads_file && !(is_its_turn && delivery_.may_begin(*recipient_))) {
    kept_.emplace(request);
    delivery_.wait_for_buffer(*this, *recipient_);
    return listen();
  }
  if (reads_file) open_file_.emplace(delivery_.files(), recipient_->open_files);
  send(std::move(answer));
}

void FileResponse::send(files::Response answer) {
  if (is_over_) return;
  status_ = answer.status;
  response_.writeStatus(std::to_string(answer.status));
  for (const files::Field& field : answer.fields) response_.writeHeader(field.name, field.value);
  if (answer.body.empty()) {
    response_.endWithoutBody();
    conclude();
    return;
  }
  total_bytes_ = answer.body_length();
  reader_.emplace(std::move(answer.body), delivery_.buffer_pool(), recipient_);
  read_on();
  listen();
}

// A response that is not complete has to be told of its stream.
void FileResponse::listen() {
  if (is_over_ || std::exchange(is_listening_, true)) return;
  response_.onAborted([self = shared_from_this()] { self->conclude(); });
  response_.onWritable([self = shared_from_this()](std::uint64_t) {
    self->resume();
    return true;
  });
}

void FileResponse::resume() {
  if (is_over_) return;
  leave_line();
  if (kept_) {
    const KeptRequest kept = std::move(*kept_);
    kept_.reset();
    has_turn_ = true;
    return listener_->on_turn(*this, kept.request());
  }
  if (reader_) read_on();
}

void FileResponse::read_on() {
  if (refused_) {
    files::BodyChunk chunk = std::move(*refused_);
    refused_.reset();
    if (!write_chunk(std::move(chunk))) return;
  }
  while (!is_over_) {
    files::BodyReader::Result next = reader_->next();
    if (auto* chunk = std::get_if<files::BodyChunk>(&next)) {
      if (!write_chunk(std::move(*chunk))) return;
    } else if (std::holds_alternative<files::BodyReader::NoBuffer>(next)) {
      delivery_.wait_for_buffer(*this, *recipient_);
      return;
    } else if (std::holds_alternative<files::BodyReader::NotRead>(next)) {
      if (!std::exchange(is_at_disk_, true)) delivery_.wait_for_disk(*this);
      return;
    } else {
      give_up(US_QUIC_H3_INTERNAL_ERROR);
      return;
    }
  }
}

void FileResponse::resume_after_disk() {
  is_at_disk_ = false;
  resume();
}

// Returns: whether it was taken.
bool FileResponse::write_chunk(files::BodyChunk chunk) {
  auto sent = std::make_unique<SentChunk>(SentChunk{std::move(chunk), shared_from_this()});
  const std::string_view bytes(static_cast<const char*>(sent->chunk.data()), sent->chunk.length());
  const std::size_t length = bytes.size();
  ++outstanding_;
  const auto [is_taken, is_whole] =
      response_.tryEndStatic(bytes, total_bytes_, &FileResponse::release_chunk, sent.get());
  if (!is_taken) {
    --outstanding_;
    refused_.emplace(std::move(sent->chunk));
    return false;
  }
  static_cast<void>(sent.release());  // release_chunk deletes it, or did
  accepted_bytes_ += length;
  if (is_whole) conclude();
  return true;
}

void FileResponse::release_chunk(void* user) {
  std::unique_ptr<SentChunk> sent(static_cast<SentChunk*>(user));
  const std::shared_ptr<FileResponse> response = std::move(sent->response);
  --response->outstanding_;
  sent.reset();
  response->delivery_.on_buffer_released();
}

void FileResponse::conclude() {
  if (std::exchange(is_over_, true)) return;
  leave_line();
  kept_.reset();
  refused_.reset();
  reader_.reset();
  open_file_.reset();
  delivery_.on_buffer_released();
  listener_->on_answered(*this);
}

void FileResponse::note_progress() {
  if (!has_response()) return;
  const std::uint64_t sent =
      accepted_bytes_ - std::min<std::uint64_t>(response_.getBufferedAmount(), accepted_bytes_);
  if (sent > noted_bytes_) recipient_->note_sent(sent - std::exchange(noted_bytes_, sent));
  us_quic_stream_t* open = response_.native();
  if (open == nullptr) return;  // over TCP it is the kernel that knows what is in flight
  us_quic_stats_t stats{};
  us_quic_connection_stats(us_quic_stream_connection(open), &stats);
  recipient_->note_in_flight(stats.bytes_in_flight);
}

void FileResponse::give_up(std::uint64_t code) {
  const std::shared_ptr<FileResponse> self = shared_from_this();  // its chunks may come back inside
  if (has_response()) {
    if (us_quic_stream_t* open = response_.native()) {
      us_quic_stream_close_with(open, code);
    } else {
      response_.close();
    }
  }
  conclude();
}

}  // namespace usquic::delivery
