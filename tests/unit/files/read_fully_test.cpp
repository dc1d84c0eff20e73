#include "files/read_fully.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace usquic::files {
namespace {

TEST(ReadFully, ReadsARangeOrNothing) {
  const FileDescriptor file(memfd_create("read_fully_test", 0));
  ASSERT_GE(file.get(), 0);
  const std::string_view content = "0123456789";
  ASSERT_EQ(write(file.get(), content.data(), content.size()), static_cast<ssize_t>(content.size()));
  std::array<std::byte, 16> bytes{};
  ASSERT_TRUE(read_fully(file.get(), bytes.data(), 4, 3));
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(bytes.data()), 4), "3456");
  EXPECT_TRUE(read_fully(file.get(), bytes.data(), 10, 0));
  EXPECT_TRUE(read_fully(file.get(), bytes.data(), 0, 10));
  EXPECT_FALSE(read_fully(file.get(), bytes.data(), 8, 3)) << "the file ends early";
  EXPECT_FALSE(read_fully(-1, bytes.data(), 1, 0));
}

}  // namespace
}  // namespace usquic::files
