// SPDX-License-Identifier: Apache-2.0
// People who use the portal: users, what they may do, and how they prove who they are.
//
// What is promised:
// - A wrong address, a wrong password, a disabled user and an unknown one get the same answer after
//   the same work (one Argon2id hash each). Attempts are counted before they are judged, by account
//   and by address, and lead to waits that grow to 15 minutes and never beyond.
// - Tokens, codes and passwords are Sensitive, are kept only as hashes (a TOTP secret sealed), and
//   are given out once.
// - Every act is handed to AccountOptions::audit inside the transaction that makes it; where that
//   fails, the act is not done.
//
// Threads: all members may be called from any thread. Those marked [hashes] take about 60 ms and
// 64 MiB: never call them from the threads that serve connections. At most two hash at a time, the
// others wait.
// Errors: kUnauthenticated (not signed in, or wrong), kRateLimited (retry_at is set),
// kRejected (a rule says no: the password, the last operator, …), kNotFound (also links that are
// used up or too old), kConflict, kForbidden, and those of the store. Summaries are sentences for
// the person concerned, with the next step.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/sensitive.h"
#include "base/time.h"

namespace pons::store {
class Store;
}

namespace pons::accounts {

using UserId = StrongId<struct UserTag>;
// A session, as lists name it. It opens nothing.
using SessionId = StrongId<struct SessionTag>;
using Secret = Sensitive<std::string>;

// Of one user in one organization; each may do what those after it may.
enum class Role : std::uint8_t { kAdmin, kStaff, kLimited };
std::string_view RoleName(Role role);  // "admin"
std::optional<Role> RoleNamed(std::string_view name);

struct Membership {
  OrganizationId organization;
  std::string organization_name;
  Role role = Role::kLimited;
};

struct User {
  UserId id;
  std::string name;
  std::string email;
  std::string locale;  // "en-AU"
  bool is_operator = false;
  bool is_developer = false;
  bool disabled = false;
  bool has_second_factor = false;
  Instant created{};
  std::optional<Instant> last_sign_in;
  std::vector<Membership> memberships;

  // Must prove a second factor: operators, and admins of any organization.
  bool needs_second_factor() const;
  std::optional<Role> RoleIn(const OrganizationId& organization) const;
};

// How far a session has come. Only kSignedIn may do anything but go on, enrol or leave.
enum class SessionState : std::uint8_t { kSignedIn, kSecondFactorDue, kEnrolDue };
std::string_view SessionStateName(SessionState state);  // "second_factor_due"

// Who asks, for one request.
struct Session {
  SessionId id;
  SessionState state = SessionState::kSecondFactorDue;
  // A second factor is due by the rules, and this server lets it be (development only): a banner.
  bool second_factor_waived = false;
  User user;
  std::string csrf;  // what X-Pons-CSRF must carry; compare with CsrfMatches
};
bool CsrfMatches(const Session& session, std::string_view given);

// The cookie's value, and what it opens.
struct SignedIn {
  Secret token;
  Session session;
};

// One line of "where you are signed in".
struct SessionLine {
  SessionId id;
  Instant created{};
  Instant last_seen{};
  std::string address;
  std::string agent;
  bool current = false;
};

// Where an attempt comes from. An IPv6 address counts as its /64.
struct Caller {
  std::string address;
  std::string agent;
};

// A link to be sent to a person, once. The page takes the token from the address's fragment, so
// that no server logs it: public url + LinkPath(kind) + "#" + token.
enum class LinkKind : std::uint8_t { kFirstStart, kInvitation, kReset };
std::string_view LinkPath(
    LinkKind kind);  // "/portal/first-start", "/portal/invitation", "/portal/reset"
struct Link {
  LinkKind kind = LinkKind::kInvitation;
  Secret token;
  std::string email;  // whom it is for; empty for the first start
  std::string name;   // where known
  Instant expires{};
  std::string Address(std::string_view public_url) const;  // holds the token: show it once
};

struct Invitation {
  std::string email;
  OrganizationId organization;  // empty: no organization (operator, developer)
  std::string organization_name;
  Role role = Role::kLimited;
  bool as_operator = false;
  bool as_developer = false;
  std::string invited_by;  // name
  Instant expires{};
  // The address has an account already: its own password accepts, and no name is asked.
  bool has_account = false;
};

struct PendingInvitation {
  std::string id;  // for withdrawing; opens nothing
  Invitation invitation;
};

struct NewFactor {
  Secret secret;  // Base32, for typing
  Secret uri;     // otpauth://totp/…
  Secret qr_svg;  // the same as a picture
};

// What is written into the audit trail. Ids only: no name, address, token or code.
struct Act {
  UserId by;                    // empty: nobody signed in, or the command line
  OrganizationId organization;  // empty: none
  std::string_view act;         // "sign-in", "sign-in-refused", "member-invited", …
  std::string subject;          // id of the user, session or invitation it is about
  std::string address;          // only where nobody was signed in
};

// Who orders something. `by` is empty for the operator's command line.
struct Actor {
  UserId by;
  SessionId session = {};
};

struct AccountOptions {
  std::string issuer = "Pons";  // what an authenticator app shows beside the name
  std::chrono::milliseconds idle = std::chrono::minutes(30);
  std::chrono::milliseconds absolute = std::chrono::hours(12);
  bool waive_second_factor = false;  // development only, for those who have none
  // Called on the store's writer thread: it must be quick and must not write to the store.
  std::function<Result<void>(const Act&)> audit = {};
  // Called before each Argon2id hash; tests count them.
  std::function<void()> at_hash = {};
};

class Accounts {
 public:
  // `store`, `clock` and `random` outlive it.
  static std::unique_ptr<Accounts> Make(store::Store& store, Clock& clock, Random& random,
                                        AccountOptions options);
  virtual ~Accounts() = default;

  // ---- signing in
  virtual Result<SignedIn> SignIn(std::string_view email, const Secret& password,
                                  const Caller& caller) = 0;  // [hashes]
  // The session of a cookie; marks it as seen. kUnauthenticated where it is unknown, too old, idle
  // too long, ended, or its user disabled.
  virtual Result<Session> Find(const Secret& token) = 0;
  // The answer holds a new token; the old one is worth nothing from then on.
  virtual Result<SignedIn> ProveCode(const Secret& token, const Secret& code,
                                     const Caller& caller) = 0;
  virtual Result<SignedIn> ProveRecoveryCode(const Secret& token, const Secret& code,
                                             const Caller& caller) = 0;
  virtual Result<void> SignOut(const Secret& token) = 0;
  virtual Result<std::vector<SessionLine>> Sessions(const Session& session) = 0;
  virtual Result<void> EndSession(const Session& session, const SessionId& which) = 0;
  virtual Result<void> EndAllSessions(const Session& session) = 0;  // this one too

  // ---- the first operator
  // True while there is no operator, disabled ones not counted.
  virtual Result<bool> NeedsFirstOperator() = 0;
  // A new link, good for 24 h; earlier ones are worth nothing. kConflict where there is an
  // operator.
  virtual Result<Link> MakeFirstLink() = 0;
  virtual Result<SignedIn> FirstStart(const Secret& link_token, std::string_view name,
                                      std::string_view email, const Secret& password,
                                      const Caller& caller) = 0;  // [hashes]
  // For demos, tests and the command line: a user with a password, at once.
  virtual Result<UserId> AddUser(const Actor& actor, const User& user,
                                 const Secret& password) = 0;  // [hashes]
  // A session without a password, for the demo's own start. Needs waive_second_factor.
  virtual Result<SignedIn> SignInAs(const UserId& user, const Caller& caller) = 0;

  // ---- invitations, good for 7 days, once
  virtual Result<Link> Invite(const Actor& actor, const Invitation& invitation) = 0;
  virtual Result<Invitation> LookAtInvitation(const Secret& link_token) = 0;
  virtual Result<SignedIn> AcceptInvitation(const Secret& link_token, std::string_view name,
                                            const Secret& password,
                                            const Caller& caller) = 0;  // [hashes]
  // Of one organization; with an empty id all.
  virtual Result<std::vector<PendingInvitation>> Invitations(
      const OrganizationId& organization) = 0;
  virtual Result<void> WithdrawInvitation(const Actor& actor, const OrganizationId& organization,
                                          std::string_view id) = 0;

  // ---- forgotten passwords
  // Nothing where there is nobody to mail, or enough was mailed of late; the page says the same
  // either way. Good for 1 h, once.
  virtual Result<std::optional<Link>> ForgotPassword(std::string_view email,
                                                     const Caller& caller) = 0;
  // Ends all of that user's sessions. The second factor stays as it is.
  virtual Result<void> ResetPassword(const Secret& link_token, const Secret& password,
                                     const Caller& caller) = 0;  // [hashes]

  // ---- one's own account
  virtual Result<void> SetName(const Session& session, std::string_view name) = 0;
  virtual Result<void> SetLocale(const Session& session, std::string_view locale) = 0;
  // Ends the user's other sessions.
  virtual Result<void> ChangePassword(const Session& session, const Secret& current,
                                      const Secret& password) = 0;  // [hashes]
  // The factor counts once a code has confirmed it.
  virtual Result<NewFactor> BeginSecondFactor(const Session& session) = 0;
  struct Confirmed {
    std::vector<Secret> recovery_codes;  // 10, shown once
    SignedIn signed_in;                  // the session's new token
  };
  virtual Result<Confirmed> ConfirmSecondFactor(const Secret& token, const Secret& code,
                                                const Caller& caller) = 0;
  virtual Result<std::vector<Secret>> RenewRecoveryCodes(const Session& session,
                                                         const Secret& password) = 0;  // [hashes]
  // kRejected where the user's role needs one.
  virtual Result<void> RemoveSecondFactor(const Session& session,
                                          const Secret& password) = 0;  // [hashes]

  // ---- members of an organization
  virtual Result<std::vector<User>> Members(const OrganizationId& organization) = 0;
  // Somebody who has an account already: who sets up an organization is its first admin. kConflict
  // where that is a member.
  virtual Result<void> AddMember(const Actor& actor, const OrganizationId& organization,
                                 const UserId& user, Role role) = 0;
  // kRejected where it would leave the organization without an admin.
  virtual Result<void> SetRole(const Actor& actor, const OrganizationId& organization,
                               const UserId& user, Role role) = 0;
  virtual Result<void> RemoveMember(const Actor& actor, const OrganizationId& organization,
                                    const UserId& user) = 0;

  // ---- apps belong to developers; those without an owner are the operators'
  virtual Result<void> SetAppOwner(const Actor& actor, const AppId& app, const UserId& user) = 0;
  virtual Result<std::optional<UserId>> AppOwner(const AppId& app) = 0;
  virtual Result<std::vector<AppId>> AppsOf(const UserId& user) = 0;

  // ---- operators
  virtual Result<std::vector<User>> Users() = 0;
  virtual Result<User> FindUser(std::string_view id_or_email) = 0;
  // kRejected where it would leave nobody who operates.
  virtual Result<void> SetDisabled(const Actor& actor, const UserId& user, bool disabled) = 0;
  virtual Result<void> SetFlags(const Actor& actor, const UserId& user, bool is_operator,
                                bool is_developer) = 0;
  // The user enrols again at the next sign-in; ends all sessions.
  virtual Result<void> ResetSecondFactor(const Actor& actor, const UserId& user) = 0;
};

// kRejected with the rule it breaks. Rules: 12 to 256 characters; not one of the most common, not
// the name or address, not one character or a run of them over and over.
Result<void> CheckPassword(const Secret& password, std::string_view email, std::string_view name);
// kRejected where it is no address mail can be sent to.
Result<void> CheckEmail(std::string_view email);

}  // namespace pons::accounts
