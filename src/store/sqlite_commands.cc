// SPDX-License-Identifier: Apache-2.0
// What the store keeps of commands: the parts of Transaction and Reader that are about them.
#include <algorithm>

#include "crypto/crypto.h"
#include "store/command_rows.h"
#include "store/entity_rows.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"

namespace pons::store {
namespace {

constexpr std::chrono::hours kKeepKeys{7 * 24};
constexpr std::chrono::hours kKeepBodies{30 * 24};

std::optional<std::int64_t> Millis(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return ToMillis(*instant);
}

std::optional<std::int64_t> Number(const std::optional<Fault>& fault) {
  if (!fault) return std::nullopt;
  return static_cast<std::int64_t>(*fault);
}

std::int64_t Flag(bool flag) { return flag ? 1 : 0; }

}  // namespace

// ---- writing ------------------------------------------------------------------------------------

std::int64_t SqliteTransaction::Insert(const CommandRow& c) {
  if (FindCommandByKey(c.app, c.idempotency_key)) {
    db_.Fail(MakeError(Fault::kConflict, "this idempotency key is taken"));
    return 0;
  }
  auto use = db_.Prepared(
      "INSERT INTO command(id, connection_key, grant_key, app_key, kind, lane, body,"
      " idempotency_key, request_hash, accepted, document_id, state, open, holds, target, patient,"
      " attempts, failures, due, changed, deadline, expires, vendor_code, reason, result_stream,"
      " result_vendor_id, result_id, existed, similar, evidence, alternatives, expected_version)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'','',0,'','',0,'[]','','',?)");
  use.Bind(c.id).Bind(c.connection).Bind(c.grant).Bind(c.app);
  use.Bind(static_cast<std::int64_t>(c.kind)).Bind(c.lane).Bind(c.body);
  use.Bind(c.idempotency_key).Bind(c.request_hash).Bind(ToMillis(c.accepted)).Bind(c.document_id);
  use.Bind(std::int64_t{c.state}).Bind(Flag(c.open)).Bind(Flag(c.holds));
  use.Bind(c.target.value).Bind(c.patient.value);
  use.Bind(std::int64_t{c.attempts}).Bind(std::int64_t{c.failures}).Bind(ToMillis(c.due));
  use.Bind(ToMillis(c.changed)).Bind(ToMillis(c.deadline)).Bind(Millis(c.expires));
  if (c.expected_version) {
    use.Bind(*c.expected_version);
  } else {
    use.BindNull();
  }
  use.Run();
  const std::int64_t seq = db_.last_insert_key();
  NudgeCommands(c.connection);
  return seq;
}

std::optional<CommandRow> SqliteTransaction::FindCommand(std::string_view id) {
  return CommandById(db_, id);
}

std::optional<CommandRow> SqliteTransaction::FindCommandByKey(AppKey app, std::string_view key) {
  return CommandByAppKey(db_, app, key);
}

void SqliteTransaction::Save(const CommandRow& c) {
  const std::string similar = WriteTextList(c.similar);
  auto use = db_.Prepared(
      "UPDATE command SET state=?, open=?, holds=?, attempts=?, failures=?, due=?, first_sent=?,"
      " last_sent=?, changed=?, expires=?, ended=?, fault=?, vendor_code=?, reason=?,"
      " result_stream=?, result_vendor_id=?, result_id=?, existed=?, similar=?, evidence=?,"
      " alternatives=? WHERE id=?");
  use.Bind(std::int64_t{c.state}).Bind(Flag(c.open)).Bind(Flag(c.holds));
  use.Bind(std::int64_t{c.attempts}).Bind(std::int64_t{c.failures}).Bind(ToMillis(c.due));
  use.Bind(Millis(c.first_sent)).Bind(Millis(c.last_sent)).Bind(ToMillis(c.changed));
  use.Bind(Millis(c.expires)).Bind(Millis(c.ended)).Bind(Number(c.fault));
  use.Bind(c.vendor_code).Bind(c.reason);
  use.Bind(static_cast<std::int64_t>(c.result.stream)).Bind(c.result.id).Bind(c.result_id.value);
  use.Bind(Flag(c.existed)).Bind(similar).Bind(c.evidence).Bind(c.alternatives).Bind(c.id);
  use.Run();
  if (!c.open && !c.document_id.empty()) {
    db_.Prepared("UPDATE document SET keep_until = ? WHERE command = ? AND keep_until IS NULL")
        .Bind(ToMillis(now_ + kKeepBodies))
        .Bind(c.id)
        .Run();
  }
}

void SqliteTransaction::Append(const CommandStep& step) {
  db_.Prepared(
         "INSERT INTO command_event(command, at, event, from_, to_, note) VALUES(?,?,?,?,?,?)")
      .Bind(step.command)
      .Bind(ToMillis(step.at))
      .Bind(std::int64_t{step.event})
      .Bind(std::int64_t{step.from})
      .Bind(std::int64_t{step.to})
      .Bind(step.note)
      .Run();
}

std::int64_t SqliteTransaction::CountOpenCommands(ConnectionKey connection) {
  auto use = db_.Prepared("SELECT COUNT(*) FROM command WHERE connection_key = ? AND open = 1");
  use.Bind(connection);
  return use.Step() ? use.Integer(0) : 0;
}

std::optional<CommandRow> SqliteTransaction::NextCommand(const CommandQuery& query) {
  return NextCommandOf(db_, query);
}

void SqliteTransaction::SaveWriteHealth(ConnectionKey connection, const WriteHealth& health) {
  db_.Prepared(
         "INSERT OR REPLACE INTO write_health(connection_key, state, fault, cause, since)"
         " VALUES(?,?,?,?,?)")
      .Bind(connection)
      .Bind(static_cast<std::int64_t>(health.state))
      .Bind(health.fault)
      .Bind(health.cause)
      .Bind(ToMillis(health.since))
      .Run();
}

std::int64_t SqliteTransaction::RewriteTail(RefKey ref,
                                            const std::function<bool(std::string&)>& change) {
  constexpr std::string_view kGap = "\"lastUpdated\":\"";
  std::string body;
  std::int64_t version = 0;
  {
    auto use = db_.Prepared("SELECT body, version FROM record WHERE ref = ? AND deleted = 0");
    use.Bind(ref);
    if (!use.Step()) return 0;
    body = std::string(use.Text(0));
    version = use.Integer(1) + 1;
  }
  const auto head = body.find("\"versionId\":\"");
  const auto updated = head == std::string::npos ? head : body.find(kGap, head);
  const auto end = updated == std::string::npos ? updated : body.find('"', updated + kGap.size());
  if (end == std::string::npos) return 0;
  std::string tail = body.substr(end + 1);
  if (!change(tail)) return 0;
  body.resize(head);
  body += "\"versionId\":\"" + std::to_string(version) + "\",\"lastUpdated\":\"" +
          FormatInstant(now_) + "\"" + tail;
  db_.Prepared("UPDATE record SET body = ?, version = ?, updated = ? WHERE ref = ?")
      .Bind(body)
      .Bind(version)
      .Bind(ToMillis(now_))
      .Bind(ref)
      .Run();
  touched_.records = true;
  return version;
}

void SqliteTransaction::NudgeCommands(ConnectionKey connection) {
  auto& nudged = touched_.commands;
  if (std::find(nudged.begin(), nudged.end(), connection) == nudged.end()) {
    nudged.push_back(connection);
  }
}

void SqliteTransaction::KeepDocument(std::string_view command, std::string_view document_id,
                                     std::string_view content) {
  const std::string hash = crypto::Sha256(content);
  db_.Prepared("INSERT INTO document(command, document_id, sha256, content) VALUES(?,?,?,?)")
      .Bind(command)
      .Bind(document_id)
      .Blob(hash)
      .Blob(content)
      .Run();
}

void SqliteTransaction::DropOldCommands(Instant now) {
  db_.Prepared("UPDATE command SET idempotency_key = '' WHERE ended < ? AND idempotency_key <> ''")
      .Bind(ToMillis(now - kKeepKeys))
      .Run();
  // What was asked holds patient data; how it went does not.
  db_.Prepared("UPDATE command SET body = '' WHERE ended < ? AND body <> ''")
      .Bind(ToMillis(now - kKeepBodies))
      .Run();
  db_.Prepared("DELETE FROM document WHERE keep_until < ?").Bind(ToMillis(now)).Run();
}

// ---- reading ------------------------------------------------------------------------------------

Result<std::optional<CommandRow>> SqliteReader::Command(std::string_view id) {
  return Done(CommandById(*db_, id));
}

Result<std::optional<CommandRow>> SqliteReader::CommandByKey(AppKey app, std::string_view key) {
  return Done(CommandByAppKey(*db_, app, key));
}

Result<std::optional<CommandRow>> SqliteReader::NextCommand(const CommandQuery& query) {
  return Done(NextCommandOf(*db_, query));
}

Result<CommandMoments> SqliteReader::NextCommandMoments(ConnectionKey connection, unsigned kinds) {
  CommandMoments moments;
  const auto read = [](Use& use) -> std::optional<Instant> {
    const auto millis = use.Step() ? use.IntegerOrNull(0) : std::nullopt;
    if (!millis) return std::nullopt;
    return FromMillis(*millis);
  };
  {
    auto use = db_->Prepared(
        "SELECT MIN(c.due) FROM command c INDEXED BY command_open WHERE c.connection_key = ?1"
        " AND c.open = 1 AND ((?2 >> c.kind) & 1) = 1 AND (c.holds = 0 OR NOT EXISTS"
        "  (SELECT 1 FROM command e WHERE e.connection_key = c.connection_key"
        "   AND e.lane = c.lane AND e.open = 1 AND e.holds = 1 AND e.seq < c.seq))");
    use.Bind(connection).Bind(std::int64_t{kinds});
    moments.due = read(use);
  }
  {
    auto use = db_->Prepared(
        "SELECT MIN(expires) FROM command WHERE connection_key = ? AND expires IS NOT NULL");
    use.Bind(connection);
    moments.expires = read(use);
  }
  return Done(moments);
}

Result<WriteHealth> SqliteReader::HealthOfWrites(ConnectionKey connection) {
  WriteHealth health;
  {
    auto use = db_->Prepared(
        "SELECT state, fault, cause, since FROM write_health WHERE connection_key = ?");
    use.Bind(connection);
    if (use.Step()) {
      health = {static_cast<ReadState>(use.Integer(0)), std::string(use.Text(1)),
                std::string(use.Text(2)), FromMillis(use.Integer(3))};
    }
  }
  return Done(std::move(health));
}

Result<std::vector<ConnectionKey>> SqliteReader::ConnectionsWithCommands() {
  std::vector<ConnectionKey> keys;
  {
    auto use = db_->Prepared(
        "SELECT k.key FROM connection k WHERE EXISTS (SELECT 1 FROM command c"
        " WHERE c.connection_key = k.key AND c.open = 1)");
    while (use.Step()) keys.push_back(use.Integer(0));
  }
  return Done(std::move(keys));
}

Result<std::vector<CommandRow>> SqliteReader::Commands(const CommandFilter& filter) {
  // Open ones are few however many have ended, and have an index of their own.
  constexpr char kOpen[] = "SELECT " PONS_COMMAND_COLUMNS
                           " FROM command c INDEXED BY command_open WHERE c.open = 1"
                           " AND c.connection_key = ?1 AND (?2 IS NULL OR c.state = ?2)"
                           " ORDER BY c.seq DESC LIMIT ?3";
  constexpr char kAny[] = "SELECT " PONS_COMMAND_COLUMNS
                          " FROM command c WHERE (?1 IS NULL OR c.connection_key = ?1)"
                          " AND (?2 IS NULL OR c.state = ?2) AND (?4 = 0 OR c.open = 1)"
                          " ORDER BY c.seq DESC LIMIT ?3";
  static const std::string open_sql = kOpen;
  static const std::string any_sql = kAny;
  const bool by_index = filter.only_open && filter.connection.has_value();
  std::vector<CommandRow> rows;
  {
    std::optional<std::int64_t> state;
    if (filter.state) state = *filter.state;
    auto use = db_->PreparedText(by_index ? open_sql : any_sql);
    use.Bind(filter.connection).Bind(state).Bind(std::int64_t{filter.limit});
    if (!by_index) use.Bind(Flag(filter.only_open));
    while (use.Step()) rows.push_back(CommandAt(use));
  }
  return Done(std::move(rows));
}

Result<std::vector<CommandStep>> SqliteReader::CommandSteps(std::string_view id) {
  std::vector<CommandStep> steps;
  {
    auto use = db_->Prepared(
        "SELECT seq, command, at, event, from_, to_, note FROM command_event WHERE command = ?"
        " ORDER BY seq");
    use.Bind(id);
    while (use.Step()) {
      steps.push_back({use.Integer(0), std::string(use.Text(1)), FromMillis(use.Integer(2)),
                       static_cast<int>(use.Integer(3)), static_cast<int>(use.Integer(4)),
                       static_cast<int>(use.Integer(5)), std::string(use.Text(6))});
    }
  }
  return Done(std::move(steps));
}

Result<std::vector<CommandTally>> SqliteReader::CommandTallies() {
  std::vector<CommandTally> tallies;
  {
    auto use = db_->Prepared(
        "SELECT connection_key, kind, state, COUNT(*), MIN(accepted) FROM command"
        " GROUP BY connection_key, kind, state");
    while (use.Step()) {
      tallies.push_back({use.Integer(0), static_cast<model::CommandKind>(use.Integer(1)),
                         static_cast<int>(use.Integer(2)), use.Integer(3),
                         FromMillis(use.Integer(4))});
    }
  }
  return Done(std::move(tallies));
}

Result<std::vector<CommandRow>> SqliteReader::CommandsOfRecord(std::string_view resource_id) {
  std::vector<CommandRow> rows;
  if (resource_id.empty()) return rows;
  {
    auto use = db_->Prepared("SELECT " PONS_COMMAND_COLUMNS
                             " FROM command c WHERE c.seq IN"
                             " (SELECT seq FROM command WHERE target = ?1 AND target <> ''"
                             "  UNION SELECT seq FROM command WHERE result_id = ?1"
                             "   AND result_id <> ''"
                             "  UNION SELECT seq FROM command WHERE document_id = ?1"
                             "   AND document_id <> '') ORDER BY c.seq DESC LIMIT 100");
    use.Bind(resource_id);
    while (use.Step()) rows.push_back(CommandAt(use));
  }
  return Done(std::move(rows));
}

Result<std::shared_ptr<const std::string>> SqliteReader::DocumentContent(std::string_view command) {
  std::shared_ptr<const std::string> content;
  {
    auto use = db_->Prepared("SELECT content FROM document WHERE command = ?");
    use.Bind(command);
    if (use.Step()) content = std::make_shared<const std::string>(use.Text(0));
  }
  return Done(std::move(content));
}

}  // namespace pons::store
