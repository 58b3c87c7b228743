// SPDX-License-Identifier: Apache-2.0
// Pons' own access to Halo Connect: the address and the key that Halo issued to whoever operates
// this server. One for all practices; never a practice's setting (halo-connect sheet §2).
// Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sensitive.h"
#include "connector/settings.h"

namespace pons::halo_connect {

// The operator's section these settings stand in.
inline constexpr std::string_view kSection = "halo_connect";

// Which half of Halo's API carries the queries.
enum class Surface : std::uint8_t {
  kIntegrator,  // the subscription key alone
  kDesktop,     // a token per site, got with the key, and a device id
};

struct Access {
  std::string url;  // "https://api.haloconnect.io", without a slash at its end
  Sensitive<std::string> subscription_key;
  Sensitive<std::string> webhook_secret;  // empty: Halo's calls are refused
  Surface surface = Surface::kIntegrator;
  std::string device_id;  // for kDesktop
};

// url, subscription_key, webhook_secret, surface, device_id.
std::span<const SettingSpec> AccessSettings();
std::string_view AccessHelp();  // one sentence on the section

// Fills in fallbacks and judges. Errors: kMisconfigured, naming the key. https is required unless
// the host is this machine.
Result<Access> ReadAccess(const Settings& given);

}  // namespace pons::halo_connect
