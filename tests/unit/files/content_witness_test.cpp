#include "files/content_witness.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/file_descriptor.h"
#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

class ContentWitnessTest : public testing::Test {
 protected:
  static constexpr std::size_t piece_bytes = 4096;

  explicit ContentWitnessTest() : content_(100 * piece_bytes, '\0') {
    for (std::size_t i = 0; i < content_.size(); ++i) content_[i] = static_cast<char>(i * 31 >> 5);
    directory_.write("file", content_);
  }
  // The first `count` pieces are noted as they are read.
  ContentWitness witness_of(std::size_t count) const {
    ContentWitness witness;
    for (std::size_t i = 0; i < count; ++i) {
      witness.note(i * piece_bytes, reinterpret_cast<const std::byte*>(content_.data()) + i * piece_bytes,
                   piece_bytes);
    }
    return witness;
  }
  bool holds(const ContentWitness& witness) const {
    const FileDescriptor fd(open((directory_.path() / "file").c_str(), O_RDONLY | O_CLOEXEC));
    return witness.holds(fd.get());
  }
  void write_over(std::size_t first_piece, std::size_t last_piece) {
    std::string changed = content_;
    for (std::size_t i = first_piece * piece_bytes; i < last_piece * piece_bytes; ++i) changed[i] ^= 1;
    directory_.write("file", changed);
  }

  TemporaryDirectory directory_;
  std::string content_;
};

TEST_F(ContentWitnessTest, HoldsForTheSameBytes) {
  for (const std::size_t count : {0, 1, 2, 15, 16, 17, 18, 33, 100})
    EXPECT_TRUE(holds(witness_of(count))) << count;
}

TEST_F(ContentWitnessTest, RemembersFewSpotsHoweverMuchIsRead) {
  for (std::size_t count = 1; count <= 100; ++count) {
    EXPECT_GE(witness_of(count).spots(), std::min<std::size_t>(count, ContentWitness::max_spots / 2));
    EXPECT_LE(witness_of(count).spots(), ContentWitness::max_spots);
  }
}

TEST_F(ContentWitnessTest, SeesWhereverAQuarterOfWhatWasReadIsWrittenAnew) {
  for (const std::size_t count : {1, 8, 16, 17, 40, 64, 100}) {
    const ContentWitness witness = witness_of(count);
    const std::size_t quarter = (count + 3) / 4;
    for (std::size_t first = 0; first + quarter <= count; ++first) {
      write_over(first, first + quarter);
      EXPECT_FALSE(holds(witness)) << count << " pieces, " << first;
    }
  }
}

TEST_F(ContentWitnessTest, SeesTheLatestPieceWrittenAnew) {
  for (std::size_t count = 1; count <= 100; ++count) {
    write_over(count - 1, count);
    EXPECT_FALSE(holds(witness_of(count))) << count;
  }
}

TEST_F(ContentWitnessTest, TakesNoNoticeOfWhatWasNotRead) {
  const ContentWitness witness = witness_of(10);
  write_over(10, 100);
  EXPECT_TRUE(holds(witness));
}

TEST_F(ContentWitnessTest, DoesNotHoldForAFileThatIsTooShort) {
  const ContentWitness witness = witness_of(10);
  directory_.write("file", content_.substr(0, 5 * piece_bytes));
  EXPECT_FALSE(holds(witness));
}

}  // namespace
}  // namespace usquic::files
