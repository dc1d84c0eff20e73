#!/usr/bin/env bash
# nghttp2's bound of CONTINUATION frames counts the pieces in which such a frame's head arrives, not the frames.
#
# RFC 9113 section 6.10 allows any number of CONTINUATION frames; since 2024 nghttp2 takes 8 of a section
# (nghttp2_option_set_max_continuations), which is far more than an honest client sends. TCP may cut the nine bytes of a frame's
# head anywhere.
#
# Expected: a request with two CONTINUATION frames is taken, in whatever pieces its bytes are handed over.
# Seen with nghttp2 1.52.0 (Debian 12 with its security updates): handed over byte by byte, a request with a single
# CONTINUATION frame of five bytes fails with NGHTTP2_ERR_TOO_MANY_CONTINUATIONS; in pieces of three bytes one with three
# such frames does. In one piece all are taken.
set -euo pipefail

version=1.52.0-1+deb12u3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in libnghttp2-14 libnghttp2-dev; do
  apt-get download -q "$package=$version" >/dev/null
  dpkg-deb -x "${package}"_*.deb root
done
libraries=$(echo "$work"/root/usr/lib/*-linux-gnu)
echo "nghttp2 $version"

cat >pieces.c <<'C'
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <string.h>

static int requests;

static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
  (void)session, (void)user;
  if (frame->hd.type == NGHTTP2_HEADERS) ++requests;
  return 0;
}

/* The preface with empty SETTINGS; then GET / in HEADERS and `more` CONTINUATION frames, with a field in each. */
static size_t write_request(uint8_t* to, int more) {
  uint8_t* at = to;
  static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
  memcpy(at, preface, sizeof preface - 1);
  at += sizeof preface - 1;
  static const uint8_t headers[] = {0, 0, 6, 1, 1, 0, 0, 0, 1, 0x82, 0x87, 0x84, 0x01, 0x01, 'a'};
  memcpy(at, headers, sizeof headers);
  at += sizeof headers;
  for (int i = 0; i < more; ++i) {
    /* A literal without indexing: "x: y". The last one has END_HEADERS. */
    const uint8_t frame[] = {0, 0, 5, 9, i == more - 1 ? 4 : 0, 0, 0, 0, 1, 0x00, 1, 'x', 1, 'y'};
    memcpy(at, frame, sizeof frame);
    at += sizeof frame;
  }
  return (size_t)(at - to);
}

static void try_pieces(int more, size_t piece) {
  nghttp2_session_callbacks* callbacks;
  nghttp2_session* session;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_server_new(&session, callbacks, NULL);
  requests = 0;
  uint8_t bytes[1024];
  const size_t length = write_request(bytes, more);
  const char* failure = "";
  for (size_t at = 0; at < length && !*failure; at += piece) {
    const size_t size = length - at < piece ? length - at : piece;
    const ssize_t taken = nghttp2_session_mem_recv(session, bytes + at, size);
    if (taken < 0) failure = nghttp2_strerror((int)taken);
  }
  printf("%d CONTINUATION, pieces of %zu: %d requests%s%s\n", more, piece, requests, *failure ? ", " : "", failure);
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
}

int main(void) {
  for (int more = 1; more <= 3; ++more) {
    try_pieces(more, 1024);
    try_pieces(more, 3);
    try_pieces(more, 1);
  }
  return 0;
}
C
cc -I root/usr/include pieces.c -o pieces -L "$libraries" -lnghttp2
LD_LIBRARY_PATH=$libraries ./pieces | tee seen
diff seen - <<'EXPECTED'
1 CONTINUATION, pieces of 1024: 1 requests
1 CONTINUATION, pieces of 3: 1 requests
1 CONTINUATION, pieces of 1: 0 requests, Too many CONTINUATION frames following a HEADER frame
2 CONTINUATION, pieces of 1024: 1 requests
2 CONTINUATION, pieces of 3: 1 requests
2 CONTINUATION, pieces of 1: 0 requests, Too many CONTINUATION frames following a HEADER frame
3 CONTINUATION, pieces of 1024: 1 requests
3 CONTINUATION, pieces of 3: 0 requests, Too many CONTINUATION frames following a HEADER frame
3 CONTINUATION, pieces of 1: 0 requests, Too many CONTINUATION frames following a HEADER frame
EXPECTED
echo "as seen before"
