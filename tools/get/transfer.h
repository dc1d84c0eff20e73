// One URL: a fetch, its response into an output.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "failure.h"
#include "get/body_source.h"
#include "get/exchange.h"
#include "get/options.h"
#include "get/output.h"
#include "get/request_head.h"
#include "get/typed_url.h"
#include "get/upload.h"
#include "usquic/http/loop.h"

namespace usquic::tools::get {

class Transfer;

// What came, and when.
struct TransferFigures {
  // The body ended elsewhere than its content-length says.
  bool is_cut() const { return status != 0 && expected && received != *expected; }

  int status = 0;
  HttpVersion version = HttpVersion::Http3;  // of the response, or of the connection until then
  std::string content_type;
  std::optional<std::uint64_t> expected;  // content-length
  std::uint64_t received = 0;
  std::int64_t first_byte_ms = 0;
};

// Hears how transfers go.
class TransferHost {
 public:
  virtual ~TransferHost() = default;
  // url: where it goes, maybe after a redirect.
  virtual void on_transfer_sent(const Transfer& transfer, const usquic::Url& url, const Route& route) = 0;
  virtual void on_transfer_done(Transfer& transfer) = 0;
};

class Transfer : private ExchangeEvents {
 public:
  Transfer(TransferHost& host, const Options& options, Url url, RequestHead head, const BodyPlan& body,
           Output output);

  // The source and the loop outlive its exchange.
  void start(ExchangeSource& source, usquic::Loop& loop);
  void fail(const Failure& failure);

  const Url& url() const { return url_; }
  const Output& output() const { return output_; }
  bool is_started() const { return source_ != nullptr; }
  bool is_done() const { return is_done_; }
  const Failure& outcome() const { return outcome_; }
  const TransferFigures& figures() const { return figures_; }
  std::uint64_t sent() const { return upload_.sent(); }

 private:
  void fetch();
  void send_body();
  void on_sent(const Route& route) override;
  void on_informational(HttpVersion version, const ResponseHead& head) override;
  void on_response(HttpVersion version, const ResponseHead& head) override;
  void on_data(std::string_view bytes) override;
  void on_trailers(const std::vector<Field>& fields) override { show_section(0, fields); }
  void on_stop() override { upload_.stop(); }
  void on_writable() override;
  void on_end() override;
  void on_error(const ExchangeError& error) override;
  void show_section(int status, const std::vector<Field>& fields);
  void write(std::string_view bytes);
  void fail_to_write(int error);
  void finish(Failure outcome);

  TransferHost& host_;
  const Options& options_;
  Url url_;
  RequestHead head_;
  const BodyPlan& plan_;
  Output output_;
  ExchangeSource* source_ = nullptr;
  usquic::Loop* loop_ = nullptr;
  std::unique_ptr<Exchange> exchange_;  // null once it ended
  Upload upload_;
  Failure outcome_ = {ExitCode::Ok, ""};
  TransferFigures figures_;
  int attempts_ = 0;
  bool is_sent_ = false;
  bool is_flush_due_ = false;
  bool is_done_ = false;
};

}  // namespace usquic::tools::get
