// SPDX-License-Identifier: Apache-2.0
// TCP connections for protocols that are not HTTP: blocking, every wait bounded and cancellable.
//
// Threads: a TcpStream belongs to one thread at a time; a TcpListener too.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "net/http_tls.h"

namespace pons::net {

class TcpStream {
 public:
  virtual ~TcpStream() = default;  // closes

  // What has arrived, as soon as there is something, at most `most` bytes; empty when the peer has
  // closed its side; nothing when `timeout` is over (0: does not wait).
  // Errors: kUnavailable (the connection broke), kCancelled.
  virtual Result<std::optional<std::string>> Read(std::size_t most,
                                                  std::chrono::milliseconds timeout,
                                                  const CancelToken& cancel) = 0;

  // All of it. Errors: kUnavailable (broken, or `timeout` over), kCancelled; Effect::kUnknown,
  // since a part may have gone out.
  virtual Result<void> Write(std::string_view bytes, std::chrono::milliseconds timeout,
                             const CancelToken& cancel) = 0;

  // "192.0.2.7:51234", for logs.
  virtual const std::string& peer() const = 0;
};

// Tries each address of the host in turn; keep-alive is on. Errors: kUnavailable (no such host, or
// nothing answers there), kCancelled. Looking up a name may outlast `timeout` where the resolver
// does.
Result<std::unique_ptr<TcpStream>> ConnectTcp(const std::string& host, std::uint16_t port,
                                              std::chrono::milliseconds timeout,
                                              const CancelToken& cancel);

// TLS over a connection: shakes hands, and gives a stream of what is inside. Errors: kUnavailable
// (broken, or `timeout` over), kMisconfigured (a certificate that is not believed), kProtocol (the
// peer does not speak TLS), kCancelled.
Result<std::unique_ptr<TcpStream>> SecureTcp(std::unique_ptr<TcpStream> plain,
                                             std::unique_ptr<TlsSession> session,
                                             std::chrono::milliseconds timeout,
                                             const CancelToken& cancel);

class TcpListener {
 public:
  // `address` is an IPv4 or IPv6 address of this machine; port 0 takes a free one. Errors:
  // kMisconfigured (no such address), kConflict (the port is taken), kForbidden (a port that needs
  // rights).
  static Result<std::unique_ptr<TcpListener>> Listen(const std::string& address,
                                                     std::uint16_t port);
  virtual ~TcpListener() = default;

  virtual std::uint16_t port() const = 0;
  // Waits for the next connection. Errors: kCancelled, kUnavailable (no more connections can be
  // opened just now).
  virtual Result<std::unique_ptr<TcpStream>> Accept(const CancelToken& cancel) = 0;
};

}  // namespace pons::net
