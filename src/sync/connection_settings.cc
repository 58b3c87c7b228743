// SPDX-License-Identifier: Apache-2.0
#include "sync/connection_settings.h"

#include "json/value.h"

namespace pons::sync {

Result<Settings> SettingsOf(const store::Connection& connection) {
  Settings settings;
  PONS_ASSIGN(const auto plain, json::Parse(connection.settings_json));
  if (const auto* members = plain.object()) {
    for (const auto& [key, value] : *members) {
      if (value.string()) settings.Set(key, *value.string());
    }
  }
  const auto& secrets_text = connection.secrets_json.Reveal();
  PONS_ASSIGN(const auto secrets, json::Parse(secrets_text.empty() ? "{}" : secrets_text));
  if (const auto* members = secrets.object()) {
    for (const auto& [key, value] : *members) {
      if (value.string()) settings.SetSecret(key, *value.string());
    }
  }
  return settings;
}

Result<ConnectorAndSettings> ResolveConnector(const Registry& registry,
                                              const store::Connection& connection) {
  ConnectorAndSettings out;
  out.connector = registry.Find(connection.vendor);
  if (out.connector == nullptr) {
    return MakeError(Fault::kMisconfigured, "this Pons knows no vendor \"" + connection.vendor +
                                                "\"; see \"pons vendor list\"");
  }
  PONS_ASSIGN(auto given, SettingsOf(connection));
  PONS_ASSIGN(out.settings,
              CompleteSettings(std::move(given), out.connector->descriptor().settings));
  PONS_TRY(out.connector->Check(out.settings));
  return out;
}

}  // namespace pons::sync
