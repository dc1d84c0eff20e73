// Reading a range of a file, all of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace usquic::files {

// Waits for the disk. False: an error, or the file ended early.
bool read_fully(int fd, std::byte* to, std::size_t length, std::uint64_t offset);

}  // namespace usquic::files
