#include "files/body_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <deque>
#include <functional>

#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

class BodyReaderTest : public testing::Test {
 protected:
  BodyPart file_part(std::string_view content) {
    directory_.write("file", content);
    DocumentRoot root;
    EXPECT_EQ(DocumentRoot::open(directory_.path().string(), root), 0);
    OpenedNode node = root.open_node("file");
    BodyPart part;
    part.length = node.identity.size;
    part.file = std::make_shared<const OpenFile>(OpenFile{std::move(node.fd), node.identity});
    return part;
  }
  static BodyPart memory_part(std::string text) {
    BodyPart part;
    part.memory = std::make_shared<const std::string>(std::move(text));
    part.length = part.memory->size();
    return part;
  }
  BodyReader make(std::vector<BodyPart> parts) { return BodyReader(std::move(parts), pool_, share_); }
  static std::string text_of(const BodyReader::Result& result) {
    const auto& chunk = std::get<BodyChunk>(result);
    return {static_cast<const char*>(chunk.data()), chunk.length()};
  }

  TemporaryDirectory directory_;
  BufferPool pool_{4};
  std::shared_ptr<BufferShare> share_ = std::make_shared<BufferShare>();
};

TEST_F(BodyReaderTest, GivesPartsInTurnThenTheEnd) {
  BodyPart middle = file_part("0123456789");
  middle.offset = 2;
  middle.length = 3;
  BodyReader reader = make({memory_part("<"), middle, memory_part(""), memory_part(">")});
  EXPECT_EQ(text_of(reader.next()), "<");
  EXPECT_EQ(text_of(reader.next()), "234");
  EXPECT_EQ(text_of(reader.next()), ">");
  EXPECT_TRUE(std::holds_alternative<BodyReader::End>(reader.next()));
  EXPECT_TRUE(std::holds_alternative<BodyReader::End>(reader.next()));
}

TEST_F(BodyReaderTest, ReadsALargeFileInPieces) {
  std::string content(2 * BufferPool::buffer_bytes + 7, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31 >> 3);
  BodyReader reader = make({file_part(content)});
  std::string read;
  for (int i = 0; i < 3; ++i) read += text_of(reader.next());
  EXPECT_EQ(read, content);
  EXPECT_TRUE(std::holds_alternative<BodyReader::End>(reader.next()));
  EXPECT_EQ(pool_.in_use(), 0u) << "chunks give their buffers back";
}

TEST_F(BodyReaderTest, WaitsForABufferAndLosesNothing) {
  BodyReader reader = make({file_part(std::string(4 * BufferPool::buffer_bytes, 'x'))});
  std::deque<BodyReader::Result> held;
  while (true) {
    BodyReader::Result next = reader.next();
    if (std::holds_alternative<BodyReader::NoBuffer>(next)) break;
    held.push_back(std::move(next));
  }
  EXPECT_EQ(held.size(), 3u) << "one connection leaves something of the pool to others";
  held.pop_front();
  EXPECT_TRUE(std::holds_alternative<BodyChunk>(reader.next()));
  held.clear();
  EXPECT_TRUE(std::holds_alternative<BodyReader::End>(reader.next()));
}

TEST_F(BodyReaderTest, FailsWhenTheFileShrinksWhileItIsSent) {
  BodyReader reader = make({file_part(std::string(BufferPool::buffer_bytes + 10, 'x'))});
  EXPECT_TRUE(std::holds_alternative<BodyChunk>(reader.next()));
  directory_.write("file", "short");
  EXPECT_TRUE(std::holds_alternative<BodyReader::Failed>(reader.next()));
  EXPECT_EQ(pool_.in_use(), 0u);
}

TEST_F(BodyReaderTest, FailsWhenTheFileIsWrittenAnewWhileItIsSent) {
  const std::size_t size = BufferPool::buffer_bytes + 10;
  for (const std::size_t new_size : {size, 2 * size}) {
    BodyReader reader = make({file_part(std::string(size, 'x'))});
    EXPECT_TRUE(std::holds_alternative<BodyChunk>(reader.next()));
    directory_.write("file", std::string(new_size, 'y'));
    EXPECT_TRUE(std::holds_alternative<BodyReader::Failed>(reader.next())) << new_size;
  }
}

// What happens to files while they are downloaded, and does not concern the download.
class BodyReaderGoesOn : public BodyReaderTest {
 protected:
  void expect_old_bytes_after(const std::function<void()>& change) {
    const std::string content(BufferPool::buffer_bytes + 10, 'x');
    BodyReader reader = make({file_part(content)});
    std::string read = text_of(reader.next());
    change();
    BodyReader::Result rest = reader.next();
    ASSERT_TRUE(std::holds_alternative<BodyChunk>(rest));
    EXPECT_EQ(read + text_of(rest), content);
    EXPECT_TRUE(std::holds_alternative<BodyReader::End>(reader.next()));
  }
  const std::filesystem::path file_ = directory_.path() / "file";
};

TEST_F(BodyReaderGoesOn, WhenTheFileIsRenamedOver) {
  directory_.write("other", std::string(2 * BufferPool::buffer_bytes, 'y'));
  expect_old_bytes_after([&] { std::filesystem::rename(directory_.path() / "other", file_); });
}

TEST_F(BodyReaderGoesOn, WhenTheFileIsUnlinked) {
  expect_old_bytes_after([&] { std::filesystem::remove(file_); });
}

TEST_F(BodyReaderGoesOn, WhenTheFileIsTouched) {
  expect_old_bytes_after([&] { EXPECT_EQ(utimensat(AT_FDCWD, file_.c_str(), nullptr, 0), 0); });
  const std::array<timespec, 2> times = {{{1, 0}, {1, 0}}};
  expect_old_bytes_after([&] { EXPECT_EQ(utimensat(AT_FDCWD, file_.c_str(), times.data(), 0), 0); });
}

TEST_F(BodyReaderGoesOn, WhenTheFileIsAppendedTo) {
  expect_old_bytes_after([&] { std::ofstream(file_, std::ios::app) << "more"; });
}

TEST(BufferPool, GivesEveryConnectionAShare) {
  BufferPool pool(8);
  BufferShare greedy;
  std::vector<std::unique_ptr<std::byte[]>> held;
  while (auto buffer = pool.acquire(greedy)) held.push_back(std::move(buffer));
  EXPECT_LT(held.size(), 8u);
  BufferShare late;
  auto buffer = pool.acquire(late);
  EXPECT_NE(buffer, nullptr);
  pool.release(std::move(buffer), late);
  for (auto& each : held) pool.release(std::move(each), greedy);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(BufferPool, NeverExceedsItsBound) {
  BufferPool pool(8);
  std::vector<BufferShare> shares(50);
  std::vector<std::unique_ptr<std::byte[]>> held;
  for (BufferShare& share : shares) {
    while (auto buffer = pool.acquire(share)) held.push_back(std::move(buffer));
  }
  EXPECT_EQ(held.size(), 8u);
  EXPECT_TRUE(pool.is_used_up());
}

}  // namespace
}  // namespace usquic::files
