// The files of a folder in memory, for servers that measure themselves and not the disk; and
// their command line.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace bench {

// Longer ones are sent piece by piece, as the client takes them.
inline constexpr std::size_t max_prepared = 65536;
// Less than half of a stream's send buffer.
inline constexpr std::size_t piece_bytes = 256 * 1024;

[[noreturn]] inline void give_up(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

// Path ("/name") -> content. The mappings live as long as the program.
using Site = std::map<std::string, std::string_view, std::less<>>;

inline std::string_view map_file(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status = {};
  if (fd < 0 || fstat(fd, &status) != 0) give_up(path.string() + " cannot be read");
  const auto length = static_cast<std::size_t>(status.st_size);
  if (length == 0) return {};
  void* memory = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) give_up(path.string() + " cannot be mapped");
  return {static_cast<const char*>(memory), length};
}

inline Site map_site(const char* folder) {
  Site site;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    site.emplace("/" + entry.path().filename().string(), map_file(entry.path()));
  }
  return site;
}

struct Arguments {
  Arguments(int argc, char** argv) {
    if (argc != 4) give_up(std::string("usage: ") + argv[0] + " FOLDER CERT KEY");
    site = map_site(argv[1]);
    cert = argv[2];
    key = argv[3];
  }

  Site site;
  std::string cert;
  std::string key;
};

inline void print_url(int port) {
  std::printf("https://127.0.0.1:%d/\n", port);
  std::fflush(stdout);
}

}  // namespace bench
