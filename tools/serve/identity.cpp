#include "serve/identity.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/file_descriptor.h"
#include "base/system_clock.h"

namespace usquic::tools::serve {
namespace {

// A larger file than this is not one of certificates, as in the library.
constexpr std::size_t max_file_bytes = 16 << 20;

void wipe(std::string& text) {
  explicit_bzero(text.data(), text.size());
}

// Also of a pipe, whose size nobody knows. Returns what went wrong, or null.
const char* read_text(const std::string& path, std::string& text) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) return std::strerror(errno);
  text.reserve(std::size_t{64} * 1024);  // the key is not to be left behind in what a longer text outgrew
  std::array<char, 16384> piece;
  ssize_t length = 0;
  do {
    length = ::read(file.get(), piece.data(), piece.size());
    if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
    if (text.size() > max_file_bytes) return "too large for a file of certificates";
  } while (length > 0 || (length < 0 && errno == EINTR));
  const int error = errno;
  explicit_bzero(piece.data(), piece.size());
  return length < 0 ? std::strerror(error) : nullptr;
}

}  // namespace

IdentityTexts::~IdentityTexts() {
  wipe(options.key);
}

std::optional<Failure> Identity::obtain() {
  if (!options_.certificate_file.empty()) return std::nullopt;
  Failure failure;
  development_ = obtain_development_identity(default_state_directory(), unix_seconds(), failure);
  return development_ ? std::nullopt : std::optional(failure);
}

void Identity::fill(AppOptions& app) const {
  app.cert_file_name = certificate_file();
  app.key_file_name = key_file();
  app.passphrase = options_.passphrase;
}

std::shared_ptr<const IdentityTexts> Identity::read(Failure& failure) const {
  auto texts = std::make_shared<IdentityTexts>();
  const std::string* file = &certificate_file();
  const char* error = read_text(*file, texts->options.cert);
  if (error == nullptr) {
    file = &key_file();
    error = read_text(*file, texts->options.key);
  }
  if (error != nullptr) {
    failure = describe_error(US_QUIC_E_CERT_FILE, fmt::format("{}: {}", *file, error));
    failure.reason = fmt::format("{}: {}", certificate_file(), failure.reason);
    return nullptr;
  }
  texts->options.passphrase = options_.passphrase;
  return texts;
}

}  // namespace usquic::tools::serve
