// SPDX-License-Identifier: Apache-2.0
// What the store keeps of ownership: the parts of Transaction and Reader that are about it.
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"

namespace pons::store {
namespace {

constexpr char kOwner[] =
    "SELECT grant_key, since, opened, opened_by FROM patient_owner"
    " WHERE connection_key = ? AND vendor_id = ?";

std::optional<PatientOwner> OwnerIn(Db& db, ConnectionKey connection, std::string_view vendor_id) {
  auto use = db.Prepared(kOwner);
  use.Bind(connection).Bind(vendor_id);
  if (!use.Step()) return std::nullopt;
  PatientOwner owner{connection,     std::string(vendor_id),
                     use.Integer(0), FromMillis(use.Integer(1)),
                     std::nullopt,   std::string(use.Text(3))};
  if (const auto opened = use.IntegerOrNull(2)) owner.opened = FromMillis(*opened);
  return owner;
}

}  // namespace

void SqliteTransaction::SaveOwner(const PatientOwner& owner) {
  db_.Prepared(
         "INSERT OR IGNORE INTO patient_owner(connection_key, vendor_id, grant_key, since)"
         " VALUES(?,?,?,?)")
      .Bind(owner.connection)
      .Bind(owner.vendor_id)
      .Bind(owner.grant)
      .Bind(ToMillis(now_))
      .Run();
}

std::optional<PatientOwner> SqliteTransaction::FindOwner(ConnectionKey connection,
                                                         std::string_view vendor_id) {
  return OwnerIn(db_, connection, vendor_id);
}

bool SqliteTransaction::MarkOpened(ConnectionKey connection, std::string_view vendor_id,
                                   Instant opened, std::string_view visit) {
  db_.Prepared(
         "UPDATE patient_owner SET opened=?, opened_by=?"
         " WHERE connection_key=? AND vendor_id=? AND opened IS NULL")
      .Bind(ToMillis(opened))
      .Bind(visit)
      .Bind(connection)
      .Bind(vendor_id)
      .Run();
  return !db_.failed() && db_.changes() > 0;
}

void SqliteTransaction::SaveDuplicate(const PossibleDuplicate& pair) {
  // The other way round it is the same pair.
  db_.Prepared(
         "INSERT OR IGNORE INTO possible_duplicate(connection_key, vendor_id, other_vendor_id,"
         " command, since, state) SELECT ?1,?2,?3,?4,?5,?6 WHERE NOT EXISTS (SELECT 1 FROM"
         " possible_duplicate WHERE connection_key=?1 AND vendor_id=?3 AND other_vendor_id=?2)")
      .Bind(pair.connection)
      .Bind(pair.vendor_id)
      .Bind(pair.other_vendor_id)
      .Bind(pair.command)
      .Bind(ToMillis(now_))
      .Bind(static_cast<std::int64_t>(pair.state))
      .Run();
}

bool SqliteTransaction::SettleDuplicate(std::int64_t key, DuplicateState state) {
  db_.Prepared("UPDATE possible_duplicate SET state=? WHERE key=?")
      .Bind(static_cast<std::int64_t>(state))
      .Bind(key)
      .Run();
  return !db_.failed() && db_.changes() > 0;
}

Result<std::optional<PatientOwner>> SqliteReader::Owner(ConnectionKey connection,
                                                        std::string_view vendor_id) {
  return Done(OwnerIn(*db_, connection, vendor_id));
}

Result<std::vector<PossibleDuplicate>> SqliteReader::PossibleDuplicates(bool settled_too) {
  std::vector<PossibleDuplicate> rows;
  {
    auto use = db_->Prepared(
        "SELECT key, connection_key, vendor_id, other_vendor_id, command, since, state"
        " FROM possible_duplicate WHERE state = 0 OR ?1 ORDER BY key");
    use.Bind(std::int64_t{settled_too});
    while (use.Step()) {
      rows.push_back({use.Integer(0), use.Integer(1), std::string(use.Text(2)),
                      std::string(use.Text(3)), std::string(use.Text(4)),
                      FromMillis(use.Integer(5)), static_cast<DuplicateState>(use.Integer(6))});
    }
  }
  return Done(std::move(rows));
}

}  // namespace pons::store
