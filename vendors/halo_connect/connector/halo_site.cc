// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_site.h"

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "net/url.h"
#include "vendors/halo_connect/connector/halo_call.h"
#include "vendors/halo_connect/connector/halo_fault.h"

namespace pons::halo_connect {
namespace {

constexpr std::chrono::milliseconds kUsualTimeout{30000};
// A site that has not moved is not looked for again sooner.
constexpr std::chrono::minutes kFindPause{5};
constexpr std::string_view kWhere =
    "Setup > Configuration > Database > Setup third-party integrations";

template <typename T>
struct Word {
  std::string_view word;
  T value;
};
constexpr Word<Availability> kAvailabilities[] = {
    {"online", Availability::kOnline},
    {"offline", Availability::kOffline},
    {"unreachable", Availability::kUnreachable},
};
constexpr Word<SiteStatus> kStatuses[] = {
    {"initialising", SiteStatus::kInitialising},
    {"active", SiteStatus::kActive},
    {"removed", SiteStatus::kRemoved},
    {"uninstalled", SiteStatus::kUninstalled},
};

template <typename T, std::size_t kSize>
T ReadWord(std::string_view text, const Word<T> (&words)[kSize], T unknown) {
  for (const auto& one : words) {
    if (one.word == text) return one.value;
  }
  return unknown;
}

// What the practice's metadata says, or the field of the same meaning that precedes it.
std::string Described(const json::Value& site, std::string_view key, std::string_view older) {
  if (const auto* metadata = site.Find("practiceMetadata")) {
    if (const auto text = metadata->Text(key); !text.empty()) return std::string(text);
  }
  return std::string(site.Text(older));
}

// As a person types it: the number beside the code, with a blank or a zero more.
bool IsSameId(std::string_view a, std::string_view b) {
  for (auto* id : {&a, &b}) {
    *id = Trim(*id);
    while (id->size() > 1 && id->front() == '0') id->remove_prefix(1);
  }
  return EqualsIgnoringAsciiCase(a, b);
}

Result<Site> ReadSiteObject(const json::Value& in, std::string_view expected_pms_id) {
  Site site;
  site.guid = AsciiLower(in.Text("id"));
  if (!IsGuid(site.guid)) return MakeError(Fault::kProtocol, "Halo Connect named no site");
  site.pms_id = Described(in, "practiceManagementSiteId", "practiceManagementSiteId");
  site.pms_type = Described(in, "pmsType", "pmsType");
  site.pms_version = Described(in, "practiceManagementVersion", "practiceManagementVersion");
  site.practice_name = Described(in, "practiceName", "name");
  site.link_version = in.Text("haloLinkVersion");
  site.availability = ReadWord(in.Text("availability"), kAvailabilities, Availability::kUnknown);
  site.status = ReadWord(in.Text("status"), kStatuses, SiteStatus::kUnknown);
  site.enriched_at = ParseInstant(in.Text("enrichedAt"));
  if (const auto* list = in.Find("catalogue"); list != nullptr && list->is_array()) {
    for (const auto& one : *list->array()) {
      const auto* is_default = one.Find("isDefault");
      const bool marked =
          is_default != nullptr && is_default->boolean() != nullptr && *is_default->boolean();
      if (!one.Text("name").empty())
        site.catalogues.push_back({std::string(one.Text("name")), marked});
    }
  }
  // Another practice's data must never come under this one's name.
  if (!expected_pms_id.empty() && !site.pms_id.empty() && !IsSameId(site.pms_id, expected_pms_id)) {
    return MakeError(Fault::kProtocol, "Halo Connect answered with another practice's site");
  }
  return site;
}

std::string Query(std::string_view pms_id, std::string_view pms_name) {
  return "?practiceManagementSiteId=" + net::PercentEncode(pms_id) +
         "&practiceManagementName=" + net::PercentEncode(pms_name);
}

Error Unreadable() {
  return MakeError(Fault::kProtocol, "Halo Connect's answer about the site cannot be read");
}

// Old releases fail with words about compatibility (sheet §9).
bool SpeaksOfVersions(const Refusal& refusal) {
  const auto lower = AsciiLower(refusal.message);
  return lower.find("compatib") != std::string::npos || lower.find("version") != std::string::npos;
}

Error ExplainPairing(const Refusal& refusal, Instant now) {
  auto error = Judge(refusal, {.now = now});
  const std::string where(kWhere);
  if (SpeaksOfVersions(refusal)) {
    error.fault = Fault::kRejected;
    error.summary =
        "this version of Best Practice is too old to be paired through Halo Connect; update it to "
        "Spectra or later, then make a new code";
    return error;
  }
  switch (refusal.http) {
    case 400:
      // INFERRED: from the endpoint's list of statuses, that a wrong code is a bad request.
      error.fault = Fault::kRejected;
      error.summary =
          "Halo Connect did not accept the pairing code: it is mistyped, used already, or too old. "
          "Make a new one in Best Practice (" +
          where +
          " > Generate Pairing Code), and enter it with the Site ID that is shown beside it";
      break;
    case 403:
      if (error.fault != Fault::kForbidden || !MayHaveMoved(refusal)) break;
      error.summary =
          "the practice has not let this product in: tick its line \"(via Halo Connect)\" in Best "
          "Practice (" +
          where +
          "), save, and make a pairing code. Where there is no such line, Best Practice has not "
          "approved the product for this practice";
      break;
    case 404:
      if (!MayHaveMoved(refusal)) break;
      error.fault = Fault::kRejected;
      error.summary =
          "Halo Connect knows no practice of this Site ID: compare it with Help > About in Best "
          "Practice, and check that Halo Link is installed on the practice's server";
      break;
    case 502:
      error.summary =
          "Best Practice did not confirm the pairing; wait a minute, make a new code (" + where +
          ") and try again";
      break;
    default:
      break;
  }
  return error;
}

}  // namespace

bool IsGuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
    } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
      return false;
    }
  }
  return true;
}

Result<Site> PairSite(const Access& access, std::string_view pms_id,
                      const Sensitive<std::string>& code, const SessionContext& context,
                      Instant deadline, std::string_view pms_name) {
  Caller caller(access, context);
  const auto now = context.clock.Now();
  auto path = "/integrator/pair-site" + Query(pms_id, pms_name);
  if (!code.Reveal().empty()) path += "&pairingCode=" + net::PercentEncode(code.Reveal());
  PONS_ASSIGN(const auto answer,
              caller.Send({"POST", std::move(path), {}, TimeLeft(deadline, now, kUsualTimeout)},
                          context.cancel));
  if (answer.status != 200) return ExplainPairing(ReadRefusal(answer), context.clock.Now());
  auto unreadable = Unreadable();
  unreadable.effect = Effect::kUnknown;
  const auto parsed = json::Parse(answer.body);
  if (!parsed) return unreadable;
  auto site = ReadSiteObject(*parsed, pms_id);
  if (site) return site;
  auto error = std::move(site).error();
  error.effect = Effect::kUnknown;
  return error;
}

Result<Site> ResolveSite(const Access& access, std::string_view pms_id,
                         const SessionContext& context, Instant deadline,
                         std::string_view pms_name) {
  Caller caller(access, context);
  const auto timeout = TimeLeft(deadline, context.clock.Now(), kUsualTimeout);
  PONS_ASSIGN(const auto answer,
              caller.Ask({"GET", "/integrator/sites" + Query(pms_id, pms_name), {}, timeout},
                         context.cancel));
  const auto parsed = json::Parse(answer.body);
  const auto* list = parsed ? parsed->Find("sites") : nullptr;
  if (list == nullptr || !list->is_array()) return Unreadable();
  std::vector<Site> sites;
  for (const auto& one : *list->array()) {
    PONS_ASSIGN(auto site, ReadSiteObject(one, pms_id));
    sites.push_back(std::move(site));
  }
  // INFERRED: from the schema, that an empty list means "none", and that of several sites with one
  // number the one that answers queries is the one that is active.
  if (sites.size() > 1) {
    std::erase_if(sites, [](const Site& one) { return one.status != SiteStatus::kActive; });
    const auto online = [](const Site& one) { return one.availability == Availability::kOnline; };
    if (std::count_if(sites.begin(), sites.end(), online) == 1) {
      std::erase_if(sites, [&](const Site& one) { return !online(one); });
    }
    if (sites.size() != 1) {
      return MakeError(Fault::kConflict,
                       "Halo Connect has several servers for this Site ID and does not say which "
                       "one answers; ask Halo's support to make one authoritative");
    }
  }
  if (sites.empty()) {
    return MakeError(Fault::kNotFound,
                     "Halo Connect knows no practice of this Site ID that is paired with this "
                     "server; pair with a new code");
  }
  return std::move(sites.front());
}

Result<Site> ReadSite(const Access& access, std::string_view guid, const SessionContext& context,
                      Instant deadline) {
  if (!IsGuid(guid)) return MakeError(Fault::kMisconfigured, "the site's Halo GUID is none");
  Caller caller(access, context);
  const auto now = context.clock.Now();
  auto sent = caller.Send(
      {"GET", "/integrator/sites/" + std::string(guid), {}, TimeLeft(deadline, now, kUsualTimeout)},
      context.cancel);
  if (!sent) {
    auto error = std::move(sent).error();
    error.effect = Effect::kNone;
    return error;
  }
  if (sent->status != 200) {
    const auto refusal = ReadRefusal(*sent);
    auto error = Judge(refusal, {.reads_only = true, .now = context.clock.Now()});
    if (refusal.http == 404 && MayHaveMoved(refusal)) error.fault = Fault::kNotFound;
    return error;
  }
  const auto parsed = json::Parse(sent->body);
  if (!parsed) return Unreadable();
  PONS_ASSIGN(auto site, ReadSiteObject(*parsed, {}));
  if (site.guid != AsciiLower(guid)) return Unreadable();
  return site;
}

bool SiteFinder::Find(const Access& access, SiteAddress& site, const SessionContext& context,
                      Instant until) {
  const auto now = context.clock.Now();
  if (site.pms_id.empty() || (until != Instant{} && now >= until)) return false;
  if (looked_ && now < *looked_ + kFindPause) return false;
  looked_ = now;
  const auto found = ResolveSite(access, site.pms_id, context, until);
  if (!found || EqualsIgnoringAsciiCase(found->guid, site.guid)) return false;
  site.guid = found->guid;
  if (context.keep) context.keep(kGuidSetting, found->guid);
  return true;
}

Result<void> CheckReachable(const Site& site) {
  switch (site.status) {
    case SiteStatus::kRemoved:
    case SiteStatus::kUninstalled:
      return MakeError(Fault::kUnavailable,
                       "Halo Link has been removed from the practice's server; install it again, "
                       "or pair the server that replaced it");
    case SiteStatus::kInitialising:
      return MakeError(Fault::kUnavailable,
                       "Halo Link at the practice is still being set up; it is tried again");
    case SiteStatus::kActive:
    case SiteStatus::kUnknown:
      break;
  }
  switch (site.availability) {
    case Availability::kOffline:
      return MakeError(Fault::kUnavailable,
                       "Halo Link at the practice has signed off; check that the practice's server "
                       "is on and that the Halo Link Service runs on it");
    case Availability::kUnreachable:
      return MakeError(Fault::kUnavailable,
                       "Halo Link at the practice has not been heard of for minutes; check that "
                       "the practice's server is on and reaches the internet");
    case Availability::kOnline:
    case Availability::kUnknown:
      break;
  }
  return Ok();
}

}  // namespace pons::halo_connect
