// One request and its answer on one stream.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "serve/body_reader.h"
#include "serve/http_message.h"
#include "usquic/quic.h"

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
};

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(ExchangeHost& host, us_quic_stream_t* stream, std::shared_ptr<BufferShare> share);

  // Send the answer: as much of it as is taken now, the rest when on_stream_writable or a free buffer calls
  // resume.
  void send(Response response);
  void resume();

  void on_request_end() { is_request_ended_ = true; }
  // The stream is gone; what was written and not acknowledged still holds its buffers.
  void on_stream_close();

  // For the access log.
  std::string method;
  std::string path;
  std::string referer;
  std::string user_agent;
  int status() const { return status_; }
  std::uint64_t accepted_bytes() const { return accepted_bytes_; }

  bool has_responded() const { return status_ != 0; }
  // Since when nothing of the buffers that it holds was acknowledged; empty when it holds none.
  std::optional<std::int64_t> stalled_since_ms() const;
  void give_up(std::uint64_t code);

 private:
  struct SentChunk;

  bool write_chunk(BodyChunk chunk);
  void finish();
  static void release_chunk(void* user);

  ExchangeHost& host_;
  us_quic_stream_t* stream_;  // null after on_stream_close
  std::shared_ptr<BufferShare> share_;
  std::optional<BodyReader> reader_;
  std::optional<BodyChunk> refused_;  // read, but the stream's buffer was full
  int status_ = 0;
  std::uint64_t accepted_bytes_ = 0;
  std::size_t outstanding_ = 0;  // chunks that the library holds
  std::int64_t progress_ms_ = 0;
  bool is_request_ended_ = false;
  bool is_finished_ = false;
};

}  // namespace usquic::tools::serve
