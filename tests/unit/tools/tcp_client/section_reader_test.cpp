#include "tcp_client/section_reader.h"

#include <gtest/gtest.h>

namespace usquic::tools::tcp_client {
namespace {

TEST(TcpSectionReader, ReadsAHeaderSection) {
  SectionReader reader;
  EXPECT_FALSE(reader.take("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_FALSE(reader.take("Content-Type:  text/html \r\n"));
  EXPECT_FALSE(reader.take("X-Empty:\r\n"));
  EXPECT_TRUE(reader.take("\r\n"));
  EXPECT_EQ(reader.version(), HttpVersion::Http11);
  EXPECT_EQ(reader.head().status, 404);
  EXPECT_EQ(reader.head().headers.size(), 2u);
  EXPECT_EQ(reader.head().header("content-type"), "text/html");
  EXPECT_FALSE(reader.has_trailers());
}

TEST(TcpSectionReader, ReadsOneSectionAfterAnother) {
  SectionReader reader;
  reader.take("HTTP/2 103 \r\n");
  reader.take("link: </a>\r\n");
  EXPECT_TRUE(reader.take("\r\n"));
  EXPECT_EQ(reader.version(), HttpVersion::Http2);
  EXPECT_EQ(reader.head().status, 103);
  reader.take("HTTP/2 200 \r\n");
  EXPECT_TRUE(reader.take("\r\n"));
  EXPECT_EQ(reader.head().status, 200);
  EXPECT_TRUE(reader.head().headers.empty());
}

TEST(TcpSectionReader, WhatFollowsTheHeadIsTrailers) {
  SectionReader reader;
  reader.take("HTTP/1.0 200 OK\r\n");
  reader.take("\r\n");
  EXPECT_EQ(reader.version(), HttpVersion::Http10);
  EXPECT_FALSE(reader.take("Sum: 6\r\n"));
  ASSERT_TRUE(reader.has_trailers());
  EXPECT_EQ(reader.trailers()[0].name, "sum");
  EXPECT_EQ(reader.trailers()[0].value, "6");
}

}  // namespace
}  // namespace usquic::tools::tcp_client
