#include "files/content_loader.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "files/resource_lookup.h"
#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

class ContentLoaderTest : public testing::Test {
 protected:
  ContentLoaderTest() {
    EXPECT_EQ(DocumentRoot::open(directory_.path().string(), root_), 0);
    for (std::size_t i = 0; i < content_.size(); ++i) content_[i] = static_cast<char>(i * 31 >> 7);
    directory_.write("large", content_);
  }
  void want(const std::string& path) {
    loader_.want(path, *load_resource(root_, path, nullptr, cache_).resource, 5);
  }
  int work() {
    int steps = 1;
    while (loader_.work(root_, cache_)) ++steps;
    return steps;
  }
  std::shared_ptr<const std::string> kept(const std::string& path, std::size_t representation = 0) {
    const ResourceCache::Entry* entry = cache_.find(path);
    return entry == nullptr ? nullptr : entry->resource->representations[representation].content;
  }

  static constexpr std::size_t pieces = 4;
  test::TemporaryDirectory directory_;
  DocumentRoot root_;
  ResourceCache cache_{64 << 20};
  ContentLoader loader_;
  std::string content_ = std::string(pieces * ContentLoader::piece_bytes - 7, '\0');
};

TEST_F(ContentLoaderTest, KeepsAFileThatItReadPieceByPiece) {
  want("large");
  EXPECT_FALSE(loader_.is_idle());
  EXPECT_EQ(work(), static_cast<int>(pieces));
  EXPECT_TRUE(loader_.is_idle());
  ASSERT_NE(kept("large"), nullptr);
  EXPECT_EQ(*kept("large"), content_);
  EXPECT_EQ(cache_.find("large")->checked_ms, 5) << "nobody looked at it since";
}

TEST_F(ContentLoaderTest, ReadsAllCodings) {
  directory_.write("large.gz", std::string(2 * max_file_read_at_once, 'z'));
  directory_.write("large.br", "short");
  want("large");
  work();
  ASSERT_NE(kept("large"), nullptr);
  EXPECT_EQ(*kept("large", 1), "short");
  EXPECT_EQ(*kept("large", 2), std::string(2 * max_file_read_at_once, 'z'));
}

TEST_F(ContentLoaderTest, ReadsAFileOnceHoweverOftenItIsWanted) {
  for (int i = 0; i < 10; ++i) want("large");
  EXPECT_EQ(work(), static_cast<int>(pieces));
}

TEST_F(ContentLoaderTest, CountsWhatItReads) {
  want("large");
  loader_.work(root_, cache_);
  EXPECT_EQ(cache_.bytes(), content_.size());
  loader_.clear();
  EXPECT_EQ(cache_.bytes(), 0u);
  EXPECT_FALSE(loader_.work(root_, cache_));
}

TEST_F(ContentLoaderTest, KeepsNothingThatThereIsNoRoomFor) {
  ResourceCache small(8 * content_.size() - 8);
  want("large");
  EXPECT_FALSE(loader_.work(root_, small));
  EXPECT_EQ(small.size(), 0u);
  EXPECT_EQ(small.bytes(), 0u);
}

TEST_F(ContentLoaderTest, KeepsNothingThatChangesMeanwhile) {
  for (const char* change : {"replaced before", "written during", "removed before"}) {
    directory_.write("large", content_);
    want("large");
    const std::string when = change;
    if (when == "written during") loader_.work(root_, cache_);
    if (when == "removed before") {
      std::filesystem::remove(directory_.path() / "large");
    } else if (when == "replaced before") {
      directory_.write("other", content_);
      std::filesystem::rename(directory_.path() / "other", directory_.path() / "large");
    } else {
      directory_.write("large", content_ + "more");
    }
    work();
    EXPECT_EQ(cache_.size(), 0u) << change;
    EXPECT_EQ(cache_.bytes(), 0u) << change;
  }
}

TEST_F(ContentLoaderTest, HasABoundedNumberWaiting) {
  for (std::size_t i = 0; i < ContentLoader::max_waiting + 5; ++i) {
    const std::string name = std::to_string(i);
    directory_.write(name, std::string(max_file_read_at_once + 1, 'x'));
    want(name);
  }
  work();
  EXPECT_EQ(cache_.size(), ContentLoader::max_waiting);
}

}  // namespace
}  // namespace usquic::files
