// Reads one string literal (RFC 9204 section 4.1.2), plain or in Huffman code, whose length is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "http3/qpack/huffman_decoder.h"

namespace usquic::http3::qpack {

class StringReader {
 public:
  StringReader() = default;
  StringReader(std::uint64_t encoded_length, bool is_huffman)
      : left_(encoded_length), is_huffman_(is_huffman) {}

  // Its text has at least so many bytes; of a plain one exactly.
  std::uint64_t min_length() const { return is_huffman_ ? HuffmanDecoder::min_decoded(left_) : left_; }

  bool is_complete() const { return left_ == 0; }
  // The part of `data` that belongs to it.
  Bytes part_of(Bytes data) const { return data.size() <= left_ ? data : data.first(left_); }
  // What `length` further bytes become at most.
  std::size_t max_decoded(std::size_t length) const {
    return is_huffman_ ? huffman_.max_decoded(length) : length;
  }
  // Decodes such a part to `out`, which has room for max_decoded(). Returns where what was decoded ends, nullptr
  // for an invalid string.
  char* read(Bytes part, char* out) {
    left_ -= part.size();
    if (is_huffman_) return huffman_.decode(part, left_ == 0, out);
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    return out + part.size();
  }

 private:
  std::uint64_t left_ = 0;  // encoded bytes
  HuffmanDecoder huffman_;
  bool is_huffman_ = false;
};

}  // namespace usquic::http3::qpack
