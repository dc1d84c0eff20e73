#include "tls/pem.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "crypto/secret_bytes.h"
#include "usquic/error.h"

namespace usquic::tls {
namespace {

// The system's roots are about 220 KiB; a larger file than this is not one of certificates.
constexpr std::size_t max_file_bytes = 16 << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

Result<std::string> read_pem(const PemSource& source, const Logger& log) {
  if (source.file.empty()) return source.text;
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(source.file.c_str(), "rbe"));
  if (file == nullptr) {
    log.log(LogLevel::error, "%s: %s", source.file.c_str(), std::strerror(errno));
    return Error{US_QUIC_E_CERT_FILE};
  }
  std::string text;
  std::array<char, 16384> piece;
  for (;;) {
    const std::size_t length = std::fread(piece.data(), 1, piece.size(), file.get());
    text.append(piece.data(), length);
    if (text.size() > max_file_bytes) {
      log.log(LogLevel::error, "%s: too large for a file of certificates", source.file.c_str());
      return Error{US_QUIC_E_CERT_FILE};
    }
    if (std::ferror(file.get()) != 0) {
      log.log(LogLevel::error, "%s: %s", source.file.c_str(), std::strerror(errno));
      return Error{US_QUIC_E_CERT_FILE};
    }
    if (std::feof(file.get()) != 0) break;
  }
  crypto::wipe({reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()});
  return text;
}

const char* describe(const PemSource& source) {
  return source.file.empty() ? "PEM from memory" : source.file.c_str();
}

KeyEncryption key_encryption_of(std::string_view pem) {
  if (pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos)
    return KeyEncryption::pkcs8;
  if (pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos) return KeyEncryption::openssl;
  return KeyEncryption::none;
}

void wipe(std::string& text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  text.clear();
}

}  // namespace usquic::tls
