// SPDX-License-Identifier: Apache-2.0
#include "portal/resolve.h"

#include <algorithm>

#include "admin/parts.h"

namespace pons::portal {
namespace {

template <typename Thing, typename Matches>
std::optional<Thing> Pick(std::vector<Thing> all, const Matches& matches) {
  const auto found = std::find_if(all.begin(), all.end(), matches);
  if (found == all.end()) return std::nullopt;
  return std::move(*found);
}

template <typename Thing>
std::optional<Thing> WithId(std::vector<Thing> all, std::string_view id) {
  return Pick(std::move(all), [id](const Thing& thing) { return thing.id.value == id; });
}

template <typename Thing, typename Key>
std::optional<Thing> WithKey(std::vector<Thing> all, Key key) {
  return Pick(std::move(all), [key](const Thing& thing) { return thing.key == key; });
}

using Found = Result<std::optional<Resource>>;
const std::optional<Resource> kNothing = std::nullopt;

Found FindOrganization(store::Reader& reader, std::string_view id) {
  PONS_ASSIGN(auto all, reader.Organizations());
  auto organization = WithId(std::move(all), id);
  if (!organization) return kNothing;
  Resource resource;
  resource.organization = organization->id;
  return std::optional(std::move(resource));
}

Result<bool> AddConnection(store::Reader& reader, store::ConnectionKey key, Resource& resource) {
  PONS_ASSIGN(auto all, reader.Connections());
  std::erase_if(all, admin::IsRemoved);
  resource.connection = WithKey(std::move(all), key);
  if (!resource.connection) return false;
  resource.organization = resource.connection->organization;
  return true;
}

Found FindConnection(store::Reader& reader, std::string_view id) {
  PONS_ASSIGN(auto all, reader.Connections());
  std::erase_if(all, admin::IsRemoved);
  Resource resource;
  resource.connection = WithId(std::move(all), id);
  if (!resource.connection) return kNothing;
  resource.organization = resource.connection->organization;
  return std::optional(std::move(resource));
}

Found FindGrant(store::Reader& reader, std::string_view id) {
  PONS_ASSIGN(auto all, reader.Grants());
  Resource resource;
  resource.grant = WithId(std::move(all), id);
  if (!resource.grant) return kNothing;
  PONS_ASSIGN(const bool connected, AddConnection(reader, resource.grant->connection, resource));
  if (!connected) return kNothing;
  PONS_ASSIGN(auto apps, reader.Apps());
  resource.app = WithKey(std::move(apps), resource.grant->app);
  resource.organization = resource.grant->organization;
  return std::optional(std::move(resource));
}

Result<void> AddOwner(PortalContext& context, Resource& resource) {
  PONS_ASSIGN(const auto owner, context.accounts.AppOwner(resource.app->id));
  if (owner) resource.app_owner = *owner;
  return Ok();
}

Found FindApp(PortalContext& context, store::Reader& reader, std::string_view id) {
  PONS_ASSIGN(auto all, reader.Apps());
  Resource resource;
  resource.app = WithId(std::move(all), id);
  if (!resource.app) return kNothing;
  PONS_TRY(AddOwner(context, resource));
  return std::optional(std::move(resource));
}

Found FindWebhook(PortalContext& context, store::Reader& reader, std::string_view id) {
  PONS_ASSIGN(auto all, reader.Webhooks());
  Resource resource;
  resource.webhook = WithId(std::move(all), id);
  if (!resource.webhook || resource.webhook->state == store::WebhookState::kDeleted) {
    return kNothing;
  }
  PONS_ASSIGN(auto apps, reader.Apps());
  resource.app = WithKey(std::move(apps), resource.webhook->app);
  if (!resource.app) return kNothing;
  PONS_TRY(AddOwner(context, resource));
  return std::optional(std::move(resource));
}

// Whose patient it is depends on the connection that it was read through, whoever may see it.
Found FindPatient(store::Reader& reader, std::string_view id) {
  PONS_ASSIGN(const auto life, reader.Explain(id));
  if (!life || life->record.stream != model::Stream::kPatients) return kNothing;
  Resource resource;
  PONS_ASSIGN(const bool connected, AddConnection(reader, life->source.connection, resource));
  if (!connected) return kNothing;
  resource.patient = id;
  return std::optional(std::move(resource));
}

}  // namespace

Result<std::optional<Resource>> Resolve(PortalContext& context, const Route& route,
                                        const PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  switch (route.scope) {
    case Scope::kNone:
    case Scope::kOperator:
      return std::optional<Resource>(Resource{});
    case Scope::kOrganization:
      return FindOrganization(*reader, call.Path("org"));
    case Scope::kConnection:
      return FindConnection(*reader, call.Path("connection"));
    case Scope::kGrant:
      return FindGrant(*reader, call.Path("grant"));
    case Scope::kApp:
      return FindApp(context, *reader, call.Path("app"));
    case Scope::kWebhook:
      return FindWebhook(context, *reader, call.Path("webhook"));
    case Scope::kPatient:
      return FindPatient(*reader, call.Path("patient"));
  }
  return kNothing;
}

}  // namespace pons::portal
