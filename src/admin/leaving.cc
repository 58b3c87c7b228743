// SPDX-License-Identifier: Apache-2.0
#include "admin/leaving.h"

#include <algorithm>

#include "admin/parts.h"
#include "net/http.h"
#include "sync/connection_settings.h"
#include "sync/vendor_side.h"

namespace pons::admin {
namespace {

constexpr seconds kLongest{10};

bool LearnsAnything(const Connector& connector) {
  const auto specs = connector.descriptor().settings;
  return std::any_of(specs.begin(), specs.end(), [](const auto& spec) { return spec.learned; });
}

Result<void> Leave(AdminContext& context, const store::Connection& connection,
                   const CancelToken& cancel) {
  const auto* connector = context.vendors.Find(connection.vendor);
  if (connector == nullptr) return Ok();
  PONS_ASSIGN(auto stored, sync::SettingsOf(connection));
  PONS_ASSIGN(const auto settings,
              CompleteSettings(std::move(stored), connector->descriptor().settings));
  PONS_ASSIGN(const auto zone, PracticeZone::Named(connection.time_zone));
  const auto http = net::MakeCurlTransport({.policy = context.vendor_addresses});
  SessionContext session{context.clock, http.get(),  nullptr, context.random,
                         cancel,        context.log, zone};
  if (context.vendor_side != nullptr) {
    session.meter = &context.vendor_side->MeterOf(connection.key);
  }
  return connector->Leave(settings, session);
}

void LeaveWithin(AdminContext& context, const store::Connection& connection, CancelToken& cancel) {
  CancelToken done;
  std::thread watchdog([&] {
    if (!done.WaitFor(kLongest)) cancel.Cancel();
  });
  const auto left = Leave(context, connection, cancel);
  done.Cancel();
  watchdog.join();
  if (left) return;
  context.log.Warn("what a connection left running at its vendor is not taken back",
                   {{"connection", connection.id.value}, {"cause", left.error().summary}});
}

}  // namespace

void LeaveVendor(AdminContext& context, const store::Connection& connection) {
  const auto* connector = context.vendors.Find(connection.vendor);
  if (connector == nullptr || !LearnsAnything(*connector)) return;
  if (context.leaver != nullptr) return context.leaver->Queue(connection);
  CancelToken cancel;
  LeaveWithin(context, connection, cancel);
}

Leaver::~Leaver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (under_way_) under_way_->Cancel();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Leaver::Queue(store::Connection connection) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(connection));
    if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
  }
  wake_.notify_all();
}

void Leaver::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const auto connection = std::move(waiting_.front());
    waiting_.pop_front();
    const auto cancel = std::make_shared<CancelToken>();
    under_way_ = cancel;
    lock.unlock();
    LeaveWithin(context_, connection, *cancel);
    lock.lock();
    under_way_.reset();
  }
}

}  // namespace pons::admin
