// One URL: a request on a stream, its answer into an output.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "failure.h"
#include "get/options.h"
#include "get/output.h"
#include "get/request_body.h"
#include "get/request_headers.h"
#include "get/url.h"
#include "usquic/quic.h"

namespace usquic::tools::get {

class Transfer;

// Hears how transfers go.
class TransferHost {
 public:
  virtual ~TransferHost() = default;
  virtual void on_transfer_done(Transfer& transfer) = 0;
  // The server did not look at the request (RFC 9114 5.2): it is to be started on another connection.
  virtual void on_transfer_refused(Transfer& transfer) = 0;
};

class Transfer {
 public:
  Transfer(TransferHost& host, const Options& options, Url url, HeaderList headers, const BodyPlan& body,
           Output output);

  void start(us_quic_connection_t* connection);
  void fail(const Failure& failure);
  // The body may have more to send.
  void send_body();

  void on_headers(int kind);
  void on_data(std::string_view bytes);
  void on_end();
  void on_stop();
  void on_stream_close(const us_quic_stream_close_info_t& info);

  const Url& url() const { return url_; }
  const Output& output() const { return output_; }
  bool is_done() const { return is_done_; }
  // The connection that it runs on; null when it has none.
  us_quic_connection_t* connection() const { return connection_; }
  const Failure& outcome() const { return outcome_; }
  int status() const { return status_; }
  const std::string& content_type() const { return content_type_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t sent() const { return sent_; }
  std::optional<std::uint64_t> expected() const { return expected_; }
  std::int64_t first_byte_ms() const { return first_byte_ms_; }

 private:
  void on_final_headers();
  bool write(std::string_view bytes);
  void finish(Failure outcome);
  bool response_has_body() const;

  TransferHost& host_;
  const Options& options_;
  Url url_;
  HeaderList headers_;
  const BodyPlan& plan_;
  Output output_;
  us_quic_connection_t* connection_ = nullptr;
  us_quic_stream_t* stream_ = nullptr;
  std::unique_ptr<BodySource> body_;
  Failure outcome_ = {ExitCode::Ok, ""};
  std::string content_type_;
  std::optional<std::uint64_t> expected_;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::int64_t first_byte_ms_ = 0;
  int status_ = 0;
  int attempts_ = 0;
  bool is_body_sent_ = false;
  bool is_done_ = false;
};

}  // namespace usquic::tools::get
