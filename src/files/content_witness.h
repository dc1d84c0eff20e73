// What was read from a file, remembered at some spots: tells later whether the file was
// written anew underneath.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace usquic::files {

class ContentWitness {
 public:
  static constexpr std::size_t spot_bytes = 1024;
  static constexpr std::size_t max_spots = 16;

  // A piece of the file, as it was read. Pieces come in the order of the file, mostly.
  void note(std::uint64_t offset, const std::byte* bytes, std::size_t length);

  // Whether the file still has at the remembered spots what was read there.
  bool holds(int fd) const;

  std::size_t spots() const { return spots_.size(); }

 private:
  struct Spot {
    std::uint64_t offset = 0;
    std::size_t length = 0;
    std::size_t hash = 0;
  };

  // Spread evenly over what was read; the last one is always of the latest piece.
  std::vector<Spot> spots_;
  std::uint64_t stride_ = 1;  // pieces from one lasting spot to the next
  std::uint64_t pieces_ = 0;
};

}  // namespace usquic::files
