// SPDX-License-Identifier: Apache-2.0
// The developers' routes, and what the developers' and operators' pages keep between calls.
#include "portal/developer.h"

namespace pons::portal {
namespace {

#define PONS_NAMED(name) R"({"$ref":"#/components/schemas/)" name R"("})"

constexpr Route kRoutes[] = {
    {"GET",
     "/apps",
     Least::kDeveloper,
     Scope::kNone,
     false,
     "Lists your apps.",
     {},
     PONS_NAMED("ListOfApps"),
     ListApps},
    {"POST", "/apps", Least::kDeveloper, Scope::kNone, false,
     "Sets up an app and shows its secret once.", PONS_NAMED("NewApp"), PONS_NAMED("MadeApp"),
     AddApp, Pace::kHashes},
    {"GET",
     "/apps/{app}",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Shows an app.",
     {},
     PONS_NAMED("App"),
     GetApp},
    {"PATCH", "/apps/{app}", Least::kDeveloper, Scope::kApp, false,
     "Renames an app, disables it or lets it back in.", PONS_NAMED("AppChange"), PONS_NAMED("App"),
     EditApp},
    {"DELETE",
     "/apps/{app}",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Removes an app with its grants and webhooks; with dry_run=true tells how many.",
     {},
     PONS_NAMED("AppRemoval"),
     RemoveApp},
    {"POST", "/apps/{app}/secrets", Least::kDeveloper, Scope::kApp, false,
     "Makes a new secret and shows it once; the old one opens for overlap_hours more.",
     PONS_NAMED("Overlap"), PONS_NAMED("MadeAppSecret"), AddSecret, Pace::kHashes},
    {"DELETE",
     "/apps/{app}/secrets/{n}",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Refuses an old secret from now on.",
     {},
     {},
     RemoveSecret},
    {"GET",
     "/apps/{app}/usage",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Shows requests, deliveries, errors, times and bookings by the day, or by the hour for two "
     "days or fewer.",
     {},
     PONS_NAMED("Usage"),
     AppUsage},
    {"GET",
     "/apps/{app}/locations",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Lists the places that an app works at.",
     {},
     PONS_NAMED("ListOfAppLocations"),
     ListAppLocations},
    {"PUT", "/apps/{app}/locations", Least::kDeveloper, Scope::kApp, false,
     "Lists the places that an app works at, in place of those before.", PONS_NAMED("AppLocations"),
     PONS_NAMED("ListOfAppLocations"), PutAppLocations},
    {"GET",
     "/apps/{app}/webhooks",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Lists an app's webhooks.",
     {},
     PONS_NAMED("ListOfWebhooks"),
     ListWebhooks},
    {"POST", "/apps/{app}/webhooks", Least::kDeveloper, Scope::kApp, false,
     "Sets up a webhook and shows its secret once.", PONS_NAMED("NewWebhook"),
     PONS_NAMED("Webhook"), AddWebhook},
    {"PATCH", "/webhooks/{webhook}", Least::kDeveloper, Scope::kWebhook, false,
     "Changes a webhook's address, events or state.", PONS_NAMED("WebhookChange"),
     PONS_NAMED("Webhook"), EditWebhook},
    {"DELETE",
     "/webhooks/{webhook}",
     Least::kDeveloper,
     Scope::kWebhook,
     false,
     "Deletes a webhook.",
     {},
     {},
     RemoveWebhook},
    {"POST",
     "/webhooks/{webhook}/test",
     Least::kDeveloper,
     Scope::kWebhook,
     false,
     "Sends a signed test message and tells how it was taken.",
     {},
     PONS_NAMED("WebhookTest"),
     TestWebhook,
     Pace::kSlow},
    {"POST", "/webhooks/{webhook}/secret", Least::kDeveloper, Scope::kWebhook, false,
     "Makes a new signing secret; both sign for overlap_hours.", PONS_NAMED("Overlap"),
     PONS_NAMED("MadeWebhookSecret"), RotateWebhook},
    {"GET",
     "/webhooks/{webhook}/deliveries",
     Least::kDeveloper,
     Scope::kWebhook,
     false,
     "Lists what was sent to a webhook, the newest first.",
     {},
     PONS_NAMED("ListOfDeliveries"),
     ListDeliveries},
    {"GET",
     "/webhooks/{webhook}/deliveries/{delivery}",
     Least::kDeveloper,
     Scope::kWebhook,
     false,
     "Shows one delivery: what was sent, and every attempt with what the receiver said.",
     {},
     PONS_NAMED("Delivery"),
     GetDelivery},
    {"POST", "/webhooks/{webhook}/replay", Least::kDeveloper, Scope::kWebhook, false,
     "Sends again one delivery, all since a moment, or all that failed.", PONS_NAMED("Replay"),
     PONS_NAMED("Replayed"), ReplayDeliveries},
    {"GET",
     "/sandboxes",
     Least::kDeveloper,
     Scope::kNone,
     false,
     "Lists your sandboxes.",
     {},
     PONS_NAMED("ListOfSandboxes"),
     ListSandboxes},
    {"POST", "/sandboxes", Least::kDeveloper, Scope::kNone, false,
     "Starts a sandbox practice and connects it.", PONS_NAMED("NewSandbox"), PONS_NAMED("Sandbox"),
     AddSandbox, Pace::kSlow},
    {"POST", "/sandboxes/{sandbox}/actions", Least::kDeveloper, Scope::kNone, false,
     "Lets something happen in a sandbox.", PONS_NAMED("SandboxAction"), PONS_NAMED("SandboxSaid"),
     ActInSandbox, Pace::kSlow},
    {"DELETE",
     "/sandboxes/{sandbox}",
     Least::kDeveloper,
     Scope::kNone,
     false,
     "Ends a sandbox.",
     {},
     {},
     RemoveSandbox,
     Pace::kSlow},
};

#undef PONS_NAMED

}  // namespace

void PrepareDeveloper(PortalContext& context, const DeveloperParts& parts) {
  auto state = std::make_shared<DeveloperState>();
  state->parts = parts;
  state->started = context.clock.Now();
  context.developer_state = state;
  state->sandboxes = MakeSandboxKeeper(context);
  state->backups = MakeBackupRunner(context);
}

void StopDeveloper(PortalContext& context) {
  if (context.developer_state == nullptr) return;
  auto& state = StateOf(context);
  if (state.backups != nullptr) StopBackups(*state.backups);
  state.sandboxes.reset();
}

DeveloperState& StateOf(PortalContext& context) {
  return *static_cast<DeveloperState*>(context.developer_state.get());
}

json::Value NamedThing(std::string_view id, std::string_view name) {
  json::Value out;
  out.Set("id", id);
  out.Set("name", name);
  return out;
}

json::Value TimeOrNull(const std::optional<Instant>& at) {
  return at ? json::Value(FormatInstant(*at)) : json::Value();
}

std::optional<std::vector<std::string>> TextsOf(const PortalCall& call, std::string_view member) {
  std::vector<std::string> texts;
  const auto* list = call.body.Find(member);
  if (list == nullptr || list->is_null()) return texts;
  if (list->array() == nullptr) return std::nullopt;
  for (const auto& item : *list->array()) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(*item.string());
  }
  return texts;
}

std::span<const Route> DeveloperRoutes() { return kRoutes; }

}  // namespace pons::portal
