// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace pons {
namespace {

class KernelRandom final : public Random {
 public:
  void Fill(std::span<unsigned char> bytes) override {
    while (!bytes.empty()) {
      const auto got = getrandom(bytes.data(), bytes.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      PONS_CHECK(got > 0);
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::uint64_t Random::Next() {
  unsigned char bytes[8];
  Fill(bytes);
  std::uint64_t value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

std::uint64_t Random::Below(std::uint64_t bound) {
  PONS_CHECK(bound > 0);
  // Values from the incomplete last block would favour small results.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = Next();
  while (value >= limit) value = Next();
  return value % bound;
}

Random& SystemRandom() {
  static KernelRandom random;
  return random;
}

void SeededRandom::Fill(std::span<unsigned char> bytes) {
  // splitmix64, one step a byte group of eight.
  std::uint64_t word = 0;
  int left = 0;
  for (auto& byte : bytes) {
    if (left == 0) {
      state_ += 0x9E3779B97F4A7C15u;
      word = state_;
      word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9u;
      word = (word ^ word >> 27) * 0x94D049BB133111EBu;
      word ^= word >> 31;
      left = 8;
    }
    byte = static_cast<unsigned char>(word);
    word >>= 8;
    --left;
  }
}

std::string NewId(Random& random) {
  constexpr std::string_view kAlphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id;
  id.reserve(22);
  for (int half = 0; half < 2; ++half) {
    std::uint64_t value = random.Next();
    for (int i = 0; i < 11; ++i, value /= 62) id.push_back(kAlphabet[value % 62]);
  }
  return id;
}

std::string NewId(std::string_view kind, Random& random) {
  return std::string(kind) + "-" + NewId(random);
}

}  // namespace pons
