// Nanoseconds to seal and to open a packet, header protection apart, by cipher, source and payload.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "crypto/packet_ciphers.h"

namespace {

namespace crypto = usquic::crypto;
using crypto::Aead;
using crypto::CipherSource;

// Of a short header with a connection ID of 8 bytes and a packet number of 2.
constexpr std::size_t header_bytes = 11;
constexpr std::array<std::uint8_t, crypto::max_cipher_key_bytes> key{1, 2, 3};

// One packet after another, as a connection sends them: each with its own nonce.
class Nonce {
 public:
  const std::uint8_t* next() {
    for (std::size_t i = bytes_.size(); i-- > 0;) {
      if (++bytes_[i] != 0) break;
    }
    return bytes_.data();
  }

 private:
  std::array<std::uint8_t, crypto::aead_nonce_bytes> bytes_{};
};

void seal(benchmark::State& state, CipherSource source, Aead cipher) {
  const auto payload = static_cast<std::size_t>(state.range(0));
  const auto ciphers = crypto::make_packet_ciphers(source);
  const auto aead = ciphers->aead_key(cipher, key.data());
  const std::vector<std::uint8_t> header(header_bytes);
  std::vector<std::uint8_t> packet(payload + crypto::aead_tag_bytes);
  Nonce nonce;
  while (state.KeepRunning()) {
    if (!aead->seal(packet.data(), {packet.data(), payload}, nonce.next(), header)) {
      return state.SkipWithError("cannot seal");
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void open(benchmark::State& state, CipherSource source, Aead cipher) {
  const auto payload = static_cast<std::size_t>(state.range(0));
  const auto ciphers = crypto::make_packet_ciphers(source);
  const auto aead = ciphers->aead_key(cipher, key.data());
  const std::vector<std::uint8_t> header(header_bytes);
  std::vector<std::uint8_t> packet(payload + crypto::aead_tag_bytes);
  std::vector<std::uint8_t> opened(payload);
  Nonce nonce;
  const std::uint8_t* at = nonce.next();
  if (!aead->seal(packet.data(), {packet.data(), payload}, at, header)) {
    return state.SkipWithError("cannot seal");
  }
  while (state.KeepRunning()) {
    if (!aead->open(opened.data(), packet, at, header)) return state.SkipWithError("cannot open");
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void mask(benchmark::State& state, CipherSource source, Aead cipher) {
  const auto ciphers = crypto::make_packet_ciphers(source);
  const auto header = ciphers->header_key(cipher, key.data());
  std::array<std::uint8_t, crypto::header_sample_bytes> sample{};
  std::array<std::uint8_t, crypto::header_mask_bytes> made{};
  while (state.KeepRunning()) {
    if (!header->mask(made.data(), sample.data())) return state.SkipWithError("cannot mask");
    sample[0] = made[0];
  }
}

struct Suite {
  const char* name;
  Aead cipher;
};
constexpr Suite suites[] = {{"aes_128_gcm", Aead::aes_128_gcm},
                            {"aes_256_gcm", Aead::aes_256_gcm},
                            {"chacha20_poly1305", Aead::chacha20_poly1305}};

struct Source {
  const char* name;
  CipherSource source;
};
constexpr Source sources[] = {{"fastest", CipherSource::fastest}, {"tls_library", CipherSource::tls_library}};

// A small packet, and a full one of a path with an MTU of 1,400 or so.
void with_payloads(benchmark::internal::Benchmark* run) {
  run->Arg(64)->Arg(1350);
}

const bool are_registered = [] {
  for (const Suite& suite : suites) {
    for (const Source& source : sources) {
      const std::string of = std::string("/") + suite.name + "/" + source.name;
      with_payloads(benchmark::RegisterBenchmark(("seal" + of).c_str(), seal, source.source, suite.cipher));
      with_payloads(benchmark::RegisterBenchmark(("open" + of).c_str(), open, source.source, suite.cipher));
      benchmark::RegisterBenchmark(("mask" + of).c_str(), mask, source.source, suite.cipher);
    }
  }
  return true;
}();

}  // namespace
