// SPDX-License-Identifier: Apache-2.0
// A wire that can be cut: passes bytes between a client and 127.0.0.1:port, until after so many
// bytes from the server it closes both ends, falls silent, drips, or turns over one bit.
//
// Threads: all members may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace pons::test {

class TcpProxy {
 public:
  explicit TcpProxy(int to_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  // Applies to bytes from the server counted from now on, over all connections. Negative: never.
  void CutAfter(std::int64_t bytes) { Arm(bytes, Harm::kCut); }
  void SilentAfter(std::int64_t bytes) { Arm(bytes, Harm::kSilent); }
  // A byte now and then from there on.
  void DripAfter(std::int64_t bytes) { Arm(bytes, Harm::kDrip); }
  // One bit of that byte, once.
  void FlipAt(std::int64_t bytes) { Arm(bytes, Harm::kFlip); }
  void Heal() { Arm(-1, Harm::kCut); }
  std::int64_t passed() const { return passed_; }
  // Ports that clients are connected from.
  std::vector<int> clients() const;

 private:
  enum class Harm : std::uint8_t { kCut, kSilent, kDrip, kFlip };

  void Arm(std::int64_t bytes, Harm harm);
  void Run();
  // True: go on.
  bool Pass(int from, int to, bool from_server);

  const int to_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::int64_t> limit_{-1};
  std::atomic<std::int64_t> passed_{0};
  std::atomic<Harm> harm_{Harm::kCut};
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<int> clients_;
  std::thread thread_;
};

}  // namespace pons::test
