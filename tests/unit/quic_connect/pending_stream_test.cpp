#include "quic/connect/pending_stream.h"

#include <gtest/gtest.h>

namespace usquic::quic {
namespace {

constexpr PendingStream::Protocol http3{.is_http3_only = true};
constexpr PendingStream::Protocol raw{.is_raw_only = true};
constexpr std::uint64_t code = 7;

us_quic_header_t field(const char* name, const char* value) {
  return {name, std::char_traits<char>::length(name), value, std::char_traits<char>::length(value), 0};
}

std::vector<us_quic_header_t> request() {
  return {field(":method", "POST"), field(":scheme", "https"), field(":authority", "a"), field(":path", "/")};
}

void release(void* count) {
  ++*static_cast<int*>(count);
}

// The stream of the engine: it records the calls.
class RealStream final : public engine::Stream {
 public:
  std::string calls;
  int refuse = 0;  // the error of every call

  std::int64_t id() const override { return 0; }
  bool is_local() const override { return true; }
  bool is_unidirectional() const override { return false; }
  bool is_early() const override { return false; }
  int send_headers(std::span<const us_quic_header_t> fields, bool end_stream) override {
    calls +=
        "headers " + std::string(fields[0].value, fields[0].value_length) + (end_stream ? " last;" : ";");
    return refuse;
  }
  int send_response(std::span<const us_quic_header_t>, Bytes) override { return US_QUIC_E_STATE; }
  std::ptrdiff_t write(Bytes data) override { return wrote("write ", data); }
  std::ptrdiff_t write_static(Bytes data, void (*)(void* user), void*) override {
    return wrote("static ", data);
  }
  std::size_t buffered() const override { return 0; }
  int finish() override { return record("finish;"); }
  int reset(std::uint64_t error) override { return record("reset " + std::to_string(error) + ";"); }
  int stop(std::uint64_t error) override { return record("stop " + std::to_string(error) + ";"); }
  int set_priority(int urgency, bool) override { return record("urgency " + std::to_string(urgency) + ";"); }
  int send_datagram(Bytes) override { return US_QUIC_E_STATE; }
  void consume(std::size_t) override {}
  std::span<const us_quic_header_t> headers() const override { return {}; }
  void detach() override {}

 private:
  int record(const std::string& call) {
    calls += call;
    return refuse;
  }
  std::ptrdiff_t wrote(const std::string& call, Bytes data) {
    const int error = record(call + std::string(data.begin(), data.end()) + ";");
    return error != 0 ? error : static_cast<std::ptrdiff_t>(data.size());
  }
};

Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(PendingStream, ReplaysInOrderWhatWasDoneToIt) {
  int released = 0;
  PendingStream stream(engine::Direction::bidirectional, 100, http3);
  EXPECT_EQ(stream.send_headers(request(), false), 0);
  EXPECT_EQ(stream.write(bytes("a")), 1);
  EXPECT_EQ(stream.write(bytes("b")), 1);
  EXPECT_EQ(stream.write_static(bytes("c"), release, &released), 1);
  EXPECT_EQ(stream.write(bytes("d")), 1);
  EXPECT_EQ(stream.buffered(), 4U);
  EXPECT_EQ(stream.set_priority(2, false), 0);
  EXPECT_EQ(stream.finish(), 0);
  RealStream real;
  EXPECT_EQ(stream.replay(real).error(), 0);
  EXPECT_EQ(real.calls, "headers POST;write ab;static c;write d;urgency 2;finish;");
  EXPECT_EQ(released, 0);  // the real stream does that
  EXPECT_EQ(stream.buffered(), 0U);
}

TEST(PendingStream, KeepsACopyOfTheHeaderSection) {
  PendingStream stream(engine::Direction::bidirectional, 100, http3);
  std::string value = "POST";
  std::vector<us_quic_header_t> fields = request();
  fields[0].value = value.c_str();
  EXPECT_EQ(stream.send_headers(fields, true), 0);
  value = "GONE";
  RealStream real;
  EXPECT_EQ(stream.replay(real).error(), 0);
  EXPECT_EQ(real.calls, "headers POST last;");
}

TEST(PendingStream, TakesAsMuchAsItsBound) {
  int released = 0;
  PendingStream stream(engine::Direction::bidirectional, 5, raw);
  EXPECT_EQ(stream.write(bytes("abc")), 3);
  EXPECT_FALSE(stream.was_short());
  EXPECT_EQ(stream.write_static(bytes("def"), release, &released), 0);
  EXPECT_TRUE(stream.was_short());
  EXPECT_EQ(stream.write(bytes("def")), 2);
  EXPECT_EQ(stream.write(bytes("f")), 0);
  EXPECT_EQ(released, 0);
}

TEST(PendingStream, RefusesWhatIsOutOfOrder) {
  PendingStream stream(engine::Direction::bidirectional, 100, http3);
  EXPECT_EQ(stream.write(bytes("a")), US_QUIC_E_STATE);
  EXPECT_EQ(stream.finish(), US_QUIC_E_STATE);
  EXPECT_EQ(stream.send_headers(std::vector{field("x", "1")}, false), US_QUIC_E_HEADERS);
  EXPECT_EQ(stream.send_headers(request(), true), 0);
  EXPECT_EQ(stream.write(bytes("a")), US_QUIC_E_STATE);
  EXPECT_EQ(stream.finish(), US_QUIC_E_STATE);
  PendingStream without(engine::Direction::unidirectional, 100, raw);
  EXPECT_EQ(without.send_headers(request(), true), US_QUIC_E_STATE);
  EXPECT_EQ(without.stop(code), US_QUIC_E_STATE);
}

TEST(PendingStream, ReplaysItsEndings) {
  PendingStream stream(engine::Direction::bidirectional, 100, raw);
  EXPECT_EQ(stream.reset(code), 0);
  EXPECT_EQ(stream.reset(code), US_QUIC_E_STATE);
  EXPECT_EQ(stream.stop(code), 0);
  EXPECT_EQ(stream.stop(code + 1), 0);  // the first code counts
  EXPECT_EQ(stream.write(bytes("a")), US_QUIC_E_STATE);
  RealStream real;
  EXPECT_EQ(stream.replay(real).error(), 0);
  EXPECT_EQ(real.calls, "reset 7;stop 7;");
}

TEST(PendingStream, ReleasesWhatTheRealStreamDidNotTake) {
  int released = 0;
  PendingStream stream(engine::Direction::bidirectional, 100, raw);
  EXPECT_EQ(stream.write_static(bytes("abc"), release, &released), 3);
  RealStream real;
  real.refuse = US_QUIC_E_CLOSED;
  EXPECT_EQ(stream.replay(real).error(), US_QUIC_E_CLOSED);
  EXPECT_EQ(released, 1);
  {
    PendingStream dropped(engine::Direction::bidirectional, 100, raw);
    EXPECT_EQ(dropped.write_static(bytes("abc"), release, &released), 3);
  }
  EXPECT_EQ(released, 2);
}

}  // namespace
}  // namespace usquic::quic
