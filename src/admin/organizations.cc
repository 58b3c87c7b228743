// SPDX-License-Identifier: Apache-2.0
// org add | rename | list
#include "admin/parts.h"

namespace pons::admin {
namespace {

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  store::Organization organization;
  organization.id = OrganizationId(NewId("org", context.random));
  organization.name = TextOf(arguments, "name");
  organization.created = context.clock.Now();
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Insert(organization);
    return Ok();
  }));
  auto out = Message("Organization \"" + organization.name +
                     "\" is set up. Next: pons connection "
                     "add --org " +
                     organization.id.value + " --vendor …");
  out.Set("id", organization.id.value);
  out.Set("name", organization.name);
  return out;
}

Result<json::Value> Rename(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto organization, FindOrganization(context, TextOf(arguments, "org")));
  const auto before = std::exchange(organization.name, TextOf(arguments, "name"));
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(organization);
    return Ok();
  }));
  auto out = Message("\"" + before + "\" is called \"" + organization.name + "\" from now on.");
  out.Set("id", organization.id.value);
  out.Set("name", organization.name);
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  json::Array items;
  for (const auto& organization : names.organizations) {
    std::int64_t connections = 0;
    for (const auto& connection : names.connections) {
      if (connection.organization == organization.id && !IsRemoved(connection)) ++connections;
    }
    json::Value item;
    item.Set("id", organization.id.value);
    item.Set("name", organization.name);
    item.Set("connections", connections);
    item.Set("created", FormatInstant(organization.created));
    items.push_back(std::move(item));
  }
  if (items.empty()) return ListAnswer("No organization yet. Next: pons org add NAME", {});
  const auto message = Count(items.size(), "organization", "organizations") + ".";
  return ListAnswer(message, std::move(items));
}

constexpr ArgumentSpec kAddArguments[] = {
    {.name = "name", .help = "the practice's name", .required = true, .positional = true}};
constexpr ArgumentSpec kRenameArguments[] = {
    {.name = "org", .help = "the organization's id or name", .required = true, .positional = true},
    {.name = "name", .help = "its new name", .required = true}};
constexpr Column kColumns[] = {{"ID", "id"}, {"NAME", "name"}, {"CONNECTIONS", "connections"}};

constexpr CommandSpec kCommands[] = {
    {"org add",
     "Sets up an organization: a practice or a group of practices.",
     "pons org add \"Harbour Skin Clinic\"",
     kAddArguments,
     {},
     true,
     Add},
    {"org rename",
     "Gives an organization another name.",
     "pons org rename \"Harbour Skin Clinic\" --name \"Harbour Skin and Laser\"",
     kRenameArguments,
     {},
     true,
     Rename},
    {"org list", "Lists the organizations.", "pons org list", {}, kColumns, false, List},
};

}  // namespace

std::span<const CommandSpec> OrganizationCommands() { return kCommands; }

}  // namespace pons::admin
