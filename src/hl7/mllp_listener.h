// SPDX-License-Identifier: Apache-2.0
// Takes messages by MLLP from any number of senders. Each frame is handled exactly once and
// answered exactly once, in order, on its own connection; the answer goes out after the handler has
// returned, so a handler that keeps the message durably before it returns makes AA mean "kept".
//
// What is not handled is never silent: a frame that cannot be read is answered AR (AE where sending
// it again may help) as long as its MSH can be read, and the connection is closed where it cannot.
// Connections may be idle for ever; one that stops in the middle of a frame is closed.
//
// Threads: the handler is called on a thread of each connection, so by several at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "hl7/ack.h"
#include "hl7/message.h"
#include "hl7/mllp.h"
#include "net/http_tls.h"

namespace pons::hl7 {

struct Handled {
  Verdict verdict = Verdict::kAccepted;
  AckReason reason;
};

// `bytes` are the message as received.
using MllpHandler = std::function<Handled(const Message& message, std::string_view bytes)>;

struct MllpListenerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 2575;  // 0: a free one
  std::size_t most_bytes = Deframer::kMostBytes;
  int most_connections = 64;
  std::chrono::milliseconds mid_frame_timeout{30'000};  // between two reads within a frame
  std::shared_ptr<net::TlsContext> tls = nullptr;       // of LoadServerTls; none: plain
};

class MllpListener {
 public:
  // Errors: those of net::TcpListener::Listen. Logs counts and addresses, never a message.
  static Result<std::unique_ptr<MllpListener>> Start(const MllpListenerSettings& settings,
                                                     MllpHandler handler, Clock& clock,
                                                     Logger& log);
  // Stops: messages being handled are finished, and answered where the sender still listens.
  virtual ~MllpListener() = default;
  virtual std::uint16_t port() const = 0;
};

}  // namespace pons::hl7
