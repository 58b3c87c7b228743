// SPDX-License-Identifier: Apache-2.0
// Rows about people over one database, for the writer and for readers.
#pragma once

#include "store/accounts.h"
#include "store/key_ring.h"
#include "store/sqlite_db.h"

namespace pons::store {

class SqliteAccounts final : public AccountWrites {
 public:
  // All outlive it. `random` is for sealing; a reader needs none.
  SqliteAccounts(Db& db, const KeyRing& keys, Random* random)
      : db_(db), keys_(keys), random_(random) {}
  void Begin(Instant now) { now_ = now; }

  std::optional<UserRow> FindUser(std::string_view id) override;
  std::optional<UserRow> FindUserByEmail(std::string_view email) override;
  std::vector<UserRow> Users() override;
  std::int64_t CountOperators() override;
  std::vector<MembershipRow> MembershipsOf(std::string_view user) override;
  std::vector<MembershipRow> MembersOf(const OrganizationId& organization) override;
  std::optional<SessionRow> FindSession(std::string_view hash) override;
  std::vector<SessionRow> SessionsOf(std::string_view user) override;
  std::optional<LinkRow> FindLink(std::string_view hash) override;
  std::vector<LinkRow> Links(int kind) override;
  std::int64_t CountRecoveryCodes(std::string_view user) override;
  std::optional<AttemptRow> FindAttempt(std::string_view key) override;
  std::string OwnerOfApp(const AppId& app) override;
  std::vector<AppId> AppsOwnedBy(std::string_view user) override;
  std::vector<SecretOverlap> SecretOverlaps(AppKey app, Instant now) override;
  std::vector<AccessKey> AccessKeys(ConnectionKey connection) override;
  std::optional<AccessKey> FindAccessKey(std::string_view hash) override;
  std::optional<Instant> LastUse(UseOf what, std::int64_t key) override;
  std::vector<Notice> Notices(const NoticeQuery& query) override;
  std::int64_t CountUnread(const NoticeQuery& query) override;
  std::optional<Notice> FindNotice(std::int64_t key) override;
  std::vector<Notice> UnmailedNotices(std::uint32_t limit) override;
  std::vector<std::pair<std::string, bool>> NoticePreferences(std::string_view user) override;

  void Insert(const UserRow& user) override;
  void Update(const UserRow& user) override;
  void Save(const MembershipRow& membership) override;
  void DropMembership(const OrganizationId& organization, std::string_view user) override;
  void Insert(const SessionRow& session) override;
  void TouchSession(std::string_view hash, Instant seen) override;
  bool DropSession(std::string_view id) override;
  void DropSessionsOf(std::string_view user, std::string_view except_id) override;
  void Insert(const LinkRow& link) override;
  bool DropLink(std::string_view id) override;
  void DropLinksOf(int kind, std::string_view user) override;
  void SetRecoveryCodes(std::string_view user, const std::vector<std::string>& hashes) override;
  bool UseRecoveryCode(std::string_view user, std::string_view hash) override;
  void Save(const AttemptRow& attempt) override;
  void DropAttempt(std::string_view key) override;
  void SaveOwnerOfApp(const AppId& app, std::string_view user) override;
  void Insert(const SecretOverlap& overlap) override;
  bool DropSecretOverlap(AppKey app, std::int64_t key) override;
  std::int64_t Insert(const AccessKey& key) override;
  bool DropAccessKey(ConnectionKey connection, std::int64_t key) override;
  void MarkUsed(UseOf what, std::int64_t key, Instant at) override;
  std::int64_t Raise(const Notice& notice) override;
  void EndNotices(const OrganizationId& organization, std::string_view kind,
                  std::string_view subject) override;
  void MarkRead(std::int64_t notice, std::string_view user) override;
  void MarkMailed(std::int64_t notice) override;
  void SavePreference(std::string_view user, std::string_view kind, bool email) override;
  void DropExpiredPeople(Instant now) override;

 private:
  UserRow ReadUser(const Use& use);
  // Empty text stays empty; otherwise it is opened, and a failure fails the whole read.
  Sensitive<std::string> Open(std::string_view sealed);
  std::string Seal(const Sensitive<std::string>& plain);

  Db& db_;
  const KeyRing& keys_;
  Random* random_;
  Instant now_{};
};

}  // namespace pons::store
