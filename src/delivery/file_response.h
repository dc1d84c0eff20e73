// One request, and the answer of the file service on its way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "delivery/answer_log.h"
#include "delivery/delivery.h"
#include "delivery/kept_request.h"
#include "files/body_reader.h"
#include "files/http_message.h"
#include "usquic/http/response.h"

namespace usquic::delivery {

struct Site;

class FileResponse : public Waiter, public std::enable_shared_from_this<FileResponse> {
 public:
  class Listener {
   public:
    // It is the turn of a request that had to wait: make its answer, and send_in_turn().
    virtual void on_turn(FileResponse& response, const files::Request& request) = 0;
    // All of the answer was accepted, or never will be.
    virtual void on_answered(const FileResponse& response) = 0;

   protected:
    ~Listener() = default;
  };

  // delivery: of the listener, or of what outlives it.
  FileResponse(std::shared_ptr<Listener> listener, Delivery& delivery, Response& response);
  FileResponse(const FileResponse&) = delete;
  FileResponse& operator=(const FileResponse&) = delete;
  ~FileResponse();

  // The answer comes later, or never when the client gives up before.
  void await_answer();
  // Send the answer: as much of it as is taken now, the rest when the stream or a free buffer calls resume.
  void send(files::Response answer);
  // The same for an answer to that request that may read a file. If it would have to wait for its
  // first buffer it is made again when it is its turn: what waits holds no file, and answers with what
  // is there then.
  void send_in_turn(const files::Request& request, files::Response answer);
  void resume();
  // As resume, when the disk may have brought what it was asked for.
  void resume_after_disk();

  RequestOrigin origin;
  std::shared_ptr<Site> site;  // what is asked when it is its turn
  int status() const { return status_; }
  std::uint64_t accepted_bytes() const { return accepted_bytes_; }

  Recipient& recipient() const { return *recipient_; }
  // Tells the recipient what it took since the last time.
  void note_progress();
  // Whether its client takes nothing of what it holds.
  bool lets_lie() const { return recipient_->is_stalled && (outstanding_ > 0 || refused_.has_value()); }
  // Resets the stream, if it is still there; code: of HTTP/3.
  void give_up(std::uint64_t code);

 private:
  struct SentChunk;

  // Whether the Response still is this one's. Chunks may be outstanding for longer, and this lives as long as they.
  bool has_response() const;
  void listen();
  void read_on();
  bool write_chunk(files::BodyChunk chunk);
  void conclude();
  static void release_chunk(void* user);

  // Before what uses the delivery, which may go with it.
  const std::shared_ptr<Listener> listener_;
  Delivery& delivery_;
  Response& response_;
  bool is_over_ = false;  // answered or aborted: of the response only getters may be called
  const std::shared_ptr<Recipient> recipient_;
  std::optional<KeptRequest> kept_;  // while it waits for its turn
  bool has_turn_ = false;
  bool is_listening_ = false;  // to the response
  std::optional<files::OpenFileCount> open_file_;
  std::optional<files::BodyReader> reader_;
  bool is_at_disk_ = false;                  // resume_after_disk will be called
  std::optional<files::BodyChunk> refused_;  // read, but the stream's buffer was full
  int status_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t accepted_bytes_ = 0;
  std::uint64_t noted_bytes_ = 0;  // of the accepted ones: sent, and told the recipient
  std::size_t outstanding_ = 0;    // chunks that the library holds
};

}  // namespace usquic::delivery
