// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pons::net {
namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock::time_point;

// A token has nothing to poll, so waits are cut into pieces of this length.
constexpr milliseconds kCancelWithin{50};
constexpr std::size_t kOneRead = 64 * 1024;

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error Broken(std::string what) { return MakeError(Fault::kUnavailable, std::move(what)); }

std::string Reason(int number) {
  char text[128] = {};
  return strerror_r(number, text, sizeof text);
}

// True when `fd` is ready for `events` (or broken), false when `end` has come.
Result<bool> WaitFor(int fd, short events, std::optional<Moment> end, const CancelToken& cancel) {
  while (true) {
    if (cancel.cancelled()) return MakeError(Fault::kCancelled, "told to stop");
    auto wait = kCancelWithin;
    if (end) {
      const auto left = std::chrono::ceil<milliseconds>(*end - std::chrono::steady_clock::now());
      wait = std::clamp(left, milliseconds(0), kCancelWithin);
    }
    pollfd poll_fd{fd, events, 0};
    const int ready = poll(&poll_fd, 1, static_cast<int>(wait.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return Broken("waiting for the network: " + Reason(errno));
    if (end && std::chrono::steady_clock::now() >= *end) return false;
  }
}

std::string Named(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  return std::string(text) + ":" + std::to_string(ntohs(v4.sin_port));
}

class Stream final : public TcpStream {
 public:
  Stream(Fd fd, std::string peer) : fd_(std::move(fd)), peer_(std::move(peer)) {
    const int on = 1;
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // A peer that vanished is noticed after about two minutes instead of never.
    setsockopt(fd_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    const int idle_seconds = 60;
    const int every_seconds = 15;
    const int times = 4;
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_KEEPINTVL, &every_seconds, sizeof every_seconds);
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
  }

  Result<std::optional<std::string>> Read(std::size_t most, milliseconds timeout,
                                          const CancelToken& cancel) override {
    const auto end = std::chrono::steady_clock::now() + timeout;
    std::string bytes(std::min(most, kOneRead), '\0');
    while (true) {
      const auto got = recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (got >= 0) {
        bytes.resize(static_cast<std::size_t>(got));
        return std::optional<std::string>(std::move(bytes));
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Broken(peer_ + ": " + Reason(errno));
      PONS_ASSIGN(const bool ready, WaitFor(fd_.get(), POLLIN, end, cancel));
      if (!ready) return std::optional<std::string>();
    }
  }

  Result<void> Write(std::string_view bytes, milliseconds timeout,
                     const CancelToken& cancel) override {
    const auto end = std::chrono::steady_clock::now() + timeout;
    const auto failed = [](Error error) {
      error.effect = Effect::kUnknown;
      return error;
    };
    while (!bytes.empty()) {
      const auto sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return failed(Broken(peer_ + ": " + Reason(errno)));
      }
      auto ready = WaitFor(fd_.get(), POLLOUT, end, cancel);
      if (!ready) return failed(std::move(ready).error());
      if (!*ready) return failed(Broken(peer_ + " takes no more bytes"));
    }
    return Ok();
  }

  const std::string& peer() const override { return peer_; }

 private:
  Fd fd_;
  std::string peer_;
};

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> Resolve(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) return MakeError(Fault::kUnavailable, host + ": " + gai_strerror(code));
  return Addresses(found, &freeaddrinfo);
}

sockaddr_storage AddressOf(const addrinfo& info) {
  sockaddr_storage out{};
  std::memcpy(&out, info.ai_addr, std::min<std::size_t>(info.ai_addrlen, sizeof out));
  return out;
}

Result<std::unique_ptr<TcpStream>> ConnectOne(const addrinfo& info, Moment end,
                                              const CancelToken& cancel) {
  Fd fd(socket(info.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return Broken("no socket: " + Reason(errno));
  const auto peer = Named(AddressOf(info));
  if (connect(fd.get(), info.ai_addr, info.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return Broken(peer + ": " + Reason(errno));
    PONS_ASSIGN(const bool ready, WaitFor(fd.get(), POLLOUT, end, cancel));
    if (!ready) return Broken(peer + " does not answer");
    int failed = 0;
    socklen_t length = sizeof failed;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failed, &length);
    if (failed != 0) return Broken(peer + ": " + Reason(failed));
  }
  return std::unique_ptr<TcpStream>(std::make_unique<Stream>(std::move(fd), peer));
}

class Listener final : public TcpListener {
 public:
  Listener(Fd fd, std::uint16_t port) : fd_(std::move(fd)), port_(port) {}

  std::uint16_t port() const override { return port_; }

  Result<std::unique_ptr<TcpStream>> Accept(const CancelToken& cancel) override {
    while (true) {
      PONS_TRY(WaitFor(fd_.get(), POLLIN, std::nullopt, cancel));
      sockaddr_storage address{};
      socklen_t length = sizeof address;
      Fd fd(accept4(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length,
                    SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd.get() >= 0) {
        return std::unique_ptr<TcpStream>(std::make_unique<Stream>(std::move(fd), Named(address)));
      }
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        return Broken("no more connections can be opened: " + Reason(errno));
      }
      // Anything else is a connection that went away before it was taken.
    }
  }

 private:
  Fd fd_;
  std::uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<TcpStream>> ConnectTcp(const std::string& host, std::uint16_t port,
                                              milliseconds timeout, const CancelToken& cancel) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  PONS_ASSIGN(const auto addresses, Resolve(host, port, 0));
  Error last = Broken(host + " has no address");
  for (const auto* info = addresses.get(); info != nullptr; info = info->ai_next) {
    auto stream = ConnectOne(*info, end, cancel);
    if (stream || stream.error().fault == Fault::kCancelled) return stream;
    last = std::move(stream).error();
  }
  return last;
}

Result<std::unique_ptr<TcpListener>> TcpListener::Listen(const std::string& address,
                                                         std::uint16_t port) {
  auto addresses = Resolve(address, port, AI_NUMERICHOST | AI_PASSIVE);
  if (!addresses) {
    return MakeError(Fault::kMisconfigured, address + " is no address of this machine");
  }
  const auto& info = **addresses;
  Fd fd(socket(info.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return Broken("no socket: " + Reason(errno));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd.get(), info.ai_addr, info.ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0) {
    const int why = errno;
    const auto fault = why == EADDRINUSE ? Fault::kConflict
                       : why == EACCES   ? Fault::kForbidden
                                         : Fault::kMisconfigured;
    return MakeError(fault, Named(AddressOf(info)) + ": " + Reason(why));
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&bound), &length);
  const auto named = Named(bound);
  const auto taken = static_cast<std::uint16_t>(std::stoul(named.substr(named.rfind(':') + 1)));
  return std::unique_ptr<TcpListener>(std::make_unique<Listener>(std::move(fd), taken));
}

}  // namespace pons::net
