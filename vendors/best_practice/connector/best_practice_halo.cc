// SPDX-License-Identifier: Apache-2.0
// What is Halo Connect's about a connection to Best Practice: pairing, leaving, its calls, and what
// it charges.
#include "base/text.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/best_practice/connector/best_practice_way.h"
#include "vendors/halo_connect/connector/halo_site.h"
#include "vendors/halo_connect/connector/halo_watch.h"
#include "vendors/halo_connect/connector/halo_webhook.h"

namespace pons::best_practice {
namespace {

constexpr std::chrono::seconds kPairingTime{30};
constexpr std::chrono::seconds kLeavingTime{15};
// A query that Halo has given up on may have reached the practice: up to 30 s in the agent's queue,
// and up to 60 s of running (halo-connect sheet §5.2).
constexpr std::chrono::seconds kSettlingThroughHalo{90};

// Without what pairing uses up, and without what it has learned before.
Settings Kept(const Settings& given) {
  Settings kept;
  for (const auto& [key, value] : given.plain()) {
    if (key != halo_connect::kGuidSetting) kept.Set(key, value);
  }
  for (const auto& [key, value] : given.secrets()) {
    if (key != kCodeSetting) kept.SetSecret(key, value.Reveal());
  }
  return kept;
}

}  // namespace

bool BestPracticeConnector::called() const {
  return halo_ && !halo_->webhook_secret.Reveal().empty();
}

Result<void> BestPracticeConnector::WayAvailable(std::string_view way) const {
  if (way != kHaloWay || halo_) return Ok();
  return MakeError(Fault::kMisconfigured,
                   "whoever operates this Pons must first give it access to Halo Connect "
                   "([halo_connect], subscription_key)");
}

std::string BestPracticeConnector::CostWords(const Settings& settings) const {
  const auto completed = CompleteSettings(settings, descriptor_.settings);
  if (!completed) return {};
  const auto way = ReadWay(*completed);
  return way ? CostWordsOf(*way) : std::string();
}

std::chrono::milliseconds BestPracticeConnector::Settling(const Settings& settings) const {
  return settings.Text("transport") == kHaloWay ? kSettlingThroughHalo : descriptor_.can.settling;
}

Result<Settings> BestPracticeConnector::Pair(const Settings& given,
                                             const SessionContext& context) const {
  auto kept = Kept(given);
  if (given.Text("transport") != kHaloWay) return kept;
  PONS_TRY(WayAvailable(kHaloWay));
  const auto* code = given.Secret(kCodeSetting);
  const auto known = Trim(given.Text(halo_connect::kGuidSetting));
  if (code == nullptr || Trim(code->Reveal()).empty()) {
    if (!known.empty()) {
      kept.Set(std::string(halo_connect::kGuidSetting), std::string(known));
      return kept;
    }
    return MakeError(Fault::kMisconfigured, "setting \"halo_pairing_code\" is empty");
  }
  PONS_ASSIGN(const auto site,
              halo_connect::PairSite(*halo_, Trim(given.Text(kSiteSetting)),
                                     Sensitive<std::string>(std::string(Trim(code->Reveal()))),
                                     context, context.clock.Now() + kPairingTime));
  kept.Set(std::string(halo_connect::kGuidSetting), site.guid);
  return kept;
}

Result<void> BestPracticeConnector::Leave(const Settings& settings,
                                          const SessionContext& context) const {
  const auto guid = Trim(settings.Text(halo_connect::kGuidSetting));
  if (settings.Text("transport") != kHaloWay || guid.empty() || !halo_) return Ok();
  const halo_connect::SiteAddress site{std::string(guid),
                                       std::string(Trim(settings.Text(kSiteSetting)))};
  return halo_connect::CancelAllWatches(*halo_, site, context, context.clock.Now() + kLeavingTime);
}

Result<Hook> BestPracticeConnector::ReadHook(const HookRequest& request) const {
  if (!halo_) return Connector::ReadHook(request);
  return halo_connect::ReadWebhook(*halo_, request);
}

}  // namespace pons::best_practice
