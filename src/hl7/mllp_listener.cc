// SPDX-License-Identifier: Apache-2.0
#include "hl7/mllp_listener.h"

#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "net/tcp.h"

namespace pons::hl7 {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kOneRead = 64 * 1024;
constexpr milliseconds kIdle{60'000};  // how often a connection without traffic looks up
constexpr milliseconds kAnswerWithin{30'000};

// What cannot be read in a frame, and what to say of it.
Handled Refusal(Deframer::Kind kind, const Error& error) {
  switch (kind) {
    case Deframer::Kind::kTooLong:
      return {Verdict::kRejected, {AckError::kTooLong, "the message is too long", "", 1, 0}};
    case Deframer::Kind::kNoEnd:
      return {Verdict::kError,
              {AckError::kApplication, "the frame has no end; send the message again", "", 1, 0}};
    case Deframer::Kind::kMessage:
    case Deframer::Kind::kCommit:
    case Deframer::Kind::kRefusal:
      return {Verdict::kRejected, {AckError::kSegmentSequence, error.summary, "", 1, 0}};
  }
  return {};
}

class Listener final : public MllpListener {
 public:
  Listener(const MllpListenerSettings& settings, MllpHandler handler, Clock& clock, Logger& log,
           std::unique_ptr<net::TcpListener> socket)
      : settings_(settings),
        handler_(std::move(handler)),
        clock_(clock),
        log_(log),
        socket_(std::move(socket)),
        acceptor_([this] { AcceptAll(); }) {}

  ~Listener() override {
    stop_.Cancel();
    acceptor_.join();
    for (auto& connection : connections_) connection.thread.join();
  }

  std::uint16_t port() const override { return socket_->port(); }

 private:
  struct Connection {
    std::thread thread;
    std::atomic<bool> over = false;
  };

  void AcceptAll() {
    while (!stop_.cancelled()) {
      auto stream = socket_->Accept(stop_);
      if (!stream) {
        if (stream.error().fault == Fault::kCancelled) return;
        log_.Warn("hl7: a connection was not taken", {{"why", stream.error().summary}});
        stop_.WaitFor(milliseconds(1000));
        continue;
      }
      JoinEnded();
      if (connections_.size() >= static_cast<std::size_t>(settings_.most_connections)) {
        log_.Warn("hl7: too many connections; one was closed",
                  {{"peer", (*stream)->peer()}, {"most", settings_.most_connections}});
        continue;
      }
      auto& connection = connections_.emplace_back();
      connection.thread = std::thread([this, &connection, taken = *std::move(stream)]() mutable {
        if (auto ready = Secured(std::move(taken))) Serve(*ready);
        connection.over = true;
      });
    }
  }

  // Only the acceptor's thread touches the list, until it has ended.
  void JoinEnded() {
    for (auto it = connections_.begin(); it != connections_.end();) {
      if (it->over) {
        it->thread.join();
        it = connections_.erase(it);
      } else {
        ++it;
      }
    }
  }

  // After the handshake where there is TLS; none where it failed.
  std::unique_ptr<net::TcpStream> Secured(std::unique_ptr<net::TcpStream> stream) {
    if (settings_.tls == nullptr) return stream;
    auto secured = net::SecureTcp(std::move(stream), settings_.tls->Accept(),
                                  settings_.mid_frame_timeout, stop_);
    if (secured) return *std::move(secured);
    log_.Warn("hl7: no TLS session", {{"why", secured.error().summary}});
    return nullptr;
  }

  void Serve(net::TcpStream& stream) {
    Deframer deframer(settings_.most_bytes);
    while (true) {
      const bool inside = deframer.inside();
      auto bytes = stream.Read(kOneRead, inside ? settings_.mid_frame_timeout : kIdle, stop_);
      if (!bytes) return;
      if (!bytes->has_value()) {
        if (!inside) continue;
        log_.Warn("hl7: a frame was not finished; its connection is closed",
                  {{"peer", stream.peer()}});
        return;
      }
      if ((*bytes)->empty()) {
        if (inside) log_.Warn("hl7: closed in the middle of a frame", {{"peer", stream.peer()}});
        return;
      }
      deframer.Feed(**bytes);
      while (const auto frame = deframer.Next()) {
        if (!Answer(stream, *frame)) return;
      }
    }
  }

  // False: the connection is of no more use.
  bool Answer(net::TcpStream& stream, const Deframer::Frame& frame) {
    using Kind = Deframer::Kind;
    if (frame.kind == Kind::kCommit || frame.kind == Kind::kRefusal) return true;
    auto message = frame.kind == Kind::kMessage
                       ? Parse(frame.bytes)
                       : MakeError(Fault::kProtocol, "the frame is not whole");
    Handled handled;
    if (message) {
      handled = Handle(*message, frame.bytes);
    } else {
      handled = Refusal(frame.kind, message.error());
      message =
          Parse(std::string_view(frame.bytes)
                    .substr(0, std::min(frame.bytes.find_first_of("\r\n", 3), frame.bytes.size())));
      if (!message) {
        log_.Warn("hl7: no message; its connection is closed", {{"peer", stream.peer()}});
        return false;
      }
      log_.Warn("hl7: a message was refused",
                {{"peer", stream.peer()}, {"why", handled.reason.text}});
    }
    const auto ack = BuildAck(*message, handled.verdict, handled.reason, NextId(), clock_.Now());
    const CancelToken finish;  // what was handled is answered even while stopping
    return stream.Write(Framed(ack), kAnswerWithin, finish).has_value();
  }

  Handled Handle(const Message& message, std::string_view bytes) {
    if (Get(message, "MSH-10").empty()) {
      return {Verdict::kRejected,
              {AckError::kRequiredFieldMissing, "MSH-10 is empty", "MSH", 1, 10}};
    }
    return handler_(message, bytes);
  }

  std::string NextId() {
    return std::to_string(ToMillis(clock_.Now())) + "-" + std::to_string(++ids_ % 100'000);
  }

  const MllpListenerSettings settings_;
  const MllpHandler handler_;
  Clock& clock_;
  Logger& log_;
  const std::unique_ptr<net::TcpListener> socket_;
  CancelToken stop_;
  std::atomic<unsigned> ids_ = 0;
  std::list<Connection> connections_;
  std::thread acceptor_;  // the last: everything it uses is there before it starts
};

}  // namespace

Result<std::unique_ptr<MllpListener>> MllpListener::Start(const MllpListenerSettings& settings,
                                                          MllpHandler handler, Clock& clock,
                                                          Logger& log) {
  PONS_ASSIGN(auto socket, net::TcpListener::Listen(settings.address, settings.port));
  return std::unique_ptr<MllpListener>(
      std::make_unique<Listener>(settings, std::move(handler), clock, log, std::move(socket)));
}

}  // namespace pons::hl7
