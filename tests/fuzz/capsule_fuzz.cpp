// Capsules are the same in whatever pieces their bytes come, and what is kept stays below its bound.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "http/capsule.h"
#include "http/frame_head.h"
#include "input.h"

namespace usquic::fuzz {
namespace {

using http::CapsuleReader;

constexpr std::size_t most = 300;

class Receiver final : public CapsuleReader::Delegate {
 public:
  bool takes_capsule(std::uint64_t type) override { return type % 4 != 1; }
  void capsule_received(std::uint64_t type, Bytes value) override {
    CHECK(takes_capsule(type) && value.size() <= most);
    capsules.emplace_back(type, as_text(value));
  }

  std::vector<std::pair<std::uint64_t, std::string>> capsules;
};

// The bytes again, of what was delivered.
std::string written(const Receiver& receiver) {
  std::string bytes;
  for (const auto& [type, value] : receiver.capsules) {
    bytes += as_text(http::FrameHead(type, value.size()).bytes());
    bytes += value;
  }
  return bytes;
}

CapsuleReader::Status read(std::string_view bytes, std::size_t piece, Receiver& receiver) {
  CapsuleReader reader(most, receiver);
  while (!bytes.empty()) {
    const std::string_view now = bytes.substr(0, piece);
    const std::vector<std::uint8_t> copy(now.begin(), now.end());
    if (const auto status = reader.read(copy); status != CapsuleReader::Status::ok) return status;
    bytes.remove_prefix(now.size());
  }
  return reader.finish();
}

}  // namespace
}  // namespace usquic::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usquic::fuzz;
  Input input(data, size);
  const std::size_t piece = 1 + input.pick(20);
  std::string bytes;
  while (!input.at_end()) bytes += input.long_text();
  Receiver whole, split, again;
  const auto status = read(bytes, SIZE_MAX, whole);
  CHECK(read(bytes, piece, split) == status && whole.capsules == split.capsules);
  CHECK(read(written(whole), piece, again) == usquic::http::CapsuleReader::Status::ok);
  CHECK(again.capsules == whole.capsules);
  return 0;
}
