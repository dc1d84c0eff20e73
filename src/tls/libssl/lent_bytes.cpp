#include "tls/libssl/lent_bytes.h"

#include <algorithm>

#include "tls/libssl/guarded.h"

namespace usquic::tls::libssl {
namespace {

LentBytes& bytes_of(BIO* bio) {
  return *static_cast<LentBytes*>(BIO_get_data(bio));
}

int read(BIO* bio, char* to, int capacity) {
  BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  Bytes& incoming = bytes_of(bio).incoming;
  if (incoming.empty()) {
    BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
    return -1;
  }
  const Bytes taken = incoming.first(std::min(static_cast<std::size_t>(capacity), incoming.size()));
  std::ranges::copy(taken, reinterpret_cast<std::uint8_t*>(to));
  incoming = incoming.subspan(taken.size());
  return static_cast<int>(taken.size());
}

int write(BIO* bio, const char* data, int length) {
  BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
  std::vector<std::uint8_t>* outgoing = bytes_of(bio).outgoing;
  if (outgoing == nullptr) return -1;
  return guarded(-1, [=] {
    const Bytes record = as_bytes(data, static_cast<std::size_t>(length));
    outgoing->insert(outgoing->end(), record.begin(), record.end());
    return length;
  });
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace

BioMethodHandle make_lent_bytes_method() {
  BioMethodHandle method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "lent bytes"));
  if (method == nullptr || BIO_meth_set_read(method.get(), read) != 1 ||
      BIO_meth_set_write(method.get(), write) != 1 || BIO_meth_set_ctrl(method.get(), control) != 1)
    return nullptr;
  return method;
}

BioHandle bio_of(const BIO_METHOD* method, LentBytes& bytes) {
  BioHandle bio(BIO_new(method));
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio.get(), &bytes);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace usquic::tls::libssl
