#include "files/listing_job.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

using testing::HasSubstr;
using testing::Not;

class ListingJobTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(DocumentRoot::open(directory_.path().string(), root_), 0); }
  void make_files(std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string path = (directory_.path() / std::to_string(i)).string();
      const FileDescriptor made(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
      ASSERT_TRUE(made.is_open());
    }
  }
  std::string page_of(const std::string& path) {
    ListingJob job(root_, path);
    for (steps_ = 1; job.step(root_); ++steps_) continue;
    EXPECT_EQ(job.error(), 0);
    return job.take_page();
  }
  static std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++found;
    return found;
  }

  TemporaryDirectory directory_;
  DocumentRoot root_;
  std::size_t steps_ = 0;
};

TEST_F(ListingJobTest, ListsFoldersFirstThenByName) {
  directory_.write("b.txt", "12345");
  directory_.write("a.txt", "1");
  directory_.write("z/inner", "");
  directory_.write(".hidden", "");
  const std::string page = page_of("");
  EXPECT_LT(page.find("./z/\">z/<"), page.find("./a.txt\">a.txt<"));
  EXPECT_LT(page.find("./a.txt\">a.txt<"), page.find("./b.txt\">b.txt</a></td><td>5 B<"));
  EXPECT_THAT(page, Not(HasSubstr("hidden")));
  EXPECT_THAT(page, Not(HasSubstr("../")));
  EXPECT_THAT(page, HasSubstr("<title>Index of /</title>"));
  EXPECT_THAT(page_of("z"), HasSubstr("<a href=\"../\">"));
}

TEST_F(ListingJobTest, MakesAnEmptyPageOfAnEmptyFolder) {
  EXPECT_THAT(page_of(""), testing::EndsWith("</html>\n"));
}

TEST_F(ListingJobTest, TakesSmallSteps) {
  make_files(1000);
  const std::string page = page_of("");
  EXPECT_EQ(count(page, "<tr>"), 1000u);
  EXPECT_GE(steps_, 2 * 1000 / ListingJob::items_per_step) << "so many to read, so many to write";
}

TEST_F(ListingJobTest, SaysThatItLeftSomethingOut) {
  make_files(ListingJob::max_entries);
  EXPECT_THAT(page_of(""), Not(HasSubstr("more")));
  directory_.write("one-more-than-that", "");
  const std::string page = page_of("");
  EXPECT_EQ(count(page, "<a "), ListingJob::max_entries);
  EXPECT_THAT(page, HasSubstr("There is more in this folder"));
}

TEST_F(ListingJobTest, TellsWhyThereIsNoPage) {
  directory_.write("file", "");
  ListingJob missing(root_, "missing");
  EXPECT_FALSE(missing.step(root_));
  EXPECT_EQ(missing.error(), ENOENT);
  EXPECT_EQ(ListingJob(root_, "file").error(), ENOTDIR);
}

}  // namespace
}  // namespace usquic::files
