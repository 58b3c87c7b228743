// SPDX-License-Identifier: Apache-2.0
// How the stories reach a Best Practice clinic through Halo Connect's sandbox: with a pairing code
// that its staff have made, and the key of whoever runs Pons.
#pragma once

#include <string>

#include "rehearsal/world.h"

namespace pons::scenarios {

inline constexpr char kWebhookSecret[] = "sandbox-webhook-secret";

// What whoever runs Pons has from Halo.
inline void GiveAccess(const sandboxes::SandboxProcess& relay, rehearsal::Reach& reach) {
  reach.serve = {"--vendor-setting", "halo_connect.url=" + relay.Said("halo")};
  reach.environment = {{"PONS_VENDOR_HALO_CONNECT_SUBSCRIPTION_KEY", relay.Said("key")},
                       {"PONS_VENDOR_HALO_CONNECT_WEBHOOK_SECRET", kWebhookSecret}};
}

// The practice's side: Setup third-party integrations, tick, Generate Pairing Code.
struct Pairing {
  std::string site_id, code;
};
inline Result<Pairing> MakePairing(sandboxes::JsonClient& clinic) {
  PONS_ASSIGN(const auto made, clinic.Post("/clinic/pairing", json::Object{}));
  return Pairing{std::string(made.Text("site_id")), std::string(made.Text("pairing_code"))};
}

inline Result<rehearsal::Reach> ThroughHalo(sandboxes::SandboxProcess& relay) {
  sandboxes::JsonClient clinic(relay.control());
  PONS_ASSIGN(const auto pairing, MakePairing(clinic));
  rehearsal::Reach reach;
  GiveAccess(relay, reach);
  // Paced faster than a practice would pay for, so that a story is short.
  reach.settings = {{"transport", "halo"},
                    {"halo_site_id", pairing.site_id},
                    {"halo_visit_seconds", "1"},
                    {"opening_hours", "Mon-Sun 00:00-24:00"}};
  reach.secrets = {{"halo_pairing_code", pairing.code}};
  return reach;
}

}  // namespace pons::scenarios
