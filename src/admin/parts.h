// SPDX-License-Identifier: Apache-2.0
// What the commands share: reading arguments, finding things by id or name, saying things.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/command.h"
#include "connector/connector.h"
#include "connector/settings.h"

namespace pons::admin {

// One file of commands each; put together in command.cc.
std::span<const CommandSpec> OrganizationCommands();
std::span<const CommandSpec> ConnectionCommands();
std::span<const CommandSpec> AccessKeyCommands();
std::span<const CommandSpec> AppCommands();
std::span<const CommandSpec> GrantCommands();
std::span<const CommandSpec> DuplicateCommands();
std::span<const CommandSpec> WebhookCommands();
std::span<const CommandSpec> CommandCommands();
std::span<const CommandSpec> InsightCommands();
std::span<const CommandSpec> ExplainCommands();
std::span<const CommandSpec> DoctorCommands();
std::span<const CommandSpec> UserCommands();

// Arguments that have passed the table's checks.
std::string TextOf(const json::Value& arguments, std::string_view name);
bool FlagOf(const json::Value& arguments, std::string_view name);
std::vector<std::string> ListOf(const json::Value& arguments, std::string_view name);
std::vector<std::pair<std::string, std::string>> PairsOf(const json::Value& arguments,
                                                         std::string_view name);

// By id, or by name where only one has it. Errors: kNotFound (with the command that lists them),
// kConflict where the name is not unique.
Result<store::Organization> FindOrganization(AdminContext& context, std::string_view word);
Result<store::Connection> FindConnection(AdminContext& context, std::string_view word);
Result<store::App> FindApp(AdminContext& context, std::string_view word);
Result<store::Grant> FindGrant(AdminContext& context, std::string_view id);
Result<store::Webhook> FindWebhook(AdminContext& context, std::string_view id);

// A removed connection keeps its row, because what was read through it names it; it has no
// settings.
bool IsRemoved(const store::Connection& connection);

// Everything by key, for lists that name what they refer to.
struct Names {
  std::vector<store::Organization> organizations;
  std::vector<store::Connection> connections;
  std::vector<store::App> apps;
  std::vector<store::Grant> grants;
  const store::Connection* connection(store::ConnectionKey key) const;
  const store::App* app(store::AppKey key) const;
  const store::Grant* grant(store::GrantKey key) const;
  std::string organization(const OrganizationId& id) const;  // its name
};
Result<Names> LoadNames(AdminContext& context);
// A visit's outcome with the apps' names where it holds the grants' ids.
std::string OutcomeInWords(const Names& names, std::string_view outcome);

// From the running engine where there is one, otherwise as last saved.
Result<store::ConnectionHealth> HealthOf(const AdminContext& context, store::Reader& reader,
                                         const store::Connection& connection);

// {"today":{"query":12},"last_7_days":[{"day","word","count"}],"total_7_days","cost_words"?}; null
// where nothing was counted and nothing is charged.
Result<json::Value> VendorRequestsJson(const AdminContext& context, store::Reader& reader,
                                       const store::Connection& connection);

json::Value Message(std::string text);
json::Value ListAnswer(std::string message, json::Array items);
// "1 app", "3 apps".
std::string Count(std::size_t n, std::string_view one, std::string_view many);
// "4 seconds ago", "in 2 minutes".
std::string Ago(Instant then, Instant now);

// Whether a setting names a host that is dialled: "{server}" of the descriptor.
bool NamesHost(const Descriptor& descriptor, std::string_view key);
// A new session, asked to prove itself. Errors: those of Session::Probe.
Result<ProbeReport> ProbeConnection(AdminContext& context, const store::Connection& connection);
// The same for settings that are complete and passed Check, in a context that the caller made.
Result<ProbeReport> ProbeSettings(const Connector& connector, const Settings& settings,
                                  const SessionContext& session);
json::Value ProbeJson(const ProbeReport& report);

}  // namespace pons::admin
