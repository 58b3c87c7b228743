// SPDX-License-Identifier: Apache-2.0
// command list, command show, command resolve, command retry
#include "admin/commands.h"

#include "commands/body_json.h"
#include "commands/person.h"
#include "commands/terms.h"
#include "grants/grant_book.h"

namespace pons::admin {
namespace {

using commands::State;
using commands::StateOf;

constexpr std::string_view kWho = "operator";

std::optional<int> StateNamed(std::string_view name) {
  for (std::size_t i = 0; i < commands::kStateCount; ++i) {
    if (commands::StateName(static_cast<State>(i)) == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::string StateOfStep(int state) {
  return state < 0 ? std::string() : std::string(commands::StateName(static_cast<State>(state)));
}

std::string EventOfStep(const store::CommandStep& step) {
  if (step.event >= 0) {
    return std::string(commands::EventName(static_cast<commands::Event>(step.event)));
  }
  return step.from < 0 ? "accepted" : "tried-at-once";
}

std::string Made(const store::CommandRow& row) {
  if (row.result_id.empty()) return {};
  return std::string(model::ResourceTypeOf(commands::ResultStreamOf(row.kind))) + "/" +
         row.result_id.value;
}

Result<store::CommandRow> FindRow(store::Reader& reader, const std::string& word) {
  std::string_view id = word;
  if (const auto slash = id.rfind('/'); slash != std::string_view::npos)
    id.remove_prefix(slash + 1);
  PONS_ASSIGN(auto row, reader.Command(id));
  if (row) return std::move(*row);
  return MakeError(Fault::kNotFound,
                   "there is no command \"" + std::string(id) + "\"; pons command list shows them");
}

Result<json::Value> List(AdminContext& context, const json::Value& arguments) {
  store::CommandFilter filter;
  if (const auto word = TextOf(arguments, "connection"); !word.empty()) {
    PONS_ASSIGN(const auto connection, FindConnection(context, word));
    filter.connection = connection.key;
  }
  if (const auto word = TextOf(arguments, "state"); word == "open") {
    filter.only_open = true;
  } else if (!word.empty()) {
    filter.state = StateNamed(word);
  }
  const auto limit = arguments.Integer("limit").value_or(50);
  if (limit < 1 || limit > 10000) {
    return MakeError(Fault::kMisconfigured, "limit is between 1 and 10000");
  }
  filter.limit = static_cast<std::uint32_t>(limit);
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Commands(filter));
  json::Array items;
  std::size_t person = 0;
  for (const auto& row : rows) {
    person += StateOf(row) == State::kNeedsPerson ? 1 : 0;
    items.push_back(CommandLine(names, row, context.clock.Now()));
  }
  std::string message = items.empty()
                            ? std::string("No app has asked for anything like that.")
                            : "The newest " + Count(items.size(), "command", "commands") + ".";
  if (person > 0) {
    message +=
        " " + Count(person, "of them needs", "of them need") + " a person: pons command show ID";
  }
  return ListAnswer(message, std::move(items));
}

Result<json::Value> Show(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto row, FindRow(*reader, TextOf(arguments, "id")));
  return CommandLife(names, *reader, row, context.clock.Now());
}

Result<json::Value> Resolve(AdminContext& context, const json::Value& arguments) {
  const auto happened = TextOf(arguments, "happened");
  const bool did_not = FlagOf(arguments, "did_not_happen");
  if (happened.empty() == !did_not) {
    return MakeError(Fault::kMisconfigured,
                     "say one of: --happened with the practice's number of the record, or "
                     "--did-not-happen");
  }
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto found, FindRow(*reader, TextOf(arguments, "id")));
  grants::GrantBook book(context.store);
  PONS_ASSIGN(const auto names, book.Current());
  commands::PersonsWord word;
  word.happened = !did_not;
  word.vendor_id = happened == "yes" ? std::string() : happened;
  word.who = kWho;
  word.note = TextOf(arguments, "note");
  PONS_ASSIGN(const auto row, commands::ResolveByPerson(context.store, *names, found.id, word));
  auto out = Message(did_not ? "It did not happen. It is sent again while there is time: pons "
                               "command show " +
                                   row.id
                             : "It happened. It is read back next: pons command show " + row.id);
  out.Set("id", row.id);
  out.Set("state", commands::StateName(StateOf(row)));
  return out;
}

Result<json::Value> Retry(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto found, FindRow(*reader, TextOf(arguments, "id")));
  PONS_ASSIGN(const auto row, commands::RetryNow(context.store, found.id, kWho));
  auto out =
      Message("It waits no longer for its next try. See how it goes: pons command show " + row.id);
  out.Set("id", row.id);
  out.Set("state", commands::StateName(StateOf(row)));
  return out;
}

constexpr ArgumentSpec kListArguments[] = {
    {.name = "state",
     .help = "only those in this state; open: all that have not ended",
     .choices = "open accepted sending in-doubt applied needs-person confirmed rejected failed "
                "expired cancelled"},
    {.name = "connection", .help = "only of this connection"},
    {.name = "limit", .kind = ArgumentKind::kInteger, .help = "how many at most; 50 when left out"},
};
constexpr ArgumentSpec kIdArguments[] = {
    {.name = "id", .help = "the command's id", .required = true, .positional = true}};
constexpr ArgumentSpec kResolveArguments[] = {
    {.name = "id", .help = "the command's id", .required = true, .positional = true},
    {.name = "happened",
     .help = "it took effect: the practice's number of the record that was made or changed (yes: "
             "the one that it acts on)"},
    {.name = "did_not_happen",
     .kind = ArgumentKind::kFlag,
     .help = "it took no effect; it is sent again while there is time"},
    {.name = "note", .help = "what you saw, for the history; no patient's name"},
};
constexpr Column kListColumns[] = {{"COMMAND", "id"},
                                   {"KIND", "kind"},
                                   {"STATE", "state"},
                                   {"APP", "app"},
                                   {"CONNECTION", "connection"},
                                   {"ACCEPTED", "accepted_ago"},
                                   {"TRIES", "attempts"},
                                   {"REASON", "reason"}};

constexpr CommandSpec kCommands[] = {
    {"command list", "Lists what apps asked practices to do, the newest first.",
     "pons command list --state needs-person", kListArguments, kListColumns, false, List},
    {"command show",
     "Shows one command: how it stands, why, and all that happened to it.",
     "pons command show cmd-4f7Qm2",
     kIdArguments,
     {},
     false,
     Show},
    {"command resolve",
     "Says of a command in doubt whether it took effect, after a look at the practice's system.",
     "pons command resolve cmd-4f7Qm2 --happened 81234",
     kResolveArguments,
     {},
     true,
     Resolve},
    {"command retry",
     "Tries a waiting command at once.",
     "pons command retry cmd-4f7Qm2",
     kIdArguments,
     {},
     true,
     Retry},
};

}  // namespace

json::Value CommandLine(const Names& names, const store::CommandRow& row, Instant now) {
  const auto* connection = names.connection(row.connection);
  const auto* app = names.app(row.app);
  json::Value out;
  out.Set("id", row.id);
  out.Set("kind", model::CommandKindName(row.kind));
  out.Set("state", commands::StateName(StateOf(row)));
  out.Set("app", app != nullptr ? app->name : std::string("unknown"));
  out.Set("connection", connection != nullptr ? connection->name : std::string());
  out.Set("accepted", FormatInstant(row.accepted));
  out.Set("accepted_ago", Ago(row.accepted, now));
  out.Set("attempts", row.attempts);
  if (!row.reason.empty()) out.Set("reason", row.reason);
  if (const auto made = Made(row); !made.empty()) out.Set("record", made);
  return out;
}

Result<json::Value> CommandLife(const Names& names, store::Reader& reader,
                                const store::CommandRow& row, Instant now) {
  PONS_ASSIGN(const auto steps, reader.CommandSteps(row.id));
  const auto* app = names.app(row.app);
  const auto* connection = names.connection(row.connection);
  const State state = StateOf(row);
  std::string text = "\"" + (app != nullptr ? app->name : std::string("An app")) + "\" asked \"" +
                     (connection != nullptr ? connection->name : std::string("a practice")) +
                     "\" to " + std::string(model::CommandKindWords(row.kind)) + " " +
                     Ago(row.accepted, now) + ". It is " + std::string(commands::StateName(state)) +
                     ": " + std::string(commands::StateWords(state)) + ".";
  if (!row.reason.empty()) text += " Why: " + row.reason + ".";
  if (state == State::kNeedsPerson) {
    text += " Look for reference " + commands::ReferenceOf(row.id) +
            " in the practice's system, then: pons command resolve " + row.id + " --help";
  }
  auto out = Message(std::move(text));
  const auto line = CommandLine(names, row, now);
  for (const auto& [key, value] : *line.object()) out.Set(key, value);
  out.Set("reference", commands::ReferenceOf(row.id));
  out.Set("state_words", commands::StateWords(state));
  if (!row.target.empty()) out.Set("target", row.target.value);
  if (row.fault) out.Set("fault", FaultName(*row.fault));
  if (!row.vendor_code.empty()) out.Set("vendor_code", row.vendor_code);
  if (!row.evidence.empty()) out.Set("evidence", row.evidence);
  if (!row.result.empty()) out.Set("vendor_id", row.result.id);
  if (row.existed) out.Set("existed", true);
  if (!row.similar.empty()) {
    out.Set("possible_duplicates", json::Array(row.similar.begin(), row.similar.end()));
  }
  if (row.first_sent) out.Set("first_sent", FormatInstant(*row.first_sent));
  if (row.last_sent) out.Set("last_sent", FormatInstant(*row.last_sent));
  out.Set("changed", FormatInstant(row.changed));
  out.Set("deadline", FormatInstant(row.deadline));
  if (row.open && state != State::kNeedsPerson) out.Set("next_try", FormatInstant(row.due));
  json::Array history;
  for (const auto& step : steps) {
    json::Value item;
    item.Set("at", FormatInstant(step.at));
    item.Set("event", EventOfStep(step));
    if (step.from >= 0) item.Set("from", StateOfStep(step.from));
    item.Set("to", StateOfStep(step.to));
    if (!step.note.empty()) item.Set("note", step.note);
    history.push_back(std::move(item));
  }
  out.Set("history", std::move(history));
  json::Array free;
  for (const auto& slot : commands::ReadSlots(row.alternatives)) {
    free.emplace_back(FormatInstant(slot.start));
  }
  if (!free.empty()) out.Set("alternatives", std::move(free));
  return out;
}

std::span<const CommandSpec> CommandCommands() { return kCommands; }

}  // namespace pons::admin
