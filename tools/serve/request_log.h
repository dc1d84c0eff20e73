// A worker's use of the access log: one line per answer, with the log soon after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "delivery/answer_log.h"
#include "delivery/soon_call.h"
#include "serve/access_log.h"

namespace usquic::tools::serve {

class RequestLog final : public delivery::AnswerLog {
 public:
  RequestLog(AccessLog& log, bool writes_json) : log_(log), writes_json_(writes_json) {}

  bool is_open() const override { return log_.is_open(); }
  // Until detach() lines are written in iterations of the loop, else by flush() alone.
  void attach(us_loop_t* loop);
  void detach() { flush_soon_.reset(); }

  // Kept until flush(); a line that finds no memory is dropped.
  void write(const delivery::RequestOrigin& origin, int status, std::uint64_t body_bytes) noexcept override;
  void flush() noexcept;

 private:
  AccessLog& log_;
  const bool writes_json_;
  std::string lines_;  // whole ones, not yet with the log
  std::optional<delivery::SoonCall> flush_soon_;
};

}  // namespace usquic::tools::serve
