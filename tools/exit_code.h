// Exit codes of the usquic command; curl's numbers where curl has one (docs/tool.md).
#pragma once

namespace usquic::tools {

enum class ExitCode : int {
  Ok = 0,
  UnsupportedScheme = 1,
  Usage = 2,
  MalformedUrl = 3,
  Resolve = 6,
  Connect = 7,     // refused or unreachable; for servers: the address cannot be listened on
  WeirdReply = 8,  // no HTTP
  Http2 = 16,
  PartialBody = 18,
  HttpStatus = 22,  // with --fail
  Write = 23,
  Read = 26,
  OutOfMemory = 27,
  Timeout = 28,
  Tls = 35,
  TooManyRedirects = 47,
  Receive = 56,
  LocalCertificate = 58,
  PeerCertificate = 60,
  TrustFile = 77,
  Http2Stream = 92,
  Http3 = 95,
  Failure = 99  // what has no number of its own
};

constexpr int to_int(ExitCode code) {
  return static_cast<int>(code);
}

}  // namespace usquic::tools
