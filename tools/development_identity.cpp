#include "development_identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/file_descriptor.h"

namespace usquic::tools {
namespace {

// Chromium takes a certificate by its hash only when it is valid for at most 14 days.
constexpr unsigned int valid_days = 14;
constexpr std::int64_t seconds_per_day = 24 * 60 * 60;
constexpr std::int64_t min_left_seconds = 2 * seconds_per_day;

// Beside the certificate stands a note: until when it is valid, its public key's hash, and the host it names.
struct Note {
  std::int64_t expires = 0;
  std::string hash;
  std::string host;
};

std::string host_name() {
  std::array<char, 256> name = {};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::optional<Note> read_note(const std::string& path) {
  std::ifstream file(path);
  Note note;
  if (!(file >> note.expires >> note.hash)) return std::nullopt;
  file >> note.host;
  return note;
}

// Written beside its place and renamed: a reader sees the old file or the new one. Returns: 0 or an errno.
int replace_file(const std::string& path, std::string_view text, mode_t mode) {
  const std::string temporary = path + ".new";
  FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd.is_open()) return errno;
  while (!text.empty()) {
    const ssize_t count = ::write(fd.get(), text.data(), text.size());
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return std::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
}

int make_identity(const DevelopmentIdentity& files, const std::string& note_file, std::int64_t unix_seconds,
                  std::string& hash, int& system_error) {
  constexpr std::size_t capacity = 4096;
  std::array<char, capacity> certificate = {};
  std::array<char, capacity> key = {};
  std::array<char, 45> key_hash = {};
  const int error = us_quic_development_certificate(valid_days, certificate.data(), certificate.size(),
                                                    key.data(), key.size(), key_hash.data());
  if (error != 0) return error;
  hash = key_hash.data();
  const std::string note =
      fmt::format("{}\n{}\n{}\n", unix_seconds + valid_days * seconds_per_day, hash, host_name());
  // The note goes first and comes last: while it is absent the pair is not used.
  unlink(note_file.c_str());
  system_error = replace_file(files.key_file, key.data(), 0600);
  if (system_error == 0) system_error = replace_file(files.certificate_file, certificate.data(), 0644);
  if (system_error == 0) system_error = replace_file(note_file, note, 0644);
  return system_error == 0 ? US_QUIC_OK : US_QUIC_E_IO;
}

std::string hash_of_certificate(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::array<char, 45> hash = {};
  return us_quic_certificate_hash(pem.data(), pem.size(), hash.data()) == US_QUIC_OK ? hash.data() : "";
}

}  // namespace

std::string default_state_directory() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return std::string(state) + "/usquic";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::string(home) + "/.local/state/usquic";
  }
  return {};
}

std::optional<DevelopmentIdentity> obtain_development_identity(const std::string& directory,
                                                               std::int64_t unix_seconds, Failure& failure) {
  const auto fail = [&](ExitCode code, std::string reason) {
    failure = {code, std::move(reason)};
    return std::nullopt;
  };
  if (directory.empty()) {
    return fail(
        ExitCode::LocalCertificate,
        "no place to keep a development certificate: set HOME or XDG_STATE_HOME, or give --cert and --key");
  }
  std::error_code created;
  std::filesystem::create_directories(directory, created);
  // Two programs that start at once must not mix their halves.
  const FileDescriptor lock(::open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.is_open()) {
    return fail(ExitCode::LocalCertificate, fmt::format("cannot keep a development certificate in {}: {}",
                                                        directory, std::strerror(errno)));
  }
  while (flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) continue;

  DevelopmentIdentity identity = {directory + "/cert.pem", directory + "/key.pem", ""};
  const std::string note_file = directory + "/note";
  const auto note = read_note(note_file);
  const bool is_there =
      access(identity.certificate_file.c_str(), R_OK) == 0 && access(identity.key_file.c_str(), R_OK) == 0;
  const bool is_fresh = note && note->host == host_name() &&
                        note->expires - unix_seconds >= min_left_seconds &&
                        note->expires - unix_seconds <= valid_days * seconds_per_day;
  if (is_there && is_fresh) {
    identity.public_key_hash = note->hash;
    identity.certificate_hash = hash_of_certificate(identity.certificate_file);
    return identity;
  }
  int system_error = 0;
  const int error = make_identity(identity, note_file, unix_seconds, identity.public_key_hash, system_error);
  if (error == US_QUIC_OK) {
    identity.certificate_hash = hash_of_certificate(identity.certificate_file);
    return identity;
  }
  return fail(ExitCode::LocalCertificate,
              fmt::format("cannot make a development certificate in {}: {}", directory,
                          system_error != 0 ? std::strerror(system_error) : us_quic_strerror(error)));
}

}  // namespace usquic::tools
