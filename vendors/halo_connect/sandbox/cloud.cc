// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/cloud.h"

#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {

Site& Cloud::Add(bp::Sandbox& sandbox, std::string pms_id) {
  Site& site = *sites_.emplace_back(std::make_unique<Site>(sandbox));
  site.pms_id = std::move(pms_id);
  site.guid = NewUuid();
  return site;
}

Switches Cloud::switches() const {
  const std::lock_guard lock(mutex_);
  return switches_;
}

void Cloud::Set(const Switches& switches) {
  const std::lock_guard lock(mutex_);
  switches_ = switches;
  window_calls_ = 0;
}

std::optional<HaloError> Cloud::Admit(std::string_view key) {
  if (key.empty()) {
    return Refused(401,
                   "Access denied due to missing subscription key. Make sure to include "
                   "subscription key when making requests to an API.");
  }
  if (key != key_) {
    return Refused(401,
                   "Access denied due to invalid subscription key. Make sure to provide a valid "
                   "key for an active subscription.");
  }
  return CountCall();
}

std::optional<HaloError> Cloud::CountCall() {
  const std::lock_guard lock(mutex_);
  ++calls_;
  if (!switches_.ip_allowed) return Turned(403, "Caller Ip Not Allowed");
  if (switches_.rate_calls <= 0) return std::nullopt;
  const Instant now = sandboxkit::SandboxClock::RealNow();
  if (now - window_ >= seconds(switches_.rate_seconds)) {
    window_ = now;
    window_calls_ = 0;
  }
  if (++window_calls_ <= switches_.rate_calls) return std::nullopt;
  ++turned_away_;
  HaloError error = Turned(429, "Rate limit is exceeded. Try again in " +
                                    std::to_string(switches_.retry_after) + " seconds.");
  error.retry_after = switches_.retry_after;
  return error;
}

Site* Cloud::WithPmsId(std::string_view pms_id) {
  for (const auto& site : sites_) {
    if (site->pms_id == pms_id) return site.get();
  }
  return nullptr;
}

std::variant<Site*, HaloError> Cloud::Reach(std::string_view guid) {
  if (!IsUuid(guid)) return Refused(400, "The Halo GUID is missing or is not a GUID.");
  const std::lock_guard lock(mutex_);
  for (const auto& site : sites_) {
    if (site->retired.contains(guid)) {
      return Refused(switches_.old_guid_status,
                     switches_.old_guid_status == 404
                         ? "The site was not found."
                         : "The site is not the authoritative instance of its practice.");
    }
    if (site->guid != guid) continue;
    // What staff untick in Bp ends the pairing at once.
    if (!site->paired || !site->clinic.sandbox().integrations().enabled())
      return Refused(403, "The integrator is not paired with this site.");
    // INFERRED: a site that is gone is not found (halo-connect sheet §4 "status").
    if (site->status == "removed" || site->status == "uninstalled")
      return Refused(404, "The site was not found.");
    return site.get();
  }
  return Refused(404, "The site was not found.");
}

bool Cloud::Paired(const Site& site) const {
  const std::lock_guard lock(mutex_);
  return site.paired;
}

std::string Cloud::Guid(const Site& site) const {
  const std::lock_guard lock(mutex_);
  return site.guid;
}

std::int64_t Cloud::Latency(const Site& site) const {
  const std::lock_guard lock(mutex_);
  return site.latency_ms;
}

std::variant<Site*, HaloError> Cloud::Pair(std::string_view pms_id, std::string_view code) {
  Site* site = WithPmsId(pms_id);
  if (site == nullptr) return Refused(404, "No site with this practice management site id.");
  bp::Integrations& integrations = site->clinic.sandbox().integrations();
  // INFERRED: pairing has no 503 of its own; that of the other calls stands for it.
  if (integrations.availability() != "online")
    return Refused(503, "The site could not be contacted.");
  if (switches().pms_failure) {
    return Refused(502, "The practice management software returned an unexpected result code.");
  }
  if (!integrations.Redeem(code)) return Refused(400, "The pairing code is not valid.");
  const std::lock_guard lock(mutex_);
  site->paired = true;
  return site;
}

std::string Cloud::Replace(Site& site) {
  const std::lock_guard lock(mutex_);
  site.retired.insert(site.guid);
  return site.guid = NewUuid();
}

Result<void> Cloud::Change(Site& site, const json::Value& body) {
  const std::string status(body.Text("status"));
  if (!status.empty() && status != "active" && status != "initialising" && status != "removed" &&
      status != "uninstalled") {
    return MakeError(Fault::kRejected,
                     "status must be initialising, active, removed or uninstalled");
  }
  const auto latency = body.Integer("latency_ms");
  if (latency && *latency < 0)
    return MakeError(Fault::kRejected, "latency_ms must not be negative");
  const std::lock_guard lock(mutex_);
  if (!status.empty()) site.status = status;
  if (latency) site.latency_ms = *latency;
  if (const auto version = body.Text("link_version"); !version.empty()) site.link_version = version;
  if (const json::Value* paired = body.Find("paired"); paired != nullptr && paired->boolean())
    site.paired = *paired->boolean();
  return Ok();
}

json::Value Cloud::Describe(Site& site) const {
  const std::string name = site.clinic.PracticeName();
  const std::string now = FormatInstant(site.clinic.Now());
  const std::string version = "1.12.2.980";
  const std::lock_guard lock(mutex_);
  return json::Object{
      {"id", site.guid},
      {"pmsType", "BestPractice"},
      {"availability", site.clinic.sandbox().integrations().availability()},
      {"status", site.status},
      {"haloLinkVersion", site.link_version},
      {"enrichedAt", now},
      {"catalogue", json::Array{json::Object{{"name", "Patients"}, {"isDefault", true}}}},
      {"practiceMetadata", json::Object{{"pmsType", "BestPractice"},
                                        {"practiceName", name},
                                        {"practiceManagementSiteId", site.pms_id},
                                        {"practiceManagementVersion", version}}},
      {"name", name},
      {"practiceManagementSiteId", site.pms_id},
      {"practiceManagementName", "Best Practice"},
      {"practiceManagementVersion", version},
      {"authoritative", true}};
}

std::optional<HaloError> Cloud::Bill(Site& site, std::string_view kind) {
  const std::lock_guard lock(mutex_);
  std::int64_t billed = 0;
  for (const auto& other : sites_) {
    for (const auto& [name, count] : other->usage) billed += count;
  }
  if (switches_.quota >= 0 && billed >= switches_.quota)
    return Turned(403, "Out of call volume quota.");
  ++site.usage[std::string(kind)];
  return std::nullopt;
}

json::Value Cloud::Usage() const {
  const std::lock_guard lock(mutex_);
  json::Object all;
  std::int64_t billed = 0;
  for (const auto& site : sites_) {
    json::Object counts;
    for (const auto& [kind, count] : site->usage) {
      counts.emplace_back(kind, count);
      billed += count;
    }
    all.emplace_back(site->pms_id, std::move(counts));
  }
  return json::Object{{"billed", billed},
                      {"calls", calls_},
                      {"turned_away", turned_away_},
                      {"sites", std::move(all)}};
}

void Cloud::ForgetUsage() {
  const std::lock_guard lock(mutex_);
  for (const auto& site : sites_) site->usage.clear();
  calls_ = turned_away_ = 0;
}

std::string Cloud::NewToken(std::string_view guid, std::string_view device) {
  const std::string token = Base64(NewUuid()) + "." + Base64(NewUuid());
  const std::lock_guard lock(mutex_);
  const Instant now = sandboxkit::SandboxClock::RealNow();
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.expires <= now; });
  tokens_[token] = {std::string(guid), std::string(device), now + seconds(kTokenSeconds)};
  return token;
}

std::optional<std::string> Cloud::TokenSite(std::string_view token, std::string_view device) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || found->second.device != device ||
      found->second.expires <= sandboxkit::SandboxClock::RealNow()) {
    return std::nullopt;
  }
  return found->second.guid;
}

}  // namespace pons::halo_connect::sandbox
