// A server's session of HTTP/2 tells its streams the same in whatever pieces a client's bytes come, closes every stream once, holds
// no more than its windows allow, and sends whole frames, whatever its handlers do meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "input.h"
#include "support/raw_http2.h"

namespace usquic::fuzz {
namespace {

namespace h2 = test::h2;
using test::RawHttp2;
using test::RecordedHttp2Stream;
using Event = RawHttp2::Event;

constexpr std::uint32_t default_window = 65'535;  // until the client acknowledges another one
constexpr http2::Settings settings{.max_streams = 5,
                                   .stream_window = 20'000,
                                   .connection_window = 70'000,
                                   .max_section_bytes = 600,
                                   .send_buffer_bytes = 30'000,
                                   .max_resets_per_second = 1,
                                   .max_controls_per_second = 4};

constexpr std::uint32_t edges[] = {0,      1,      2,      100,        4096,       16'383,
                                   16'384, 65'535, 65'536, 0x7fff0000, 0x7fffffff, 0xffffffff};
constexpr unsigned known_settings[] = {1, 2, 3, 4, 5, 6, 8, 9, 0x0a0a};

struct KnownField {
  const char* name;
  const char* value;
};
constexpr KnownField known_fields[] = {{"content-length", "3"}, {"content-length", "0"},
                                       {"te", "trailers"},      {"connection", "close"},
                                       {"priority", "u=1, i"},  {"X", "y"},
                                       {"host", "a"},           {"x", ""},
                                       {":path", "/b"},         {":protocol", "x"},
                                       {"cookie", "a=b"},       {"expect", "100-continue"}};

// ---- What the client sends ----

class Client {
 public:
  explicit Client(Input& input) : input_(input) {}

  std::string bytes() {
    std::string all;
    if (input_.pick(16) != 0)
      all = std::string(h2::preface) + h2::settings({}) + (input_.flag() ? h2::settings_ack() : "");
    while (!input_.at_end() && all.size() < most_bytes) all += next();
    return all;
  }

 private:
  static constexpr std::size_t most_bytes = 120'000;

  std::string next() {
    const std::uint32_t id = stream_id();
    switch (input_.pick(24)) {
      case 0:
        return h2::get(id);
      case 1:
        return h2::post(id);
      case 2:
        return h2::post(id, {any_field()});
      case 3:
        return h2::get(id, {any_field(), any_field()});
      case 4:
        return h2::data(id, input_.text(), input_.byte());
      case 5:
        return h2::long_data(id, input_.integer(2), input_.byte());
      case 6:
        return h2::headers(id, {{"checksum", "1"}}, h2::end_stream);
      case 7:
        return h2::headers(id, {any_field()}, input_.byte());
      case 8:
        return h2::rst_stream(id, input_.byte());
      case 9:
        return h2::settings({{input_.choose(known_settings), input_.choose(edges)}});
      case 10:
        return h2::settings_ack();
      case 11:
        return h2::ping("12345678", input_.byte());
      case 12:
        return h2::goaway(input_.byte(), input_.byte(), input_.text());
      case 13:
        return h2::window_update(input_.flag() ? id : 0, input_.choose(edges));
      case 14:
        return h2::split_headers(id, h2::post_fields(), 1 + input_.pick(60),
                                 input_.flag() ? h2::end_stream : 0);
      case 15:
        return h2::frame(h2::type_headers, h2::end_stream, id, h2::block(h2::get_fields()));
      case 16:
        return h2::continuation(id, input_.text(), input_.byte());
      case 17:
        return h2::priority(id, input_.byte());
      case 18:
        return h2::priority_update(id, input_.text());
      case 19:
        return h2::headers_of(id, input_.text(), input_.byte());
      case 20:
        return h2::get(id, {{"large", std::string(input_.integer(2) % 4000, 'x')}});
      case 21:
        return h2::headers_of(id, encoder_.block(h2::get_fields({any_field()})), h2::end_stream);
      case 22:
        return h2::frame(input_.byte(), input_.byte(), input_.byte(), input_.text());
      default:
        return std::string(input_.text());
    }
  }

  // Mostly a stream that is next, or was used.
  std::uint32_t stream_id() {
    const std::size_t what = input_.pick(8);
    if (what == 0) return input_.byte();
    if (what < 4) last_ += 2;
    return what == 7 ? 1 : last_;
  }

  std::pair<std::string, std::string> any_field() {
    const KnownField& field = input_.choose(known_fields);
    return {field.name, field.value};
  }

  Input& input_;
  test::Http2Encoder encoder_;
  std::uint32_t last_ = 1;
};

// ---- The application ----

// What a stream's handler does. It must not depend on the pieces in which a body comes.
enum class Way : std::uint8_t {
  answers,
  pauses,
  resets,
  stops,
  writes,
  writes_static,
  answers_at_once,
  count,
};

struct Served {
  explicit Served(std::string_view ways) : ways_(ways) {
    peer.handler = [this](RecordedHttp2Stream& stream, Event event) { handle(stream, event); };
  }

  // Without a turn for output, whose time the pieces would decide.
  void read(std::string_view bytes, std::size_t piece) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
      const std::string_view part = bytes.substr(0, piece);
      const std::vector<std::uint8_t> copy(part.begin(), part.end());
      if (!peer.session().receive(copy, peer.now)) return;
    }
  }
  // Output in pieces too, as of a socket that is full now and then.
  void converse(std::string_view bytes, std::size_t piece, std::size_t most_output) {
    for (std::size_t i = 0; !bytes.empty(); ++i, bytes.remove_prefix(std::min(piece, bytes.size()))) {
      const std::string_view part = bytes.substr(0, piece);
      const std::vector<std::uint8_t> copy(part.begin(), part.end());
      const bool goes_on = peer.session().receive(copy, peer.now);
      peer.session().tell();
      peer.take_output(most_output);
      if (i % 3 == 0) change_mind(i);
      peer.now += std::chrono::milliseconds(1);
      if (!goes_on || peer.session().is_over()) return;
    }
  }
  void finish() {
    check_held();
    for (std::size_t i = 0; i < peer.stream_count(); ++i) peer.stream(i).resume();
    peer.run();
    if (!peer.session().is_over()) peer.send(h2::window_update(0, 1'000'000));
    peer.end_session();
    check_ends();
  }

  RawHttp2 peer{RawHttp2::Bare{}, settings};

 private:
  Way way_of(const RecordedHttp2Stream& stream) const {
    std::size_t index = 0;
    while (&peer.stream(index) != &stream) ++index;
    const std::uint8_t byte = ways_.empty() ? 0 : static_cast<std::uint8_t>(ways_[index % ways_.size()]);
    return static_cast<Way>(byte % static_cast<unsigned>(Way::count));
  }

  void handle(RecordedHttp2Stream& stream, Event event) {
    CHECK(stream.closes == 0 || event == Event::close);
    if (event == Event::close) return;
    const Way way = way_of(stream);
    if (event == Event::request) begin(stream, way);
    if (event == Event::end) end(stream, way);
    if (event == Event::writable) stream.shutdown();
    if (event == Event::trailers && way == Way::resets) stream.reset(http2::ErrorCode::cancel);
  }

  void begin(RecordedHttp2Stream& stream, Way way) {
    if (way == Way::pauses) stream.pause();
    if (way == Way::resets && !stream.has_body) stream.reset(http2::ErrorCode::internal_error);
    if (way == Way::stops) stream.stop_receiving();
    if (way == Way::stops || way == Way::answers_at_once) test::respond(stream, "early");
    if (way == Way::writes) {
      test::begin_response(stream);
      stream.write(std::string(20'000, 'w'));
    }
    if (way == Way::writes_static) {
      test::begin_response(stream);
      ++holds_;
      CHECK(stream.write_static(piece_, release, this) > 0);
    }
  }

  void end(RecordedHttp2Stream& stream, Way way) {
    if (way == Way::answers || way == Way::pauses) test::respond(stream, "late");
    if (way == Way::writes) {
      stream.write(std::string(20'000, 'w'));
      static_cast<void>(stream.send_headers(test::native_fields({{"checksum", "1"}}), true));
    }
    if (way == Way::writes_static) stream.shutdown();
  }

  // As handlers may at any time.
  void change_mind(std::size_t turn) {
    if (peer.stream_count() == 0) return;
    RecordedHttp2Stream& stream = peer.stream(turn % peer.stream_count());
    if (stream.closes > 0) return;
    switch (way_of(stream)) {
      case Way::pauses:
        stream.resume();
        break;
      case Way::writes:
        stream.reset(http2::ErrorCode::internal_error);
        break;
      case Way::writes_static:
        stream.stop_receiving();
        break;
      default:
        break;
    }
  }

  static void release(void* user) { ++static_cast<Served*>(user)->releases_; }

  // What paused streams hold is told in one piece.
  void check_held() {
    std::vector<std::size_t> told;
    for (std::size_t i = 0; i < peer.stream_count(); ++i) told.push_back(peer.stream(i).body.size());
    for (std::size_t i = 0; i < peer.stream_count(); ++i) peer.stream(i).resume();
    peer.session().tell();
    std::size_t all_held = 0;
    for (std::size_t i = 0; i < peer.stream_count(); ++i) {
      const std::size_t held = peer.stream(i).body.size() - told[i];
      CHECK(held <= default_window);
      all_held += held;
    }
    CHECK(all_held <= settings.connection_window);
  }

  void check_ends() {
    CHECK(holds_ == releases_);
    for (std::size_t i = 0; i < peer.stream_count(); ++i) {
      const RecordedHttp2Stream& stream = peer.stream(i);
      CHECK(stream.closes == 1 && stream.told.ends_with("close"));
      CHECK(stream.told == "close" || stream.told.starts_with("request"));
      for (const char* once : {"request", "trailers", "end"}) {
        CHECK(stream.told.find(once) == stream.told.rfind(once));
      }
    }
  }

  const std::string_view ways_;
  const std::string piece_ = std::string(40'000, 'p');
  int holds_ = 0;
  int releases_ = 0;
};

// ---- What must be the same ----

std::string without_bodies(const std::string& told) {
  std::string text = told;
  const std::string_view body = " body";
  for (std::size_t at = text.find(body); at != std::string::npos; at = text.find(body))
    text.erase(at, body.size());
  return text;
}

// Of a body that broke a rule as much was told as came before the piece with the fault.
void check_same(RecordedHttp2Stream& one, RecordedHttp2Stream& other) {
  CHECK(one.request == other.request && one.trailers == other.trailers);
  CHECK(without_bodies(one.told) == without_bodies(other.told));
  if (one.told.find("end") != std::string::npos) CHECK(one.body == other.body);
  CHECK(one.body.starts_with(other.body) || other.body.starts_with(one.body));
}

// nghttp2 counts the pieces of the head of a CONTINUATION, and looks whether a client that sent GOAWAY still has streams when
// more bytes come: there the pieces decide.
bool depends_on_pieces(const RawHttp2& peer, std::string_view bytes) {
  if (std::ranges::find(peer.refusals, "its header section has no end") != peer.refusals.end()) return true;
  if (!bytes.starts_with(h2::preface)) return false;
  test::WireReader reader(bytes.substr(h2::preface.size()));
  while (!reader.at_end()) {
    const std::uint64_t length = reader.integer(3);
    const std::uint64_t type = reader.integer(1);
    reader.take(5 + length);
    if (type == h2::type_goaway) return true;
  }
  return false;
}

void compare(RawHttp2& one, RawHttp2& other) {
  CHECK(one.stream_count() == other.stream_count());
  for (std::size_t i = 0; i < one.stream_count(); ++i) check_same(one.stream(i), other.stream(i));
  CHECK(one.refusals == other.refusals);
  CHECK(one.goaway() == other.goaway());
}

}  // namespace
}  // namespace usquic::fuzz

// What the client checks by itself is a finding too.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  GTEST_FLAG_SET(throw_on_failure, true);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic::fuzz;
  Input input(data, size);
  const std::size_t least_piece = 1 + input.pick(40);
  const std::size_t most_output = 1 + input.integer(2);
  const std::string_view ways = usquic::as_text(input.take(6));
  const std::string bytes = Client(input).bytes();
  // Long ones in not too many pieces.
  const std::size_t piece = std::max(least_piece, bytes.size() / 1000);
  Served whole(ways), split(ways), talk(ways);
  whole.read(bytes, bytes.size());
  split.read(bytes, piece);
  talk.converse(bytes, piece, most_output);
  for (Served* each : {&whole, &split, &talk}) each->finish();
  if (!depends_on_pieces(whole.peer, bytes) && !depends_on_pieces(split.peer, bytes))
    compare(whole.peer, split.peer);
  return 0;
}
