#include "engine/lsquic/header_set.h"

#include <algorithm>
#include <new>

#include "engine/engine.h"

namespace usquic::engine::lsquic {
namespace {

constexpr std::size_t overhead_of_field = 32;  // RFC 9114 section 4.2.2
constexpr std::size_t first_scratch = 256;

std::string_view without_white_space(std::string_view text) {
  const auto is_white = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

HeaderSet& set_of(void* set) {
  return *static_cast<HeaderSet*>(set);
}

void* create_set(void* config, lsquic_stream_t* /*stream*/, int /*is_push_promise*/) {
  return new (std::nothrow) HeaderSet(static_cast<const Config*>(config)->max_header_list_size);
}

lsxpack_header* prepare_field(void* set, lsxpack_header* field, std::size_t bytes) {
  try {
    return set_of(set).prepare(field, bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

int take_field(void* set, lsxpack_header* field) {
  try {
    if (field == nullptr) {
      set_of(set).complete();
    } else {
      set_of(set).add(*field);
    }
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}

void discard_set(void* set) {
  delete &set_of(set);
}

}  // namespace

const lsquic_hset_if header_set_interface = {create_set, prepare_field, take_field, discard_set,
                                             lsquic_hsi_flag{}};

lsxpack_header* HeaderSet::prepare(lsxpack_header* field, std::size_t bytes) {
  if (bytes > LSXPACK_MAX_STRLEN) return nullptr;
  const std::size_t wanted = std::max(bytes, first_scratch);
  if (scratch_.size() < wanted) scratch_.resize(wanted);
  if (field == nullptr) {
    lsxpack_header_prepare_decode(&field_, scratch_.data(), 0, scratch_.size());
    return &field_;
  }
  field->buf = scratch_.data();
  field->val_len = static_cast<lsxpack_strlen_t>(std::min<std::size_t>(scratch_.size(), LSXPACK_MAX_STRLEN));
  return field;
}

void HeaderSet::add(const lsxpack_header& field) {
  bytes_ += field.name_len + field.val_len + overhead_of_field;
  if (is_oversized_ || (most_bytes_ > 0 && bytes_ > most_bytes_)) {
    is_oversized_ = true;
    text_.clear();
    places_.clear();
    return;
  }
  const std::string_view name(field.buf + field.name_offset, field.name_len);
  const std::string_view value =
      without_white_space(std::string_view(field.buf + field.val_offset, field.val_len));
  places_.push_back({text_.size(), name.size(), text_.size() + name.size(), value.size()});
  text_.append(name);
  text_.append(value);
}

void HeaderSet::complete() {
  scratch_ = {};
  fields_.reserve(places_.size());
  for (const Place& p : places_) {
    us_quic_header_t field{};
    field.name = text_.data() + p.name;
    field.name_length = p.name_length;
    field.value = text_.data() + p.value;
    field.value_length = p.value_length;
    fields_.push_back(field);
  }
}

HeaderSet::Verdict HeaderSet::check(http::SectionKind kind, http::SectionFacts& facts) const {
  if (is_oversized_) return Verdict::oversized;
  return http::check_received_section(kind, fields_, facts) == 0 ? Verdict::good : Verdict::malformed;
}

OutgoingSection::OutgoingSection(std::span<const us_quic_header_t> fields) {
  std::size_t bytes = 0;
  for (const us_quic_header_t& f : fields) bytes += f.name_length + f.value_length;
  text_.reserve(bytes);
  fields_.reserve(fields.size());
  for (const us_quic_header_t& f : fields) {
    const std::size_t begin = text_.size();
    if (f.name_length + f.value_length > LSXPACK_MAX_STRLEN) {
      is_valid_ = false;
      return;
    }
    text_.insert(text_.end(), f.name, f.name + f.name_length);
    text_.insert(text_.end(), f.value, f.value + f.value_length);
    lsxpack_header field{};
    lsxpack_header_set_offset2(&field, text_.data() + begin, 0, f.name_length, f.name_length, f.value_length);
    if ((f.flags & US_QUIC_HEADER_NEVER_INDEX) != 0) field.flags = LSXPACK_NEVER_INDEX;
    fields_.push_back(field);
  }
}

int OutgoingSection::send(lsquic_stream_t* stream) {
  lsquic_http_headers headers{static_cast<int>(fields_.size()), fields_.data()};
  return lsquic_stream_send_headers(stream, &headers, 0);
}

}  // namespace usquic::engine::lsquic
