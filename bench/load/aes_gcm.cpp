#include "aes_gcm.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#ifdef USQUIC_BENCH_IPSEC_MB
#include <intel-ipsec-mb.h>
#else
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#endif

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t tag_bytes = 16;
using Key = std::array<std::uint8_t, 16>;
using Nonce = std::array<std::uint8_t, 12>;
constexpr Key test_key = {1, 2, 3, 4, 5, 6, 7, 8};
constexpr std::array<std::uint8_t, 20> additional_data = {};

// So that the packets come from memory as those of a run of packets do.
constexpr std::size_t packet_count = 44;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "aes_gcm: %s\n", what);
  std::exit(1);
}

#ifdef USQUIC_BENCH_IPSEC_MB

constexpr const char* library_name = "IPsec-MB " IMB_VERSION_STR;

class Sealer {
 public:
  Sealer() : manager_(alloc_mb_mgr(0)) {
    if (manager_ == nullptr) give_up("no memory");
    init_mb_mgr_auto(manager_, nullptr);
    IMB_AES128_GCM_PRE(manager_, test_key.data(), &key_);
  }
  ~Sealer() { free_mb_mgr(manager_); }
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  void seal(std::uint8_t* packet, std::size_t length, const Nonce& nonce) {
    IMB_AES128_GCM_ENC(manager_, &key_, &context_, packet, packet, length, nonce.data(),
                       additional_data.data(), additional_data.size(), packet + length, tag_bytes);
  }

 private:
  alignas(64) gcm_key_data key_;  // written by aligned vector instructions
  alignas(64) gcm_context_data context_;
  IMB_MGR* manager_;
};

#else

constexpr const char* library_name = "GnuTLS " GNUTLS_VERSION;

class Sealer {
 public:
  Sealer() {
    Key bytes = test_key;
    const gnutls_datum_t key = {bytes.data(), static_cast<unsigned>(bytes.size())};
    if (gnutls_aead_cipher_init(&cipher_, GNUTLS_CIPHER_AES_128_GCM, &key) != 0) give_up("no AES-128-GCM");
  }
  ~Sealer() { gnutls_aead_cipher_deinit(cipher_); }
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  void seal(std::uint8_t* packet, std::size_t length, const Nonce& nonce) {
    std::size_t sealed = length + tag_bytes;
    if (gnutls_aead_cipher_encrypt(cipher_, nonce.data(), nonce.size(), additional_data.data(),
                                   additional_data.size(), tag_bytes, packet, length, packet, &sealed) != 0) {
      give_up("sealing failed");
    }
  }

 private:
  gnutls_aead_cipher_hd_t cipher_ = nullptr;
};

#endif

}  // namespace

const char* aes_gcm_library() {
  return library_name;
}

double seal_packets(std::size_t packets, std::size_t length) {
  Sealer sealer;
  std::vector<std::uint8_t> memory(packet_count * (length + tag_bytes), 7);
  Nonce nonce = {};
  const auto start = Clock::now();
  for (std::size_t i = 0; i < packets; ++i) {
    nonce[0] = static_cast<std::uint8_t>(i);
    sealer.seal(memory.data() + (i % packet_count) * (length + tag_bytes), length, nonce);
  }
  const std::chrono::duration<double> seconds = Clock::now() - start;
  return seconds.count();
}

}  // namespace bench
