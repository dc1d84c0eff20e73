#include "quic/connect/close_reason.h"

#include "base/try_allocating.h"

namespace usquic::quic {

namespace {

std::string text_of(std::string_view text) {
  return try_allocating([&] { return std::string(text); }, std::string());
}

}  // namespace

CloseReason CloseReason::copy(const us_quic_close_info_t& from) {
  CloseReason made;
  made.info = from;
  if (from.reason != nullptr) made.text = text_of({from.reason, from.reason_length});
  return made;
}

CloseReason CloseReason::local(int error, std::uint64_t code, std::string_view text) {
  CloseReason made;
  made.info.error = error;
  made.info.code = code;
  made.text = text_of(text);
  return made;
}

us_quic_close_info_t CloseReason::view() const {
  us_quic_close_info_t viewed = info;
  viewed.reason = text.c_str();
  viewed.reason_length = text.size();
  return viewed;
}

}  // namespace usquic::quic
