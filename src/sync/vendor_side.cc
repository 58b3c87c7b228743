// SPDX-License-Identifier: Apache-2.0
#include "sync/vendor_side.h"

#include <algorithm>

#include "json/value.h"

namespace pons::sync {
namespace {

constexpr seconds kSaveEvery{5};

Instant DayOf(Instant at) { return std::chrono::floor<std::chrono::days>(at); }

}  // namespace

class VendorSide::ConnectionMeter final : public Meter {
 public:
  ConnectionMeter(VendorSide& side, store::ConnectionKey connection)
      : side_(side), connection_(connection) {}
  void Count(std::string_view what, std::uint64_t times) override {
    side_.Count(connection_, what, times);
  }

 private:
  VendorSide& side_;
  const store::ConnectionKey connection_;
};

void VendorSide::Join(SessionContext& context, const Connector& connector,
                      store::Connection& connection) {
  context.meter = &MeterOf(connection.key);
  context.keep = [this, &connector, &connection](std::string_view key, const std::string& value) {
    Keep(connector, connection, key, value);
    auto settings = json::Parse(connection.settings_json);
    if (!settings || !settings->is_object()) return;
    settings->Set(key, value);
    connection.settings_json = json::Write(*settings);
  };
}

Meter& VendorSide::MeterOf(store::ConnectionKey connection) {
  const std::lock_guard lock(mutex_);
  auto& meter = meters_[connection];
  if (!meter) meter = std::make_unique<ConnectionMeter>(*this, connection);
  return *meter;
}

void VendorSide::Keep(const Connector& connector, const store::Connection& connection,
                      std::string_view key, std::string_view value) {
  const auto specs = connector.descriptor().settings;
  const bool learned = std::any_of(specs.begin(), specs.end(), [key](const SettingSpec& spec) {
    return spec.key == key && spec.learned && !spec.secret;
  });
  if (!learned) {
    log_.Error("a connector keeps a setting that is not learned",
               {{"connection", connection.id.value}, {"setting", key}});
    return;
  }
  bool kept = false;
  const auto written = store_.Write([&](store::Transaction& tx) -> Result<void> {
    kept = tx.KeepSetting(connection.key, connection.settings_revision, key, value);
    // The value stays out of the trail: it opens a practice.
    if (kept && audit_) {
      PONS_TRY(audit_("connection keep-setting", connection.id.value + " " + std::string(key)));
    }
    return Ok();
  });
  if (!written) {
    log_.Warn("a setting that the vendor changed is not kept",
              {{"connection", connection.id.value},
               {"setting", key},
               {"cause", written.error().summary}});
  } else if (kept) {
    log_.Info("the vendor has changed a setting by itself",
              {{"connection", connection.id.value}, {"setting", key}});
  }
}

void VendorSide::Count(store::ConnectionKey connection, std::string_view what,
                       std::uint64_t times) {
  const Instant now = clock_.Now();
  const std::string word(what);
  const std::lock_guard lock(mutex_);
  waiting_[{connection, {DayOf(now), word}}] += static_cast<std::int64_t>(times);
  totals_[{connection, word}] += times;
  if (!due_) due_ = now + kSaveEvery;
}

std::optional<Instant> VendorSide::SaveIfDue() {
  {
    const std::lock_guard lock(mutex_);
    if (!due_ || *due_ > clock_.Now()) return due_;
  }
  if (const auto saved = Save(); !saved) {
    log_.Warn("counts of vendors' requests wait to be saved", {{"cause", saved.error().summary}});
  }
  const std::lock_guard lock(mutex_);
  return due_;
}

Result<void> VendorSide::Save() {
  std::map<Row, std::int64_t> rows;
  {
    const std::lock_guard lock(mutex_);
    rows.swap(waiting_);
    due_.reset();
  }
  if (rows.empty()) return Ok();
  auto written = store_.Write([&](store::Transaction& tx) {
    for (const auto& [row, count] : rows) {
      tx.AddVendorRequests({row.first, row.second.first, row.second.second, count});
    }
    return Ok();
  });
  if (written) return Ok();
  const std::lock_guard lock(mutex_);
  for (const auto& [row, count] : rows) waiting_[row] += count;
  due_ = clock_.Now() + kSaveEvery;
  return written;
}

VendorSide::Totals VendorSide::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

Result<RequestCounts> CountsOf(store::Reader& reader, store::ConnectionKey connection,
                               Instant now) {
  RequestCounts counts;
  const Instant today = DayOf(now);
  PONS_ASSIGN(counts.last_7_days,
              reader.CountedRequests(connection, today - std::chrono::hours(6 * 24)));
  for (const auto& row : counts.last_7_days) {
    counts.total_7_days += row.count;
    if (row.day == today) counts.today[row.what] += row.count;
  }
  return counts;
}

}  // namespace pons::sync
