// SPDX-License-Identifier: Apache-2.0
// Names of things, and what the parts of AccountBook share.
#include "accounts/accounts.h"

#include <algorithm>
#include <array>

#include "accounts/account_book.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

constexpr std::array<std::string_view, 3> kRoles = {"admin", "staff", "limited"};

}  // namespace

std::string_view RoleName(Role role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<Role> RoleNamed(std::string_view name) {
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

std::string_view SessionStateName(SessionState state) {
  switch (state) {
    case SessionState::kSignedIn:
      return "signed_in";
    case SessionState::kSecondFactorDue:
      return "second_factor_due";
    case SessionState::kEnrolDue:
      return "enrol_due";
  }
  return "second_factor_due";
}

std::string_view LinkPath(LinkKind kind) {
  switch (kind) {
    case LinkKind::kFirstStart:
      return "/portal/first-start";
    case LinkKind::kInvitation:
      return "/portal/invitation";
    case LinkKind::kReset:
      return "/portal/reset";
  }
  return "/portal/";
}

std::string Link::Address(std::string_view public_url) const {
  std::string out(public_url);
  while (out.ends_with('/')) out.pop_back();
  return out + std::string(LinkPath(kind)) + "#" + token.Reveal();
}

bool User::needs_second_factor() const {
  return is_operator || std::any_of(memberships.begin(), memberships.end(),
                                    [](const auto& m) { return m.role == Role::kAdmin; });
}

std::optional<Role> User::RoleIn(const OrganizationId& organization) const {
  for (const auto& membership : memberships) {
    if (membership.organization == organization) return membership.role;
  }
  return std::nullopt;
}

bool CsrfMatches(const Session& session, std::string_view given) {
  return !session.csrf.empty() && crypto::EqualInConstantTime(session.csrf, given);
}

Error WrongSignIn() {
  return MakeError(Fault::kUnauthenticated,
                   "This address and password do not fit together. Try again, or choose a new "
                   "password with \"Forgot password\".");
}

Error NotSignedIn() {
  return MakeError(Fault::kUnauthenticated, "You are not signed in any more. Sign in again.");
}

Error LinkIsGone() {
  return MakeError(Fault::kNotFound, "This link has been used or is too old. Ask for a new one.");
}

Result<std::string> CheckName(std::string_view name) {
  const std::string text(Trim(name));
  const bool plain = std::none_of(text.begin(), text.end(),
                                  [](char c) { return (c & 0x80) == 0 && (c < ' ' || c == 0x7f); });
  if (!text.empty() && text.size() <= 200 && plain && IsValidUtf8(text)) return text;
  return MakeError(Fault::kRejected,
                   "A name has 1 to 100 characters. Write it as people call you.");
}

std::unique_ptr<Accounts> Accounts::Make(store::Store& store, Clock& clock, Random& random,
                                         AccountOptions options) {
  return std::make_unique<AccountBook>(store, clock, random, std::move(options));
}

Result<void> AccountBook::Write(const Work& work) {
  return store_.Write([&work](store::Transaction& tx) { return work(tx.accounts(), tx.now()); });
}

Result<void> AccountBook::Read(const std::function<void(store::AccountReads&)>& read) {
  const std::lock_guard lock(reader_mutex_);
  if (!reader_) {
    PONS_ASSIGN(reader_, store_.OpenReader());
  }
  return reader_->Accounts(read);
}

Result<void> AccountBook::Audit(const Act& act) {
  return options_.audit ? options_.audit(act) : Ok();
}

bool AccountBook::Verify(std::string_view hash, const Secret& password) {
  hashing_.acquire();
  if (options_.at_hash) options_.at_hash();
  const bool right = crypto::VerifyPassword(hash.empty() ? kNobodysHash : hash, password);
  hashing_.release();
  return right && !hash.empty();
}

std::string AccountBook::HashOf(const Secret& password) {
  hashing_.acquire();
  if (options_.at_hash) options_.at_hash();
  auto hash = crypto::HashPassword(password);
  hashing_.release();
  return hash;
}

std::string AccountBook::NewToken() {
  std::string bytes(32, '\0');
  random_.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return crypto::Base64Url(bytes);
}

Attempt AccountBook::AttemptFor(const AttemptLimit& limit, std::string_view subject) const {
  return MakeAttempt(store_.identity_key(), limit, subject);
}

User AccountBook::UserFrom(store::AccountReads& rows, const store::UserRow& row) {
  User user;
  user.id = UserId(row.id);
  user.name = row.name;
  user.email = row.email;
  user.locale = row.locale;
  user.is_operator = row.is_operator;
  user.is_developer = row.is_developer;
  user.disabled = row.disabled;
  user.has_second_factor = !row.totp.Reveal().empty();
  user.created = row.created;
  user.last_sign_in = row.last_sign_in;
  for (const auto& membership : rows.MembershipsOf(row.id)) {
    user.memberships.push_back({membership.organization, membership.organization_name,
                                static_cast<Role>(membership.role)});
  }
  return user;
}

Result<store::UserRow> AccountBook::Known(Rows& rows, const UserId& user) {
  auto row = rows.FindUser(user.value);
  if (row) return std::move(*row);
  return MakeError(Fault::kNotFound, "There is no such user.");
}

}  // namespace pons::accounts
