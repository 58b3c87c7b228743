// SPDX-License-Identifier: Apache-2.0
// What people are shown, on SQLite: the parts of Reader and Transaction that are about it.
#include <algorithm>

#include "store/command_rows.h"
#include "store/portal.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"

namespace pons::store {
namespace {

#define PONS_STORED_COLUMNS                                                                \
  "r.ref, r.stream, r.id, r.connection_key, r.vendor_id, r.updated, r.deleted, r.patient," \
  " r.body"

StoredRecord StoredAt(const Use& use) {
  StoredRecord record;
  record.ref = use.Integer(0);
  record.stream = static_cast<model::Stream>(use.Integer(1));
  record.id = ResourceId(std::string(use.Text(2)));
  record.connection = use.Integer(3);
  record.vendor_id = std::string(use.Text(4));
  record.updated = FromMillis(use.Integer(5));
  record.deleted = use.Integer(6) != 0;
  record.patient = use.IntegerOrNull(7);
  if (!record.deleted) record.body = std::make_shared<const std::string>(use.Text(8));
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

// LIKE's own signs as themselves.
std::string Literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// " FROM record … WHERE …" and what to bind, in order.
struct Where {
  std::string sql;
  std::vector<std::string> texts;
};

Where PatientsWhere(const PatientSearch& search) {
  Where where;
  where.sql = " FROM record r INDEXED BY record_of_connection WHERE r.connection_key IN (";
  for (std::size_t i = 0; i < search.connections.size(); ++i) where.sql += i == 0 ? "?" : ",?";
  where.sql += ") AND r.stream = " + std::to_string(static_cast<int>(model::Stream::kPatients)) +
               " AND r.deleted = 0";
  for (const auto& name : search.names) {
    where.sql +=
        " AND (r.family LIKE ? ESCAPE '\\' OR r.family LIKE ? ESCAPE '\\'"
        " OR r.given LIKE ? ESCAPE '\\' OR r.given LIKE ? ESCAPE '\\')";
    const auto begins = Literal(name) + "%";
    for (int column = 0; column < 2; ++column) {
      where.texts.push_back(begins);
      where.texts.push_back("% " + begins);
    }
  }
  if (!search.birth_date.empty()) {
    where.sql += " AND r.birth_date = ?";
    where.texts.push_back(search.birth_date);
  }
  if (!search.identifier.empty()) {
    where.sql += " AND r.ref IN (SELECT ref FROM identifier WHERE value >= ? AND value < ?)";
    where.texts.push_back(search.identifier);
    where.texts.push_back(search.identifier + "\x7f");
  }
  return where;
}

void Bind(Use& use, const PatientSearch& search, const Where& where) {
  for (const ConnectionKey connection : search.connections) use.Bind(connection);
  for (const auto& text : where.texts) use.Bind(std::string_view(text));
}

class SqlitePortal final : public PortalReads {
 public:
  explicit SqlitePortal(Db& db) : db_(db) {}

  std::vector<StoredRecord> Patients(const PatientSearch& search) override {
    std::vector<StoredRecord> records;
    if (search.connections.empty()) return records;
    const Where where = PatientsWhere(search);
    // The page is chosen within the index; only its rows are read.
    auto use = db_.PreparedText(
        "SELECT " PONS_STORED_COLUMNS " FROM (SELECT r.key, r.family, r.given" + where.sql +
        " ORDER BY r.family, r.given, r.key LIMIT ? OFFSET ?) p"
        " JOIN record r ON r.key = p.key ORDER BY p.family, p.given, p.key");
    Bind(use, search, where);
    use.Bind(search.limit).Bind(search.skip);
    while (use.Step()) records.push_back(StoredAt(use));
    return records;
  }

  std::int64_t CountPatients(const PatientSearch& search) override {
    if (search.connections.empty()) return 0;
    const Where where = PatientsWhere(search);
    auto use = db_.PreparedText("SELECT COUNT(*)" + where.sql);
    Bind(use, search, where);
    return use.Step() ? use.Integer(0) : 0;
  }

  std::vector<StoredRecord> Directory(ConnectionKey connection, model::Stream stream) override {
    std::vector<StoredRecord> records;
    auto use = db_.Prepared("SELECT " PONS_STORED_COLUMNS
                            " FROM record r INDEXED BY record_of_connection WHERE"
                            " r.connection_key = ? AND r.stream = ? AND r.deleted = 0"
                            " ORDER BY r.family, r.given, r.key");
    use.Bind(connection).Bind(static_cast<std::int64_t>(stream));
    while (use.Step()) records.push_back(StoredAt(use));
    return records;
  }

  std::array<std::int64_t, model::kStreamCount> Counts(ConnectionKey connection) override {
    std::array<std::int64_t, model::kStreamCount> counts{};
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = CountOf(connection, i);
    return counts;
  }

  std::int64_t CountVisible(GrantKey grant, model::Stream stream) override {
    auto use = db_.Prepared(
        "SELECT COUNT(*) FROM visible v JOIN record r ON r.ref = v.ref"
        " WHERE v.grant_key = ? AND r.stream = ? AND r.deleted = 0");
    use.Bind(grant).Bind(static_cast<std::int64_t>(stream));
    return use.Step() ? use.Integer(0) : 0;
  }

  std::vector<std::pair<Instant, std::int64_t>> Bookings(AppKey app, Instant since) override {
    constexpr std::int64_t kHour = 3'600'000;
    auto use = db_.Prepared(
        "SELECT ended - ended % ?3, COUNT(*) FROM command WHERE app_key = ?1 AND kind = 2"
        " AND result_id <> '' AND ended IS NOT NULL AND ended >= ?2 GROUP BY 1 ORDER BY 1");
    use.Bind(app).Bind(ToMillis(since)).Bind(kHour);
    return AllRows(
        use, [](const Use& row) { return std::pair(FromMillis(row.Integer(0)), row.Integer(1)); });
  }

  std::optional<StoredRecord> Record(RefKey ref) override {
    auto use = db_.Prepared("SELECT " PONS_STORED_COLUMNS " FROM record r WHERE r.ref = ?");
    use.Bind(ref);
    if (!use.Step()) return std::nullopt;
    return StoredAt(use);
  }

  std::vector<std::pair<GrantKey, Instant>> SeenBy(RefKey ref) override {
    std::vector<std::pair<GrantKey, Instant>> seen;
    auto use = db_.Prepared(
        "SELECT v.grant_key, v.since FROM visible v JOIN grant_ g ON g.key = v.grant_key"
        " WHERE v.ref = ? AND g.revoked = 0 ORDER BY v.since, v.grant_key");
    use.Bind(ref);
    while (use.Step()) seen.emplace_back(use.Integer(0), FromMillis(use.Integer(1)));
    return seen;
  }

  std::optional<Instant> LastVisit(RefKey patient) override {
    auto use = db_.Prepared(
        "SELECT MAX(start) FROM record WHERE patient = ? AND stream = ? AND deleted = 0");
    use.Bind(patient).Bind(static_cast<std::int64_t>(model::Stream::kEncounters));
    if (!use.Step()) return std::nullopt;
    if (const auto start = use.IntegerOrNull(0)) return FromMillis(*start);
    return std::nullopt;
  }

  std::vector<SeenVisit> VisitsSince(ConnectionKey connection, Instant since) override {
    std::vector<SeenVisit> visits;
    auto use = db_.Prepared(
        "SELECT vendor_id, seen, location_id, practitioner_id, service_id, outcome,"
        " waiting_patient FROM visit WHERE connection_key = ? AND seen >= ?");
    use.Bind(connection).Bind(ToMillis(since));
    while (use.Step()) visits.push_back(VisitAt(use, connection));
    return visits;
  }

  std::vector<SeenVisit> VisitsBefore(ConnectionKey connection, Instant seen,
                                      std::string_view vendor_id, std::int64_t limit) override {
    std::vector<SeenVisit> visits;
    auto use = db_.Prepared(
        "SELECT vendor_id, seen, location_id, practitioner_id, service_id, outcome,"
        " waiting_patient FROM visit WHERE connection_key = ?"
        " AND (seen, vendor_id) < (?, ?) ORDER BY seen DESC, vendor_id DESC LIMIT ?");
    use.Bind(connection).Bind(ToMillis(seen)).Bind(vendor_id).Bind(limit);
    while (use.Step()) visits.push_back(VisitAt(use, connection));
    return visits;
  }

  std::vector<ChangeLine> ChangesBefore(GrantKey grant, std::int64_t seq,
                                        std::int64_t limit) override {
    auto use = db_.Prepared(
        "SELECT seq, grant_key, ref, kind, at FROM change INDEXED BY change_of_grant"
        " WHERE grant_key = ? AND seq < ? ORDER BY seq DESC LIMIT ?");
    use.Bind(grant).Bind(seq).Bind(limit);
    return Lines(use);
  }

  std::vector<ChangeLine> ChangesOf(RefKey ref, std::int64_t limit) override {
    auto use = db_.Prepared(
        "SELECT seq, grant_key, ref, kind, at FROM change INDEXED BY change_of_record"
        " WHERE ref = ? ORDER BY seq DESC LIMIT ?");
    use.Bind(ref).Bind(limit);
    return Lines(use);
  }

  std::vector<CommandRow> CommandsBefore(ConnectionKey connection, std::int64_t seq,
                                         std::int64_t limit) override {
    std::vector<CommandRow> rows;
    auto use = db_.Prepared("SELECT " PONS_COMMAND_COLUMNS
                            " FROM command c WHERE c.connection_key = ? AND c.seq < ?"
                            " ORDER BY c.seq DESC LIMIT ?");
    use.Bind(connection).Bind(seq).Bind(limit);
    while (use.Step()) rows.push_back(CommandAt(use));
    return rows;
  }

  std::int64_t CountSharedSince(std::span<const GrantKey> grants, Instant since) override {
    std::vector<RefKey> seen;
    for (const GrantKey grant : grants) {
      auto use = db_.Prepared(
          "SELECT c.ref, c.at, r.stream, c.kind FROM change c INDEXED BY change_of_grant"
          " CROSS JOIN record r ON r.ref = c.ref WHERE c.grant_key = ? ORDER BY c.seq DESC");
      use.Bind(grant);
      while (use.Step() && use.Integer(1) >= ToMillis(since)) {
        const bool new_patient =
            static_cast<model::Stream>(use.Integer(2)) == model::Stream::kPatients &&
            static_cast<ChangeKind>(use.Integer(3)) == ChangeKind::kCreated;
        if (new_patient) seen.push_back(use.Integer(0));
      }
    }
    std::sort(seen.begin(), seen.end());
    return std::unique(seen.begin(), seen.end()) - seen.begin();
  }

  bool Answered(ConnectionKey connection, model::Stream stream,
                std::string_view vendor_id) override {
    auto use = db_.Prepared(
        "SELECT 1 FROM answered WHERE connection_key = ? AND stream = ? AND vendor_id = ?");
    use.Bind(connection).Bind(static_cast<std::int64_t>(stream)).Bind(vendor_id);
    return use.Step();
  }

  bool HasAnswers(ConnectionKey connection, model::Stream stream) override {
    auto use =
        db_.Prepared("SELECT 1 FROM answered WHERE connection_key = ? AND stream = ? LIMIT 1");
    use.Bind(connection).Bind(static_cast<std::int64_t>(stream));
    return use.Step();
  }

 private:
  std::int64_t CountOf(ConnectionKey connection, std::size_t stream) {
    auto use = db_.Prepared(
        "SELECT COUNT(*) FROM record INDEXED BY record_of_connection WHERE connection_key = ?"
        " AND stream = ? AND deleted = 0");
    use.Bind(connection).Bind(static_cast<std::int64_t>(stream));
    return use.Step() ? use.Integer(0) : 0;
  }

  std::vector<ChangeLine> Lines(Use& use) {
    std::vector<ChangeLine> lines;
    while (use.Step()) {
      ChangeLine line;
      line.seq = use.Integer(0);
      line.grant = use.Integer(1);
      line.ref = use.Integer(2);
      line.kind = static_cast<ChangeKind>(use.Integer(3));
      line.at = FromMillis(use.Integer(4));
      lines.push_back(std::move(line));
    }
    for (auto& line : lines) AddDelivery(line);
    return lines;
  }

  // Of several webhooks the one that is worst off speaks.
  void AddDelivery(ChangeLine& line) {
    auto use = db_.Prepared(
        "SELECT state, last_error FROM delivery INDEXED BY delivery_of_change WHERE seq = ?");
    use.Bind(line.seq);
    const auto rank = [](DeliveryState state) {
      return state == DeliveryState::kFailed ? 2 : state == DeliveryState::kQueued ? 1 : 0;
    };
    while (use.Step()) {
      const auto state = static_cast<DeliveryState>(use.Integer(0));
      if (line.told && rank(state) <= rank(*line.told)) continue;
      line.told = state;
      line.error = std::string(use.Text(1));
    }
  }

  Db& db_;
};

}  // namespace

Result<void> SqliteReader::Portal(const std::function<void(PortalReads&)>& read) {
  SqlitePortal rows(*db_);
  read(rows);
  const auto done = Done(true);
  return done ? Ok() : Result<void>(done.error());
}

void SqliteTransaction::MarkAnswered(ConnectionKey connection, model::Stream stream,
                                     std::string_view vendor_id) {
  db_.Prepared("INSERT OR IGNORE INTO answered(connection_key, stream, vendor_id) VALUES(?,?,?)")
      .Bind(connection)
      .Bind(static_cast<std::int64_t>(stream))
      .Bind(vendor_id)
      .Run();
}

}  // namespace pons::store
