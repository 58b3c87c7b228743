// SPDX-License-Identifier: Apache-2.0
// Rows about people: users, memberships, sessions, links, notices; and earlier secrets of apps.
// Plain values as stored. Rules are in the module accounts; these only read and write.
//
// Reached through Transaction::accounts and Reader::Accounts, whose thread and error rules hold:
// after a failure, reads give empty answers and the failure comes out of Write or Accounts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/sensitive.h"
#include "base/time.h"
#include "store/keys.h"

namespace pons::store {

struct UserRow {
  std::string id;
  std::string email;  // in lower case
  std::string name;
  std::string locale;
  bool is_operator = false;
  bool is_developer = false;
  bool disabled = false;
  std::string password_hash;            // Argon2id; empty: no password opens it
  Sensitive<std::string> totp;          // sealed at rest; empty: no second factor
  Sensitive<std::string> totp_pending;  // begun, and not confirmed yet
  std::int64_t totp_step = 0;           // the last one used
  Instant created{};
  std::optional<Instant> last_sign_in;
};

struct MembershipRow {
  OrganizationId organization;
  std::string organization_name;  // as read; not written
  std::string user;
  int role = 0;  // accounts::Role
  Instant since{};
};

struct SessionRow {
  std::string hash;  // SHA-256 of the token
  std::string id;
  std::string user;
  Instant created{};
  Instant last_seen{};
  Instant expires{};
  bool proven = false;  // a second factor, or enrolment, has been passed
  std::string address;
  std::string agent;
};

struct LinkRow {
  std::string hash;  // SHA-256 of the token
  std::string id;
  int kind = 0;  // accounts::LinkKind
  std::string email;
  std::string user;  // whose password; empty: not about a user
  OrganizationId organization;
  int role = 0;
  bool as_operator = false;
  bool as_developer = false;
  std::string made_by;  // user id; empty: the command line
  Instant created{};
  Instant expires{};
};

struct AttemptRow {
  std::string key;
  std::int64_t failures = 0;
  Instant last{};
  Instant wait_until{};
};

// A secret that was replaced and still opens.
struct SecretOverlap {
  std::int64_t key = 0;
  AppKey app = 0;
  std::string hash;  // Argon2id
  Instant replaced{};
  Instant valid_until{};
};

enum class AccessKeyKind : std::uint8_t {
  kAgent,      // a program beside a practice's system
  kExtension,  // a browser extension beside its pages
};

// A key of one connection, for what runs at the practice.
struct AccessKey {
  std::int64_t key = 0;
  ConnectionKey connection = 0;
  AccessKeyKind kind = AccessKeyKind::kAgent;
  std::string name;     // which computer, which browser: for people
  std::string hash;     // SHA-256 of the key
  std::string made_by;  // user id; empty: the command line
  Instant created{};
};

// What LastUse is kept of.
enum class UseOf : std::uint8_t {
  kAppSecret,      // by app key: its current secret
  kEarlierSecret,  // by SecretOverlap::key
  kAppKey,         // by app key: its private key
  kAccessKey,      // by AccessKey::key
};

// For one user; or, where `user` is empty, for an organization's admins; or, where both are, for
// operators.
struct Notice {
  std::int64_t key = 0;
  std::string user;
  OrganizationId organization;
  std::string kind;     // "credential-rejected", "new-practitioner", …
  std::string subject;  // what it is about, an id; one open notice for each (kind, subject)
  std::string text;     // for a person, with the next step; no patient data
  std::string link;     // a path of the portal
  Instant created{};
  std::optional<Instant> ended;  // what it told of is over
  bool read = false;             // by who asked; not written
};

// Whose notices: one user's own, those of organizations, and those of operators.
struct NoticeQuery {
  std::string user;
  std::vector<OrganizationId> organizations;
  bool operators = false;
  std::int64_t before = 0;  // only keys below this one; 0: from the newest
  std::uint32_t limit = 50;
  bool only_open = false;  // without those that are over
};

class AccountReads {
 public:
  virtual ~AccountReads() = default;
  virtual std::optional<UserRow> FindUser(std::string_view id) = 0;
  virtual std::optional<UserRow> FindUserByEmail(std::string_view email) = 0;
  virtual std::vector<UserRow> Users() = 0;   // by name
  virtual std::int64_t CountOperators() = 0;  // enabled ones
  virtual std::vector<MembershipRow> MembershipsOf(std::string_view user) = 0;
  virtual std::vector<MembershipRow> MembersOf(const OrganizationId& organization) = 0;
  virtual std::optional<SessionRow> FindSession(std::string_view hash) = 0;
  virtual std::vector<SessionRow> SessionsOf(std::string_view user) = 0;  // newest first
  virtual std::optional<LinkRow> FindLink(std::string_view hash) = 0;
  virtual std::vector<LinkRow> Links(int kind) = 0;  // newest first
  virtual std::int64_t CountRecoveryCodes(std::string_view user) = 0;
  virtual std::optional<AttemptRow> FindAttempt(std::string_view key) = 0;
  virtual std::string OwnerOfApp(const AppId& app) = 0;               // user id; empty: none
  virtual std::vector<AppId> AppsOwnedBy(std::string_view user) = 0;  // oldest first
  virtual std::vector<SecretOverlap> SecretOverlaps(AppKey app, Instant now) = 0;
  virtual std::vector<AccessKey> AccessKeys(ConnectionKey connection) = 0;  // newest first
  virtual std::optional<AccessKey> FindAccessKey(std::string_view hash) = 0;
  virtual std::optional<Instant> LastUse(UseOf what, std::int64_t key) = 0;
  // Newest first.
  virtual std::vector<Notice> Notices(const NoticeQuery& query) = 0;
  virtual std::int64_t CountUnread(const NoticeQuery& query) = 0;
  virtual std::optional<Notice> FindNotice(std::int64_t key) = 0;
  // Open ones that nobody was mailed of, oldest first.
  virtual std::vector<Notice> UnmailedNotices(std::uint32_t limit) = 0;
  // What that user has chosen; kinds not in it are as the default is.
  virtual std::vector<std::pair<std::string, bool>> NoticePreferences(std::string_view user) = 0;
};

class AccountWrites : public AccountReads {
 public:
  virtual void Insert(const UserRow& user) = 0;  // an address that is taken is a kConflict
  virtual void Update(const UserRow& user) = 0;
  virtual void Save(const MembershipRow& membership) = 0;  // inserts or replaces
  virtual void DropMembership(const OrganizationId& organization, std::string_view user) = 0;
  virtual void Insert(const SessionRow& session) = 0;
  virtual void TouchSession(std::string_view hash, Instant seen) = 0;
  virtual bool DropSession(std::string_view id) = 0;  // true where it was there
  virtual void DropSessionsOf(std::string_view user, std::string_view except_id) = 0;
  virtual void Insert(const LinkRow& link) = 0;
  virtual bool DropLink(std::string_view id) = 0;  // true where it was there
  virtual void DropLinksOf(int kind, std::string_view user) = 0;
  virtual void SetRecoveryCodes(std::string_view user, const std::vector<std::string>& hashes) = 0;
  virtual bool UseRecoveryCode(std::string_view user, std::string_view hash) = 0;  // true once
  virtual void Save(const AttemptRow& attempt) = 0;
  virtual void DropAttempt(std::string_view key) = 0;
  virtual void SaveOwnerOfApp(const AppId& app, std::string_view user) = 0;  // empty: none
  // The app's current secret becomes the earlier one, with when it was last used.
  virtual void Insert(const SecretOverlap& overlap) = 0;
  virtual bool DropSecretOverlap(AppKey app, std::int64_t key) = 0;
  virtual std::int64_t Insert(const AccessKey& key) = 0;  // its number
  virtual bool DropAccessKey(ConnectionKey connection, std::int64_t key) = 0;
  virtual void MarkUsed(UseOf what, std::int64_t key, Instant at) = 0;
  // 0 where one about the same is open: nothing is written.
  virtual std::int64_t Raise(const Notice& notice) = 0;
  // What open ones of that kind and subject told of is over.
  virtual void EndNotices(const OrganizationId& organization, std::string_view kind,
                          std::string_view subject) = 0;
  virtual void MarkRead(std::int64_t notice, std::string_view user) = 0;
  virtual void MarkMailed(std::int64_t notice) = 0;
  virtual void SavePreference(std::string_view user, std::string_view kind, bool email) = 0;
  // Sessions, links, earlier secrets and attempts past their time. Part of DropExpired.
  virtual void DropExpiredPeople(Instant now) = 0;
};

}  // namespace pons::store
