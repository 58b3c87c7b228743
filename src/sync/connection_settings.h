// SPDX-License-Identifier: Apache-2.0
// A stored connection's settings as its connector wants them.
#pragma once

#include "base/result.h"
#include "connector/registry.h"
#include "connector/settings.h"
#include "store/entities.h"

namespace pons::sync {

// As stored, without fallbacks. Errors: kProtocol where the stored text is damaged.
Result<Settings> SettingsOf(const store::Connection& connection);

struct ConnectorAndSettings {
  const Connector* connector = nullptr;
  Settings settings;
};
// Complete and checked. Errors: kMisconfigured, with what to do.
Result<ConnectorAndSettings> ResolveConnector(const Registry& registry,
                                              const store::Connection& connection);

}  // namespace pons::sync
