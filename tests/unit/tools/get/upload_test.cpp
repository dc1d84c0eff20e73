#include "get/upload.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace usquic::tools::get {
namespace {

class GetUpload : public testing::Test {
 protected:
  GetUpload() {
    path_ = std::filesystem::temp_directory_path() / ("usquic-upload-test-" + std::to_string(getpid()));
    for (int i = 0; content_.size() < 1'000'000; ++i) content_ += std::to_string(i);
    std::ofstream(path_) << content_;
    plan_.source = BodyPlan::Source::File;
    plan_.file = path_;
  }
  ~GetUpload() override { std::filesystem::remove(path_); }

  Upload::State send(Upload& upload, bool takes_more) {
    return upload.send([this, takes_more](std::string_view bytes) {
      taken_ += bytes;
      return takes_more;
    });
  }

  std::filesystem::path path_;
  std::string content_;
  std::string taken_;
  BodyPlan plan_;
};

TEST_F(GetUpload, SendsAFileToItsEnd) {
  Upload upload(plan_);
  EXPECT_TRUE(upload.is_streamed());
  EXPECT_FALSE(upload.is_open());
  ASSERT_EQ(upload.open([] {}), 0);
  EXPECT_TRUE(upload.is_open());
  EXPECT_EQ(send(upload, true), Upload::State::AtEnd);
  EXPECT_EQ(taken_, content_);
  EXPECT_EQ(upload.sent(), content_.size());
  upload.stop();
  EXPECT_FALSE(upload.is_open());
  EXPECT_EQ(upload.sent(), content_.size());
}

TEST_F(GetUpload, WaitsWhileItIsHeldBack) {
  Upload upload(plan_);
  ASSERT_EQ(upload.open([] {}), 0);
  ASSERT_EQ(send(upload, false), Upload::State::HeldBack);
  const std::size_t first = taken_.size();
  EXPECT_GT(first, 0u);
  EXPECT_LT(first, content_.size());
  EXPECT_EQ(send(upload, true), Upload::State::HeldBack);
  EXPECT_EQ(taken_.size(), first);
  upload.resume();
  EXPECT_EQ(send(upload, true), Upload::State::AtEnd);
  EXPECT_EQ(taken_, content_);
}

TEST_F(GetUpload, BeginsAnewWhenItIsOpenedAgain) {
  Upload upload(plan_);
  ASSERT_EQ(upload.open([] {}), 0);
  ASSERT_EQ(send(upload, false), Upload::State::HeldBack);
  taken_.clear();
  ASSERT_EQ(upload.open([] {}), 0);
  EXPECT_EQ(upload.sent(), 0u);
  EXPECT_EQ(send(upload, true), Upload::State::AtEnd);
  EXPECT_EQ(taken_, content_);
}

TEST_F(GetUpload, OfAMissingFileSaysWhy) {
  plan_.file = "/nowhere/at/all";
  Upload upload(plan_);
  EXPECT_EQ(upload.open([] {}), ENOENT);
}

TEST_F(GetUpload, OfABodyInMemoryIsSentWithTheRequest) {
  plan_.source = BodyPlan::Source::Memory;
  plan_.memory = "12345";
  Upload upload(plan_);
  EXPECT_FALSE(upload.is_streamed());
  EXPECT_EQ(upload.sent(), 0u);
  upload.note_request_sent();
  EXPECT_EQ(upload.sent(), 5u);
}

}  // namespace
}  // namespace usquic::tools::get
