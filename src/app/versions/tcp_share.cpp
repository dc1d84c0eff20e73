#include "app/versions/tcp_share.h"

#include <utility>

#include "app/field_list.h"
#include "app/versions/http2_stream.h"

namespace usquic::app {
namespace {

constexpr std::size_t max_spare_streams = 256;

}  // namespace

TcpShare::TcpShare(AppServer& its_server, TcpSettings its_settings)
    : server(its_server), settings(std::move(its_settings)), turns(its_server.loop()->native()) {
  spare_streams.reserve(max_spare_streams);
}

TcpShare::~TcpShare() = default;

Http2Stream* TcpShare::take_stream() {
  if (spare_streams.empty()) return new Http2Stream();
  Http2Stream* stream = spare_streams.back().release();
  spare_streams.pop_back();
  return stream;
}

void TcpShare::give_back(Http2Stream& stream) noexcept {
  std::unique_ptr<Http2Stream> owned(&stream);
  if (spare_streams.size() < max_spare_streams) spare_streams.push_back(std::move(owned));
}

std::span<const us_quic_header_t> TcpShare::with_alternative(std::span<const us_quic_header_t> head) {
  if (settings.alternative.empty()) return head;
  fields.assign(head.begin(), head.end());
  fields.push_back(header_of("alt-svc", settings.alternative));
  return fields;
}

}  // namespace usquic::app
