// SPDX-License-Identifier: Apache-2.0
#include "hl7/mllp_sender.h"

#include <algorithm>
#include <optional>

#include "hl7/message.h"

namespace pons::hl7 {
namespace {

constexpr std::size_t kOneRead = 64 * 1024;

// Only the header is needed, and a message of ours may be large.
std::string_view HeaderOf(std::string_view message) {
  return message.substr(0, message.find_first_of("\r\n"));
}

}  // namespace

Result<Answer> MllpSender::Send(std::string_view message, const CancelToken& cancel) {
  const auto header = Parse(HeaderOf(message));
  if (!header || Get(*header, "MSH-10").empty()) {
    return MakeError(Fault::kRejected, "a message without MSH-10 cannot be acknowledged");
  }
  if (message.find_first_of(std::string_view("\x0B\x1C", 2)) != std::string_view::npos) {
    return MakeError(Fault::kRejected, "the message holds a byte that ends MLLP frames");
  }
  const auto frame = Framed(message);
  const std::string control_id(Get(*header, "MSH-10"));
  bool sent = false;
  Error last = MakeError(Fault::kUnavailable, "nothing was tried");
  for (int i = 0; i < std::max(settings_.tries, 1); ++i) {
    auto answer = SendOnce(frame, control_id, sent, cancel);
    if (answer) return answer;
    last = std::move(answer).error();
    stream_.reset();
    if (last.fault == Fault::kCancelled) break;
  }
  last.effect = sent ? Effect::kUnknown : Effect::kNone;
  return last;
}

// A connection that is kept may have been closed by the receiver meanwhile, and may hold an answer
// that came too late.
Result<void> MllpSender::Connect(const CancelToken& cancel) {
  while (stream_ != nullptr) {
    auto waiting = stream_->Read(kOneRead, std::chrono::milliseconds(0), cancel);
    if (waiting && !waiting->has_value()) break;
    if (!waiting || (*waiting)->empty()) stream_.reset();
  }
  if (stream_ == nullptr) {
    PONS_ASSIGN(auto plain,
                net::ConnectTcp(settings_.host, settings_.port, settings_.connect_timeout, cancel));
    if (settings_.tls != nullptr) {
      PONS_ASSIGN(plain, net::SecureTcp(std::move(plain), settings_.tls->Connect(settings_.host),
                                        settings_.connect_timeout, cancel));
    }
    stream_ = std::move(plain);
  }
  deframer_ = Deframer(1u << 20);
  return Ok();
}

Result<Answer> MllpSender::SendOnce(std::string_view frame, std::string_view control_id, bool& sent,
                                    const CancelToken& cancel) {
  PONS_TRY(Connect(cancel));
  sent = true;
  PONS_TRY(stream_->Write(frame, settings_.answer_timeout, cancel));
  return AwaitAnswer(control_id, cancel);
}

Result<Answer> MllpSender::AwaitAnswer(std::string_view control_id, const CancelToken& cancel) {
  using std::chrono::milliseconds;
  const auto end = std::chrono::steady_clock::now() + settings_.answer_timeout;
  std::optional<Error> unreadable;
  while (true) {
    while (const auto frame = deframer_.Next()) {
      if (frame->kind == Deframer::Kind::kCommit) continue;  // the message's own answer follows
      if (frame->kind == Deframer::Kind::kRefusal) {
        return MakeError(Fault::kUnavailable, "the receiver could not keep the message");
      }
      auto message = frame->kind == Deframer::Kind::kMessage
                         ? Parse(frame->bytes)
                         : MakeError(Fault::kProtocol, "the answer's frame has no end");
      auto answer = message ? ReadAnswer(*message) : std::move(message).error();
      if (answer && answer->control_id == control_id) return answer;
      if (!answer) unreadable = std::move(answer).error();
    }
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    PONS_ASSIGN(const auto bytes, stream_->Read(kOneRead, std::max(left, milliseconds(0)), cancel));
    if (!bytes || bytes->empty()) {
      if (unreadable) return *unreadable;
      return MakeError(Fault::kUnavailable,
                       bytes ? "the receiver closed without an answer" : "no answer in time");
    }
    deframer_.Feed(*bytes);
  }
}

}  // namespace pons::hl7
