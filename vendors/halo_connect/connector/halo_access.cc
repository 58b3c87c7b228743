// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_access.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace pons::halo_connect {
namespace {

constexpr SettingSpec kSettings[] = {
    {.key = "url",
     .help = "Address of Halo Connect's API; https://api.stage.haloconnect.io for its test side.",
     .required = false,
     .fallback = "https://api.haloconnect.io"},
    {.key = "subscription_key",
     .help = "The key that Halo Connect issued to you as an integrator.",
     .secret = true},
    {.key = "webhook_secret",
     .help = "The secret that Halo Connect signs its calls with; without it they are refused.",
     .required = false,
     .secret = true},
    {.key = "surface",
     .help = "Which half of the API your key is for: integrator or desktop.",
     .required = false,
     .fallback = "integrator"},
    {.key = "device_id",
     .help = "The device id registered with Halo Connect; only for the desktop half.",
     .required = false},
};

Error Wrong(std::string_view key, std::string_view why) {
  return MakeError(Fault::kMisconfigured,
                   std::string(kSection) + "." + std::string(key) + ": " + std::string(why));
}

// "host" of "host:port" and of "[::1]:port"; empty where it is neither.
std::string_view HostOf(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == std::string_view::npos ? std::string_view() : authority.substr(0, end + 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool IsThisMachine(std::string_view host) {
  constexpr std::array<std::string_view, 3> kNames = {"localhost", "127.0.0.1", "[::1]"};
  return std::find(kNames.begin(), kNames.end(), host) != kNames.end();
}

Result<std::string> ReadUrl(std::string_view text) {
  text = Trim(text);
  while (text.ends_with('/')) text.remove_suffix(1);
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return Wrong("url", "is no address; https://…");
  const auto scheme = AsciiLower(text.substr(0, scheme_end));
  const auto rest = text.substr(scheme_end + 3);
  const auto host = HostOf(rest.substr(0, rest.find('/')));
  const bool strange = std::any_of(text.begin(), text.end(), [](char c) {
    return c <= ' ' || c == 0x7f || c == '?' || c == '#' || c == '@' || c == '\\';
  });
  if (host.empty() || strange) return Wrong("url", "is no address; https://…");
  if (scheme != "https" && !(scheme == "http" && IsThisMachine(AsciiLower(host)))) {
    return Wrong("url", "must start with https://; patient data goes over it");
  }
  return scheme + "://" + std::string(rest);
}

// Goes into a header line.
bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::span<const SettingSpec> AccessSettings() { return kSettings; }

std::string_view AccessHelp() {
  return "Access to Halo Connect, for practices that are reached through it.";
}

Result<Access> ReadAccess(const Settings& given) {
  PONS_ASSIGN(const auto settings, CompleteSettings(given, kSettings));
  Access access;
  PONS_ASSIGN(access.url, ReadUrl(settings.Text("url")));
  if (const auto* key = settings.Secret("subscription_key")) access.subscription_key = *key;
  if (const auto* secret = settings.Secret("webhook_secret")) access.webhook_secret = *secret;
  const auto& key = access.subscription_key.Reveal();
  if (key.empty() || !IsPrintable(key)) {
    return Wrong("subscription_key", "is empty or holds blanks; copy it again");
  }
  const auto surface = settings.Text("surface");
  if (surface == "desktop") {
    access.surface = Surface::kDesktop;
  } else if (surface != "integrator") {
    return Wrong("surface", "must be integrator or desktop");
  }
  access.device_id = settings.Text("device_id");
  if (!IsPrintable(access.device_id)) return Wrong("device_id", "holds blanks");
  if (access.surface == Surface::kDesktop && access.device_id.empty()) {
    return Wrong("device_id", "is needed for the desktop half");
  }
  return access;
}

}  // namespace pons::halo_connect
