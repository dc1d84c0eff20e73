// Packet protection (RFC 9001 section 5) by hand, over GnuTLS: what a hand-driven peer writes and
// reads packets with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct api_aead_cipher_hd_st;
struct api_cipher_hd_st;

namespace usquic::test {

enum class PacketCipher { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

constexpr std::uint32_t quic_version_1 = 1;
constexpr std::uint32_t quic_version_2 = 0x6b3343cf;

struct PacketSuite {
  PacketCipher cipher = PacketCipher::aes_128_gcm;
  std::uint32_t version = quic_version_1;
};

// The keys of one direction at one encryption level.
class PacketKeys {
 public:
  explicit PacketKeys(std::string secret, PacketSuite suite = {});

  // Initial keys come from the client's first destination connection ID (RFC 9001 section 5.2).
  static PacketKeys initial(std::string_view client_dcid, bool of_client,
                            std::uint32_t version = quic_version_1);

  // The same direction after a key update; header protection stays (RFC 9001 section 6.1).
  PacketKeys next() const;

  static constexpr std::size_t tag_bytes = 16;

  std::string seal(std::uint64_t packet_number, std::string_view header, std::string_view payload) const;
  std::optional<std::string> open(std::uint64_t packet_number, std::string_view header,
                                  std::string_view sealed) const;
  // 5 bytes to be put over the header, from 16 bytes of the protected payload (RFC 9001 section 5.4).
  std::string header_mask(std::string_view sample) const;

 private:
  PacketKeys(std::string secret, PacketSuite suite, std::shared_ptr<api_cipher_hd_st> header_cipher);
  std::string nonce(std::uint64_t packet_number) const;

  PacketSuite suite_;
  std::string secret_;
  std::string iv_;
  std::shared_ptr<api_aead_cipher_hd_st> aead_;
  std::shared_ptr<api_cipher_hd_st> header_cipher_;
};

// The integrity tag of a Retry packet (RFC 9001 section 5.8), over the packet without it.
std::string retry_integrity_tag(std::string_view original_dcid, std::string_view packet);

}  // namespace usquic::test
