// The files of one folder, in memory, with the compressed forms that lie beside them (NAME.br, NAME.gz).
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "usquic/http/app.h"

namespace arena {

// Best first.
enum class Coding { Brotli, Gzip, Identity };

// Not changed any more once it was read, so that all workers send from the same memory.
class StaticFiles {
 public:
  // Throws std::runtime_error when the folder or a file of it cannot be read.
  explicit StaticFiles(const std::filesystem::path& folder);

  // Answers with the file of that name in the best form that the client accepts, or with 404. Nothing is copied: this
  // object must live longer than the app.
  void answer(usquic::Response* res, std::string_view name, std::string_view accept_encoding) const;

 private:
  struct File {
    std::string_view type;
    std::array<std::string, 3> forms;  // by Coding; empty: not there
    bool is_there = false;             // the plain one
  };

  std::map<std::string, File, std::less<>> files_;
};

// Whether an accept-encoding field allows the coding by its name (RFC 9110 section 12.5.3).
bool accepts(std::string_view accept_encoding, std::string_view coding);

}  // namespace arena
