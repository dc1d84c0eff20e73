// The certificate of a server, on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace usquic::tools {

inline void add_certificate_arguments(CLI::App& parser, std::string& certificate_file, std::string& key_file,
                                      std::string& passphrase) {
  auto* certificate = parser.add_option("--cert", certificate_file, "Certificate chain (PEM)");
  auto* key = parser.add_option("--key", key_file, "Private key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
  parser.add_option("--passphrase", passphrase, "Passphrase of the key")->needs(key);
}

}  // namespace usquic::tools
