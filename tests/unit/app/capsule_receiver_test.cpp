#include "app/capsule_receiver.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/capsules.h"

namespace usquic::app {
namespace {

using test::capsule;

class CapsuleReceiving : public testing::Test {
 protected:
  void take_datagrams() {
    receiver->on_datagram = [this](std::string_view data) {
      seen.push_back("datagram " + std::string(data));
    };
  }
  void take_capsules() {
    receiver->on_capsule = [this](std::uint64_t type, std::string_view value) {
      seen.push_back(std::to_string(type) + " " + std::string(value));
    };
  }

  std::optional<CapsuleReceiver> receiver{std::in_place, 8};
  std::vector<std::string> seen;
};

TEST_F(CapsuleReceiving, EachGoesToItsHandlerInOrder) {
  take_datagrams();
  take_capsules();
  receiver->on_end = [this] { seen.emplace_back("end"); };
  const std::string stream = capsule(0, "one") + capsule(0x3fff, "two") + capsule(0, "") + capsule(7, "");
  for (const char byte : stream) EXPECT_EQ(receiver->take_data({&byte, 1}), StreamError::none);
  EXPECT_EQ(receiver->take_datagram("frame"), StreamError::none);
  EXPECT_EQ(receiver->take_end(), StreamError::none);
  const std::vector<std::string> expected = {"datagram one", "16383 two",      "datagram ",
                                             "7 ",           "datagram frame", "end"};
  EXPECT_EQ(seen, expected);
}

TEST_F(CapsuleReceiving, UnknownOnesOfAnyLengthAreSkipped) {
  take_datagrams();
  EXPECT_EQ(receiver->take_data(capsule(7, std::string(100'000, 'x')) + capsule(0, "kept")),
            StreamError::none);
  EXPECT_EQ(seen, std::vector<std::string>{"datagram kept"});
}

TEST_F(CapsuleReceiving, OneThatIsTooLongIsExcessive) {
  take_datagrams();
  take_capsules();
  EXPECT_EQ(receiver->take_data(capsule(7, "12345678")), StreamError::none);
  EXPECT_EQ(receiver->take_data(capsule(7, "123456789").substr(0, 2)), StreamError::excessive);
  receiver.emplace(8);
  take_datagrams();
  EXPECT_EQ(receiver->take_data(capsule(0, "123456789")), StreamError::excessive);
  EXPECT_EQ(seen, std::vector<std::string>{"7 12345678"});
}

// RFC 9297 section 3.3.
TEST_F(CapsuleReceiving, AnEndInsideOfOneIsMalformed) {
  const std::string whole = capsule(0x4000, "1234");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    receiver.emplace(8);
    take_capsules();
    receiver->on_end = [this] { seen.emplace_back("end"); };
    EXPECT_EQ(receiver->take_data(std::string_view(whole).substr(0, length)), StreamError::none);
    EXPECT_EQ(receiver->take_end(), StreamError::malformed) << length;
  }
  EXPECT_TRUE(seen.empty());
}

// RFC 9297 section 2.
TEST_F(CapsuleReceiving, DatagramsThatMeanNothingAreAnError) {
  take_capsules();
  EXPECT_EQ(receiver->take_datagram("x"), StreamError::bad_datagram);
  EXPECT_EQ(receiver->take_data(capsule(7, "a") + capsule(0, "x") + capsule(7, "b")),
            StreamError::bad_datagram);
  EXPECT_EQ(seen, std::vector<std::string>{"7 a"});
}

TEST_F(CapsuleReceiving, AHandlerMayReplaceItself) {
  receiver->on_datagram = [this](std::string_view) { take_datagrams(); };
  EXPECT_EQ(receiver->take_data(capsule(0, "first") + capsule(0, "second")), StreamError::none);
  EXPECT_EQ(seen, std::vector<std::string>{"datagram second"});
}

TEST_F(CapsuleReceiving, AHandlerMayEndItAllWhileItRuns) {
  const auto owned = std::make_shared<int>();
  take_capsules();
  receiver->on_datagram = [this, owned](std::string_view data) {
    receiver->drop_handlers();
    seen.emplace_back(data);
  };
  EXPECT_EQ(receiver->take_data(capsule(0, "last") + capsule(0, "x") + capsule(7, "y")), StreamError::none);
  EXPECT_EQ(seen, std::vector<std::string>{"last"});
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace usquic::app
