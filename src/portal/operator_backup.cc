// SPDX-License-Identifier: Apache-2.0
// Backups from the portal: one at a time, on a thread of its own, because a large store takes
// minutes; the page asks how far it is.
#include <atomic>
#include <mutex>
#include <thread>

#include "admin/backups.h"
#include "portal/developer.h"

namespace pons::portal {

// Threads: any.
class BackupRunner {
 public:
  explicit BackupRunner(PortalContext& context) : context_(context) {}
  ~BackupRunner() { Stop(); }

  bool Start() {
    const std::lock_guard lock(mutex_);
    if (running_ || stopping_) return false;
    if (thread_.joinable()) thread_.join();
    running_ = true;
    failure_.clear();
    done_ = 0;
    all_ = 0;
    thread_ = std::thread([this] { Run(); });
    return true;
  }

  void Stop() {
    stopping_ = true;
    std::thread ending;
    {
      const std::lock_guard lock(mutex_);
      ending.swap(thread_);
    }
    if (ending.joinable()) ending.join();
  }

  json::Value State() const {
    json::Value out;
    const int all = all_;
    out.Set("running", running_.load());
    out.Set("percent", all == 0 ? 0 : static_cast<int>(100LL * done_ / all));
    const std::lock_guard lock(mutex_);
    out.Set("failure", failure_.empty() ? json::Value() : json::Value(failure_));
    return out;
  }

 private:
  void Run() {
    const auto made = admin::MakeBackup(context_.admin, [this](int done, int all) {
      done_ = done;
      all_ = all;
      return !stopping_;
    });
    std::string failure = made ? std::string() : made.error().summary;
    if (made) {
      context_.log.Info("backup made", {{"name", made->name}, {"bytes", made->bytes}});
    } else {
      context_.log.Error("backup failed", {{"cause", failure}});
    }
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    running_ = false;
  }

  PortalContext& context_;
  mutable std::mutex mutex_;
  std::thread thread_;
  std::string failure_;
  std::atomic<bool> running_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<int> done_{0};
  std::atomic<int> all_{0};
};

std::shared_ptr<BackupRunner> MakeBackupRunner(PortalContext& context) {
  return std::make_shared<BackupRunner>(context);
}

void StopBackups(BackupRunner& backups) { backups.Stop(); }

Handled StartBackup(PortalContext& context, PortalCall&) {
  auto& runner = *StateOf(context).backups;
  if (!runner.Start()) return MakeError(Fault::kConflict, "a backup is being made already");
  auto answer = Ok(runner.State());
  answer.status = 202;
  return answer;
}

Handled ListBackups(PortalContext& context, PortalCall&) {
  PONS_ASSIGN(const auto backups, admin::Backups(context.admin));
  json::Array items;
  for (const auto& backup : backups) {
    auto item = admin::BackupJson(backup);
    item.Set("id", backup.name);
    item.Set("at", FormatInstant(backup.made));
    items.push_back(std::move(item));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  auto answer = List(std::move(items), {}, total);
  answer.body.Set("folder", admin::BackupFolder(context.admin));
  answer.body.Set("under_way", StateOf(context).backups->State());
  return answer;
}

}  // namespace pons::portal
