// SPDX-License-Identifier: Apache-2.0
// explain: the life of one record. Names fields, never their values: patient data is read through
// the API, with its own audit trail.
#include <algorithm>

#include "admin/commands.h"
#include "admin/parts.h"
#include "base/text.h"

namespace pons::admin {
namespace {

// The words people use, besides FHIR's own.
std::optional<model::Stream> StreamFromWord(std::string_view word) {
  struct Named {
    std::string_view word;
    model::Stream stream;
  };
  constexpr Named kWords[] = {{"visit", model::Stream::kEncounters},
                              {"appointment-type", model::Stream::kHealthcareServices},
                              {"doctor", model::Stream::kPractitioners},
                              {"user", model::Stream::kPractitioners}};
  const auto lower = AsciiLower(word);
  for (const auto& named : kWords) {
    if (named.word == lower || std::string(named.word) + "s" == lower) return named.stream;
  }
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    const auto stream = static_cast<model::Stream>(i);
    const auto type = AsciiLower(model::ResourceTypeOf(stream));
    if (lower == type || lower == type + "s" || lower == model::StreamName(stream)) return stream;
  }
  return std::nullopt;
}

json::Array FieldNames(const store::ServedRecord& record) {
  json::Array out;
  if (!record.body) return out;
  const auto body = json::Parse(*record.body);
  if (!body || body->object() == nullptr) return out;
  for (const auto& [name, value] : *body->object()) {
    if (name != "resourceType" && name != "id" && name != "meta") out.emplace_back(name);
  }
  return out;
}

struct Apps {
  const Names& names;
  const std::vector<store::Webhook>& webhooks;
  std::string OfGrant(store::GrantKey key) const {
    const auto* grant = names.grant(key);
    const auto* app = grant != nullptr ? names.app(grant->app) : nullptr;
    return app != nullptr ? app->name : std::string("unknown");
  }
  std::string OfWebhook(store::WebhookKey key) const {
    for (const auto& webhook : webhooks) {
      if (webhook.key != key) continue;
      const auto* app = names.app(webhook.app);
      return app != nullptr ? app->name : std::string("unknown");
    }
    return "unknown";
  }
};

json::Array VisibleTo(const store::RecordLife& life, const Apps& apps) {
  json::Array out;
  for (const auto& seen : life.visible_to) {
    const auto* grant = apps.names.grant(seen.grant);
    json::Value item;
    item.Set("app", apps.OfGrant(seen.grant));
    if (grant != nullptr) item.Set("grant", grant->id.value);
    if (grant != nullptr && grant->revoked) item.Set("revoked", true);
    if (!seen.app_location.empty()) item.Set("app_location", seen.app_location);
    item.Set("since", FormatInstant(seen.since));
    out.push_back(std::move(item));
  }
  return out;
}

json::Array Told(const store::RecordLife& life, const Apps& apps) {
  json::Array out;
  for (const auto& row : life.deliveries) {
    json::Value item;
    item.Set("app", apps.OfWebhook(row.webhook));
    item.Set("event", row.event_type);
    item.Set("event_id", row.event_id);
    item.Set("attempts", row.attempts);
    item.Set("state", row.state == store::DeliveryState::kDelivered ? "delivered"
                      : row.state == store::DeliveryState::kFailed  ? "failed"
                                                                    : "waiting");
    if (row.last_status != 0) item.Set("last_status", row.last_status);
    if (!row.last_error.empty()) item.Set("last_error", row.last_error);
    if (row.delivered) item.Set("delivered", FormatInstant(*row.delivered));
    out.push_back(std::move(item));
  }
  return out;
}

json::Array Changes(const store::RecordLife& life, const Apps& apps) {
  json::Array out;
  for (const auto& change : life.changes) {
    json::Value item;
    item.Set("seq", change.seq);
    item.Set("kind", store::ChangeKindName(change.kind));
    item.Set("version", change.version);
    item.Set("app", apps.OfGrant(change.grant));
    item.Set("at", FormatInstant(change.at));
    out.push_back(std::move(item));
  }
  return out;
}

std::string InWords(const store::RecordLife& life, const store::Connection* connection,
                    Instant now) {
  const auto& source = life.source;
  std::string text = std::string(model::ResourceTypeOf(life.record.stream)) + "/" +
                     life.record.id.value + " is version " + std::to_string(life.record.version);
  text += life.record.deleted ? ", deleted at the practice. It was" : ",";
  text += " read " + Ago(source.read_at, now) + " from " +
          (source.origin.empty() ? std::string("the practice") : source.origin) + " of " +
          (connection != nullptr ? "\"" + connection->name + "\"" : std::string("a connection")) +
          ", where it is " + source.vendor_id + ".";
  text += life.visible_to.empty()
              ? " No app sees it."
              : " " + Count(life.visible_to.size(), "app sees", "apps see") + " it.";
  const auto failed =
      std::count_if(life.deliveries.begin(), life.deliveries.end(),
                    [](const auto& row) { return row.state == store::DeliveryState::kFailed; });
  const auto waiting =
      std::count_if(life.deliveries.begin(), life.deliveries.end(),
                    [](const auto& row) { return row.state == store::DeliveryState::kQueued; });
  if (!life.deliveries.empty()) {
    text += " " + Count(life.deliveries.size(), "delivery", "deliveries") + ", " +
            std::to_string(failed) + " failed, " + std::to_string(waiting) + " waiting.";
  }
  return text;
}

Result<json::Value> Tell(AdminContext& context, store::Reader& reader,
                         const store::RecordLife& life) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  PONS_ASSIGN(const auto webhooks, reader.Webhooks());
  const Apps apps{names, webhooks};
  const auto* connection = names.connection(life.source.connection);
  auto out = Message(InWords(life, connection, context.clock.Now()));
  out.Set("resource_type", model::ResourceTypeOf(life.record.stream));
  out.Set("id", life.record.id.value);
  out.Set("version", life.record.version);
  out.Set("updated", FormatInstant(life.record.updated));
  out.Set("deleted", life.record.deleted);
  json::Value source;
  source.Set("connection", connection != nullptr ? connection->id.value : std::string());
  source.Set("vendor_id", life.source.vendor_id);
  source.Set("vendor_version", life.source.vendor_version);
  source.Set("origin", life.source.origin);
  source.Set("read_at", FormatInstant(life.source.read_at));
  out.Set("source", std::move(source));
  out.Set("fields", FieldNames(life.record));
  out.Set("visible_to", VisibleTo(life, apps));
  out.Set("changes", Changes(life, apps));
  out.Set("told", Told(life, apps));
  PONS_ASSIGN(const auto rows, reader.CommandsOfRecord(life.record.id.value));
  json::Array asked;
  for (const auto& row : rows) asked.push_back(CommandLine(names, row, context.clock.Now()));
  if (!asked.empty()) out.Set("commands", std::move(asked));
  return out;
}

// A visit that matched no grant is remembered without any patient detail; that says why.
Result<std::optional<json::Value>> UnsharedVisit(AdminContext& context, store::Reader& reader,
                                                 const Names& names,
                                                 const store::Connection& connection,
                                                 std::string_view vendor_id) {
  PONS_ASSIGN(const auto visit, reader.Visit(connection.key, vendor_id));
  if (!visit) return std::optional<json::Value>();
  auto out = Message("Visit " + visit->vendor_id + " of \"" + connection.name + "\" was seen " +
                     Ago(visit->seen, context.clock.Now()) + " and is not stored. " +
                     (visit->outcome.empty() ? "No grant was there to judge it."
                                             : OutcomeInWords(names, visit->outcome)));
  out.Set("vendor_id", visit->vendor_id);
  out.Set("connection", connection.id.value);
  out.Set("seen", FormatInstant(visit->seen));
  out.Set("location", visit->location_id);
  out.Set("practitioner", visit->practitioner_id);
  out.Set("appointment_type", visit->service_id);
  out.Set("outcome", OutcomeInWords(names, visit->outcome));
  return std::optional<json::Value>(std::move(out));
}

Result<json::Value> ExplainByVendorId(AdminContext& context, store::Reader& reader,
                                      const std::string& word, const std::string& vendor_id,
                                      const std::string& connection_word) {
  const auto stream = StreamFromWord(word);
  if (!stream) {
    return MakeError(Fault::kMisconfigured,
                     "\"" + word +
                         "\" is no kind of record; one of: patient, visit, appointment, "
                         "practitioner, practitionerrole, location, healthcareservice, condition");
  }
  PONS_ASSIGN(const auto names, LoadNames(context));
  std::vector<store::Connection> places;
  if (!connection_word.empty()) {
    PONS_ASSIGN(const auto only, FindConnection(context, connection_word));
    places.push_back(only);
  } else {
    places = names.connections;
  }
  std::vector<ResourceId> found;
  for (const auto& connection : places) {
    PONS_ASSIGN(const auto id, reader.FindByVendorId(connection.key, *stream, vendor_id));
    if (id) found.push_back(*id);
  }
  if (found.size() > 1) {
    return MakeError(Fault::kConflict, "more than one connection has " + word + " " + vendor_id +
                                           "; say which with --connection");
  }
  if (found.size() == 1) {
    PONS_ASSIGN(const auto life, reader.Explain(found.front().value));
    if (life) return Tell(context, reader, *life);
  }
  for (const auto& connection : places) {
    if (*stream != model::Stream::kEncounters) break;
    PONS_ASSIGN(auto visit, UnsharedVisit(context, reader, names, connection, vendor_id));
    if (visit) return std::move(*visit);
  }
  return MakeError(Fault::kNotFound,
                   word + " " + vendor_id +
                       " is not stored: no visit or appointment of it has "
                       "passed a grant. pons visits list CONNECTION shows each visit and why");
}

Result<json::Value> Explain(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto words = ListOf(arguments, "what");
  if (words.size() == 2) {
    return ExplainByVendorId(context, *reader, words[0], words[1], TextOf(arguments, "connection"));
  }
  if (words.size() != 1 || words[0].empty()) {
    return MakeError(Fault::kMisconfigured,
                     "explain takes a FHIR id, or a kind and the vendor's id: patient 4711");
  }
  std::string_view id = words[0];
  if (const auto slash = id.rfind('/'); slash != std::string_view::npos)
    id.remove_prefix(slash + 1);
  PONS_ASSIGN(const auto command, reader->Command(id));
  if (command) {
    PONS_ASSIGN(const auto names, LoadNames(context));
    return CommandLife(names, *reader, *command, context.clock.Now());
  }
  PONS_ASSIGN(const auto life, reader->Explain(id));
  if (!life) {
    return MakeError(Fault::kNotFound, "there is no record \"" + std::string(id) +
                                           "\"; the vendor's number needs its kind before it: "
                                           "pons explain patient 4711");
  }
  return Tell(context, *reader, *life);
}

constexpr ArgumentSpec kArguments[] = {
    {.name = "what",
     .kind = ArgumentKind::kList,
     .help = "a FHIR id, a command's id, or a kind and the vendor's id",
     .required = true,
     .positional = true},
    {.name = "connection", .help = "which connection's number it is, where several have it"},
};

constexpr CommandSpec kCommands[] = {
    {"explain",
     "Tells a record's life: where it came from, which command made it, who sees it, who was told; "
     "or a "
     "command's.",
     "pons explain patient 4711",
     kArguments,
     {},
     false,
     Explain},
};

}  // namespace

std::span<const CommandSpec> ExplainCommands() { return kCommands; }

}  // namespace pons::admin
