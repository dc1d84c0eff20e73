#include "serve/log_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>

#include "support/temporary_directory.h"

namespace usquic::tools::serve {
namespace {

using test::TemporaryDirectory;

using Clock = std::chrono::steady_clock;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    reading = FileDescriptor(ends[0]);
    writing = FileDescriptor(ends[1]);
  }
  // What can be read within a second, up to `most` bytes.
  std::string read(std::size_t most) const {
    std::string text;
    std::array<char, 65536> buffer;
    pollfd readable = {reading.get(), POLLIN, 0};
    while (text.size() < most && poll(&readable, 1, 1000) > 0) {
      const ssize_t count = ::read(reading.get(), buffer.data(), std::min(buffer.size(), most - text.size()));
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  FileDescriptor reading;
  FileDescriptor writing;
};

template <class Done>
bool wait_until(Done done) {
  const auto end = Clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (Clock::now() > end) return false;
    poll(nullptr, 0, 1);
  }
  return true;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(LogWriter, WritesLinesInOrderAndTheLastOnesWhenItGoes) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "log";
  directory.write("log", "earlier\n");
  {
    LogWriter writer(open_log(path));
    for (int i = 0; i < 1000; ++i) writer.write(std::to_string(i) + "\n");
  }
  const std::string content = content_of(path);
  EXPECT_TRUE(content.starts_with("earlier\n0\n1\n"));
  EXPECT_TRUE(content.ends_with("\n998\n999\n"));
}

TEST(LogWriter, DropsAndCountsWhatAPipeThatNobodyReadsDoesNotTake) {
  Pipe pipe;
  std::uint64_t written = 0;
  std::uint64_t read = 0;
  std::uint64_t dropped = 0;
  const std::string line = std::string(999, 'x') + "\n";
  {
    LogWriter writer(std::move(pipe.writing));
    const auto began = Clock::now();
    for (; written < 5000; ++written) writer.write(line);
    EXPECT_LT(Clock::now() - began, std::chrono::seconds(2)) << "it waited";
    EXPECT_EQ(writer.take_dropped(), 0u) << "told while nothing is written";
    const auto count = [&] {
      read += pipe.read(1'000'000).size() / line.size();
      dropped += writer.take_dropped();
      return read + dropped >= written;
    };
    EXPECT_TRUE(wait_until(count));
  }
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(read + dropped, written);
}

TEST(LogWriter, EndsSoonWhenNobodyReads) {
  Pipe pipe;
  const auto began = Clock::now();
  {
    LogWriter writer(std::move(pipe.writing));
    writer.write(std::string(500'000, 'x') + "\n");
  }
  EXPECT_LT(Clock::now() - began, std::chrono::seconds(3));
}

TEST(LogWriter, GoesOnWithAnotherFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "log";
  LogWriter writer(open_log(path));
  writer.write("one\n");
  ASSERT_TRUE(wait_until([&] { return content_of(path) == "one\n"; }));
  std::filesystem::rename(path, path + ".1");
  writer.change_file(path);
  writer.write("two\n");
  EXPECT_TRUE(wait_until([&] { return content_of(path) == "two\n"; }));
  EXPECT_EQ(content_of(path + ".1"), "one\n");
  EXPECT_EQ(writer.take_error(), 0);
}

TEST(LogWriter, KeepsTheFileWhenAnotherCannotBeOpened) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "log";
  LogWriter writer(open_log(path));
  writer.change_file(directory.path() / "none" / "log");
  int error = 0;
  EXPECT_TRUE(wait_until([&] { return (error = writer.take_error()) != 0; }));
  EXPECT_EQ(error, ENOENT);
  writer.write("still here\n");
  EXPECT_TRUE(wait_until([&] { return content_of(path) == "still here\n"; }));
}

TEST(LogWriter, LeavesAFifoThatNobodyReads) {
  const TemporaryDirectory directory;
  const std::string fifo = directory.path() / "fifo";
  const std::string path = directory.path() / "log";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  LogWriter writer(open_log(fifo));
  writer.write(std::string(500'000, 'x') + "\n");
  writer.change_file(path);
  writer.write("after\n");
  EXPECT_TRUE(wait_until([&] { return content_of(path).ends_with("after\n"); }));
}

TEST(LogWriter, OutlivesTheReaderOfItsPipe) {
  Pipe pipe;
  LogWriter writer(std::move(pipe.writing));
  pipe.reading = FileDescriptor();
  writer.write("nobody\n");
  EXPECT_EQ(writer.take_dropped(), 0u);
}

}  // namespace
}  // namespace usquic::tools::serve
