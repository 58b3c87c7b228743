// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_reader.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "store/entity_rows.h"
#include "store/outbox_rows.h"
#include "store/search_sql.h"

namespace pons::store {
namespace {

void BindAll(Use& use, const std::vector<SqlBinding>& bindings) {
  for (const auto& binding : bindings) {
    if (const auto* number = std::get_if<std::int64_t>(&binding)) {
      use.Bind(*number);
    } else {
      use.Bind(std::string_view(std::get<std::string>(binding)));
    }
  }
}

ServedRecord RecordAt(const Use& use, model::Stream stream, int id_column) {
  ServedRecord record;
  record.stream = stream;
  record.id = ResourceId(std::string(use.Text(id_column)));
  record.version = use.Integer(id_column + 1);
  record.updated = FromMillis(use.Integer(id_column + 2));
  record.deleted = use.Integer(id_column + 3) != 0;
  if (!record.deleted) {
    record.body = std::make_shared<const std::string>(use.Text(id_column + 4));
  }
  return record;
}

SeenVisit VisitAt(const Use& use, ConnectionKey connection) {
  return {connection,
          std::string(use.Text(0)),
          FromMillis(use.Integer(1)),
          std::string(use.Text(2)),
          std::string(use.Text(3)),
          std::string(use.Text(4)),
          std::string(use.Text(5)),
          std::string(use.Text(6))};
}

}  // namespace

// ---- records ------------------------------------------------------------------------------------

Result<std::optional<ServedRecord>> SqliteReader::Get(std::span<const GrantKey> grants,
                                                      model::Stream stream, std::string_view id) {
  std::optional<ServedRecord> found;
  {
    auto use = db_->Prepared(
        "SELECT r.id, r.version, r.updated, r.deleted, r.body, v.grant_key FROM record r"
        " JOIN visible v ON v.ref = r.ref WHERE r.ref = ? AND r.stream = ?");
    use.Bind(KeyOf(id)).Bind(static_cast<std::int64_t>(stream));
    while (use.Step()) {
      if (std::find(grants.begin(), grants.end(), use.Integer(5)) == grants.end()) continue;
      if (use.Text(0) != id) continue;
      found = RecordAt(use, stream, 0);
      break;
    }
  }
  return Done(std::move(found));
}

Result<std::optional<LocatedRecord>> SqliteReader::Locate(std::span<const GrantKey> grants,
                                                          model::Stream stream,
                                                          std::string_view id) {
  std::optional<LocatedRecord> found;
  {
    auto use = db_->Prepared(
        "SELECT r.id, r.version, r.updated, r.deleted, r.body, r.connection_key, r.vendor_id,"
        " r.vendor_version, r.origin, r.read_at, v.grant_key FROM record r"
        " JOIN visible v ON v.ref = r.ref WHERE r.ref = ? AND r.stream = ?");
    use.Bind(KeyOf(id)).Bind(static_cast<std::int64_t>(stream));
    while (use.Step()) {
      const GrantKey grant = use.Integer(10);
      if (std::find(grants.begin(), grants.end(), grant) == grants.end()) continue;
      if (use.Text(0) != id) continue;
      if (!found) {
        found.emplace();
        found->record = RecordAt(use, stream, 0);
        found->source = {use.Integer(5), std::string(use.Text(6)), std::string(use.Text(7)),
                         std::string(use.Text(8)), FromMillis(use.Integer(9))};
      }
      found->seen_by.push_back(grant);
    }
  }
  return Done(std::move(found));
}

Result<SearchPage> SqliteReader::Search(const SearchQuery& query) {
  SearchPage page;
  if (query.grants.empty()) {
    if (query.with_total) page.total = 0;
    return page;
  }
  const SearchSql sql = BuildSearchSql(query);
  if (query.with_total) {
    auto use = db_->PreparedText(sql.total);
    BindAll(use, sql.total_bindings);
    if (use.Step()) page.total = use.Integer(0);
  }
  if (query.limit > 0) {
    auto use = db_->PreparedText(sql.page);
    BindAll(use, sql.page_bindings);
    SearchPosition last;
    while (use.Step()) {
      if (page.records.size() == query.limit) {
        page.next = last;
        break;
      }
      page.records.push_back(RecordAt(use, query.stream, 1));
      last = {std::string(use.Text(6)), use.Integer(0)};
    }
  }
  return Done(std::move(page));
}

Result<std::vector<LoggedChange>> SqliteReader::Changes(std::span<const GrantKey> grants,
                                                        std::int64_t since, std::uint32_t limit) {
  std::vector<LoggedChange> changes;
  if (grants.empty()) return changes;
  std::string sql =
      "SELECT c.seq, c.grant_key, r.stream, r.id, c.version, c.kind, c.at,"
      " IFNULL(v.app_location, '') FROM change c JOIN record r ON r.ref = c.ref"
      " LEFT JOIN visible v ON v.ref = c.ref AND v.grant_key = c.grant_key"
      // + : walk the log in its order, and never sort what one grant has ever seen.
      " WHERE c.seq > ? AND +c.grant_key IN (";
  for (std::size_t i = 0; i < grants.size(); ++i) sql += i == 0 ? "?" : ",?";
  sql += ") ORDER BY c.seq LIMIT ?";
  {
    auto use = db_->PreparedText(sql);
    use.Bind(since);
    for (const GrantKey grant : grants) use.Bind(grant);
    use.Bind(std::int64_t{limit});
    while (use.Step()) changes.push_back(ChangeAt(use));
  }
  return Done(std::move(changes));
}

Result<std::int64_t> SqliteReader::LastSeq() {
  std::int64_t seq = 0;
  {
    auto use = db_->Prepared("SELECT IFNULL(MAX(seq), 0) FROM change");
    if (use.Step()) seq = use.Integer(0);
  }
  return Done(seq);
}

// ---- what operators set up ----------------------------------------------------------------------

Result<std::vector<Organization>> SqliteReader::Organizations() {
  std::vector<Organization> rows;
  {
    auto use = db_->Prepared("SELECT id, name, created FROM organization ORDER BY created, id");
    while (use.Step()) {
      rows.push_back({OrganizationId(std::string(use.Text(0))), std::string(use.Text(1)),
                      FromMillis(use.Integer(2))});
    }
  }
  return Done(std::move(rows));
}

Result<std::vector<Connection>> SqliteReader::Connections() {
  std::vector<Connection> rows;
  {
    auto use = db_->Prepared(
        "SELECT key, id, organization_id, name, vendor, time_zone, settings, secrets, paused,"
        " created, settings_revision FROM connection ORDER BY key");
    while (use.Step()) {
      Connection row;
      row.key = use.Integer(0);
      row.id = ConnectionId(std::string(use.Text(1)));
      row.organization = OrganizationId(std::string(use.Text(2)));
      row.name = std::string(use.Text(3));
      row.vendor = std::string(use.Text(4));
      row.time_zone = std::string(use.Text(5));
      row.settings_json = std::string(use.Text(6));
      PONS_ASSIGN(auto secrets, keys_.Unseal(use.Text(7)));
      row.secrets_json = Sensitive<std::string>(std::move(secrets));
      row.paused = use.Integer(8) != 0;
      row.created = FromMillis(use.Integer(9));
      row.settings_revision = use.Integer(10);
      rows.push_back(std::move(row));
    }
  }
  return Done(std::move(rows));
}

Result<std::vector<App>> SqliteReader::Apps() {
  std::vector<App> rows;
  {
    auto use = db_->Prepared(
        "SELECT key, id, name, secret_hash, jwks, disabled, created FROM app ORDER BY key");
    while (use.Step()) {
      rows.push_back({use.Integer(0), AppId(std::string(use.Text(1))), std::string(use.Text(2)),
                      std::string(use.Text(3)), std::string(use.Text(4)), use.Integer(5) != 0,
                      FromMillis(use.Integer(6))});
    }
  }
  return Done(std::move(rows));
}

Result<std::vector<Grant>> SqliteReader::Grants() {
  std::vector<Grant> rows;
  {
    auto use = db_->Prepared(
        "SELECT key, id, organization_id, connection_key, app_key, mode, rules, revoked, created"
        " FROM grant_ ORDER BY key");
    while (use.Step()) {
      Grant row;
      row.key = use.Integer(0);
      row.id = GrantId(std::string(use.Text(1)));
      row.organization = OrganizationId(std::string(use.Text(2)));
      row.connection = use.Integer(3);
      row.app = use.Integer(4);
      row.mode = static_cast<GrantMode>(use.Integer(5));
      PONS_TRY(ReadGrantRules(use.Text(6), row));
      row.revoked = use.Integer(7) != 0;
      row.created = FromMillis(use.Integer(8));
      rows.push_back(std::move(row));
    }
  }
  return Done(std::move(rows));
}

Result<std::vector<Webhook>> SqliteReader::Webhooks() {
  std::vector<Webhook> rows;
  {
    auto use = db_->Prepared(
        "SELECT key, id, app_key, url, secret, events, state, cause, created, previous_secret,"
        " previous_until FROM webhook"
        " WHERE state < 2 ORDER BY key");
    while (use.Step()) {
      Webhook row;
      row.key = use.Integer(0);
      row.id = WebhookId(std::string(use.Text(1)));
      row.app = use.Integer(2);
      row.url = std::string(use.Text(3));
      PONS_ASSIGN(auto secret, keys_.Unseal(use.Text(4)));
      row.secret = Sensitive<std::string>(std::move(secret));
      row.events = ReadTextList(use.Text(5));
      row.state = static_cast<WebhookState>(use.Integer(6));
      row.cause = std::string(use.Text(7));
      row.created = FromMillis(use.Integer(8));
      row.previous_until = InstantOrNull(use, 10);
      if (row.previous_until) {
        PONS_ASSIGN(auto previous, keys_.Unseal(use.Text(9)));
        row.previous_secret = Sensitive<std::string>(std::move(previous));
      }
      rows.push_back(std::move(row));
    }
  }
  return Done(std::move(rows));
}

Result<ConnectionHealth> SqliteReader::Health(ConnectionKey connection) {
  ConnectionHealth health;
  {
    auto use = db_->Prepared(
        "SELECT state, fault, cause, since, last_success, clock_ahead, practice_name,"
        " vendor_version FROM connection WHERE key = ?");
    use.Bind(connection);
    if (use.Step()) {
      health.state = static_cast<ReadState>(use.Integer(0));
      health.fault = std::string(use.Text(1));
      health.cause = std::string(use.Text(2));
      health.since = FromMillis(use.Integer(3));
      health.last_success = InstantOrNull(use, 4);
      if (!use.IsNull(5)) health.clock_ahead = milliseconds(use.Integer(5));
      health.practice_name = std::string(use.Text(6));
      health.vendor_version = std::string(use.Text(7));
    }
  }
  return Done(std::move(health));
}

Result<std::optional<TokenRow>> SqliteReader::FindToken(std::string_view token_hash) {
  std::optional<TokenRow> row;
  {
    auto use = db_->Prepared(
        "SELECT t.app_key, t.scope, t.expires FROM token t JOIN app a ON a.key = t.app_key"
        " WHERE t.hash = ? AND a.disabled = 0");
    use.Blob(token_hash);
    if (use.Step()) {
      row = TokenRow{use.Integer(0), std::string(use.Text(1)), FromMillis(use.Integer(2))};
    }
  }
  return Done(std::move(row));
}

Result<std::vector<QuarantinedRow>> SqliteReader::Quarantined(
    std::optional<ConnectionKey> connection) {
  std::vector<QuarantinedRow> rows;
  {
    auto use = db_->Prepared(
        "SELECT connection_key, stream, vendor_id, field, reason, first_seen, last_seen"
        " FROM quarantine WHERE ?1 IS NULL OR connection_key = ?1 ORDER BY last_seen DESC");
    use.Bind(connection);
    while (use.Step()) {
      rows.push_back({use.Integer(0), static_cast<model::Stream>(use.Integer(1)),
                      std::string(use.Text(2)), std::string(use.Text(3)), std::string(use.Text(4)),
                      FromMillis(use.Integer(5)), FromMillis(use.Integer(6))});
    }
  }
  return Done(std::move(rows));
}

Result<std::vector<SeenVisit>> SqliteReader::Visits(ConnectionKey connection, std::uint32_t limit) {
  std::vector<SeenVisit> rows;
  {
    auto use = db_->Prepared(
        "SELECT vendor_id, seen, location_id, practitioner_id, service_id, outcome,"
        " waiting_patient FROM visit WHERE connection_key = ? ORDER BY seen DESC, vendor_id DESC"
        " LIMIT ?");
    use.Bind(connection).Bind(std::int64_t{limit});
    while (use.Step()) rows.push_back(VisitAt(use, connection));
  }
  return Done(std::move(rows));
}

Result<std::optional<SeenVisit>> SqliteReader::Visit(ConnectionKey connection,
                                                     std::string_view vendor_id) {
  std::optional<SeenVisit> row;
  {
    auto use = db_->Prepared(
        "SELECT vendor_id, seen, location_id, practitioner_id, service_id, outcome,"
        " waiting_patient FROM visit WHERE connection_key = ? AND vendor_id = ?");
    use.Bind(connection).Bind(vendor_id);
    if (use.Step()) row = VisitAt(use, connection);
  }
  return Done(std::move(row));
}

Result<std::vector<SeenVisit>> SqliteReader::WaitingVisits(ConnectionKey connection) {
  std::vector<SeenVisit> rows;
  {
    auto use = db_->Prepared(
        "SELECT vendor_id, seen, location_id, practitioner_id, service_id, outcome,"
        " waiting_patient FROM visit WHERE connection_key = ? AND waiting_patient <> ''");
    use.Bind(connection);
    while (use.Step()) rows.push_back(VisitAt(use, connection));
  }
  return Done(std::move(rows));
}

Result<std::vector<GrantKey>> SqliteReader::GrantsSeeing(RefKey ref) {
  std::vector<GrantKey> grants;
  {
    auto use = db_->Prepared(
        "SELECT v.grant_key FROM visible v JOIN grant_ g ON g.key = v.grant_key"
        " WHERE v.ref = ? AND g.revoked = 0 ORDER BY v.grant_key");
    use.Bind(ref);
    while (use.Step()) grants.push_back(use.Integer(0));
  }
  return Done(std::move(grants));
}

Result<StreamState> SqliteReader::Stream(ConnectionKey connection, model::Stream stream) {
  StreamState state;
  {
    auto use = db_->Prepared(
        "SELECT cursor, first_sweep_done, sweeping FROM stream WHERE connection_key=? AND "
        "stream=?");
    use.Bind(connection).Bind(static_cast<std::int64_t>(stream));
    if (use.Step()) state = {std::string(use.Text(0)), use.Integer(1) != 0, use.Integer(2) != 0};
  }
  return Done(std::move(state));
}

// ---- for people ---------------------------------------------------------------------------------

Result<std::optional<RecordLife>> SqliteReader::Explain(std::string_view id) {
  std::optional<RecordLife> life;
  const RefKey ref = KeyOf(id);
  {
    auto use = db_->Prepared(
        "SELECT stream, id, version, updated, deleted, body, connection_key, vendor_id,"
        " vendor_version, origin, read_at FROM record WHERE ref = ?");
    use.Bind(ref);
    if (use.Step() && use.Text(1) == id) {
      life.emplace();
      life->record = RecordAt(use, static_cast<model::Stream>(use.Integer(0)), 1);
      life->source = {use.Integer(6), std::string(use.Text(7)), std::string(use.Text(8)),
                      std::string(use.Text(9)), FromMillis(use.Integer(10))};
    }
  }
  if (life) {
    auto seen = db_->Prepared("SELECT grant_key, app_location, since FROM visible WHERE ref = ?");
    seen.Bind(ref);
    while (seen.Step()) {
      life->visible_to.push_back(
          {seen.Integer(0), std::string(seen.Text(1)), FromMillis(seen.Integer(2))});
    }
    auto changes = db_->Prepared(
        "SELECT c.seq, c.grant_key, r.stream, r.id, c.version, c.kind, c.at, '' FROM change c"
        " JOIN record r ON r.ref = c.ref WHERE c.ref = ? ORDER BY c.seq DESC LIMIT 100");
    changes.Bind(ref);
    while (changes.Step()) life->changes.push_back(ChangeAt(changes));
    static const std::string sql =
        std::string(kDeliverySelect) + "WHERE d.ref = ? ORDER BY d.id DESC LIMIT 100";
    auto deliveries = db_->PreparedText(sql);
    deliveries.Bind(ref);
    while (deliveries.Step()) life->deliveries.push_back(DeliveryAt(deliveries));
  }
  return Done(std::move(life));
}

Result<std::optional<ResourceId>> SqliteReader::FindByVendorId(ConnectionKey connection,
                                                               model::Stream stream,
                                                               std::string_view vendor_id) {
  std::optional<ResourceId> id;
  {
    auto use =
        db_->Prepared("SELECT id FROM record WHERE connection_key=? AND stream=? AND vendor_id=?");
    use.Bind(connection).Bind(static_cast<std::int64_t>(stream)).Bind(vendor_id);
    if (use.Step()) id = ResourceId(std::string(use.Text(0)));
  }
  return Done(std::move(id));
}

Result<std::int64_t> SqliteReader::CountRecords(std::optional<ConnectionKey> connection,
                                                model::Stream stream) {
  std::int64_t count = 0;
  {
    auto use = db_->Prepared(
        "SELECT COUNT(*) FROM record WHERE stream=?1 AND deleted=0 AND (?2 IS NULL OR"
        " connection_key=?2)");
    use.Bind(static_cast<std::int64_t>(stream)).Bind(connection);
    if (use.Step()) count = use.Integer(0);
  }
  return Done(count);
}

Result<void> SqliteReader::ForEachRecord(
    const std::function<void(const ServedRecord&, const Source&)>& each) {
  {
    auto use = db_->Prepared(
        "SELECT stream, id, version, updated, deleted, body, connection_key, vendor_id,"
        " vendor_version, origin, read_at FROM record ORDER BY key");
    while (use.Step()) {
      const auto record = RecordAt(use, static_cast<model::Stream>(use.Integer(0)), 1);
      each(record, {use.Integer(6), std::string(use.Text(7)), std::string(use.Text(8)),
                    std::string(use.Text(9)), FromMillis(use.Integer(10))});
    }
  }
  if (!db_->failed()) return Ok();
  Error error = db_->error();
  db_->ClearError();
  return error;
}

}  // namespace pons::store
