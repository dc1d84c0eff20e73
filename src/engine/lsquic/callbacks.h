// What lsquic calls. The contexts are a LibraryEngine, an LsquicConnection and an LsquicStream.
#pragma once

#include <lsquic.h>
#include <openssl/ssl.h>

namespace usquic::engine::lsquic {

extern const lsquic_stream_if stream_callbacks;

int take_packets(void* context, const lsquic_out_spec* packets, unsigned count);
void new_ids(void* context, void** peers, const lsquic_cid_t* ids, unsigned count);
void old_ids(void* context, void** peers, const lsquic_cid_t* ids, unsigned count);
void make_id(void* context, lsquic_conn_t* c, std::uint8_t* id, unsigned length);
ssl_ctx_st* find_tls(void* peer, const sockaddr* local);

}  // namespace usquic::engine::lsquic
