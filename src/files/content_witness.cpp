#include "files/content_witness.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "files/read_fully.h"

namespace usquic::files {
namespace {

std::size_t hash_of(const std::byte* bytes, std::size_t length) {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes), length});
}

}  // namespace

void ContentWitness::note(std::uint64_t offset, const std::byte* bytes, std::size_t length) {
  if (length == 0) return;
  // The latest piece's spot stays when its turn was a lasting one.
  const bool is_lasting = pieces_ == 0 || (pieces_ - 1) % stride_ == 0;
  if (!spots_.empty() && !is_lasting) spots_.pop_back();
  if (spots_.size() == max_spots) {
    for (std::size_t kept = 0; kept < max_spots / 2; ++kept) spots_[kept] = spots_[2 * kept];
    spots_.resize(max_spots / 2);
    stride_ *= 2;
  }
  // At its end, next to what is read next.
  const std::size_t wanted = std::min(length, spot_bytes);
  const std::size_t from = length - wanted;
  spots_.push_back({offset + from, wanted, hash_of(bytes + from, wanted)});
  ++pieces_;
}

bool ContentWitness::holds(int fd) const {
  std::array<std::byte, spot_bytes> read;
  return std::all_of(spots_.begin(), spots_.end(), [&](const Spot& spot) {
    return read_fully(fd, read.data(), spot.length, spot.offset) &&
           hash_of(read.data(), spot.length) == spot.hash;
  });
}

}  // namespace usquic::files
