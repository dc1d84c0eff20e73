// One request and its answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "serve/body_reader.h"
#include "serve/http_message.h"
#include "usquic/h3/response.h"

namespace usquic::tools::serve {

class Exchange;

// What exchanges need of the server that they belong to.
class ExchangeHost {
 public:
  virtual ~ExchangeHost() = default;
  virtual BufferPool& buffer_pool() = 0;
  // resume() is to be called when a buffer was released.
  virtual void wait_for_buffer(const std::shared_ptr<Exchange>& exchange) = 0;
  virtual void on_buffer_released() = 0;
  // All of the answer was accepted, or never will be.
  virtual void on_answered(const Exchange& exchange) = 0;
  // After that, and when the library gave back all buffers.
  virtual void forget(Exchange& exchange) = 0;
};

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(ExchangeHost& host, Http3Response& response, std::shared_ptr<BufferShare> share);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { host_.forget(*this); }

  // Send the answer: as much of it as is taken now, the rest when the stream or a free buffer calls resume.
  void send(Response answer);
  void resume();

  // For the access log.
  struct Origin {
    std::string client_address;
    std::int64_t began_ms = 0;
    std::string method;
    std::string path;
    std::string referer;
    std::string user_agent;
  };
  Origin origin;
  int status() const { return status_; }
  std::uint64_t accepted_bytes() const { return accepted_bytes_; }

  // Since when nothing of the buffers that it holds was acknowledged; empty when it holds none.
  std::optional<std::int64_t> stalled_since_ms() const;
  void give_up(std::uint64_t code);

 private:
  struct SentChunk;

  bool write_chunk(BodyChunk chunk);
  void conclude();
  static void release_chunk(void* user);

  ExchangeHost& host_;
  Http3Response* response_;   // null when it was answered or aborted
  us_quic_stream_t* stream_;  // to be used only before that, or while chunks are outstanding
  std::shared_ptr<BufferShare> share_;
  std::optional<BodyReader> reader_;
  std::optional<BodyChunk> refused_;  // read, but the stream's buffer was full
  int status_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t accepted_bytes_ = 0;
  std::size_t outstanding_ = 0;  // chunks that the library holds
  std::int64_t progress_ms_ = 0;
};

}  // namespace usquic::tools::serve
