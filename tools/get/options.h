// What the user asked of usquic get.
#pragma once

#include <string>
#include <vector>

#include "http_version.h"

namespace usquic::tools::get {

struct Options {
  std::vector<std::string> urls;
  VersionChoice version = VersionChoice::Http3;
  std::vector<std::string> outputs;  // -o, one for each URL in turn
  std::string output_directory;
  std::string method;  // "" = by the other options
  std::vector<std::string> headers;
  std::vector<std::string> data;         // -d
  std::vector<std::string> binary_data;  // --data-binary
  std::string upload_file;               // -T
  std::string range;
  std::string user_agent;
  std::string ca_file;
  std::string groups;  // of the key exchange; "" = the library's
  std::string certificate_file;
  std::string key_file;
  std::string passphrase;
  std::vector<std::string> resolve;  // HOST:PORT:ADDRESS
  std::string write_out;
  double max_seconds = 0;  // 0 = no limit
  double connect_seconds = 10;
  int parallel = 100;
  int max_redirects = 50;
  bool has_remote_name = false;
  bool is_head = false;
  bool includes_headers = false;
  bool is_verbose = false;
  bool is_silent = false;
  bool shows_errors = false;
  bool fails_on_status = false;
  bool is_insecure = false;
  bool keeps_path = false;
  bool follows_redirects = false;
};

}  // namespace usquic::tools::get
