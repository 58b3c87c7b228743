// SPDX-License-Identifier: Apache-2.0
// What Halo's cloud knows: which clinics stand behind it, who is paired with whom, what is counted,
// and the switches by which a test makes it behave as it may.
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vendors/halo_connect/sandbox/clinic.h"
#include "vendors/halo_connect/sandbox/errors.h"

namespace pons::halo_connect::sandbox {

// Set over the control port (`POST /halo`); each has the vendor's documented behaviour at first.
struct Switches {
  Envelope envelope = Envelope::kNatural;
  bool failed_as_200 = false;  // a failed query comes with status 200
  bool ip_allowed = true;
  bool pms_failure = false;  // pairing meets a PMS that answers nonsense: 502
  SharedNames shared_names = SharedNames::kLast;
  std::int64_t rate_calls = 0;  // more than so many calls in rate_seconds: 429; 0: no limit
  std::int64_t rate_seconds = 1;
  std::int64_t retry_after = 2;
  std::int64_t quota = -1;  // billed queries in all; -1: none
  std::int64_t patience_ms = 30'000;
  std::int64_t largest_immediate = 8 << 20;  // bytes of a result
  std::int64_t page_bytes = 1 << 20;         // of an asynchronous result
  bool hold_async = false;                   // they stay in the queue
  int old_guid_status = 403;                 // what a GUID that is no longer the site's gets
};

// A clinic's entry. Members are the Cloud's to guard, but for `clinic`, which guards itself.
struct Site {
  explicit Site(bp::Sandbox& sandbox) : clinic(sandbox) {}

  Clinic clinic;
  std::string pms_id;  // Bp Site ID
  std::string guid;    // Halo GUID of the authoritative instance
  std::string status = "active";
  std::string link_version = "26.713.10445";
  std::int64_t latency_ms = 0;
  bool paired = false;
  std::set<std::string, std::less<>> retired;              // GUIDs that it had
  std::map<std::string, std::int64_t, std::less<>> usage;  // billed queries by kind
};

class Cloud {
 public:
  explicit Cloud(std::string key) : key_(std::move(key)) {}

  // Before it is used by others.
  Site& Add(bp::Sandbox& sandbox, std::string pms_id);
  const std::vector<std::unique_ptr<Site>>& sites() const { return sites_; }

  const std::string& key() const { return key_; }
  const std::string& integrator_id() const { return integrator_id_; }
  Switches switches() const;
  void Set(const Switches& switches);

  // Who may call at all: key, address, rate. Nullopt: come in.
  std::optional<HaloError> Admit(std::string_view key);
  std::optional<HaloError> CountCall();

  Site* WithPmsId(std::string_view pms_id);
  // The site of a path, paired and authoritative, or why not.
  std::variant<Site*, HaloError> Reach(std::string_view guid);
  bool Paired(const Site& site) const;
  std::string Guid(const Site& site) const;
  std::int64_t Latency(const Site& site) const;
  // Exchanges a pairing code.
  std::variant<Site*, HaloError> Pair(std::string_view pms_id, std::string_view code);
  // Another instance of the same practice takes over. Gives its GUID.
  std::string Replace(Site& site);
  // `status`, `link_version`, `latency_ms`, `paired` of a site, where given.
  Result<void> Change(Site& site, const json::Value& body);
  json::Value Describe(Site& site) const;  // the vendor's Site object

  // One billed query; an error where the quota is used up.
  std::optional<HaloError> Bill(Site& site, std::string_view kind);
  json::Value Usage() const;
  void ForgetUsage();

  std::string NewToken(std::string_view guid, std::string_view device);
  // The GUID that a desktop token is for, where token and device fit.
  std::optional<std::string> TokenSite(std::string_view token, std::string_view device) const;

  static constexpr std::int64_t kTokenSeconds = 3600;

 private:
  struct Token {
    std::string guid, device;
    Instant expires;
  };

  const std::string key_;
  const std::string integrator_id_ = "5a1d0000-0000-4000-8000-000000000001";
  std::vector<std::unique_ptr<Site>> sites_;
  mutable std::mutex mutex_;
  Switches switches_;
  Instant window_{};
  std::int64_t window_calls_ = 0, calls_ = 0, turned_away_ = 0;
  std::map<std::string, Token, std::less<>> tokens_;
};

}  // namespace pons::halo_connect::sandbox
