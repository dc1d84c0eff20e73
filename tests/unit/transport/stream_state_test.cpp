#include "transport/stream_state.h"

#include <gtest/gtest.h>

namespace usquic::transport {
namespace {

TEST(StreamKind, SaysWhichPartsAStreamHas) {
  EXPECT_TRUE((StreamKind{true, false}.can_send()));
  EXPECT_TRUE((StreamKind{true, false}.can_receive()));
  EXPECT_TRUE((StreamKind{false, false}.can_send()));
  EXPECT_TRUE((StreamKind{true, true}.can_send()));
  EXPECT_FALSE((StreamKind{true, true}.can_receive()));
  EXPECT_FALSE((StreamKind{false, true}.can_send()));
  EXPECT_TRUE((StreamKind{false, true}.can_receive()));
}

TEST(StreamCloseInfo, IsOfTheSideThatBegan) {
  SendState send;
  ReceiveState receive;
  EXPECT_EQ(close_info(send, receive, std::nullopt).reason, US_QUIC_OK);
  EXPECT_EQ(close_info(send, receive, 4).reason, US_QUIC_E_STOPPED);
  receive.reset(9);
  EXPECT_EQ(close_info(send, receive, 4).reason, US_QUIC_E_RESET);
  EXPECT_EQ(close_info(send, receive, 4).code, 9u);
  EXPECT_TRUE(receive.request_stop(5));
  EXPECT_EQ(close_info(send, receive, 4).reason, US_QUIC_E_CLOSED);
  EXPECT_EQ(close_info(send, receive, 4).code, 5u);
  EXPECT_TRUE(send.request_reset(6));
  EXPECT_EQ(close_info(send, receive, 4).code, 6u);
}

TEST(StreamCloseInfo, OfAStopIsTheApplicationsAsSoonAsItResets) {
  SendState send;
  EXPECT_TRUE(send.stopped(3));
  EXPECT_EQ(close_info(send, ReceiveState(), 3).reason, US_QUIC_E_STOPPED);
  EXPECT_EQ(close_info(send, ReceiveState(), 3).code, 3u);
  EXPECT_TRUE(send.request_reset(6));
  EXPECT_EQ(close_info(send, ReceiveState(), 3).reason, US_QUIC_E_CLOSED);
}

TEST(SendState, GoesFromReadyToDataSent) {
  SendState state;
  EXPECT_FALSE(state.is_fin_sent());
  state.sent(false);
  EXPECT_FALSE(state.is_fin_sent());
  state.sent(true);
  EXPECT_TRUE(state.is_fin_sent());
  EXPECT_FALSE(state.is_reset());
}

TEST(SendState, MayBeginWithTheFin) {
  SendState state;
  state.sent(true);
  EXPECT_TRUE(state.is_fin_sent());
}

TEST(SendState, IsResetFromTheRequestOn) {
  SendState state;
  EXPECT_TRUE(state.request_reset(7));
  EXPECT_TRUE(state.is_reset());
  EXPECT_TRUE(state.is_reset_due());
  EXPECT_EQ(state.reset_code(), 7u);
  state.reset_sent();
  EXPECT_TRUE(state.is_reset());
  EXPECT_FALSE(state.is_reset_due());
}

TEST(SendState, IsResetWhenAllDataIsSentToo) {
  SendState state;
  state.sent(true);
  EXPECT_TRUE(state.request_reset(7));
  EXPECT_TRUE(state.is_reset_due());
  EXPECT_FALSE(state.is_fin_sent());
}

TEST(SendState, KeepsTheFirstCode) {
  SendState state;
  EXPECT_TRUE(state.request_reset(7));
  EXPECT_FALSE(state.request_reset(8));
  EXPECT_EQ(state.reset_code(), 7u);
}

TEST(SendState, MaySendUntilTheResetThatIsDue) {
  SendState state;
  EXPECT_TRUE(state.request_reset(7));
  state.sent(true);
  EXPECT_TRUE(state.is_reset_due());
}

TEST(SendState, IsResetByStopSendingAtOnce) {
  SendState state;
  EXPECT_TRUE(state.stopped(3));
  EXPECT_TRUE(state.is_stopped());
  EXPECT_TRUE(state.is_reset());
  EXPECT_FALSE(state.is_reset_due());
  EXPECT_EQ(state.stop_code(), 3u);
  EXPECT_FALSE(state.reset_code().has_value());
  EXPECT_FALSE(state.stopped(4));
  EXPECT_EQ(state.stop_code(), 3u);
}

TEST(SendState, TakesNoStopAfterAReset) {
  SendState state;
  EXPECT_TRUE(state.request_reset(7));
  EXPECT_FALSE(state.stopped(3));
  EXPECT_FALSE(state.is_stopped());
}

TEST(SendState, RemembersAResetAfterStopSendingWithoutSendingAnother) {
  SendState state;
  EXPECT_TRUE(state.stopped(3));
  EXPECT_TRUE(state.request_reset(7));
  EXPECT_EQ(state.reset_code(), 7u);
  EXPECT_TRUE(state.is_stopped());
  EXPECT_FALSE(state.is_reset_due());
}

TEST(SendStateDeathTest, NeverGoesBack) {
  SendState finished;
  finished.sent(true);
  EXPECT_DEATH(finished.sent(false), "data_sent");
  EXPECT_DEATH(finished.reset_sent(), "is_reset_due");
  SendState reset;
  EXPECT_TRUE(reset.request_reset(7));
  reset.reset_sent();
  EXPECT_DEATH(reset.sent(false), "reset_sent");
  EXPECT_DEATH(reset.reset_sent(), "is_reset_due");
}

TEST(ReceiveState, EndsWhenAllIsRead) {
  ReceiveState state;
  EXPECT_TRUE(state.is_receiving());
  state.data_read();
  EXPECT_FALSE(state.is_receiving());
  EXPECT_FALSE(state.is_reset());
}

TEST(ReceiveState, EndsByAResetAtAnyTime) {
  ReceiveState early;
  early.reset(9);
  EXPECT_FALSE(early.is_receiving());
  EXPECT_TRUE(early.is_reset());
  EXPECT_EQ(early.reset_code(), 9u);
  early.data_read();
  EXPECT_TRUE(early.is_reset());
  ReceiveState late;
  late.data_read();
  late.reset(0);
  EXPECT_TRUE(late.is_reset());
}

TEST(ReceiveState, IsStoppedFromTheRequestOn) {
  ReceiveState state;
  EXPECT_TRUE(state.request_stop(5));
  EXPECT_TRUE(state.is_stopped());
  EXPECT_TRUE(state.is_stop_due());
  EXPECT_TRUE(state.is_receiving());
  state.stop_sent();
  EXPECT_TRUE(state.is_stopped());
  EXPECT_FALSE(state.is_stop_due());
  EXPECT_FALSE(state.request_stop(6));
  EXPECT_EQ(state.stop_code(), 5u);
}

TEST(ReceiveStateDeathTest, SendsOneStopSending) {
  ReceiveState state;
  EXPECT_DEATH(state.stop_sent(), "is_stop_due");
  EXPECT_TRUE(state.request_stop(5));
  state.stop_sent();
  EXPECT_DEATH(state.stop_sent(), "is_stop_due");
}

}  // namespace
}  // namespace usquic::transport
