// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_transaction.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/crypto.h"
#include "store/entity_rows.h"

namespace pons::store {
namespace {

std::int64_t Number(model::Stream stream) { return static_cast<std::int64_t>(stream); }

std::optional<std::int64_t> Millis(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return ToMillis(*instant);
}

bool Wants(const std::vector<std::string>& events, std::string_view type) {
  return events.empty() || std::find(events.begin(), events.end(), type) != events.end();
}

}  // namespace

CommitInfo SqliteTransaction::TakeTouched() { return std::exchange(touched_, {}); }

// ---- records ------------------------------------------------------------------------------------

std::optional<Head> SqliteTransaction::FindHead(RefKey ref) {
  auto use = db_.Prepared("SELECT version, vendor_version, deleted FROM record WHERE ref = ?");
  use.Bind(ref);
  if (!use.Step()) return std::nullopt;
  return Head{use.Integer(0), std::string(use.Text(1)), use.Integer(2) != 0};
}

std::int64_t SqliteTransaction::PutRecord(const RecordWrite& record,
                                          const std::optional<Head>& head) {
  const RefKey ref = KeyOf(record.id.value);
  const std::int64_t version = head ? head->version + 1 : 1;
  body_.clear();
  body_ += record.body.head;
  body_ += "\"versionId\":\"";
  body_ += std::to_string(version);
  body_ += "\",\"lastUpdated\":\"";
  body_ += FormatInstant(now_);
  body_ += '"';
  body_ += record.body.tail;

  auto use = db_.Prepared(
      "INSERT INTO record(ref, stream, connection_key, id, version, deleted, updated, vendor_id,"
      " vendor_version, origin, read_at, patient, practitioner, location, service, appointment,"
      " start, end_, status, family, given, birth_date, gender, active, body)"
      " VALUES(?1,?2,?3,?4,?5,0,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,"
      "?23,?24)"
      " ON CONFLICT(ref) DO UPDATE SET version=?5, deleted=0, updated=?6, vendor_id=?7,"
      " vendor_version=?8, origin=?9, read_at=?10, patient=?11, practitioner=?12, location=?13,"
      " service=?14, appointment=?15, start=?16, end_=?17, status=?18, family=?19, given=?20,"
      " birth_date=?21, gender=?22, active=?23, body=?24");
  const auto& keys = record.keys;
  const auto& source = record.source;
  use.Bind(ref).Bind(Number(record.stream)).Bind(source.connection).Bind(record.id.value);
  use.Bind(version).Bind(ToMillis(now_)).Bind(source.vendor_id).Bind(source.vendor_version);
  use.Bind(source.origin).Bind(ToMillis(source.read_at));
  use.Bind(keys.patient).Bind(keys.practitioner).Bind(keys.location).Bind(keys.service);
  use.Bind(keys.appointment).Bind(Millis(keys.start)).Bind(Millis(keys.end));
  use.BindTextOrNull(keys.status).BindTextOrNull(keys.family).BindTextOrNull(keys.given);
  use.BindTextOrNull(keys.birth_date).BindTextOrNull(keys.gender);
  use.Bind(std::int64_t{keys.active}).Bind(std::string_view(body_));
  use.Run();
  WriteIdentifiers(ref, keys, head.has_value());
  touched_.records = true;
  return version;
}

void SqliteTransaction::WriteIdentifiers(RefKey ref, const SearchKeys& keys, bool replace) {
  if (replace) db_.Prepared("DELETE FROM identifier WHERE ref = ?").Bind(ref).Run();
  for (const auto& [system, value] : keys.identifiers) {
    db_.Prepared("INSERT OR IGNORE INTO identifier(value, system, ref) VALUES(?,?,?)")
        .Bind(value)
        .Bind(system)
        .Bind(ref)
        .Run();
  }
}

std::int64_t SqliteTransaction::DeleteRecord(RefKey ref, const Source& source) {
  const auto head = FindHead(ref);
  if (!head || head->deleted) return head ? head->version : 0;
  db_.Prepared(
         "UPDATE record SET version=?2, deleted=1, updated=?3, vendor_version='', origin=?4,"
         " read_at=?5, body=NULL, family=NULL, given=NULL, birth_date=NULL, gender=NULL,"
         " status=NULL, start=NULL, end_=NULL WHERE ref=?1")
      .Bind(ref)
      .Bind(head->version + 1)
      .Bind(ToMillis(now_))
      .Bind(source.origin)
      .Bind(ToMillis(source.read_at))
      .Run();
  db_.Prepared("DELETE FROM identifier WHERE ref = ?").Bind(ref).Run();
  touched_.records = true;
  return head->version + 1;
}

// ---- visibility ---------------------------------------------------------------------------------

std::vector<GrantKey> SqliteTransaction::GrantsSeeing(RefKey ref) {
  std::vector<GrantKey> grants;
  auto use = db_.Prepared(
      "SELECT v.grant_key FROM visible v JOIN grant_ g ON g.key = v.grant_key"
      " WHERE v.ref = ? AND g.revoked = 0 ORDER BY v.grant_key");
  use.Bind(ref);
  while (use.Step()) grants.push_back(use.Integer(0));
  return grants;
}

bool SqliteTransaction::Show(GrantKey grant, RefKey ref, std::string_view app_location) {
  db_.Prepared("INSERT OR IGNORE INTO visible(ref, grant_key, since, app_location) VALUES(?,?,?,?)")
      .Bind(ref)
      .Bind(grant)
      .Bind(ToMillis(now_))
      .Bind(app_location)
      .Run();
  touched_.records = true;
  return !db_.failed() && db_.changes() > 0;
}

std::string SqliteTransaction::AppLocationOf(GrantKey grant, RefKey ref) {
  auto use = db_.Prepared("SELECT app_location FROM visible WHERE ref = ? AND grant_key = ?");
  use.Bind(ref).Bind(grant);
  return use.Step() ? std::string(use.Text(0)) : std::string();
}

bool SqliteTransaction::HasRecords(ConnectionKey connection, model::Stream stream) {
  auto use = db_.Prepared("SELECT 1 FROM record WHERE connection_key = ? AND stream = ? LIMIT 1");
  use.Bind(connection).Bind(Number(stream));
  return use.Step();
}

// ---- change log and outbox ----------------------------------------------------------------------

const std::vector<SqliteTransaction::Listener>& SqliteTransaction::ListenersOf(GrantKey grant) {
  if (!listeners_known_) {
    listeners_.clear();
    auto use = db_.Prepared(
        "SELECT g.key, w.key, w.events FROM grant_ g JOIN webhook w ON w.app_key = g.app_key"
        " WHERE g.revoked = 0 AND w.state = 0");
    while (use.Step()) {
      listeners_[use.Integer(0)].push_back({use.Integer(1), ReadTextList(use.Text(2))});
    }
    listeners_known_ = true;
  }
  return listeners_[grant];
}

std::int64_t SqliteTransaction::AppendChange(GrantKey grant, model::Stream stream,
                                             const ResourceId& id, std::int64_t version,
                                             ChangeKind kind, bool quiet) {
  const RefKey ref = KeyOf(id.value);
  db_.Prepared("INSERT INTO change(grant_key, ref, version, kind, at) VALUES(?,?,?,?,?)")
      .Bind(grant)
      .Bind(ref)
      .Bind(version)
      .Bind(static_cast<std::int64_t>(kind))
      .Bind(ToMillis(now_))
      .Run();
  const std::int64_t seq = db_.last_insert_key();
  touched_.records = true;
  if (quiet) return seq;
  const auto& listeners = ListenersOf(grant);
  if (listeners.empty()) return seq;
  const std::string type =
      AsciiLower(model::ResourceTypeOf(stream)) + "." + std::string(ChangeKindName(kind));
  for (const auto& listener : listeners) {
    if (!Wants(listener.events, type)) continue;
    const std::string event_id = NewId("evt", random_);
    db_.Prepared(
           "INSERT INTO delivery(webhook_key, ref, seq, event_id, event_type, state, attempts,"
           " due) VALUES(?,?,?,?,?,0,0,?)")
        .Bind(listener.webhook)
        .Bind(ref)
        .Bind(seq)
        .Bind(event_id)
        .Bind(type)
        .Bind(ToMillis(now_))
        .Run();
    touched_.deliveries = true;
  }
  return seq;
}

std::int64_t SqliteTransaction::Replay(WebhookKey webhook, std::optional<std::int64_t> delivery,
                                       std::optional<Instant> since) {
  const std::int64_t from = since ? ToMillis(*since) : INT64_MIN;
  db_.Prepared(
         "UPDATE delivery SET state=0, attempts=0, due=?2, delivered=NULL"
         " WHERE webhook_key=?1 AND (?3 IS NULL OR id=?3)"
         " AND (?3 IS NOT NULL OR (?4 = 0 AND state=2)"
         "      OR (?4 = 1 AND seq >= (SELECT IFNULL(MIN(seq), 0) FROM change WHERE at >= ?5)))")
      .Bind(webhook)
      .Bind(ToMillis(now_))
      .Bind(delivery)
      .Bind(std::int64_t{since.has_value()})
      .Bind(from)
      .Run();
  touched_.deliveries = true;
  return db_.failed() ? 0 : db_.changes();
}

// ---- streams ------------------------------------------------------------------------------------

StreamState SqliteTransaction::LoadStream(ConnectionKey connection, model::Stream stream) {
  auto use = db_.Prepared(
      "SELECT cursor, first_sweep_done, sweeping FROM stream WHERE connection_key=? AND stream=?");
  use.Bind(connection).Bind(Number(stream));
  if (!use.Step()) return {};
  return {std::string(use.Text(0)), use.Integer(1) != 0, use.Integer(2) != 0};
}

void SqliteTransaction::SaveStream(ConnectionKey connection, model::Stream stream,
                                   const StreamState& state) {
  db_.Prepared(
         "INSERT INTO stream(connection_key, stream, cursor, first_sweep_done, sweeping)"
         " VALUES(?1,?2,?3,?4,?5) ON CONFLICT(connection_key, stream) DO UPDATE SET cursor=?3,"
         " first_sweep_done=?4, sweeping=?5")
      .Bind(connection)
      .Bind(Number(stream))
      .Bind(state.cursor)
      .Bind(std::int64_t{state.first_sweep_done})
      .Bind(std::int64_t{state.sweeping})
      .Run();
}

void SqliteTransaction::MarkSeen(ConnectionKey connection, model::Stream stream, RefKey ref) {
  db_.Prepared("INSERT OR IGNORE INTO sweep_seen(connection_key, stream, ref) VALUES(?,?,?)")
      .Bind(connection)
      .Bind(Number(stream))
      .Bind(ref)
      .Run();
}

std::vector<std::pair<RefKey, std::string>> SqliteTransaction::FinishSweep(ConnectionKey connection,
                                                                           model::Stream stream) {
  std::vector<std::pair<RefKey, std::string>> unseen;
  {
    auto use = db_.Prepared(
        "SELECT ref, vendor_id FROM record r WHERE connection_key=?1 AND stream=?2 AND deleted=0"
        " AND NOT EXISTS (SELECT 1 FROM sweep_seen s WHERE s.connection_key=?1 AND s.stream=?2"
        " AND s.ref=r.ref)");
    use.Bind(connection).Bind(Number(stream));
    while (use.Step()) unseen.emplace_back(use.Integer(0), std::string(use.Text(1)));
  }
  ForgetSweep(connection, stream);
  return unseen;
}

void SqliteTransaction::ForgetSweep(ConnectionKey connection, model::Stream stream) {
  db_.Prepared("DELETE FROM sweep_seen WHERE connection_key=? AND stream=?")
      .Bind(connection)
      .Bind(Number(stream))
      .Run();
}

void SqliteTransaction::Quarantine(const QuarantinedRow& row) {
  db_.Prepared(
         "INSERT INTO quarantine(connection_key, stream, vendor_id, field, reason, first_seen,"
         " last_seen) VALUES(?1,?2,?3,?4,?5,?6,?6) ON CONFLICT(connection_key, stream, vendor_id)"
         " DO UPDATE SET field=?4, reason=?5, last_seen=?6")
      .Bind(row.connection)
      .Bind(Number(row.stream))
      .Bind(row.vendor_id)
      .Bind(row.field)
      .Bind(row.reason)
      .Bind(ToMillis(now_))
      .Run();
}

void SqliteTransaction::ReleaseFromQuarantine(ConnectionKey connection, model::Stream stream,
                                              std::string_view vendor_id) {
  db_.Prepared("DELETE FROM quarantine WHERE connection_key=? AND stream=? AND vendor_id=?")
      .Bind(connection)
      .Bind(Number(stream))
      .Bind(vendor_id)
      .Run();
}

std::optional<SeenVisit> SqliteTransaction::FindVisit(ConnectionKey connection,
                                                      std::string_view id) {
  auto use = db_.Prepared(
      "SELECT seen, location_id, practitioner_id, service_id, outcome, waiting_patient FROM visit"
      " WHERE connection_key=? AND vendor_id=?");
  use.Bind(connection).Bind(id);
  if (!use.Step()) return std::nullopt;
  return SeenVisit{connection,
                   std::string(id),
                   FromMillis(use.Integer(0)),
                   std::string(use.Text(1)),
                   std::string(use.Text(2)),
                   std::string(use.Text(3)),
                   std::string(use.Text(4)),
                   std::string(use.Text(5))};
}

void SqliteTransaction::SaveVisit(const SeenVisit& visit) {
  db_.Prepared(
         "INSERT OR REPLACE INTO visit(connection_key, vendor_id, seen, location_id,"
         " practitioner_id, service_id, outcome, waiting_patient) VALUES(?,?,?,?,?,?,?,?)")
      .Bind(visit.connection)
      .Bind(visit.vendor_id)
      .Bind(ToMillis(visit.seen))
      .Bind(visit.location_id)
      .Bind(visit.practitioner_id)
      .Bind(visit.service_id)
      .Bind(visit.outcome)
      .Bind(visit.waiting_patient)
      .Run();
}

// ---- what operators set up ----------------------------------------------------------------------

void SqliteTransaction::Insert(const Organization& organization) {
  db_.Prepared("INSERT INTO organization(id, name, created) VALUES(?,?,?)")
      .Bind(organization.id.value)
      .Bind(organization.name)
      .Bind(ToMillis(now_))
      .Run();
  SettingsChanged();
}

void SqliteTransaction::Update(const Organization& organization) {
  db_.Prepared("UPDATE organization SET name=? WHERE id=?")
      .Bind(organization.name)
      .Bind(organization.id.value)
      .Run();
  SettingsChanged();
}

ConnectionKey SqliteTransaction::Insert(const Connection& c) {
  const std::string sealed = keys_.Seal(c.secrets_json.Reveal(), random_);
  db_.Prepared(
         "INSERT INTO connection(id, organization_id, name, vendor, time_zone, settings, secrets,"
         " paused, created, since) VALUES(?,?,?,?,?,?,?,?,?,?)")
      .Bind(c.id.value)
      .Bind(c.organization.value)
      .Bind(c.name)
      .Bind(c.vendor)
      .Bind(c.time_zone)
      .Bind(c.settings_json)
      .Blob(sealed)
      .Bind(std::int64_t{c.paused})
      .Bind(ToMillis(now_))
      .Bind(ToMillis(now_))
      .Run();
  SettingsChanged();
  return db_.last_insert_key();
}

AppKey SqliteTransaction::Insert(const App& app) {
  db_.Prepared(
         "INSERT INTO app(id, name, secret_hash, jwks, disabled, created)"
         " VALUES(?,?,?,?,?,?)")
      .Bind(app.id.value)
      .Bind(app.name)
      .Bind(app.secret_hash)
      .Bind(app.jwks_json)
      .Bind(std::int64_t{app.disabled})
      .Bind(ToMillis(now_))
      .Run();
  SettingsChanged();
  return db_.last_insert_key();
}

GrantKey SqliteTransaction::Insert(const Grant& grant) {
  const std::string rules = WriteGrantRules(grant);
  db_.Prepared(
         "INSERT INTO grant_(id, organization_id, connection_key, app_key, mode, rules, revoked,"
         " created) VALUES(?,?,?,?,?,?,?,?)")
      .Bind(grant.id.value)
      .Bind(grant.organization.value)
      .Bind(grant.connection)
      .Bind(grant.app)
      .Bind(static_cast<std::int64_t>(grant.mode))
      .Bind(rules)
      .Bind(std::int64_t{grant.revoked})
      .Bind(ToMillis(now_))
      .Run();
  SettingsChanged();
  return db_.last_insert_key();
}

WebhookKey SqliteTransaction::Insert(const Webhook& webhook) {
  const std::string sealed = keys_.Seal(webhook.secret.Reveal(), random_);
  const std::string events = WriteTextList(webhook.events);
  db_.Prepared(
         "INSERT INTO webhook(id, app_key, url, secret, events, state, cause, created)"
         " VALUES(?,?,?,?,?,?,?,?)")
      .Bind(webhook.id.value)
      .Bind(webhook.app)
      .Bind(webhook.url)
      .Blob(sealed)
      .Bind(events)
      .Bind(static_cast<std::int64_t>(webhook.state))
      .Bind(webhook.cause)
      .Bind(ToMillis(now_))
      .Run();
  SettingsChanged();
  return db_.last_insert_key();
}

void SqliteTransaction::Update(const Connection& c) {
  const std::string sealed = keys_.Seal(c.secrets_json.Reveal(), random_);
  db_.Prepared(
         "UPDATE connection SET name=?, time_zone=?, settings=?, secrets=?, paused=?,"
         " settings_revision=? WHERE key=?")
      .Bind(c.name)
      .Bind(c.time_zone)
      .Bind(c.settings_json)
      .Blob(sealed)
      .Bind(std::int64_t{c.paused})
      .Bind(c.settings_revision)
      .Bind(c.key)
      .Run();
  SettingsChanged();
}

void SqliteTransaction::Update(const App& app) {
  db_.Prepared("UPDATE app SET name=?, secret_hash=?, jwks=?, disabled=? WHERE key=?")
      .Bind(app.name)
      .Bind(app.secret_hash)
      .Bind(app.jwks_json)
      .Bind(std::int64_t{app.disabled})
      .Bind(app.key)
      .Run();
  if (app.disabled) db_.Prepared("DELETE FROM token WHERE app_key=?").Bind(app.key).Run();
  SettingsChanged();
}

void SqliteTransaction::Update(const Grant& grant) {
  const std::string rules = WriteGrantRules(grant);
  db_.Prepared("UPDATE grant_ SET mode=?, rules=?, revoked=? WHERE key=?")
      .Bind(static_cast<std::int64_t>(grant.mode))
      .Bind(rules)
      .Bind(std::int64_t{grant.revoked})
      .Bind(grant.key)
      .Run();
  // What waits for a revoked grant's app must not leave any more.
  if (grant.revoked) {
    db_.Prepared(
           "DELETE FROM delivery WHERE state=0 AND seq IN"
           " (SELECT seq FROM change WHERE grant_key=?)")
        .Bind(grant.key)
        .Run();
  }
  touched_.records = true;  // cached reads must notice
  SettingsChanged();
}

void SqliteTransaction::Update(const Webhook& webhook) {
  const std::string sealed = keys_.Seal(webhook.secret.Reveal(), random_);
  const std::string events = WriteTextList(webhook.events);
  std::string previous;
  std::optional<std::int64_t> until;
  if (webhook.previous_until) {
    previous = keys_.Seal(webhook.previous_secret.Reveal(), random_);
    until = ToMillis(*webhook.previous_until);
  }
  db_.Prepared(
         "UPDATE webhook SET url=?, secret=?, events=?, state=?, cause=?, previous_secret=?,"
         " previous_until=? WHERE key=?")
      .Bind(webhook.url)
      .Blob(sealed)
      .Bind(events)
      .Bind(static_cast<std::int64_t>(webhook.state))
      .Bind(webhook.cause)
      .Blob(previous)
      .Bind(until)
      .Bind(webhook.key)
      .Run();
  touched_.deliveries = true;
  SettingsChanged();
}

void SqliteTransaction::SaveHealth(ConnectionKey connection, const ConnectionHealth& h) {
  std::optional<std::int64_t> ahead;
  if (h.clock_ahead) ahead = h.clock_ahead->count();
  db_.Prepared(
         "UPDATE connection SET state=?, fault=?, cause=?, since=?, last_success=?,"
         " clock_ahead=?, practice_name=?, vendor_version=? WHERE key=?")
      .Bind(static_cast<std::int64_t>(h.state))
      .Bind(h.fault)
      .Bind(h.cause)
      .Bind(ToMillis(h.since))
      .Bind(Millis(h.last_success))
      .Bind(ahead)
      .Bind(h.practice_name)
      .Bind(h.vendor_version)
      .Bind(connection)
      .Run();
}

void SqliteTransaction::SaveToken(std::string_view token_hash, AppKey app, std::string_view scope,
                                  Instant expires) {
  db_.Prepared("INSERT OR REPLACE INTO token(hash, app_key, scope, expires) VALUES(?,?,?,?)")
      .Blob(token_hash)
      .Bind(app)
      .Bind(scope)
      .Bind(ToMillis(expires))
      .Run();
}

void SqliteTransaction::DropExpired(Instant now) {
  accounts_.DropExpiredPeople(now);
  db_.Prepared("DELETE FROM token WHERE expires < ?").Bind(ToMillis(now)).Run();
  // Delivered rows are kept for a month, for the log page and for replay.
  const auto oldest = ToMillis(now) - std::int64_t{30} * 24 * 3600 * 1000;
  db_.Prepared("DELETE FROM delivery WHERE state = 1 AND delivered < ?").Bind(oldest).Run();
  db_.Prepared("DELETE FROM binary WHERE expires < ?").Bind(ToMillis(now)).Run();
  // Two weeks are shown, and the day before them that is not whole any more.
  db_.Prepared("DELETE FROM usage WHERE hour < ?")
      .Bind(ToMillis(now) - std::int64_t{15} * 24 * 3600 * 1000)
      .Run();
  // What a vendor has charged for is shown for a week and kept for a bill's dispute.
  db_.Prepared("DELETE FROM vendor_requests WHERE day < ?")
      .Bind(ToMillis(now) - std::int64_t{100} * 24 * 3600 * 1000)
      .Run();
  // An old signing secret is of no use once it signs no more.
  db_.Prepared(
         "UPDATE webhook SET previous_secret = NULL, previous_until = NULL"
         " WHERE previous_until < ?")
      .Bind(ToMillis(now))
      .Run();
  DropOldCommands(now);
}

}  // namespace pons::store
