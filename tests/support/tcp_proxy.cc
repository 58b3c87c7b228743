// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace pons::test {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  return at;
}

}  // namespace

TcpProxy::TcpProxy(int to_port) : to_port_(to_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto at = Loopback(0);
  PONS_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
  PONS_CHECK(listen(listener_, 64) == 0);
  socklen_t size = sizeof at;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  stop_ = true;
  thread_.join();
  close(listener_);
}

void TcpProxy::Arm(std::int64_t bytes, Harm harm) {
  limit_ = -1;
  harm_ = harm;
  passed_ = 0;
  limit_ = bytes;
}

bool TcpProxy::Pass(int from, int to, bool from_server) {
  const std::int64_t limit = limit_;
  const auto harm = harm_.load();
  const std::int64_t before = passed_;
  const bool dripping = from_server && limit >= 0 && harm == Harm::kDrip && before >= limit;
  char bytes[16384];
  const auto got = recv(from, bytes, dripping ? 1 : sizeof bytes, 0);
  if (got <= 0) return false;
  auto size = static_cast<std::size_t>(got);
  bool over = false;
  if (from_server) {
    if (limit >= 0 && harm == Harm::kFlip && limit >= before && limit - before < got) {
      bytes[limit - before] ^= 4;
    }
    if (limit >= 0 && (harm == Harm::kCut || harm == Harm::kSilent)) {
      const auto left = static_cast<std::size_t>(std::max<std::int64_t>(0, limit - before));
      over = size > left;
      size = std::min(size, left);
    }
    passed_ += static_cast<std::int64_t>(size);
    if (dripping) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (size > 0 && send(to, bytes, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) return false;
  return !over || harm == Harm::kSilent;
}

std::vector<int> TcpProxy::clients() const {
  const std::lock_guard lock(mutex_);
  return clients_;
}

void TcpProxy::Run() {
  struct Pair {
    int client, server;
  };
  std::vector<Pair> pairs;
  while (!stop_) {
    std::vector<pollfd> waiting = {{listener_, POLLIN, 0}};
    for (const auto& pair : pairs) {
      waiting.push_back({pair.client, POLLIN, 0});
      waiting.push_back({pair.server, POLLIN, 0});
    }
    if (poll(waiting.data(), waiting.size(), 20) <= 0) continue;
    std::vector<Pair> open;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto [client, server] = pairs[i];
      bool alive = true;
      if (waiting[1 + 2 * i].revents != 0) alive = Pass(client, server, false);
      if (alive && waiting[2 + 2 * i].revents != 0) alive = Pass(server, client, true);
      if (alive) {
        open.push_back(pairs[i]);
      } else {
        close(client);
        close(server);
      }
    }
    pairs = std::move(open);
    if (waiting[0].revents != 0) {
      sockaddr_in peer{};
      socklen_t peer_size = sizeof peer;
      const int client =
          accept4(listener_, reinterpret_cast<sockaddr*>(&peer), &peer_size, SOCK_CLOEXEC);
      {
        const std::lock_guard lock(mutex_);
        clients_.push_back(ntohs(peer.sin_port));
      }
      const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      auto at = Loopback(to_port_);
      if (client >= 0 && connect(server, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) {
        pairs.push_back({client, server});
      } else {
        if (client >= 0) close(client);
        close(server);
      }
    }
  }
  for (const auto& pair : pairs) {
    close(pair.client);
    close(pair.server);
  }
}

}  // namespace pons::test
