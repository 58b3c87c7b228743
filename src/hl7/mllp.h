// SPDX-License-Identifier: Apache-2.0
// MLLP frames (standards sheet §8.2): 0x0B, the message, 0x1C 0x0D. No sockets here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pons::hl7 {

// Requires: no 0x0B and no 0x1C in `message`; Build never makes them.
std::string Framed(std::string_view message);

// Cuts what arrives into frames, however the reads fall. One thread at a time.
class Deframer {
 public:
  enum class Kind : std::uint8_t {
    kMessage,
    kCommit,   // release 2: 0x06, the peer has it
    kRefusal,  // release 2: 0x15, the peer has it not
    kTooLong,  // more than the limit; `bytes` are its beginning, the rest is passed over
    kNoEnd,    // the next frame began before this one ended; `bytes` may be a part of the message
  };
  struct Frame {
    Kind kind = Kind::kMessage;
    std::string bytes;
    bool operator==(const Frame&) const = default;
  };

  static constexpr std::size_t kMostBytes = 32u << 20;
  static constexpr std::size_t kBeginning = 4096;  // of a frame that is too long

  explicit Deframer(std::size_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  void Feed(std::string_view bytes);
  // The next whole frame; nothing until more is fed.
  std::optional<Frame> Next();

  // True between a frame's first byte and its last.
  bool inside() const { return state_ != State::kOutside; }
  // Bytes that belonged to no frame, line ends between frames not counted.
  std::size_t skipped() const { return skipped_; }

 private:
  enum class State : std::uint8_t { kOutside, kInside, kPassingOver };

  void SkipToStart();
  std::optional<Frame> TakeFrame();
  void PassOver();
  void Consume(std::size_t count);

  std::size_t most_bytes_;
  State state_ = State::kOutside;
  std::string buffer_;
  std::size_t at_ = 0;       // of buffer_: what is not consumed yet
  std::size_t scanned_ = 0;  // from at_: looked at, holds no start or end
  std::size_t skipped_ = 0;
};

}  // namespace pons::hl7
