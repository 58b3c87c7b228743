// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_accounts.h"

#include "store/outbox_rows.h"
#include "store/sqlite_reader.h"

// In the order that the functions below read them.
#define PONS_USER_COLUMNS                                                        \
  "id, email, name, locale, operator, developer, disabled, password_hash, totp," \
  " totp_pending, totp_step, created, last_sign_in"
#define PONS_SESSION_COLUMNS \
  "hash, id, user_id, created, last_seen, expires, proven, address, agent"
#define PONS_LINK_COLUMNS                                                                \
  "hash, id, kind, email, user_id, organization_id, role, operator, developer, made_by," \
  " created, expires"
#define PONS_ACCESS_KEY_COLUMNS "key, connection_key, kind, name, hash, made_by, created"
#define PONS_MEMBERSHIPS                                                           \
  "SELECT m.organization_id, o.name, m.user_id, m.role, m.since FROM membership m" \
  " JOIN organization o ON o.id = m.organization_id"

namespace pons::store {
namespace {

std::optional<std::int64_t> Millis(const std::optional<Instant>& instant) {
  if (!instant) return std::nullopt;
  return ToMillis(*instant);
}

std::string TextOf(const Use& use, int column) { return std::string(use.Text(column)); }

MembershipRow ReadMembership(const Use& use) {
  return {OrganizationId(TextOf(use, 0)), TextOf(use, 1), TextOf(use, 2),
          static_cast<int>(use.Integer(3)), FromMillis(use.Integer(4))};
}

SessionRow ReadSession(const Use& use) {
  return {TextOf(use, 0),
          TextOf(use, 1),
          TextOf(use, 2),
          FromMillis(use.Integer(3)),
          FromMillis(use.Integer(4)),
          FromMillis(use.Integer(5)),
          use.Integer(6) != 0,
          TextOf(use, 7),
          TextOf(use, 8)};
}

LinkRow ReadLink(const Use& use) {
  LinkRow row;
  row.hash = TextOf(use, 0);
  row.id = TextOf(use, 1);
  row.kind = static_cast<int>(use.Integer(2));
  row.email = TextOf(use, 3);
  row.user = TextOf(use, 4);
  row.organization = OrganizationId(TextOf(use, 5));
  row.role = static_cast<int>(use.Integer(6));
  row.as_operator = use.Integer(7) != 0;
  row.as_developer = use.Integer(8) != 0;
  row.made_by = TextOf(use, 9);
  row.created = FromMillis(use.Integer(10));
  row.expires = FromMillis(use.Integer(11));
  return row;
}

AccessKey ReadAccessKey(const Use& use) {
  return {use.Integer(0),
          use.Integer(1),
          static_cast<AccessKeyKind>(use.Integer(2)),
          TextOf(use, 3),
          TextOf(use, 4),
          TextOf(use, 5),
          FromMillis(use.Integer(6))};
}

}  // namespace

Result<void> SqliteReader::Accounts(const std::function<void(AccountReads&)>& read) {
  SqliteAccounts rows(*db_, keys_, nullptr);
  read(rows);
  const auto done = Done(true);
  return done ? Ok() : Result<void>(done.error());
}

Sensitive<std::string> SqliteAccounts::Open(std::string_view sealed) {
  if (sealed.empty()) return {};
  auto plain = keys_.Unseal(sealed);
  if (plain) return Sensitive<std::string>(std::move(*plain));
  db_.Fail(plain.error());
  return {};
}

std::string SqliteAccounts::Seal(const Sensitive<std::string>& plain) {
  if (plain.Reveal().empty()) return {};
  PONS_CHECK(random_ != nullptr);
  return keys_.Seal(plain.Reveal(), *random_);
}

// ---- users --------------------------------------------------------------------------------------

UserRow SqliteAccounts::ReadUser(const Use& use) {
  UserRow row;
  row.id = TextOf(use, 0);
  row.email = TextOf(use, 1);
  row.name = TextOf(use, 2);
  row.locale = TextOf(use, 3);
  row.is_operator = use.Integer(4) != 0;
  row.is_developer = use.Integer(5) != 0;
  row.disabled = use.Integer(6) != 0;
  row.password_hash = TextOf(use, 7);
  row.totp = Open(use.Text(8));
  row.totp_pending = Open(use.Text(9));
  row.totp_step = use.Integer(10);
  row.created = FromMillis(use.Integer(11));
  row.last_sign_in = InstantOrNull(use, 12);
  return row;
}

std::optional<UserRow> SqliteAccounts::FindUser(std::string_view id) {
  auto use = db_.Prepared("SELECT " PONS_USER_COLUMNS " FROM user WHERE id = ?");
  use.Bind(id);
  return FirstRow(use, [this](const Use& row) { return ReadUser(row); });
}

std::optional<UserRow> SqliteAccounts::FindUserByEmail(std::string_view email) {
  auto use = db_.Prepared("SELECT " PONS_USER_COLUMNS " FROM user WHERE email = ?");
  use.Bind(email);
  return FirstRow(use, [this](const Use& row) { return ReadUser(row); });
}

std::vector<UserRow> SqliteAccounts::Users() {
  auto use = db_.Prepared("SELECT " PONS_USER_COLUMNS " FROM user ORDER BY name, id");
  return AllRows(use, [this](const Use& row) { return ReadUser(row); });
}

std::int64_t SqliteAccounts::CountOperators() {
  auto use = db_.Prepared("SELECT count(*) FROM user WHERE operator = 1 AND disabled = 0");
  return use.Step() ? use.Integer(0) : 0;
}

void SqliteAccounts::Insert(const UserRow& user) {
  if (FindUserByEmail(user.email)) {
    db_.Fail(MakeError(Fault::kConflict, "there is an account with this address already"));
    return;
  }
  const auto totp = Seal(user.totp);
  const auto pending = Seal(user.totp_pending);
  db_.Prepared("INSERT INTO user(" PONS_USER_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)")
      .Bind(user.id)
      .Bind(user.email)
      .Bind(user.name)
      .Bind(user.locale)
      .Bind(std::int64_t{user.is_operator})
      .Bind(std::int64_t{user.is_developer})
      .Bind(std::int64_t{user.disabled})
      .Bind(user.password_hash)
      .Blob(totp)
      .Blob(pending)
      .Bind(user.totp_step)
      .Bind(ToMillis(user.created))
      .Bind(Millis(user.last_sign_in))
      .Run();
}

void SqliteAccounts::Update(const UserRow& user) {
  const auto totp = Seal(user.totp);
  const auto pending = Seal(user.totp_pending);
  db_.Prepared(
         "UPDATE user SET email = ?, name = ?, locale = ?, operator = ?, developer = ?,"
         " disabled = ?, password_hash = ?, totp = ?, totp_pending = ?, totp_step = ?,"
         " last_sign_in = ? WHERE id = ?")
      .Bind(user.email)
      .Bind(user.name)
      .Bind(user.locale)
      .Bind(std::int64_t{user.is_operator})
      .Bind(std::int64_t{user.is_developer})
      .Bind(std::int64_t{user.disabled})
      .Bind(user.password_hash)
      .Blob(totp)
      .Blob(pending)
      .Bind(user.totp_step)
      .Bind(Millis(user.last_sign_in))
      .Bind(user.id)
      .Run();
}

// ---- memberships --------------------------------------------------------------------------------

std::vector<MembershipRow> SqliteAccounts::MembershipsOf(std::string_view user) {
  auto use = db_.Prepared(PONS_MEMBERSHIPS " WHERE m.user_id = ? ORDER BY o.name, o.id");
  use.Bind(user);
  return AllRows(use, ReadMembership);
}

std::vector<MembershipRow> SqliteAccounts::MembersOf(const OrganizationId& organization) {
  auto use = db_.Prepared(PONS_MEMBERSHIPS
                          " JOIN user u ON u.id = m.user_id"
                          " WHERE m.organization_id = ? ORDER BY u.name, u.id");
  use.Bind(organization.value);
  return AllRows(use, ReadMembership);
}

void SqliteAccounts::Save(const MembershipRow& membership) {
  db_.Prepared(
         "INSERT INTO membership(organization_id, user_id, role, since) VALUES(?,?,?,?)"
         " ON CONFLICT(organization_id, user_id) DO UPDATE SET role = excluded.role")
      .Bind(membership.organization.value)
      .Bind(membership.user)
      .Bind(std::int64_t{membership.role})
      .Bind(ToMillis(membership.since))
      .Run();
}

void SqliteAccounts::DropMembership(const OrganizationId& organization, std::string_view user) {
  db_.Prepared("DELETE FROM membership WHERE organization_id = ? AND user_id = ?")
      .Bind(organization.value)
      .Bind(user)
      .Run();
}

// ---- sessions -----------------------------------------------------------------------------------

std::optional<SessionRow> SqliteAccounts::FindSession(std::string_view hash) {
  auto use = db_.Prepared("SELECT " PONS_SESSION_COLUMNS " FROM session WHERE hash = ?");
  use.Blob(hash);
  return FirstRow(use, ReadSession);
}

std::vector<SessionRow> SqliteAccounts::SessionsOf(std::string_view user) {
  auto use = db_.Prepared("SELECT " PONS_SESSION_COLUMNS
                          " FROM session WHERE user_id = ? ORDER BY last_seen DESC, id");
  use.Bind(user);
  return AllRows(use, ReadSession);
}

void SqliteAccounts::Insert(const SessionRow& session) {
  db_.Prepared("INSERT INTO session(" PONS_SESSION_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?)")
      .Blob(session.hash)
      .Bind(session.id)
      .Bind(session.user)
      .Bind(ToMillis(session.created))
      .Bind(ToMillis(session.last_seen))
      .Bind(ToMillis(session.expires))
      .Bind(std::int64_t{session.proven})
      .Bind(session.address)
      .Bind(session.agent)
      .Run();
}

void SqliteAccounts::TouchSession(std::string_view hash, Instant seen) {
  db_.Prepared("UPDATE session SET last_seen = max(last_seen, ?) WHERE hash = ?")
      .Bind(ToMillis(seen))
      .Blob(hash)
      .Run();
}

bool SqliteAccounts::DropSession(std::string_view id) {
  db_.Prepared("DELETE FROM session WHERE id = ?").Bind(id).Run();
  return !db_.failed() && db_.changes() > 0;
}

void SqliteAccounts::DropSessionsOf(std::string_view user, std::string_view except_id) {
  db_.Prepared("DELETE FROM session WHERE user_id = ? AND id <> ?")
      .Bind(user)
      .Bind(except_id)
      .Run();
}

// ---- links and codes ----------------------------------------------------------------------------

std::optional<LinkRow> SqliteAccounts::FindLink(std::string_view hash) {
  auto use = db_.Prepared("SELECT " PONS_LINK_COLUMNS " FROM link WHERE hash = ?");
  use.Blob(hash);
  return FirstRow(use, ReadLink);
}

std::vector<LinkRow> SqliteAccounts::Links(int kind) {
  auto use = db_.Prepared("SELECT " PONS_LINK_COLUMNS
                          " FROM link WHERE kind = ? ORDER BY created DESC, id");
  use.Bind(std::int64_t{kind});
  return AllRows(use, ReadLink);
}

void SqliteAccounts::Insert(const LinkRow& link) {
  db_.Prepared("INSERT INTO link(" PONS_LINK_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?)")
      .Blob(link.hash)
      .Bind(link.id)
      .Bind(std::int64_t{link.kind})
      .Bind(link.email)
      .Bind(link.user)
      .Bind(link.organization.value)
      .Bind(std::int64_t{link.role})
      .Bind(std::int64_t{link.as_operator})
      .Bind(std::int64_t{link.as_developer})
      .Bind(link.made_by)
      .Bind(ToMillis(link.created))
      .Bind(ToMillis(link.expires))
      .Run();
}

bool SqliteAccounts::DropLink(std::string_view id) {
  db_.Prepared("DELETE FROM link WHERE id = ?").Bind(id).Run();
  return !db_.failed() && db_.changes() > 0;
}

void SqliteAccounts::DropLinksOf(int kind, std::string_view user) {
  db_.Prepared("DELETE FROM link WHERE kind = ? AND user_id = ?")
      .Bind(std::int64_t{kind})
      .Bind(user)
      .Run();
}

std::int64_t SqliteAccounts::CountRecoveryCodes(std::string_view user) {
  auto use = db_.Prepared("SELECT count(*) FROM recovery_code WHERE user_id = ?");
  use.Bind(user);
  return use.Step() ? use.Integer(0) : 0;
}

void SqliteAccounts::SetRecoveryCodes(std::string_view user,
                                      const std::vector<std::string>& hashes) {
  db_.Prepared("DELETE FROM recovery_code WHERE user_id = ?").Bind(user).Run();
  for (const auto& hash : hashes) {
    db_.Prepared("INSERT INTO recovery_code(user_id, hash) VALUES(?,?)")
        .Bind(user)
        .Blob(hash)
        .Run();
  }
}

bool SqliteAccounts::UseRecoveryCode(std::string_view user, std::string_view hash) {
  db_.Prepared("DELETE FROM recovery_code WHERE user_id = ? AND hash = ?")
      .Bind(user)
      .Blob(hash)
      .Run();
  return !db_.failed() && db_.changes() > 0;
}

// ---- attempts -----------------------------------------------------------------------------------

std::optional<AttemptRow> SqliteAccounts::FindAttempt(std::string_view key) {
  auto use = db_.Prepared("SELECT failures, last, wait_until FROM attempt WHERE key = ?");
  use.Blob(key);
  if (!use.Step()) return std::nullopt;
  return AttemptRow{std::string(key), use.Integer(0), FromMillis(use.Integer(1)),
                    FromMillis(use.Integer(2))};
}

void SqliteAccounts::Save(const AttemptRow& attempt) {
  db_.Prepared("INSERT OR REPLACE INTO attempt(key, failures, last, wait_until) VALUES(?,?,?,?)")
      .Blob(attempt.key)
      .Bind(attempt.failures)
      .Bind(ToMillis(attempt.last))
      .Bind(ToMillis(attempt.wait_until))
      .Run();
}

void SqliteAccounts::DropAttempt(std::string_view key) {
  db_.Prepared("DELETE FROM attempt WHERE key = ?").Blob(key).Run();
}

// ---- apps ---------------------------------------------------------------------------------------

std::string SqliteAccounts::OwnerOfApp(const AppId& app) {
  auto use = db_.Prepared("SELECT user_id FROM app_owner WHERE app_id = ?");
  use.Bind(app.value);
  return use.Step() ? TextOf(use, 0) : std::string();
}

std::vector<AppId> SqliteAccounts::AppsOwnedBy(std::string_view user) {
  std::vector<AppId> apps;
  auto use = db_.Prepared(
      "SELECT o.app_id FROM app_owner o JOIN app a ON a.id = o.app_id WHERE o.user_id = ?"
      " ORDER BY a.key");
  use.Bind(user);
  while (use.Step()) apps.emplace_back(TextOf(use, 0));
  return apps;
}

void SqliteAccounts::SaveOwnerOfApp(const AppId& app, std::string_view user) {
  if (user.empty()) {
    db_.Prepared("DELETE FROM app_owner WHERE app_id = ?").Bind(app.value).Run();
    return;
  }
  db_.Prepared("INSERT OR REPLACE INTO app_owner(app_id, user_id) VALUES(?,?)")
      .Bind(app.value)
      .Bind(user)
      .Run();
}

std::vector<SecretOverlap> SqliteAccounts::SecretOverlaps(AppKey app, Instant now) {
  std::vector<SecretOverlap> rows;
  auto use = db_.Prepared(
      "SELECT key, app_key, hash, replaced, valid_until FROM secret_overlap"
      " WHERE app_key = ? AND valid_until > ? ORDER BY key DESC");
  use.Bind(app).Bind(ToMillis(now));
  while (use.Step()) {
    rows.push_back({use.Integer(0), use.Integer(1), TextOf(use, 2), FromMillis(use.Integer(3)),
                    FromMillis(use.Integer(4))});
  }
  return rows;
}

void SqliteAccounts::Insert(const SecretOverlap& overlap) {
  db_.Prepared("INSERT INTO secret_overlap(app_key, hash, replaced, valid_until) VALUES(?,?,?,?)")
      .Bind(overlap.app)
      .Bind(overlap.hash)
      .Bind(ToMillis(overlap.replaced))
      .Bind(ToMillis(overlap.valid_until))
      .Run();
  db_.Prepared("UPDATE OR REPLACE used SET what=?, key=last_insert_rowid() WHERE what=? AND key=?")
      .Bind(static_cast<std::int64_t>(UseOf::kEarlierSecret))
      .Bind(static_cast<std::int64_t>(UseOf::kAppSecret))
      .Bind(overlap.app)
      .Run();
}

bool SqliteAccounts::DropSecretOverlap(AppKey app, std::int64_t key) {
  db_.Prepared("DELETE FROM secret_overlap WHERE app_key = ? AND key = ?")
      .Bind(app)
      .Bind(key)
      .Run();
  return !db_.failed() && db_.changes() > 0;
}

// ---- keys of connections, and when what opens was last used -------------------------------------

std::vector<AccessKey> SqliteAccounts::AccessKeys(ConnectionKey connection) {
  auto use = db_.Prepared("SELECT " PONS_ACCESS_KEY_COLUMNS
                          " FROM access_key WHERE connection_key = ? ORDER BY key DESC");
  use.Bind(connection);
  return AllRows(use, ReadAccessKey);
}

std::optional<AccessKey> SqliteAccounts::FindAccessKey(std::string_view hash) {
  auto use = db_.Prepared("SELECT " PONS_ACCESS_KEY_COLUMNS " FROM access_key WHERE hash = ?");
  use.Blob(hash);
  return FirstRow(use, ReadAccessKey);
}

std::int64_t SqliteAccounts::Insert(const AccessKey& key) {
  db_.Prepared(
         "INSERT INTO access_key(connection_key, kind, name, hash, made_by, created)"
         " VALUES(?,?,?,?,?,?)")
      .Bind(key.connection)
      .Bind(static_cast<std::int64_t>(key.kind))
      .Bind(key.name)
      .Blob(key.hash)
      .Bind(key.made_by)
      .Bind(ToMillis(key.created))
      .Run();
  return db_.failed() ? 0 : db_.last_insert_key();
}

bool SqliteAccounts::DropAccessKey(ConnectionKey connection, std::int64_t key) {
  db_.Prepared("DELETE FROM access_key WHERE connection_key = ? AND key = ?")
      .Bind(connection)
      .Bind(key)
      .Run();
  return !db_.failed() && db_.changes() > 0;
}

std::optional<Instant> SqliteAccounts::LastUse(UseOf what, std::int64_t key) {
  auto use = db_.Prepared("SELECT at FROM used WHERE what = ? AND key = ?");
  use.Bind(static_cast<std::int64_t>(what)).Bind(key);
  if (!use.Step()) return std::nullopt;
  return FromMillis(use.Integer(0));
}

void SqliteAccounts::MarkUsed(UseOf what, std::int64_t key, Instant at) {
  db_.Prepared("INSERT OR REPLACE INTO used(what, key, at) VALUES(?,?,?)")
      .Bind(static_cast<std::int64_t>(what))
      .Bind(key)
      .Bind(ToMillis(at))
      .Run();
}

void SqliteAccounts::DropExpiredPeople(Instant now) {
  const auto millis = ToMillis(now);
  db_.Prepared("DELETE FROM session WHERE expires <= ?").Bind(millis).Run();
  db_.Prepared("DELETE FROM link WHERE expires <= ?").Bind(millis).Run();
  db_.Prepared("DELETE FROM secret_overlap WHERE valid_until <= ?").Bind(millis).Run();
  // The longest wait is far shorter than a day.
  db_.Prepared("DELETE FROM attempt WHERE last <= ?")
      .Bind(ToMillis(now - std::chrono::hours(24)))
      .Run();
}

}  // namespace pons::store
