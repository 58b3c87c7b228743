// SPDX-License-Identifier: Apache-2.0
// Takes back what a connection has left running at its vendor (Connector::Leave), when it is
// paused, removed, or reached another way: as well as can be, within a bounded time. What is not
// taken back is logged; it ends by itself at the vendor's side.
//
// Threads: a Leaver is used from any thread and works on one of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "admin/command.h"
#include "store/entities.h"

namespace pons::admin {

// By the server's Leaver where there is one, otherwise now. `connection` is as it was. Does nothing
// for vendors that learn nothing.
void LeaveVendor(AdminContext& context, const store::Connection& connection);

class Leaver {
 public:
  // `context` outlives it.
  explicit Leaver(AdminContext& context) : context_(context) {}
  ~Leaver();  // what is under way is broken off, what waits is dropped

  void Queue(store::Connection connection);

 private:
  void Loop();

  AdminContext& context_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<store::Connection> waiting_;
  std::shared_ptr<CancelToken> under_way_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pons::admin
