#include "files/piece_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/uio.h>

#include <cerrno>

#include "base/file_descriptor.h"
#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

using Outcome = PieceReader::Outcome;

class PieceReaderTest : public testing::Test {
 protected:
  static constexpr std::size_t piece_bytes = 256 * 1024;

  PieceReaderTest() : content_(4 * piece_bytes, '\0') {
    for (std::size_t i = 0; i < content_.size(); ++i) content_[i] = static_cast<char>(i * 31 >> 7);
    directory_.write("file", content_);
    fd_ = FileDescriptor(open((directory_.path() / "file").c_str(), O_RDWR | O_CLOEXEC));
  }
  // Whether nothing of the file is in memory now: some file systems live there.
  bool forget() const {
    fsync(fd_.get());
    posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
    char byte = 0;
    const iovec place = {&byte, 1};
    return preadv2(fd_.get(), &place, 1, 0, RWF_NOWAIT) < 0 && errno == EAGAIN;
  }
  Outcome read(std::uint64_t offset) { return reader_.read(fd_.get(), piece_.data(), piece_.size(), offset); }
  std::string piece() const { return {reinterpret_cast<const char*>(piece_.data()), piece_.size()}; }

  TemporaryDirectory directory_;
  std::string content_;
  FileDescriptor fd_;
  std::vector<std::byte> piece_ = std::vector<std::byte>(piece_bytes);
  PieceReader reader_;
};

TEST_F(PieceReaderTest, ReadsWhatIsInMemoryAtOnce) {
  for (std::uint64_t offset = 0; offset < content_.size(); offset += piece_bytes) {
    EXPECT_EQ(read(offset), Outcome::Read);
    EXPECT_EQ(piece(), content_.substr(offset, piece_bytes));
  }
}

TEST_F(PieceReaderTest, DoesNotWaitForTheDisk) {
  if (!forget()) GTEST_SKIP() << "this file system keeps the file in memory, or cannot tell";
  EXPECT_EQ(read(0), Outcome::NotYet);
  Outcome outcome = Outcome::NotYet;
  while (outcome == Outcome::NotYet) outcome = read(0);  // it was asked for; in the end it is waited for
  EXPECT_EQ(outcome, Outcome::Read);
  EXPECT_EQ(piece(), content_.substr(0, piece_bytes));
}

TEST_F(PieceReaderTest, FailsWhereTheFileEndsBefore) {
  EXPECT_EQ(read(content_.size() - 10), Outcome::Failed);
  EXPECT_EQ(read(content_.size()), Outcome::Failed);
  if (forget()) {
    EXPECT_EQ(read(content_.size() - 10), Outcome::Failed);
  }
}

TEST_F(PieceReaderTest, ReadsWhereTheFileSystemCannotTell) {
  const FileDescriptor version(open("/proc/version", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(reader_.read(version.get(), piece_.data(), 5, 0), Outcome::Read);
  EXPECT_EQ(piece().substr(0, 5), "Linux");
}

}  // namespace
}  // namespace usquic::files
