// SPDX-License-Identifier: Apache-2.0
// A practice as Halo knows it: paired once with a code the practice makes, found again by the
// number its own program shows, and asked whether it can be reached (halo-connect sheet §4, §9).
//
// Errors say what a practice manager does next. Effect is kUnknown where a pairing may have used
// up the code although no answer arrived.
// Threads: those of SessionContext, which needs http, clock, cancel and meter only. Stateless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/sensitive.h"
#include "connector/connector.h"
#include "vendors/halo_connect/connector/halo_access.h"

namespace pons::halo_connect {

inline constexpr std::string_view kBestPractice = "Best Practice";  // as pairing calls it

// The setting that keeps a site's GUID: given to SessionContext::keep, and named in Hook::key.
inline constexpr std::string_view kGuidSetting = "halo_guid";

// What leads to a site, as a connection keeps it.
struct SiteAddress {
  std::string guid;
  std::string pms_id;          // to find the site again where the GUID has changed
  std::string catalogue = {};  // empty: the site's default
};

enum class Availability : std::uint8_t { kOnline, kOffline, kUnreachable, kUnknown };
enum class SiteStatus : std::uint8_t { kInitialising, kActive, kRemoved, kUninstalled, kUnknown };

struct Catalogue {
  std::string name;
  bool is_default = false;
  bool operator==(const Catalogue&) const = default;
};

struct Site {
  std::string guid;         // Halo's; may change when a practice moves its server
  std::string pms_id;       // the practice's own number: the Bp Site ID
  std::string pms_type;     // "BestPractice"
  std::string pms_version;  // empty where Halo does not know
  std::string practice_name;
  std::string link_version;  // of the agent at the practice
  Availability availability = Availability::kUnknown;
  SiteStatus status = SiteStatus::kUnknown;
  std::vector<Catalogue> catalogues;
  std::optional<Instant> enriched_at = {};  // how old name and version are
};

// Exchanges the code for the site's GUID. The GUID must be kept; the code is used up.
// Errors: kRejected (wrong or used-up code, or no such Site ID: make a new one), kForbidden (Pons
// is not approved, or not ticked at the practice), kUnauthenticated (Pons' own key), kUnavailable.
Result<Site> PairSite(const Access& access, std::string_view pms_id,
                      const Sensitive<std::string>& code, const SessionContext& context,
                      Instant deadline, std::string_view pms_name = kBestPractice);

// The site that answers for this number at present. Errors: kNotFound where there is none (it is
// not paired any more); kConflict where there are several and none is active.
Result<Site> ResolveSite(const Access& access, std::string_view pms_id,
                         const SessionContext& context, Instant deadline,
                         std::string_view pms_name = kBestPractice);

// Errors: kNotFound, kForbidden (resolve it anew), and those of the transport.
Result<Site> ReadSite(const Access& access, std::string_view guid, const SessionContext& context,
                      Instant deadline);

// Whether queries make sense now: active and online. Errors: kUnavailable, with what to look at.
Result<void> CheckReachable(const Site& site);

// Looks a site that has gone up by its own number, and not again for some minutes.
// Threads: one at a time.
class SiteFinder {
 public:
  // True where it has another GUID than `site` had; `site` then has it, and context.keep was told.
  bool Find(const Access& access, SiteAddress& site, const SessionContext& context, Instant until);

 private:
  std::optional<Instant> looked_;
};

// "7d2c1f4e-0001-4000-8000-000000000001", as every GUID of Halo's is; nothing else becomes part of
// an address.
bool IsGuid(std::string_view text);

}  // namespace pons::halo_connect
