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

constexpr std::size_t kTag = 16;
constexpr std::array<std::uint8_t, 16> kKey = {1, 2, 3, 4, 5, 6, 7, 8};
constexpr std::array<std::uint8_t, 20> kAdditional = {};

// So that the packets come from memory as those of a run of packets do.
constexpr std::size_t kPackets = 44;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "aes_gcm: %s\n", what);
  std::exit(1);
}

}  // namespace

#ifdef USQUIC_BENCH_IPSEC_MB

const char* aes_gcm_library() {
  return "IPsec-MB " IMB_VERSION_STR;
}

double seal_packets(std::size_t packets, std::size_t length) {
  IMB_MGR* manager = alloc_mb_mgr(0);
  if (manager == nullptr) give_up("no memory");
  init_mb_mgr_auto(manager, nullptr);
  gcm_key_data key;
  IMB_AES128_GCM_PRE(manager, kKey.data(), &key);
  gcm_context_data context;
  std::vector<std::uint8_t> memory(kPackets * (length + kTag), 7);
  std::array<std::uint8_t, 12> nonce = {};
  const auto start = Clock::now();
  for (std::size_t i = 0; i < packets; ++i) {
    std::uint8_t* packet = memory.data() + (i % kPackets) * (length + kTag);
    nonce[0] = static_cast<std::uint8_t>(i);
    IMB_AES128_GCM_ENC(manager, &key, &context, packet, packet, length, nonce.data(), kAdditional.data(),
                       kAdditional.size(), packet + length, kTag);
  }
  const std::chrono::duration<double> seconds = Clock::now() - start;
  free_mb_mgr(manager);
  return seconds.count();
}

#else

const char* aes_gcm_library() {
  return "GnuTLS " GNUTLS_VERSION;
}

double seal_packets(std::size_t packets, std::size_t length) {
  std::array<std::uint8_t, 16> key_bytes = kKey;
  const gnutls_datum_t key = {key_bytes.data(), static_cast<unsigned>(key_bytes.size())};
  gnutls_aead_cipher_hd_t cipher = nullptr;
  if (gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_128_GCM, &key) != 0) give_up("no AES-128-GCM");
  std::vector<std::uint8_t> memory(kPackets * (length + kTag), 7);
  std::array<std::uint8_t, 12> nonce = {};
  const auto start = Clock::now();
  for (std::size_t i = 0; i < packets; ++i) {
    std::uint8_t* packet = memory.data() + (i % kPackets) * (length + kTag);
    nonce[0] = static_cast<std::uint8_t>(i);
    std::size_t sealed = length + kTag;
    if (gnutls_aead_cipher_encrypt(cipher, nonce.data(), nonce.size(), kAdditional.data(), kAdditional.size(),
                                   kTag, packet, length, packet, &sealed) != 0) {
      give_up("sealing failed");
    }
  }
  const std::chrono::duration<double> seconds = Clock::now() - start;
  gnutls_aead_cipher_deinit(cipher);
  return seconds.count();
}

#endif

}  // namespace bench
