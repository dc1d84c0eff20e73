#include "app/prepared_head.h"

#include "app/field_list.h"

namespace usquic {

PreparedResponse::PreparedResponse(std::string_view status, const std::vector<FieldView>& fields,
                                   std::string_view body)
    : head_(std::make_unique<Head>()) {
  usquic::app::FieldList list;
  for (const auto& [name, value] : fields) {
    if (!list.add(name, value)) return;
    head_->fields.emplace_back(name, value);
  }
  head_->status = status.substr(0, 3);
  head_->body_bytes = body.size();
  std::vector<us_quic_header_t> section = {usquic::app::header_of(":status", head_->status)};
  list.append_to(section);
  native_ =
      us_quic_create_prepared_response(section.data(), section.size(), body.data(), body.size(), nullptr);
}

PreparedResponse::~PreparedResponse() {
  us_quic_prepared_response_free(native_);
}

PreparedResponse::PreparedResponse(PreparedResponse&& other) noexcept
    : native_(std::exchange(other.native_, nullptr)), head_(std::move(other.head_)) {}

PreparedResponse& PreparedResponse::operator=(PreparedResponse&& other) noexcept {
  std::swap(native_, other.native_);
  std::swap(head_, other.head_);
  return *this;
}

}  // namespace usquic
