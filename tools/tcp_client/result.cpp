#include "tcp_client/result.h"

#include <string>

namespace usquic::tools::tcp_client {
namespace {

ExitCode exit_code_of(CURLcode result) {
  switch (result) {
    case CURLE_OK:
      return ExitCode::Ok;
    case CURLE_URL_MALFORMAT:
      return ExitCode::MalformedUrl;
    case CURLE_COULDNT_RESOLVE_HOST:
      return ExitCode::Resolve;
    case CURLE_COULDNT_CONNECT:
      return ExitCode::Connect;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer that is not HTTP; the URL's scheme was looked at before
      return ExitCode::WeirdReply;
    case CURLE_HTTP2:
      return ExitCode::Http2;
    case CURLE_PARTIAL_FILE:
      return ExitCode::PartialBody;
    case CURLE_READ_ERROR:
      return ExitCode::Read;
    case CURLE_OUT_OF_MEMORY:
      return ExitCode::OutOfMemory;
    case CURLE_OPERATION_TIMEDOUT:
      return ExitCode::Timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT:
      return ExitCode::Tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_FAIL_REWIND:  // a connection was lost, and the request's body cannot be had again
    case CURLE_SSL_SHUTDOWN_FAILED:
      return ExitCode::Receive;
    case CURLE_SSL_CERTPROBLEM:
      return ExitCode::LocalCertificate;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return ExitCode::PeerCertificate;
    case CURLE_SSL_CACERT_BADFILE:
      return ExitCode::TrustFile;
    case CURLE_HTTP2_STREAM:
      return ExitCode::Http2Stream;
    default:
      return ExitCode::Failure;
  }
}

}  // namespace

Failure describe_result(CURLcode result, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return {exit_code_of(result), text.empty() ? curl_easy_strerror(result) : std::string(text)};
}

}  // namespace usquic::tools::tcp_client
