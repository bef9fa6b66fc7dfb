/// Deterministic pseudo-random numbers, the same on every platform.
///
/// splitmix64 by Sebastiano Vigna (public domain algorithm). `<random>` is not used:
/// its distributions differ between standard libraries, and a record made in
/// a browser must replay natively. Not for secrets: the seed of an epoch comes from
/// the host's `crypto.getRandomValues`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace groupcall {

class Random {
 public:
  /// Any text is a seed (hosts pass 32 hexadecimal digits).
  explicit constexpr Random(std::string_view seed) {
    state_ = 0xcbf29ce484222325U;  // FNV-1a folds the text into the state
    for (char c : seed) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }

  constexpr std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// Uniform enough in [0, bound); `bound` is small against 2^64. Zero gives zero.
  constexpr std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

  /// 13 characters of base 32: 64 bits that no two joins share.
  std::string token() {
    constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    std::string text;
    std::uint64_t bits = next();
    for (int i = 0; i < 13; ++i, bits >>= 5U) text.push_back(kAlphabet[bits & 31U]);
    return text;
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace groupcall
