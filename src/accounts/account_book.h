// SPDX-License-Identifier: Apache-2.0
// Accounts over the store. In four files: sign_in.cc (sessions), links.cc (what is sent to people),
// own_account.cc (what one does to oneself), people.cc (members and users).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <vector>

#include "accounts/accounts.h"
#include "accounts/attempts.h"
#include "store/accounts.h"
#include "store/store.h"

namespace pons::accounts {

// Stands in for the hash of a user who is not there: nobody's password, made with the same strength
// as all others.
inline constexpr std::string_view kNobodysHash =
    "$argon2id$v=19$m=65536,t=2,p=1$8MhEe00X0LpXuohbp3XLwA$"
    "guNo+tjDQa3QbTKd0hsl/p9XIpAMOxLbEl2okjzyePc";
// Written into the session rows as they are shown; a browser's own words may be long.
inline constexpr std::size_t kLongestAgent = 200;

class AccountBook final : public Accounts {
 public:
  AccountBook(store::Store& store, Clock& clock, Random& random, AccountOptions options)
      : store_(store), clock_(clock), random_(random), options_(std::move(options)) {}

  Result<SignedIn> SignIn(std::string_view email, const Secret& password,
                          const Caller& caller) override;
  Result<Session> Find(const Secret& token) override;
  Result<SignedIn> ProveCode(const Secret& token, const Secret& code,
                             const Caller& caller) override;
  Result<SignedIn> ProveRecoveryCode(const Secret& token, const Secret& code,
                                     const Caller& caller) override;
  Result<void> SignOut(const Secret& token) override;
  Result<std::vector<SessionLine>> Sessions(const Session& session) override;
  Result<void> EndSession(const Session& session, const SessionId& which) override;
  Result<void> EndAllSessions(const Session& session) override;

  Result<bool> NeedsFirstOperator() override;
  Result<Link> MakeFirstLink() override;
  Result<SignedIn> FirstStart(const Secret& link_token, std::string_view name,
                              std::string_view email, const Secret& password,
                              const Caller& caller) override;
  Result<UserId> AddUser(const Actor& actor, const User& user, const Secret& password) override;
  Result<SignedIn> SignInAs(const UserId& user, const Caller& caller) override;

  Result<Link> Invite(const Actor& actor, const Invitation& invitation) override;
  Result<Invitation> LookAtInvitation(const Secret& link_token) override;
  Result<SignedIn> AcceptInvitation(const Secret& link_token, std::string_view name,
                                    const Secret& password, const Caller& caller) override;
  Result<std::vector<PendingInvitation>> Invitations(const OrganizationId& organization) override;
  Result<void> WithdrawInvitation(const Actor& actor, const OrganizationId& organization,
                                  std::string_view id) override;
  Result<std::optional<Link>> ForgotPassword(std::string_view email, const Caller& caller) override;
  Result<void> ResetPassword(const Secret& link_token, const Secret& password,
                             const Caller& caller) override;

  Result<void> SetName(const Session& session, std::string_view name) override;
  Result<void> SetLocale(const Session& session, std::string_view locale) override;
  Result<void> ChangePassword(const Session& session, const Secret& current,
                              const Secret& password) override;
  Result<NewFactor> BeginSecondFactor(const Session& session) override;
  Result<Confirmed> ConfirmSecondFactor(const Secret& token, const Secret& code,
                                        const Caller& caller) override;
  Result<std::vector<Secret>> RenewRecoveryCodes(const Session& session,
                                                 const Secret& password) override;
  Result<void> RemoveSecondFactor(const Session& session, const Secret& password) override;

  Result<std::vector<User>> Members(const OrganizationId& organization) override;
  Result<void> AddMember(const Actor& actor, const OrganizationId& organization, const UserId& user,
                         Role role) override;
  Result<void> SetRole(const Actor& actor, const OrganizationId& organization, const UserId& user,
                       Role role) override;
  Result<void> RemoveMember(const Actor& actor, const OrganizationId& organization,
                            const UserId& user) override;
  Result<void> SetAppOwner(const Actor& actor, const AppId& app, const UserId& user) override;
  Result<std::optional<UserId>> AppOwner(const AppId& app) override;
  Result<std::vector<AppId>> AppsOf(const UserId& user) override;
  Result<std::vector<User>> Users() override;
  Result<User> FindUser(std::string_view id_or_email) override;
  Result<void> SetDisabled(const Actor& actor, const UserId& user, bool disabled) override;
  Result<void> SetFlags(const Actor& actor, const UserId& user, bool is_operator,
                        bool is_developer) override;
  Result<void> ResetSecondFactor(const Actor& actor, const UserId& user) override;

 private:
  using Rows = store::AccountWrites;
  using Work = std::function<Result<void>(Rows& rows, Instant now)>;

  // A session's token with what the store knows of it.
  struct Opened {
    store::SessionRow session;
    store::UserRow user;
  };

  Result<void> Write(const Work& work);
  Result<void> Read(const std::function<void(store::AccountReads&)>& read);
  Result<void> Audit(const Act& act);

  // [hashes] True where it is that hash's password. An empty hash takes as long, and is no one's.
  bool Verify(std::string_view hash, const Secret& password);
  std::string HashOf(const Secret& password);  // [hashes]
  std::string NewToken();                      // 256 random bits
  Attempt AttemptFor(const AttemptLimit& limit, std::string_view subject) const;
  std::string RecoveryHash(const std::string& user, const Secret& code) const;
  std::vector<Secret> NewRecoveryCodes(Rows& rows, const std::string& user);

  static User UserFrom(store::AccountReads& rows, const store::UserRow& row);
  Session SessionFrom(const Secret& token, const store::SessionRow& row, User user) const;
  std::optional<Opened> Open(store::AccountReads& rows, const Secret& token, Instant now) const;
  SignedIn StartSession(Rows& rows, store::UserRow user, bool proven, const Caller& caller,
                        Instant now);
  Result<SignedIn> Prove(const Secret& token, const Caller& caller, std::string_view act,
                         const std::function<bool(Rows&, store::UserRow&, Instant)>& is_right);
  Result<void> ProvePassword(const Session& session, const Secret& password);

  Link NewLink(Rows& rows, LinkKind kind, store::LinkRow row, std::chrono::milliseconds good_for,
               Instant now);
  std::optional<store::LinkRow> FindLink(store::AccountReads& rows, LinkKind kind,
                                         const Secret& token, Instant now) const;
  Result<std::string> OrganizationName(const OrganizationId& id);
  Result<Invitation> InvitationFrom(const store::LinkRow& row);

  // The row of a user who must be there, for a change.
  static Result<store::UserRow> Known(Rows& rows, const UserId& user);
  static Result<void> KeepOneAdmin(Rows& rows, const OrganizationId& organization,
                                   const UserId& leaving);
  static Result<void> KeepOneOperator(Rows& rows, const store::UserRow& leaving);

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  AccountOptions options_;
  std::mutex reader_mutex_;
  std::unique_ptr<store::Reader> reader_;
  std::counting_semaphore<2> hashing_{2};  // 64 MiB each
};

// What a wrong password, a wrong address and a disabled user are answered, alike.
Error WrongSignIn();
Error NotSignedIn();
Error LinkIsGone();
// Names: 1 to 100 characters, no control characters. Gives it back trimmed.
Result<std::string> CheckName(std::string_view name);

}  // namespace pons::accounts
