// SPDX-License-Identifier: Apache-2.0
// What waits for an operator: rows that could not be read, and commands of which a person must say
// whether they took effect. Both name things by the practice's numbers, never a patient's details.
#include "admin/commands.h"
#include "admin/parts.h"
#include "base/text.h"
#include "commands/person.h"
#include "commands/terms.h"
#include "grants/grant_book.h"
#include "portal/developer.h"

namespace pons::portal {
namespace {

json::Value CommandJson(const admin::Names& names, const store::CommandRow& row, Instant now) {
  auto out = admin::CommandLine(names, row, now);
  out.Set("at", FormatInstant(row.accepted));
  const auto* app = names.app(row.app);
  const auto* connection = names.connection(row.connection);
  if (app != nullptr) out.Set("app", NamedThing(app->id.value, app->name));
  if (connection != nullptr)
    out.Set("connection", NamedThing(connection->id.value, connection->name));
  out.Set("summary", "To " + std::string(model::CommandKindWords(row.kind)));
  return out;
}

void AddEvidence(json::Array& out, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  json::Value line;
  line.Set("label", label);
  line.Set("value", value);
  out.push_back(std::move(line));
}

// The command's own answer, as words.
Result<json::Value> CommandWhole(PortalContext& context, std::string_view id) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto row, reader->Command(id));
  if (!row) return MakeError(Fault::kNotFound, "this command is not there");
  const auto now = context.clock.Now();
  PONS_ASSIGN(const auto life, admin::CommandLife(names, *reader, *row, now));
  auto out = CommandJson(names, *row, now);
  out.Set("state_words", life.Text("state_words"));
  out.Set("deadline", FormatInstant(row->deadline));
  json::Array evidence;
  AddEvidence(evidence, "Reference to look for", life.Text("reference"));
  AddEvidence(evidence, "What was found", life.Text("evidence"));
  AddEvidence(evidence, "Why", life.Text("reason"));
  AddEvidence(evidence, "The practice's answer", life.Text("vendor_code"));
  AddEvidence(evidence, "Acts on", life.Text("target"));
  AddEvidence(evidence, "First sent", life.Text("first_sent"));
  AddEvidence(evidence, "Last sent", life.Text("last_sent"));
  out.Set("evidence", std::move(evidence));
  json::Array history;
  if (const auto* steps = life.Find("history"); steps != nullptr && steps->array() != nullptr) {
    for (const auto& step : *steps->array()) {
      json::Value line;
      line.Set("at", step.Text("at"));
      std::string text(step.Text("event"));
      if (!step.Text("to").empty()) text += ": " + std::string(step.Text("to"));
      if (!step.Text("note").empty()) text += " (" + std::string(step.Text("note")) + ")";
      line.Set("text", std::move(text));
      history.push_back(std::move(line));
    }
  }
  out.Set("history", std::move(history));
  return out;
}

}  // namespace

Handled OperatorQuarantine(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto rows, reader->Quarantined(std::nullopt));
  const auto query = FoldForSearch(call.Query("q"));
  const auto limit = static_cast<std::size_t>(call.QueryNumber("limit", 200, 1000));
  json::Array items;
  std::int64_t total = 0;
  for (const auto& row : rows) {
    const auto* connection = names.connection(row.connection);
    const std::string name = connection == nullptr ? "" : connection->name;
    const std::string stream(model::StreamName(row.stream));
    if (!query.empty() &&
        FoldForSearch(name + " " + stream + " " + row.field + " " + row.reason).find(query) ==
            std::string::npos) {
      continue;
    }
    ++total;
    if (items.size() >= limit) continue;
    json::Value item;
    item.Set("id", stream + "/" + row.vendor_id);
    item.Set("at", FormatInstant(row.last_seen));
    item.Set("first_seen_at", FormatInstant(row.first_seen));
    item.Set("stream", stream);
    item.Set("vendor_id", row.vendor_id);
    item.Set("field", row.field);
    item.Set("reason", row.reason);
    if (connection != nullptr) item.Set("connection", NamedThing(connection->id.value, name));
    items.push_back(std::move(item));
  }
  return List(std::move(items), {}, total);
}

Handled OperatorCommands(PortalContext& context, PortalCall& call) {
  store::CommandFilter filter;
  filter.limit = static_cast<std::uint32_t>(call.QueryNumber("limit", 100, 500));
  if (const auto word = call.Query("state"); word == "open") {
    filter.only_open = true;
  } else if (!word.empty()) {
    for (std::size_t i = 0; i < commands::kStateCount; ++i) {
      if (commands::StateName(static_cast<commands::State>(i)) == word) {
        filter.state = static_cast<int>(i);
      }
    }
    if (!filter.state) {
      return Problem(400, "not_understood", "There is no such state of a command.", "state");
    }
  }
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Commands(filter));
  json::Array items;
  for (const auto& row : rows) {
    items.push_back(CommandJson(names, row, context.clock.Now()));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Handled OperatorCommand(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto body, CommandWhole(context, call.Path("command")));
  return Ok(std::move(body));
}

// The operator's word goes into the command's history under the user's id.
Handled ResolveCommand(PortalContext& context, PortalCall& call) {
  const auto* happened = call.body.Find("happened");
  if (happened == nullptr || !happened->is_bool()) {
    return Problem(422, "missing", "Say whether it happened.", "happened");
  }
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto found, reader->Command(call.Path("command")));
  if (!found) return MakeError(Fault::kNotFound, "this command is not there");
  grants::GrantBook book(context.store);
  PONS_ASSIGN(const auto names, book.Current());
  commands::PersonsWord word;
  word.happened = *happened->boolean();
  word.vendor_id = word.happened ? std::string(Trim(call.Text("ref"))) : std::string();
  word.who = "user " + call.caller.user();
  word.note = call.Text("note");
  PONS_TRY(commands::ResolveByPerson(context.store, *names, found->id, word));
  return OperatorCommand(context, call);
}

Handled RetryCommand(PortalContext& context, PortalCall& call) {
  PONS_TRY(commands::RetryNow(context.store, call.Path("command"), "user " + call.caller.user()));
  return OperatorCommand(context, call);
}

}  // namespace pons::portal
