// Callbacks of OpenSSL.
#pragma once

namespace usquic::tls::libssl {

// No exception may cross OpenSSL's C code; the only one that callbacks know is that memory is used up.
template <class Result, class Work>
Result guarded(Result if_out_of_memory, Work work) {
  try {
    return work();
  } catch (...) {
    return if_out_of_memory;
  }
}

}  // namespace usquic::tls::libssl
