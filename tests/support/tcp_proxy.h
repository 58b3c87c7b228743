// SPDX-License-Identifier: Apache-2.0
// A wire that can be cut: passes bytes between a client and 127.0.0.1:port, and stops after so many
// bytes from the server, by closing both ends or by falling silent.
//
// Threads: Cut and Silence may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace pons::test {

class TcpProxy {
 public:
  explicit TcpProxy(int to_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  // Applies to bytes from the server counted from now on, over all connections. Negative: never.
  void CutAfter(std::int64_t bytes) { Arm(bytes, false); }
  void SilentAfter(std::int64_t bytes) { Arm(bytes, true); }
  void Heal() { Arm(-1, false); }
  std::int64_t passed() const { return passed_; }

 private:
  void Arm(std::int64_t bytes, bool silent);
  void Run();
  // True: go on.
  bool Pass(int from, int to, bool from_server);

  const int to_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<std::int64_t> limit_{-1};
  std::atomic<std::int64_t> passed_{0};
  std::atomic<bool> silent_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace pons::test
