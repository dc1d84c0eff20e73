#!/usr/bin/env bash
# nghttp3's QPACK encoder writes the Required Insert Count for its own table limit, not for the reader's.
#
# RFC 9204 section 4.5.1.1: the count goes over the wire modulo 2 * MaxEntries, and MaxEntries is the reader's
# SETTINGS_QPACK_MAX_TABLE_CAPACITY / 32. Both sides must use the reader's number, or the reader gets another count.
#
# Expected: a reader of any capacity reads all of 300 sections that each insert one field.
# Seen with nghttp3 1.8.0 (Debian 12, backports): an encoder made with 4,096, nghttp3's default, goes on counting modulo 256
# when nghttp3_qpack_encoder_set_max_dtable_capacity() gives it a smaller limit. Readers with capacities of 0 and 4,096 read
# everything. One with 128 refuses the eighth section, one with 1,024 the 64th, one with 2,048 the 128th. The reader here is
# nghttp3's own decoder.
set -euo pipefail

version=1.8.0-1~bpo12+1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in libnghttp3-9 libnghttp3-dev; do
  apt-get download -q "$package=$version" >/dev/null
  dpkg-deb -x "${package}"_*.deb root
done
libraries=$(echo "$work"/root/usr/lib/*-linux-gnu)
echo "nghttp3 $version"

cat >sections.c <<'C'
#include <nghttp3/nghttp3.h>
#include <stdio.h>
#include <string.h>

/* Sections with one new field each; returns how many a decoder of this capacity reads, at most `most`. */
static int sections_read(size_t capacity, int most) {
  const nghttp3_mem* mem = nghttp3_mem_default();
  nghttp3_qpack_encoder* encoder;
  nghttp3_qpack_decoder* decoder;
  /* 4096: what the encoding side has set for itself, and nghttp3's own default. */
  if (nghttp3_qpack_encoder_new(&encoder, 4096, mem) || nghttp3_qpack_decoder_new(&decoder, capacity, 100, mem)) return -1;
  /* What the SETTINGS of the decoding side say. */
  nghttp3_qpack_encoder_set_max_dtable_capacity(encoder, capacity);
  nghttp3_qpack_encoder_set_max_blocked_streams(encoder, 100);
  int read = 0;
  for (; read < most; ++read) {
    char name[32];
    snprintf(name, sizeof name, "x-%03d", read);
    nghttp3_nv field = {(uint8_t*)name, (uint8_t*)"v", strlen(name), 1, NGHTTP3_NV_FLAG_TRY_INDEX};
    nghttp3_buf prefix, section, instructions;
    nghttp3_buf_init(&prefix);
    nghttp3_buf_init(&section);
    nghttp3_buf_init(&instructions);
    if (nghttp3_qpack_encoder_encode(encoder, &prefix, &section, &instructions, read * 4, &field, 1)) return -1;
    if (nghttp3_qpack_decoder_read_encoder(decoder, instructions.pos, nghttp3_buf_len(&instructions)) < 0) break;
    nghttp3_qpack_stream_context* stream;
    nghttp3_qpack_stream_context_new(&stream, read * 4, mem);
    uint8_t bytes[256];
    size_t length = nghttp3_buf_len(&prefix);
    memcpy(bytes, prefix.pos, length);
    memcpy(bytes + length, section.pos, nghttp3_buf_len(&section));
    length += nghttp3_buf_len(&section);
    const uint8_t* at = bytes;
    int is_good = 0;
    for (;;) {
      uint8_t flags = 0;
      nghttp3_qpack_nv got;
      nghttp3_ssize n = nghttp3_qpack_decoder_read_request(decoder, stream, &got, &flags, at, length, 1);
      if (n < 0 || (flags & NGHTTP3_QPACK_DECODE_FLAG_BLOCKED)) break;
      at += n;
      length -= (size_t)n;
      if (flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) {
        nghttp3_rcbuf_decref(got.name);
        nghttp3_rcbuf_decref(got.value);
      }
      if (flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) { is_good = 1; break; }
    }
    nghttp3_qpack_stream_context_del(stream);
    nghttp3_buf_free(&prefix, mem);
    nghttp3_buf_free(&section, mem);
    nghttp3_buf_free(&instructions, mem);
    if (!is_good) break;
    /* Section Acknowledgement and Insert Count Increment. */
    nghttp3_buf answer;
    nghttp3_buf_init(&answer);
    uint8_t room[64];
    answer.begin = answer.pos = answer.last = room;
    answer.end = room + sizeof room;
    nghttp3_qpack_decoder_write_decoder(decoder, &answer);
    if (nghttp3_qpack_encoder_read_decoder(encoder, answer.pos, nghttp3_buf_len(&answer)) < 0) return -1;
  }
  nghttp3_qpack_encoder_del(encoder);
  nghttp3_qpack_decoder_del(decoder);
  return read;
}

int main(void) {
  const size_t capacities[] = {0, 128, 1024, 2048, 4096};
  for (int i = 0; i < 5; ++i)
    printf("capacity %zu: %d of 300 sections read\n", capacities[i], sections_read(capacities[i], 300));
  return 0;
}
C
cc -I root/usr/include sections.c -o sections -L "$libraries" -lnghttp3
LD_LIBRARY_PATH=$libraries ./sections | tee seen
diff seen - <<'EXPECTED'
capacity 0: 300 of 300 sections read
capacity 128: 7 of 300 sections read
capacity 1024: 63 of 300 sections read
capacity 2048: 127 of 300 sections read
capacity 4096: 300 of 300 sections read
EXPECTED
echo "as seen before"
