#include "http3/nghttp3/field_decoder.h"

#include <algorithm>
#include <new>

namespace usquic::http3 {

namespace {

// Overhead per field in the size of a section (RFC 9114 section 4.2.2).
constexpr std::size_t field_overhead = 32;
// What most requests and responses fit into without growing.
constexpr std::size_t usual_fields = 12;

std::string_view text_of(const nghttp3_rcbuf* buffer) {
  const nghttp3_vec vec = nghttp3_rcbuf_get_buf(buffer);
  return as_text({vec.base, vec.len});
}

// White space around a value is not part of it (RFC 9110 section 5.5).
std::string_view trimmed(std::string_view value) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  return value;
}

}  // namespace

FieldSection::~FieldSection() {
  for (const Buffers& field : buffers_) {
    nghttp3_rcbuf_decref(field.name);
    nghttp3_rcbuf_decref(field.value);
  }
  drop_context();
}

void FieldSection::drop_context() {
  if (context_ != nullptr) nghttp3_qpack_stream_context_del(context_);
  context_ = nullptr;
}

FieldDecoder::~FieldDecoder() {
  nghttp3_qpack_decoder_del(decoder_);
}

int FieldDecoder::init() {
  return nghttp3_qpack_decoder_new(&decoder_, table_capacity, max_blocked_streams, memory_->get());
}

std::unique_ptr<FieldSection> FieldDecoder::make_section() const {
  return std::unique_ptr<FieldSection>(new (memory_->pool()) FieldSection(memory_));
}

int FieldDecoder::decode(FieldSection& section, std::int64_t id, Bytes data, bool is_end, std::size_t& used,
                         Status& status) {
  used = 0;
  if (section.context_ == nullptr) {
    const int rv = nghttp3_qpack_stream_context_new(&section.context_, id, memory_->get());
    if (rv != 0) return rv;
  }
  for (;;) {
    nghttp3_qpack_nv nv;
    std::uint8_t flags = 0;
    const Bytes rest = data.subspan(used);
    const nghttp3_ssize count = nghttp3_qpack_decoder_read_request(decoder_, section.context_, &nv, &flags,
                                                                   rest.data(), rest.size(), is_end);
    if (count < 0) return static_cast<int>(count);
    used += static_cast<std::size_t>(count);
    if ((flags & NGHTTP3_QPACK_DECODE_FLAG_BLOCKED) != 0) {
      status = Status::blocked;
      return 0;
    }
    if ((flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) != 0) {
      section.drop_context();
      status = Status::done;
      return 0;
    }
    if ((flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) != 0) {
      if (!add(section, nv)) {
        status = Status::too_large;
        return 0;
      }
    } else if (count == 0) {
      status = Status::more;
      return 0;
    }
  }
}

// Takes over the references that nv holds. false: the section is over its limit.
bool FieldDecoder::add(FieldSection& section, const nghttp3_qpack_nv& nv) const {
  const std::string_view name = text_of(nv.name);
  const std::string_view value = text_of(nv.value);
  section.size_ += name.size() + value.size() + field_overhead;
  if (section.size_ > max_list_size_) {
    nghttp3_rcbuf_decref(nv.name);
    nghttp3_rcbuf_decref(nv.value);
    return false;
  }
  if (section.fields_.size() == section.fields_.capacity()) {
    const std::size_t larger = std::max(usual_fields, section.fields_.size() * 2);
    section.fields_.reserve(larger);
    section.buffers_.reserve(larger);
  }
  const std::string_view bare = trimmed(value);
  const bool is_secret = (nv.flags & NGHTTP3_NV_FLAG_NEVER_INDEX) != 0;
  const unsigned flags = is_secret ? unsigned{US_QUIC_HEADER_NEVER_INDEX} : 0;
  section.fields_.push_back({name.data(), name.size(), bare.data(), bare.size(), flags});
  section.buffers_.push_back({nv.name, nv.value});
  return true;
}

bool FieldDecoder::is_ready(const FieldSection& section) const {
  return section.context_ == nullptr ||
         nghttp3_qpack_stream_context_get_ricnt(section.context_) <= nghttp3_qpack_decoder_get_icnt(decoder_);
}

int FieldDecoder::cancel(std::int64_t id) {
  return nghttp3_qpack_decoder_cancel_stream(decoder_, id);
}

int FieldDecoder::read_encoder_stream(Bytes data) {
  const nghttp3_ssize count = nghttp3_qpack_decoder_read_encoder(decoder_, data.data(), data.size());
  return count < 0 ? static_cast<int>(count) : 0;
}

std::size_t FieldDecoder::pending_length() const {
  return nghttp3_qpack_decoder_get_decoder_streamlen(decoder_);
}

int FieldDecoder::drain(transport::SendBuffer& out) {
  const std::size_t length = pending_length();
  if (length == 0) return 0;
  const std::unique_ptr<std::uint8_t[]> bytes(new (std::nothrow) std::uint8_t[length]);
  if (bytes == nullptr) return NGHTTP3_ERR_NOMEM;
  nghttp3_buf buffer;
  nghttp3_buf_init(&buffer);
  buffer.begin = buffer.pos = buffer.last = bytes.get();
  buffer.end = bytes.get() + length;
  nghttp3_qpack_decoder_write_decoder(decoder_, &buffer);
  const auto written = static_cast<std::size_t>(buffer.last - buffer.pos);
  return out.append({bytes.get(), written}) ? 0 : NGHTTP3_ERR_NOMEM;
}

}  // namespace usquic::http3
