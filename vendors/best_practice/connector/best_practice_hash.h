// SPDX-License-Identifier: Apache-2.0
// A 64-bit hash of values one after the other, eight bytes at a step: rows and records are compared
// with their earlier selves by it, a hundred thousand of them in a first reading. The result is
// stored (cursors, versions), so it never changes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace pons::best_practice {

class Hash64 {
 public:
  void Add(std::uint64_t value) {
    state_ = (state_ ^ value) * 0x9e3779b97f4a7c15u;
    state_ ^= state_ >> 32;
  }
  // Ends with the length, so that moving a letter from one text to the next changes the result.
  void Add(std::string_view text) {
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, 8);
      Add(word);
    }
    std::uint64_t rest = text.size() << 56;
    if (left > 0) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, left);
      rest ^= word;
    }
    Add(rest);
  }

  std::uint64_t value() const {
    std::uint64_t out = (state_ ^ (state_ >> 29)) * 0xbf58476d1ce4e5b9u;
    return out ^ (out >> 32);
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325u;
};

}  // namespace pons::best_practice
