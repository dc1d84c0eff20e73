#include "support/raw_http2.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>

#include "support/header_field.h"

namespace usquic::test {
namespace {

const char* name_of(RecordedHttp2Stream::Event event) {
  constexpr const char* names[] = {"request", "body", "trailers", "end", "reset", "writable", "close"};
  return names[static_cast<std::size_t>(event)];
}

std::string lines_of(std::span<const us_quic_header_t> fields) {
  std::string lines;
  for (const us_quic_header_t& each : fields) {
    lines.append(each.name, each.name_length).append("=").append(each.value, each.value_length).append("\n");
  }
  return lines;
}

std::uint8_t* mutable_bytes(const std::string& text) {
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
}

}  // namespace

// ---- The application ----

void RecordedHttp2Stream::on_request(bool with_body) noexcept {
  has_body = with_body;
  request = lines_of(fields());
  tell(Event::request);
}

void RecordedHttp2Stream::on_body(Bytes data) noexcept {
  body += as_text(data);
  tell(Event::body);
}

void RecordedHttp2Stream::on_trailers() noexcept {
  trailers = lines_of(fields());
  tell(Event::trailers);
}

void RecordedHttp2Stream::on_close() noexcept {
  ++closes;
  tell(Event::close);
}

void RecordedHttp2Stream::tell(Event event) {
  const std::string name = name_of(event);
  if (!told.ends_with(name)) told += (told.empty() ? "" : " ") + name;
  if (handler_) handler_(*this, event);
}

std::vector<us_quic_header_t> native_fields(const WireFields& fields) {
  std::vector<us_quic_header_t> native;
  for (const auto& [name, value] : fields) native.push_back(field(name, value));
  return native;
}

void begin_response(http2::Stream& stream) {
  EXPECT_TRUE(stream.send_headers(native_fields({{":status", "200"}}), false));
}

void respond(http2::Stream& stream, std::string_view body, const WireFields& more) {
  WireFields fields{{":status", "200"}};
  fields.insert(fields.end(), more.begin(), more.end());
  EXPECT_TRUE(stream.send_response(native_fields(fields), body));
}

// ---- Header blocks ----

void Http2Encoder::Delete::operator()(nghttp2_hd_deflater* deflater) const {
  nghttp2_hd_deflate_del(deflater);
}

Http2Encoder::Http2Encoder() {
  nghttp2_hd_deflater* made = nullptr;
  EXPECT_EQ(nghttp2_hd_deflate_new(&made, 4096), 0);
  deflater_.reset(made);
}

std::string Http2Encoder::block(const WireFields& fields) {
  std::vector<nghttp2_nv> native;
  for (const auto& [name, value] : fields) {
    native.push_back({mutable_bytes(name), mutable_bytes(value), name.size(), value.size(), 0});
  }
  std::string text(nghttp2_hd_deflate_bound(deflater_.get(), native.data(), native.size()), '\0');
  const ssize_t length =
      nghttp2_hd_deflate_hd(deflater_.get(), mutable_bytes(text), text.size(), native.data(), native.size());
  EXPECT_GE(length, 0);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

void Http2Encoder::resize_table(std::size_t bytes) {
  EXPECT_EQ(nghttp2_hd_deflate_change_table_size(deflater_.get(), bytes), 0);
}

void RawHttp2::DeleteInflater::operator()(nghttp2_hd_inflater* inflater) const {
  nghttp2_hd_inflate_del(inflater);
}

// ---- The client ----

RawHttp2::RawHttp2(Bare /*bare*/, const http2::Settings& settings) {
  handler = [](RecordedHttp2Stream& stream, Event event) {
    if (event == Event::end) respond(stream);
  };
  nghttp2_hd_inflater* made = nullptr;
  EXPECT_EQ(nghttp2_hd_inflate_new(&made), 0);
  inflater_.reset(made);
  http2::ServerSession::Owner& owner = *this;
  session_ = std::make_unique<http2::ServerSession>(settings, frames_memory_, owner);
}

RawHttp2::~RawHttp2() = default;

void RawHttp2::greet(const std::string& client_settings) {
  EXPECT_TRUE(send(std::string(h2::preface) + client_settings + h2::settings_ack()));
}

bool RawHttp2::send(std::string_view bytes) {
  return send(bytes, std::max<std::size_t>(bytes.size(), 1));
}

bool RawHttp2::send(std::string_view bytes, std::size_t piece) {
  bool goes_on = true;
  for (; goes_on && !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const std::string_view part = bytes.substr(0, piece);
    const std::vector<std::uint8_t> copy(part.begin(), part.end());
    goes_on = session_->receive(copy, now);
    run();
    goes_on = goes_on && !session_->is_over();
  }
  return goes_on;
}

void RawHttp2::run() {
  std::size_t before = 0;
  do {
    before = output.size();
    session_->tell();
    take_output(1 << 20);
  } while (output.size() > before);
}

void RawHttp2::take_output(std::size_t most) {
  EXPECT_TRUE(session_->produce(*this, most));
  read_output();
}

http2::Stream* RawHttp2::make_stream() noexcept {
  if (!takes_streams) return nullptr;
  streams_.push_back(std::make_unique<RecordedHttp2Stream>(handler));
  return streams_.back().get();
}

// ---- What came ----

void RawHttp2::read_output() {
  constexpr std::size_t head_bytes = 9;
  while (output.size() - read_ >= head_bytes) {
    WireReader reader(std::string_view(output).substr(read_));
    const std::size_t length = reader.integer(3);
    Http2Frame frame;
    frame.type = static_cast<std::uint8_t>(reader.integer(1));
    frame.flags = static_cast<std::uint8_t>(reader.integer(1));
    frame.id = static_cast<std::uint32_t>(reader.integer(4));
    if (reader.left() < length) return;
    frame.payload = reader.take(length);
    read_ += head_bytes + length;
    frames_.push_back(frame);
    take_frame(frame);
  }
}

void RawHttp2::take_frame(const Http2Frame& frame) {
  switch (frame.type) {
    case h2::type_headers:
      section_ = frame;
      if ((frame.flags & h2::end_headers) != 0) take_section(frame);
      break;
    case h2::type_continuation:
      EXPECT_EQ(frame.id, section_.id);
      section_.payload += frame.payload;
      if ((frame.flags & h2::end_headers) != 0) take_section(section_);
      break;
    case h2::type_data: {
      Http2Answer& to = answers_[frame.id];
      EXPECT_TRUE(!to.status.empty() && !to.has_ended && !to.reset) << frame.id;
      to.body += frame.payload;
      to.has_ended = to.has_ended || (frame.flags & h2::end_stream) != 0;
      break;
    }
    case h2::type_rst_stream:
      EXPECT_FALSE(answers_[frame.id].reset) << "a second RST_STREAM for stream " << frame.id;
      answers_[frame.id].reset = static_cast<std::uint32_t>(WireReader(frame.payload).integer(4));
      break;
    default:
      break;
  }
}

void RawHttp2::take_section(const Http2Frame& last) {
  Http2Answer& to = answers_[last.id];
  EXPECT_FALSE(to.has_ended) << last.id;
  WireFields fields;
  const std::uint8_t* at = mutable_bytes(section_.payload);
  std::size_t left = section_.payload.size();
  for (bool is_done = false; !is_done;) {
    nghttp2_nv field{};
    int flags = 0;
    const ssize_t taken = nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, at, left, 1);
    if (taken < 0) {
      ADD_FAILURE() << "no header block came";
      return;
    }
    at += taken;
    left -= static_cast<std::size_t>(taken);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      fields.emplace_back(std::string(as_text({field.name, field.namelen})),
                          std::string(as_text({field.value, field.valuelen})));
    }
    is_done = (flags & NGHTTP2_HD_INFLATE_FINAL) != 0;
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  const bool is_final = !to.status.empty();
  if (is_final) {
    to.trailers = fields;
  } else if (!fields.empty() && fields[0].second.starts_with('1')) {
    to.informational.push_back(fields[0].second);
  } else if (!fields.empty()) {
    to.status = fields[0].second;
    to.fields = fields;
  }
  to.has_ended = (section_.flags & h2::end_stream) != 0;
}

std::vector<Http2Frame> RawHttp2::frames(unsigned type, std::uint32_t id) const {
  std::vector<Http2Frame> found;
  for (const Http2Frame& frame : frames_) {
    if (frame.type == type && frame.id == id) found.push_back(frame);
  }
  return found;
}

std::uint64_t RawHttp2::credit(std::uint32_t id) const {
  std::uint64_t sum = 0;
  for (const Http2Frame& frame : frames(h2::type_window_update, id)) {
    sum += WireReader(frame.payload).integer(4);
  }
  return sum;
}

std::optional<std::uint32_t> RawHttp2::goaway() const {
  const std::vector<Http2Frame> all = frames(h2::type_goaway);
  if (all.empty()) return std::nullopt;
  return static_cast<std::uint32_t>(WireReader(std::string_view(all.back().payload).substr(4)).integer(4));
}

std::string RawHttp2::debug_data() const {
  const std::vector<Http2Frame> all = frames(h2::type_goaway);
  return all.empty() ? "" : all.back().payload.substr(8);
}

}  // namespace usquic::test
