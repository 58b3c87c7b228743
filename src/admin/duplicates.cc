// SPDX-License-Identifier: Apache-2.0
// duplicate list | settle
#include <algorithm>
#include <charconv>

#include "admin/parts.h"

namespace pons::admin {
namespace {

using store::DuplicateState;

std::string_view StateName(DuplicateState state) {
  switch (state) {
    case DuplicateState::kOpen:
      return "open";
    case DuplicateState::kSame:
      return "same";
    case DuplicateState::kDifferent:
      return "different";
  }
  return "open";
}

std::string SystemName(const AdminContext& context, const store::Connection* connection) {
  const auto* vendor = connection == nullptr ? nullptr : context.vendors.Find(connection->vendor);
  return vendor == nullptr ? "the practice's system" : std::string(vendor->descriptor().name);
}

// The practice's own numbers, by which its staff find both records; names stay with the practice.
Result<json::Value> PairJson(const AdminContext& context, store::Reader& reader, const Names& names,
                             const store::PossibleDuplicate& pair) {
  json::Value out;
  out.Set("id", std::to_string(pair.key));
  const auto* connection = names.connection(pair.connection);
  out.Set("connection", connection != nullptr ? connection->name : std::string());
  out.Set("new_patient", pair.vendor_id);
  out.Set("earlier_patient", pair.other_vendor_id);
  PONS_ASSIGN(const auto owner, reader.Owner(pair.connection, pair.vendor_id));
  const auto* grant = owner ? names.grant(owner->grant) : nullptr;
  const auto* app = grant != nullptr ? names.app(grant->app) : nullptr;
  out.Set("created_by", app != nullptr ? app->name : std::string());
  out.Set("command", pair.command);
  out.Set("since", FormatInstant(pair.since));
  out.Set("ago", Ago(pair.since, context.clock.Now()));
  out.Set("state", StateName(pair.state));
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto pairs, reader->PossibleDuplicates(FlagOf(arguments, "all")));
  json::Array items;
  for (const auto& pair : pairs) {
    PONS_ASSIGN(auto item, PairJson(context, *reader, names, pair));
    items.push_back(std::move(item));
  }
  const auto open = static_cast<std::size_t>(std::count_if(
      pairs.begin(), pairs.end(), [](const auto& p) { return p.state == DuplicateState::kOpen; }));
  if (open == 0) return ListAnswer("No possible duplicates wait for a look.", std::move(items));
  return ListAnswer(Count(open, "pair", "pairs") +
                        " to look at: open both patients in the practice's system by their numbers,"
                        " then: pons duplicate settle ID --as same, or --as different.",
                    std::move(items));
}

Result<json::Value> Settle(AdminContext& context, const json::Value& arguments) {
  const std::string id = TextOf(arguments, "id");
  std::int64_t key = 0;
  const auto parsed = std::from_chars(id.data(), id.data() + id.size(), key);
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto pairs, reader->PossibleDuplicates(true));
  const auto found =
      std::find_if(pairs.begin(), pairs.end(), [key](const auto& pair) { return pair.key == key; });
  if (parsed.ec != std::errc() || parsed.ptr != id.data() + id.size() || found == pairs.end()) {
    return MakeError(Fault::kNotFound,
                     "there is no pair \"" + id + "\"; pons duplicate list --all shows them");
  }
  auto pair = *found;
  pair.state =
      TextOf(arguments, "as") == "same" ? DuplicateState::kSame : DuplicateState::kDifferent;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.SettleDuplicate(pair.key, pair.state);
    return Ok();
  }));
  PONS_ASSIGN(auto out, PairJson(context, *reader, names, pair));
  out.Set("message", pair.state == DuplicateState::kSame
                         ? "Noted: one person. Join the two records in " +
                               SystemName(context, names.connection(pair.connection)) +
                               "; Pons follows what is done there."
                         : "Noted: two people. Nothing needs to be done.");
  return out;
}

constexpr ArgumentSpec kListArguments[] = {
    {.name = "all", .kind = ArgumentKind::kFlag, .help = "settled ones too"}};
constexpr ArgumentSpec kSettleArguments[] = {
    {.name = "id", .help = "the pair's id", .required = true, .positional = true},
    {.name = "as",
     .help = "what a person found: one person, or two",
     .required = true,
     .choices = "same different"}};
constexpr Column kColumns[] = {{"ID", "id"},
                               {"CONNECTION", "connection"},
                               {"NEW PATIENT", "new_patient"},
                               {"EARLIER PATIENT", "earlier_patient"},
                               {"CREATED BY", "created_by"},
                               {"SINCE", "ago"},
                               {"STATE", "state"}};

constexpr CommandSpec kCommands[] = {
    {"duplicate list",
     "Lists patients that apps created and that are similar to others, by the practice's own "
     "numbers.",
     "pons duplicate list", kListArguments, kColumns, false, List},
    {"duplicate settle",
     "Notes what a person found about a pair of similar patients.",
     "pons duplicate settle 3 --as different",
     kSettleArguments,
     {},
     true,
     Settle},
};

}  // namespace

std::span<const CommandSpec> DuplicateCommands() { return kCommands; }

}  // namespace pons::admin
