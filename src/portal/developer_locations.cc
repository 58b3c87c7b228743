// SPDX-License-Identifier: Apache-2.0
// The places that an app works at, as its developer lists them: what whoever grants it something
// chooses from.
#include "api/app_locations.h"
#include "portal/developer.h"

namespace pons::portal {
namespace {

Handled Listed(PortalContext& context, const PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto locations, reader->AppLocations(call.resource.app->key));
  auto items = *api::AppLocationsJson(locations).array();
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

}  // namespace

Handled ListAppLocations(PortalContext& context, PortalCall& call) { return Listed(context, call); }

Handled PutAppLocations(PortalContext& context, PortalCall& call) {
  const auto* items = call.body.Find("items");
  if (items == nullptr) return Problem(422, "missing", "Give the locations as \"items\".", "items");
  auto locations = api::ReadAppLocations(*items);
  if (!locations) return Problem(422, "not_understood", locations.error().summary, "items");
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.SaveAppLocations(call.resource.app->key, *locations);
    return Ok();
  }));
  return Listed(context, call);
}

}  // namespace pons::portal
