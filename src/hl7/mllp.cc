// SPDX-License-Identifier: Apache-2.0
#include "hl7/mllp.h"

#include <algorithm>

#include "base/check.h"

namespace pons::hl7 {
namespace {

constexpr char kStart = '\x0B';
constexpr char kEnd = '\x1C';
constexpr std::string_view kEither("\x0B\x1C", 2);
constexpr std::size_t kWorthMoving = 64 * 1024;

Deframer::Kind KindOf(std::string_view bytes) {
  if (bytes == "\x06") return Deframer::Kind::kCommit;
  if (bytes == "\x15") return Deframer::Kind::kRefusal;
  return Deframer::Kind::kMessage;
}

}  // namespace

std::string Framed(std::string_view message) {
  PONS_CHECK(message.find_first_of(kEither) == std::string_view::npos);
  std::string out;
  out.reserve(message.size() + 3);
  out += kStart;
  out += message;
  out += kEnd;
  out += '\r';
  return out;
}

void Deframer::Feed(std::string_view bytes) {
  if (at_ > kWorthMoving && at_ > buffer_.size() / 2) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

std::optional<Deframer::Frame> Deframer::Next() {
  while (true) {
    if (state_ == State::kOutside) SkipToStart();
    if (state_ == State::kPassingOver) PassOver();
    if (state_ == State::kInside) return TakeFrame();
    if (at_ == buffer_.size()) return std::nullopt;
  }
}

void Deframer::Consume(std::size_t count) {
  at_ += count;
  scanned_ = 0;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
}

void Deframer::SkipToStart() {
  const auto rest = std::string_view(buffer_).substr(at_);
  const auto start = rest.find(kStart);
  for (const char c : rest.substr(0, start)) {
    if (c != '\r' && c != '\n') ++skipped_;
  }
  if (start == std::string_view::npos) {
    Consume(rest.size());
    return;
  }
  state_ = State::kInside;
  Consume(start + 1);
}

void Deframer::PassOver() {
  const auto rest = std::string_view(buffer_).substr(at_);
  const auto end = rest.find_first_of(kEither);
  if (end == std::string_view::npos) {
    skipped_ += rest.size();
    Consume(rest.size());
    return;
  }
  skipped_ += end;
  state_ = rest[end] == kStart ? State::kInside : State::kOutside;
  Consume(end + 1);
}

std::optional<Deframer::Frame> Deframer::TakeFrame() {
  const auto rest = std::string_view(buffer_).substr(at_);
  const auto end = rest.find_first_of(kEither, scanned_);
  const auto length = std::min(end, rest.size());
  if (length > most_bytes_) {
    Frame frame{Kind::kTooLong, std::string(rest.substr(0, std::min(length, kBeginning)))};
    state_ = State::kPassingOver;
    Consume(length);
    PassOver();
    return frame;
  }
  if (end == std::string_view::npos) {
    scanned_ = rest.size();
    return std::nullopt;
  }
  Frame frame{Kind::kMessage, std::string(rest.substr(0, end))};
  if (rest[end] == kStart) {
    frame.kind = Kind::kNoEnd;  // and the next frame has begun
  } else {
    frame.kind = KindOf(frame.bytes);
    state_ = State::kOutside;
  }
  Consume(end + 1);
  return frame;
}

}  // namespace pons::hl7
