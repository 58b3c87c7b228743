// SPDX-License-Identifier: Apache-2.0
// Learned settings, counts of what vendors charge for, and links of apps' users: the parts of
// Transaction and Reader that are about them.
#include "json/value.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"

namespace pons::store {

bool SqliteTransaction::KeepSetting(ConnectionKey connection, std::int64_t revision,
                                    std::string_view key, std::string_view value) {
  std::string settings;
  {
    auto use = db_.Prepared("SELECT settings FROM connection WHERE key=? AND settings_revision=?");
    use.Bind(connection).Bind(revision);
    if (!use.Step()) return false;
    settings = use.Text(0);
  }
  // A removed connection has no settings, and gets none.
  auto parsed = json::Parse(settings);
  if (settings.empty() || !parsed || !parsed->is_object()) return false;
  if (parsed->Text(key) == value) return false;
  parsed->Set(key, std::string(value));
  db_.Prepared("UPDATE connection SET settings=? WHERE key=?")
      .Bind(json::Write(*parsed))
      .Bind(connection)
      .Run();
  SettingsChanged();
  return !db_.failed();
}

void SqliteTransaction::AddVendorRequests(const VendorRequests& row) {
  db_.Prepared(
         "INSERT INTO vendor_requests(connection_key, day, what, count) VALUES(?,?,?,?)"
         " ON CONFLICT(connection_key, day, what) DO UPDATE SET count = count + excluded.count")
      .Bind(row.connection)
      .Bind(ToMillis(row.day))
      .Bind(row.what)
      .Bind(row.count)
      .Run();
}

Result<std::vector<VendorRequests>> SqliteReader::CountedRequests(ConnectionKey connection,
                                                                  Instant since) {
  std::vector<VendorRequests> rows;
  {
    auto use = db_->Prepared(
        "SELECT day, what, count FROM vendor_requests WHERE connection_key=? AND day >= ?"
        " ORDER BY day, what");
    use.Bind(connection).Bind(ToMillis(since));
    while (use.Step()) {
      rows.push_back(
          {connection, FromMillis(use.Integer(0)), std::string(use.Text(1)), use.Integer(2)});
    }
  }
  return Done(std::move(rows));
}

void SqliteTransaction::Save(const UserLink& link) {
  db_.Prepared(
         "INSERT OR REPLACE INTO user_link(grant_key, app_user, practitioner_id, vendor_id,"
         " created) VALUES(?,?,?,?,?)")
      .Bind(link.grant)
      .Bind(link.app_user)
      .Bind(link.practitioner.value)
      .Bind(link.vendor_id)
      .Bind(ToMillis(now_))
      .Run();
}

bool SqliteTransaction::DropUserLink(GrantKey grant, std::string_view app_user) {
  db_.Prepared("DELETE FROM user_link WHERE grant_key=? AND app_user=?")
      .Bind(grant)
      .Bind(app_user)
      .Run();
  return !db_.failed() && db_.changes() > 0;
}

Result<std::vector<UserLink>> SqliteReader::UserLinks(GrantKey grant) {
  std::vector<UserLink> rows;
  {
    auto use = db_->Prepared(
        "SELECT app_user, practitioner_id, vendor_id, created FROM user_link WHERE grant_key=?"
        " ORDER BY app_user");
    use.Bind(grant);
    while (use.Step()) {
      UserLink row;
      row.grant = grant;
      row.app_user = use.Text(0);
      row.practitioner = ResourceId(std::string(use.Text(1)));
      row.vendor_id = use.Text(2);
      row.created = FromMillis(use.Integer(3));
      rows.push_back(std::move(row));
    }
  }
  return Done(std::move(rows));
}

}  // namespace pons::store
