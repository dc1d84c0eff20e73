#include "serve/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "base/file_descriptor.h"

namespace usquic::tools::serve {
namespace {

std::optional<Secret> fail(ExitCode code, const std::string& file, const char* reason, Failure& failure) {
  failure = {code, fmt::format("--secret {}: {}", file, reason)};
  return std::nullopt;
}

std::optional<Secret> read_secret(const FileDescriptor& fd, const std::string& file, Failure& failure) {
  // One byte more than there may be.
  std::array<std::uint8_t, std::tuple_size_v<Secret> + 1> bytes{};
  const ssize_t length = read(fd.get(), bytes.data(), bytes.size());
  if (length < 0) return fail(ExitCode::Read, file, std::strerror(errno), failure);
  Secret secret{};
  if (static_cast<std::size_t>(length) != secret.size()) {
    return fail(ExitCode::Read, file, "it must have 32 bytes", failure);
  }
  std::memcpy(secret.data(), bytes.data(), secret.size());
  if (secret == Secret{}) return fail(ExitCode::Read, file, "it has nothing but zeros", failure);
  return secret;
}

std::optional<Secret> make_secret(const std::string& file, Failure& failure) {
  const FileDescriptor fd(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.is_open()) return fail(ExitCode::Write, file, std::strerror(errno), failure);
  Secret secret{};
  if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()) ||
      write(fd.get(), secret.data(), secret.size()) != static_cast<ssize_t>(secret.size()) ||
      fsync(fd.get()) != 0) {
    const int error = errno;
    unlink(file.c_str());
    return fail(ExitCode::Write, file, std::strerror(error), failure);
  }
  return secret;
}

}  // namespace

std::optional<Secret> obtain_secret(const std::string& file, Failure& failure) {
  const FileDescriptor fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.is_open()) return read_secret(fd, file, failure);
  if (errno != ENOENT) return fail(ExitCode::Read, file, std::strerror(errno), failure);
  return make_secret(file, failure);
}

}  // namespace usquic::tools::serve
