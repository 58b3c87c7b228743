// SPDX-License-Identifier: Apache-2.0
// Bp's "Setup third-party integrations" where the clinic stands behind Halo Connect: whether the
// practice lets Pons in, the pairing codes it hands out, and the Halo Link service on its server.
// Threads: any. Errors: kNotFound where the clinic does not stand behind Halo, kConflict where the
// practice has not ticked the product.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "json/value.h"
#include "sandboxkit/sandbox_clock.h"

namespace pons::best_practice::sandbox {

class Integrations {
 public:
  static constexpr std::string_view kProduct = "Pons (via Halo Connect)";
  // INFERRED: nothing public tells how long a code lives (halo-connect sheet §4).
  static constexpr std::chrono::hours kCodeLives{24};

  // `site_id`: the Bp Site ID; empty: no Halo Link here.
  Integrations(const sandboxkit::SandboxClock& clock, std::string site_id)
      : clock_(clock), site_id_(std::move(site_id)) {}

  const std::string& site_id() const { return site_id_; }
  bool enabled() const;
  // "online", "offline" (the service closed its session) or "unreachable".
  std::string availability() const;

  // {"available","site_id","product","enabled","availability","codes":how many still hold}
  json::Value Describe() const;
  // {"enabled"?,"availability"?}: what staff tick and what becomes of the service.
  Result<json::Value> Change(const json::Value& body);
  // A new pairing code, ticking the product where it is not: {"site_id","pairing_code","expires"}.
  Result<json::Value> Pair();

  // Asked by Halo Link on Halo's behalf. True once per code.
  bool Redeem(std::string_view code);

 private:
  const sandboxkit::SandboxClock& clock_;
  const std::string site_id_;
  mutable std::mutex mutex_;
  bool enabled_ = false;
  std::string availability_ = "online";
  std::map<std::string, Instant, std::less<>> codes_;  // until when each holds
};

}  // namespace pons::best_practice::sandbox
