// SPDX-License-Identifier: Apache-2.0
#include "api/usage.h"

namespace pons::api {
namespace {

constexpr seconds kSaveEvery{60};

}  // namespace

bool UsageMeter::Count(store::AppKey app, int status, std::optional<milliseconds> took) {
  const Instant now = clock_.Now();
  const Instant hour = std::chrono::floor<std::chrono::hours>(now);
  const std::lock_guard lock(mutex_);
  auto& row = rows_[{app, hour}];
  row.app = app;
  row.hour = hour;
  ++row.requests;
  if (status >= 400) ++row.errors;
  if (took) ++row.times[store::UsageRange(took->count())];
  if (now < next_save_) return false;
  next_save_ = now + kSaveEvery;
  return true;
}

Result<void> UsageMeter::Save() {
  const std::lock_guard saving(saving_);
  std::map<Key, store::UsageRow> rows;
  {
    const std::lock_guard lock(mutex_);
    rows.swap(rows_);
  }
  if (rows.empty()) return Ok();
  auto written = store_.Write([&](store::Transaction& transaction) {
    for (const auto& [key, row] : rows) transaction.AddUsage(row);
    return Ok();
  });
  if (written) return Ok();
  const std::lock_guard lock(mutex_);
  for (const auto& [key, row] : rows) {
    auto& kept = rows_[key];
    kept.app = row.app;
    kept.hour = row.hour;
    kept.Add(row);
  }
  return written;
}

}  // namespace pons::api
