// SPDX-License-Identifier: Apache-2.0
// Notices: the part of SqliteAccounts that is about what people are told.
#include "json/value.h"
#include "store/entity_rows.h"
#include "store/outbox_rows.h"
#include "store/sqlite_accounts.h"

// As ReadNotice takes them; the last is whether somebody has read it.
#define PONS_NOTICE_COLUMNS \
  "n.key, n.user_id, n.organization_id, n.kind, n.subject, n.text, n.link, n.created, n.ended"
// ?1 the user, ?2 their organizations, ?3 whether an operator.
#define PONS_NOTICES_OF_USER                                                          \
  " FROM notice n LEFT JOIN notice_read r ON r.notice_key = n.key AND r.user_id = ?1" \
  " WHERE (n.user_id = ?1 OR (n.user_id = '' AND (n.organization_id IN"               \
  " (SELECT value FROM json_each(?2)) OR (?3 AND n.organization_id = ''))))"

namespace pons::store {
namespace {

Notice ReadNotice(const Use& use) {
  Notice row;
  row.key = use.Integer(0);
  row.user = std::string(use.Text(1));
  row.organization = OrganizationId(std::string(use.Text(2)));
  row.kind = std::string(use.Text(3));
  row.subject = std::string(use.Text(4));
  row.text = std::string(use.Text(5));
  row.link = std::string(use.Text(6));
  row.created = FromMillis(use.Integer(7));
  row.ended = InstantOrNull(use, 8);
  row.read = use.Integer(9) != 0;
  return row;
}

std::string OrganizationList(const NoticeQuery& query) {
  std::vector<std::string> ids;
  for (const auto& organization : query.organizations) ids.push_back(organization.value);
  return WriteTextList(ids);
}

}  // namespace

std::vector<Notice> SqliteAccounts::Notices(const NoticeQuery& query) {
  const auto organizations = OrganizationList(query);
  auto use = db_.Prepared(
      "SELECT " PONS_NOTICE_COLUMNS ", r.at IS NOT NULL" PONS_NOTICES_OF_USER
      " AND (?4 = 0 OR n.key < ?4) AND (?6 = 0 OR n.ended IS NULL) ORDER BY n.key DESC LIMIT ?5");
  use.Bind(query.user)
      .Bind(organizations)
      .Bind(std::int64_t{query.operators})
      .Bind(query.before)
      .Bind(std::int64_t{query.limit})
      .Bind(std::int64_t{query.only_open});
  return AllRows(use, ReadNotice);
}

std::int64_t SqliteAccounts::CountUnread(const NoticeQuery& query) {
  const auto organizations = OrganizationList(query);
  auto use =
      db_.Prepared("SELECT count(*)" PONS_NOTICES_OF_USER " AND r.at IS NULL AND n.ended IS NULL");
  use.Bind(query.user).Bind(organizations).Bind(std::int64_t{query.operators});
  return use.Step() ? use.Integer(0) : 0;
}

std::optional<Notice> SqliteAccounts::FindNotice(std::int64_t key) {
  auto use = db_.Prepared("SELECT " PONS_NOTICE_COLUMNS ", 0 FROM notice n WHERE n.key = ?");
  use.Bind(key);
  return FirstRow(use, ReadNotice);
}

std::vector<Notice> SqliteAccounts::UnmailedNotices(std::uint32_t limit) {
  auto use = db_.Prepared("SELECT " PONS_NOTICE_COLUMNS
                          ", 0 FROM notice n WHERE n.mailed IS NULL AND n.ended IS NULL"
                          " ORDER BY n.key LIMIT ?");
  use.Bind(std::int64_t{limit});
  return AllRows(use, ReadNotice);
}

std::int64_t SqliteAccounts::Raise(const Notice& notice) {
  db_.Prepared(
         "INSERT INTO notice(user_id, organization_id, kind, subject, text, link, created)"
         " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM notice"
         " WHERE organization_id = ?2 AND kind = ?3 AND subject = ?4 AND user_id = ?1"
         " AND ended IS NULL)")
      .Bind(notice.user)
      .Bind(notice.organization.value)
      .Bind(notice.kind)
      .Bind(notice.subject)
      .Bind(notice.text)
      .Bind(notice.link)
      .Bind(ToMillis(notice.created == Instant{} ? now_ : notice.created))
      .Run();
  return !db_.failed() && db_.changes() > 0 ? db_.last_insert_key() : 0;
}

void SqliteAccounts::EndNotices(const OrganizationId& organization, std::string_view kind,
                                std::string_view subject) {
  db_.Prepared(
         "UPDATE notice SET ended = ? WHERE organization_id = ? AND kind = ? AND subject = ?"
         " AND ended IS NULL")
      .Bind(ToMillis(now_))
      .Bind(organization.value)
      .Bind(kind)
      .Bind(subject)
      .Run();
}

void SqliteAccounts::MarkRead(std::int64_t notice, std::string_view user) {
  db_.Prepared("INSERT OR IGNORE INTO notice_read(notice_key, user_id, at) VALUES(?,?,?)")
      .Bind(notice)
      .Bind(user)
      .Bind(ToMillis(now_))
      .Run();
}

void SqliteAccounts::MarkMailed(std::int64_t notice) {
  db_.Prepared("UPDATE notice SET mailed = ? WHERE key = ?")
      .Bind(ToMillis(now_))
      .Bind(notice)
      .Run();
}

std::vector<std::pair<std::string, bool>> SqliteAccounts::NoticePreferences(std::string_view user) {
  std::vector<std::pair<std::string, bool>> rows;
  auto use =
      db_.Prepared("SELECT kind, email FROM notice_preference WHERE user_id = ? ORDER BY kind");
  use.Bind(user);
  while (use.Step()) rows.emplace_back(std::string(use.Text(0)), use.Integer(1) != 0);
  return rows;
}

void SqliteAccounts::SavePreference(std::string_view user, std::string_view kind, bool email) {
  db_.Prepared("INSERT OR REPLACE INTO notice_preference(user_id, kind, email) VALUES(?,?,?)")
      .Bind(user)
      .Bind(kind)
      .Bind(std::int64_t{email})
      .Run();
}

}  // namespace pons::store
