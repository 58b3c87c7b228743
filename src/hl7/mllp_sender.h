// SPDX-License-Identifier: Apache-2.0
// Sends messages by MLLP, one at a time, and waits for what the receiver says.
//
// A message whose answer does not come is sent again, byte for byte and with the same MSH-10, on a
// new connection, so that the receiver can tell it from a new one. Answers to other messages (late
// ones of an earlier try) are passed over. The connection is kept for the next message.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "hl7/ack.h"
#include "hl7/mllp.h"
#include "net/tcp.h"

namespace pons::hl7 {

struct MllpSenderSettings {
  std::string host;
  std::uint16_t port = 2575;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds answer_timeout{30'000};  // for each try
  int tries = 2;
  std::shared_ptr<net::TlsContext> tls = nullptr;  // of LoadClientTls; none: plain
};

class MllpSender {
 public:
  explicit MllpSender(MllpSenderSettings settings) : settings_(std::move(settings)) {}

  // What the receiver said, be it yes or no: a refusal is an Answer, not an Error.
  // Errors: kRejected (`message` is no message with an MSH-10, nothing was sent), kUnavailable (not
  // reachable; no answer in time), kProtocol (answers that cannot be read), kCancelled. The effect
  // is kUnknown as soon as the message may have arrived, and kNone before.
  Result<Answer> Send(std::string_view message, const CancelToken& cancel);

 private:
  Result<void> Connect(const CancelToken& cancel);
  Result<Answer> SendOnce(std::string_view frame, std::string_view control_id, bool& sent,
                          const CancelToken& cancel);
  Result<Answer> AwaitAnswer(std::string_view control_id, const CancelToken& cancel);

  MllpSenderSettings settings_;
  std::unique_ptr<net::TcpStream> stream_;
  Deframer deframer_{1u << 20};
};

}  // namespace pons::hl7
