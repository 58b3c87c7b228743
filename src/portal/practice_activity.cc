// SPDX-License-Identifier: Apache-2.0
// What travelled, when, to whom, and why not: visits that were seen, changes that were passed on
// and whether apps have been told, and what apps asked for, in one list, the newest first.
//
// Names of patients are in it for who may see patients; search by name too.
#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.h"
#include "commands/terms.h"
#include "portal/practice_parts.h"
#include "store/accounts.h"
#include "sync/identity_map.h"

namespace pons::portal {
namespace {

using model::Stream;

constexpr std::int64_t kMostShown = 200;
// Looked at for one page where a search finds little; the page then ends early, with a cursor.
constexpr std::size_t kMostLookedAt = 1500;
constexpr std::int64_t kBatch = 100;
constexpr std::int64_t kChangesOfVisit = 20;
constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

// Where each source has been read to.
struct Position {
  std::int64_t change = kNewest;
  std::int64_t command = kNewest;
  std::int64_t seen = kNewest;  // of a visit, in ms
  std::string visit;
};

std::string WritePosition(const Position& at) {
  return std::to_string(at.change) + "." + std::to_string(at.command) + "." +
         std::to_string(at.seen) + "." + Hex(at.visit);
}

// Damaged text is the newest.
Position ReadPosition(std::string_view text) {
  const auto parts = Split(text, '.');
  Position at;
  if (parts.size() != 4) return at;
  std::int64_t* const numbers[] = {&at.change, &at.command, &at.seen};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto part = parts[i];
    if (std::from_chars(part.data(), part.data() + part.size(), *numbers[i]).ec != std::errc()) {
      return {};
    }
  }
  for (std::size_t i = 0; i + 1 < parts[3].size(); i += 2) {
    int byte = 0;
    std::from_chars(parts[3].data() + i, parts[3].data() + i + 2, byte, 16);
    at.visit += static_cast<char>(byte);
  }
  return at;
}

struct Item {
  Instant at{};
  json::Value json;
  std::string searched;  // folded
};

// Makes items of rows.
class Teller {
 public:
  Teller(const PortalContext& context, store::PortalReads& reads, const admin::Names& names,
         const store::Connection& connection, bool patients)
      : reads_(reads),
        names_(names),
        connection_(connection),
        directory_(reads, connection.key),
        identities_(context.store.identity_key()),
        patients_(patients) {}

  Item OfVisit(const store::SeenVisit& visit) {
    Item item = Begin(visit.seen, "shared");
    std::string summary = "A visit started";
    const auto who = directory_.Of(Stream::kPractitioners, visit.practitioner_id);
    const auto where = directory_.Of(Stream::kLocations, visit.location_id);
    const auto what = directory_.Of(Stream::kHealthcareServices, visit.service_id);
    if (!who.empty()) summary += " with " + who;
    if (!where.empty()) summary += " at " + where;
    if (!what.empty()) summary += " (" + what + ")";
    Say(item, summary);
    Outcome(item, visit.outcome);
    const auto id = identities_.IdOf(connection_.id, {Stream::kEncounters, visit.vendor_id});
    const auto record = reads_.Record(store::KeyOf(id.value));
    if (!record) return item;
    TellOfVisit(item, record->ref);
    if (patients_ && record->patient) AddPatient(item, *record->patient);
    return item;
  }

  // Empty where the record is of a kind that says nothing by itself.
  std::optional<Item> OfChange(const store::ChangeLine& line) {
    const auto record = reads_.Record(line.ref);
    if (!record) return std::nullopt;
    const auto what = WordFor(record->stream);
    if (what.empty()) return std::nullopt;
    // The visit's own line tells it.
    if (record->stream == Stream::kEncounters && line.kind == store::ChangeKind::kCreated) {
      return std::nullopt;
    }
    Item item = Begin(line.at, "shared");
    const auto* app = AppOf(line.grant);
    const std::string name = app != nullptr ? app->name : "an app";
    switch (line.kind) {
      case store::ChangeKind::kCreated:
        Say(item, std::string(what) + " shared with " + name);
        break;
      case store::ChangeKind::kUpdated:
        Say(item, "Change of a " + AsciiLower(what) + " passed on to " + name);
        break;
      case store::ChangeKind::kDeleted:
        Say(item, std::string(what) + " is gone; " + name + " was told to forget it");
        break;
    }
    AddApp(item, app);
    Told(item, line);
    if (patients_) {
      const bool person = record->stream == Stream::kPatients;
      if (person) AddPatient(item, record->ref);
      if (!person && record->patient) AddPatient(item, *record->patient);
    }
    return item;
  }

  Item OfCommand(const store::CommandRow& row) {
    Item item = Begin(row.accepted, "command");
    const auto* app = names_.app(row.app);
    const auto state = static_cast<commands::State>(row.state);
    Say(item, (app != nullptr ? app->name : std::string("An app")) + " asked to " +
                  std::string(model::CommandKindWords(row.kind)));
    item.json.Set("outcome", commands::StateName(state));
    std::string reason(commands::StateWords(state));
    if (!row.reason.empty()) reason += ": " + row.reason;
    item.json.Set("reason", reason);
    item.searched += " " + FoldForSearch(reason);
    item.json.Set("command", row.id);
    AddApp(item, app);
    if (patients_) {
      const auto& patient =
          row.patient.empty() && commands::ResultStreamOf(row.kind) == Stream::kPatients
              ? row.result_id
              : row.patient;
      if (!patient.empty()) AddPatient(item, store::KeyOf(patient.value));
    }
    return item;
  }

 private:
  static Item Begin(Instant at, std::string_view kind) {
    Item item;
    item.at = at;
    item.json.Set("at", FormatInstant(at));
    item.json.Set("kind", kind);
    return item;
  }
  static void Say(Item& item, const std::string& summary) {
    item.json.Set("summary", summary);
    item.searched = FoldForSearch(summary);
  }
  static std::string_view WordFor(Stream stream) {
    switch (stream) {
      case Stream::kPatients:
        return "Patient";
      case Stream::kAppointments:
        return "Appointment";
      case Stream::kEncounters:
        return "Visit";
      case Stream::kConditions:
        return "Condition";
      case Stream::kDocumentReferences:
        return "Document";
      default:
        return {};
    }
  }
  const store::App* AppOf(store::GrantKey key) const {
    const auto* grant = names_.grant(key);
    return grant == nullptr ? nullptr : names_.app(grant->app);
  }
  static void AddApp(Item& item, const store::App* app) {
    if (app == nullptr) return;
    item.json.Set("app", Named(app->id.value, app->name));
    item.searched += " " + FoldForSearch(app->name);
  }

  // "grant-…: shared; grant-…: location is not mapped", as apps and reasons.
  void Outcome(Item& item, const std::string& outcome) {
    if (outcome.empty()) {
      item.json.Set("kind", "not_shared");
      item.json.Set("outcome", "not_shared");
      item.json.Set("reason", "no app was given anything here");
      return;
    }
    bool shared = false;
    for (const auto part : Split(outcome, ';')) {
      shared = shared || Trim(part).ends_with(": shared");
    }
    item.json.Set("kind", shared ? "shared" : "not_shared");
    item.json.Set("outcome", shared ? "shared" : "not_shared");
    const auto words = admin::OutcomeInWords(names_, outcome);
    item.json.Set("reason", words);
    item.searched += " " + FoldForSearch(words);
  }

  // Whether the apps have been told of it: of several the one that is worst off speaks.
  void TellOfVisit(Item& item, store::RefKey visit) {
    const auto rank = [](store::DeliveryState state) {
      return state == store::DeliveryState::kFailed ? 2 : state == store::DeliveryState::kQueued;
    };
    std::optional<store::ChangeLine> worst;
    for (auto& line : reads_.ChangesOf(visit, kChangesOfVisit)) {
      if (line.kind != store::ChangeKind::kCreated || !line.told) continue;
      if (!worst || rank(*line.told) > rank(*worst->told)) worst = std::move(line);
    }
    if (worst) Told(item, *worst);
  }

  static void Told(Item& item, const store::ChangeLine& line) {
    if (!line.told) {
      item.json.Set("outcome", "shared");
      return;
    }
    switch (*line.told) {
      case store::DeliveryState::kDelivered:
        item.json.Set("outcome", "delivered");
        break;
      case store::DeliveryState::kQueued:
        item.json.Set("outcome", "waiting");
        break;
      case store::DeliveryState::kFailed:
        item.json.Set("outcome", "failed");
        break;
    }
    if (line.error.empty() || *line.told == store::DeliveryState::kDelivered) return;
    item.json.Set("reason", line.error);
    item.searched += " " + FoldForSearch(line.error);
  }

  void AddPatient(Item& item, store::RefKey ref) {
    auto known = people_.find(ref);
    if (known == people_.end()) {
      const auto record = reads_.Record(ref);
      const bool there = record && record->stream == Stream::kPatients && !record->deleted &&
                         record->connection == connection_.key;
      known = people_
                  .emplace(ref, there ? Named(record->id.value, NameIn(ReadRecord(*record)))
                                      : json::Value())
                  .first;
    }
    if (known->second.is_null()) return;
    item.json.Set("patient", known->second);
    item.searched += " " + FoldForSearch(known->second.Text("name"));
  }

  store::PortalReads& reads_;
  const admin::Names& names_;
  const store::Connection& connection_;
  DirectoryNames directory_;
  sync::IdentityMap identities_;
  bool patients_;
  std::map<store::RefKey, json::Value> people_;
};

// Three sources merged by time. Each is read in batches, and only as far as the page needs.
class Merger {
 public:
  Merger(store::PortalReads& reads, store::ConnectionKey connection,
         std::vector<store::GrantKey> grants, Position from)
      : reads_(reads), connection_(connection), grants_(std::move(grants)), at_(std::move(from)) {}

  // The newest of what has not been told; empty at the end. `wanted`: one kind, or all.
  std::optional<Item> Next(Teller& teller, std::string_view wanted) {
    Fill(wanted);
    const Instant visit = visits_.empty() ? Instant::min() : visits_.front().seen;
    const Instant change = changes_.empty() ? Instant::min() : changes_.front().at;
    const Instant command = commands_.empty() ? Instant::min() : commands_.front().accepted;
    if (visits_.empty() && changes_.empty() && commands_.empty()) {
      ended_ = true;
      return std::nullopt;
    }
    if (!commands_.empty() && command >= visit && command >= change) {
      const auto row = Take(commands_);
      at_.command = row.seq;
      return teller.OfCommand(row);
    }
    if (!changes_.empty() && change >= visit) {
      const auto line = Take(changes_);
      at_.change = line.seq;
      return teller.OfChange(line);
    }
    const auto row = Take(visits_);
    at_.seen = ToMillis(row.seen);
    at_.visit = row.vendor_id;
    return teller.OfVisit(row);
  }
  bool ended() const { return ended_; }
  const Position& position() const { return at_; }

 private:
  template <typename Row>
  static Row Take(std::vector<Row>& rows) {
    Row row = std::move(rows.front());
    rows.erase(rows.begin());
    return row;
  }

  void Fill(std::string_view wanted) {
    const bool all = wanted.empty();
    if (visits_.empty() && more_visits_ && (all || wanted == "shared" || wanted == "not_shared")) {
      visits_ = reads_.VisitsBefore(connection_, FromMillis(at_.seen), at_.visit, kBatch);
      more_visits_ = static_cast<std::int64_t>(visits_.size()) == kBatch;
    }
    if (commands_.empty() && more_commands_ && (all || wanted == "command")) {
      commands_ = reads_.CommandsBefore(connection_, at_.command, kBatch);
      more_commands_ = static_cast<std::int64_t>(commands_.size()) == kBatch;
    }
    if (changes_.empty() && more_changes_ && (all || wanted == "shared")) FillChanges();
  }

  void FillChanges() {
    std::vector<store::ChangeLine> all;
    for (const auto grant : grants_) {
      auto lines = reads_.ChangesBefore(grant, at_.change, kBatch);
      all.insert(all.end(), std::make_move_iterator(lines.begin()),
                 std::make_move_iterator(lines.end()));
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.seq > b.seq; });
    more_changes_ = static_cast<std::int64_t>(all.size()) >= kBatch;
    if (more_changes_) all.resize(static_cast<std::size_t>(kBatch));
    changes_ = std::move(all);
  }

  store::PortalReads& reads_;
  store::ConnectionKey connection_;
  std::vector<store::GrantKey> grants_;
  Position at_;
  std::vector<store::SeenVisit> visits_;
  std::vector<store::ChangeLine> changes_;
  std::vector<store::CommandRow> commands_;
  bool more_visits_ = true;
  bool more_changes_ = true;
  bool more_commands_ = true;
  bool ended_ = false;
};

bool Matches(const Item& item, const std::vector<std::string>& words, std::string_view kind) {
  if (!kind.empty() && item.json.Text("kind") != kind) return false;
  return std::all_of(words.begin(), words.end(), [&item](const std::string& word) {
    return item.searched.find(word) != std::string::npos;
  });
}

// Rows that could not be read.
Result<Answer> Unreadable(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  PONS_ASSIGN(const auto rows, reader->Quarantined(call.resource.connection->key));
  const auto skip = SkipOf(call);
  const auto limit = call.QueryNumber("limit", 50, kMostShown);
  const auto total = static_cast<std::int64_t>(rows.size());
  json::Array items;
  for (auto i = skip; i < std::min(total, skip + limit); ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    json::Value item;
    item.Set("at", FormatInstant(row.last_seen));
    item.Set("kind", "quarantine");
    item.Set("summary", "A row could not be read (" + std::string(model::StreamName(row.stream)) +
                            " " + row.vendor_id + ")");
    item.Set("outcome", "quarantined");
    item.Set("reason", row.field.empty() ? row.reason : row.field + " " + row.reason);
    items.push_back(std::move(item));
  }
  const auto next = NextSkip(skip, items.size(), total);
  return Page(std::move(items), next);
}

// What was wrong with the connection itself, from what its admins were told.
Result<Answer> Troubles(PortalContext& context, PortalCall& call) {
  const auto& connection = *call.resource.connection;
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  store::NoticeQuery query;
  query.organizations = {connection.organization};
  query.limit = static_cast<std::uint32_t>(call.QueryNumber("limit", 50, kMostShown));
  query.before = SkipOf(call);
  json::Array items;
  std::string next;
  PONS_TRY(reader->Accounts([&](store::AccountReads& reads) {
    const auto notices = reads.Notices(query);
    for (const auto& notice : notices) {
      if (!notice.subject.starts_with(connection.id.value)) continue;
      json::Value item;
      item.Set("at", FormatInstant(notice.created));
      item.Set("kind", "connection");
      item.Set("summary", notice.text);
      item.Set("outcome", notice.ended ? "over" : "attention");
      if (notice.ended) item.Set("reason", "over since " + FormatInstant(*notice.ended));
      items.push_back(std::move(item));
    }
    if (notices.size() == query.limit) next = std::to_string(notices.back().key);
  }));
  return Page(std::move(items), next);
}

Result<Answer> GetActivity(PortalContext& context, PortalCall& call) {
  const auto& connection = *call.resource.connection;
  const auto kind = call.Query("kind");
  if (kind == "quarantine") return Unreadable(context, call);
  if (kind == "connection") return Troubles(context, call);
  if (!kind.empty() && kind != "shared" && kind != "not_shared" && kind != "command") {
    return Problem(422, "kind", "Choose shared, not_shared, command, quarantine or connection.",
                   "kind");
  }
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  std::vector<store::GrantKey> grants;
  for (const auto& grant : names.grants) {
    if (grant.connection == connection.key) grants.push_back(grant.key);
  }
  std::vector<std::string> words;
  for (const auto word : Split(call.Query("q"), ' ')) {
    if (!Trim(word).empty()) words.push_back(FoldForSearch(word));
  }
  const auto limit = static_cast<std::size_t>(call.QueryNumber("limit", 50, kMostShown));
  json::Array items;
  std::string next;
  std::int64_t told = 0;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    Teller teller(context, reads, names, connection, call.MaySeePatients());
    Merger merger(reads, connection.key, grants, ReadPosition(call.Query("cursor")));
    for (std::size_t looked = 0; items.size() < limit && looked < kMostLookedAt; ++looked) {
      auto item = merger.Next(teller, kind);
      if (merger.ended()) break;
      if (!item || !Matches(*item, words, kind)) continue;
      if (item->json.Find("patient") != nullptr) ++told;
      items.push_back(std::move(item->json));
    }
    if (!merger.ended()) next = WritePosition(merger.position());
  }));
  if (told > 0) call.Audit("search", "Patient", "", told);
  return Page(std::move(items), next);
}

constexpr Route kRoutes[] = {
    {"GET",
     "/connections/{connection}/activity",
     Least::kStaff,
     Scope::kConnection,
     false,
     "Lists what travelled, to whom, and why not, the newest first.",
     {},
     kListOf,
     GetActivity},
};

}  // namespace

std::span<const Route> ActivityRoutes() { return kRoutes; }

}  // namespace pons::portal
