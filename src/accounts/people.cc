// SPDX-License-Identifier: Apache-2.0
// Members of organizations, and all users, as admins and operators look after them.
#include <algorithm>

#include "accounts/account_book.h"
#include "base/text.h"

namespace pons::accounts {

Result<void> AccountBook::KeepOneAdmin(Rows& rows, const OrganizationId& organization,
                                       const UserId& leaving) {
  for (const auto& member : rows.MembersOf(organization)) {
    if (member.user == leaving.value || static_cast<Role>(member.role) != Role::kAdmin) continue;
    const auto user = rows.FindUser(member.user);
    if (user && !user->disabled) return Ok();
  }
  return MakeError(Fault::kRejected,
                   "This is the organization's last admin. Make somebody else an admin first.");
}

Result<void> AccountBook::KeepOneOperator(Rows& rows, const store::UserRow& leaving) {
  if (!leaving.is_operator || leaving.disabled || rows.CountOperators() > 1) return Ok();
  return MakeError(Fault::kRejected,
                   "This is the last operator. Make somebody else an operator first.");
}

Result<std::vector<User>> AccountBook::Members(const OrganizationId& organization) {
  std::vector<User> users;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    for (const auto& member : rows.MembersOf(organization)) {
      if (const auto row = rows.FindUser(member.user)) users.push_back(UserFrom(rows, *row));
    }
  }));
  return users;
}

Result<void> AccountBook::AddMember(const Actor& actor, const OrganizationId& organization,
                                    const UserId& user, Role role) {
  PONS_TRY(OrganizationName(organization));
  return Write([&](Rows& rows, Instant now) -> Result<void> {
    PONS_ASSIGN(const auto row, Known(rows, user));
    if (UserFrom(rows, row).RoleIn(organization)) {
      return MakeError(Fault::kConflict, "This person is a member already.");
    }
    rows.Save(store::MembershipRow{organization, {}, row.id, static_cast<int>(role), now});
    return Audit({actor.by, organization, "member-added", row.id, {}});
  });
}

Result<void> AccountBook::SetRole(const Actor& actor, const OrganizationId& organization,
                                  const UserId& user, Role role) {
  return Write([&](Rows& rows, Instant now) -> Result<void> {
    PONS_ASSIGN(const auto row, Known(rows, user));
    const auto before = UserFrom(rows, row).RoleIn(organization);
    if (!before) return MakeError(Fault::kNotFound, "This person is no member any more.");
    if (*before == role) return Ok();
    if (*before == Role::kAdmin) PONS_TRY(KeepOneAdmin(rows, organization, user));
    rows.Save(store::MembershipRow{organization, {}, row.id, static_cast<int>(role), now});
    return Audit({actor.by, organization, "role-changed", row.id, {}});
  });
}

Result<void> AccountBook::RemoveMember(const Actor& actor, const OrganizationId& organization,
                                       const UserId& user) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(const auto row, Known(rows, user));
    const auto before = UserFrom(rows, row).RoleIn(organization);
    if (!before) return MakeError(Fault::kNotFound, "This person is no member any more.");
    if (*before == Role::kAdmin) PONS_TRY(KeepOneAdmin(rows, organization, user));
    rows.DropMembership(organization, row.id);
    return Audit({actor.by, organization, "member-removed", row.id, {}});
  });
}

Result<void> AccountBook::SetAppOwner(const Actor& actor, const AppId& app, const UserId& user) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    if (!user.empty()) PONS_TRY(Known(rows, user));
    rows.SaveOwnerOfApp(app, user.value);
    return Audit({actor.by, {}, "app-owner-set", app.value, {}});
  });
}

Result<std::optional<UserId>> AccountBook::AppOwner(const AppId& app) {
  std::string owner;
  PONS_TRY(Read([&](store::AccountReads& rows) { owner = rows.OwnerOfApp(app); }));
  if (owner.empty()) return std::optional<UserId>();
  return std::optional<UserId>(UserId(owner));
}

Result<std::vector<AppId>> AccountBook::AppsOf(const UserId& user) {
  std::vector<AppId> apps;
  PONS_TRY(Read([&](store::AccountReads& rows) { apps = rows.AppsOwnedBy(user.value); }));
  return apps;
}

Result<UserId> AccountBook::AddUser(const Actor& actor, const User& user, const Secret& password) {
  store::UserRow row;
  PONS_ASSIGN(row.name, CheckName(user.name));
  row.email = AsciiLower(Trim(user.email));
  PONS_TRY(CheckEmail(row.email));
  PONS_TRY(CheckPassword(password, row.email, row.name));
  for (const auto& membership : user.memberships) {
    PONS_TRY(OrganizationName(membership.organization));
  }
  row.id = NewId("user", random_);
  row.locale = user.locale.empty() ? "en-AU" : user.locale;
  row.is_operator = user.is_operator;
  row.is_developer = user.is_developer;
  row.password_hash = HashOf(password);
  const auto add = [&](Rows& rows, Instant now) -> Result<void> {
    row.created = now;
    rows.Insert(row);
    for (const auto& membership : user.memberships) {
      rows.Save(store::MembershipRow{
          membership.organization, {}, row.id, static_cast<int>(membership.role), now});
    }
    return Audit({actor.by, {}, "user-added", row.id, {}});
  };
  PONS_TRY(Write(add));
  return UserId(row.id);
}

Result<std::vector<User>> AccountBook::Users() {
  std::vector<User> users;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    for (const auto& row : rows.Users()) users.push_back(UserFrom(rows, row));
  }));
  return users;
}

Result<User> AccountBook::FindUser(std::string_view id_or_email) {
  std::optional<User> user;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    auto row = rows.FindUser(id_or_email);
    if (!row) row = rows.FindUserByEmail(AsciiLower(Trim(id_or_email)));
    if (row) user = UserFrom(rows, *row);
  }));
  if (user) return std::move(*user);
  return MakeError(Fault::kNotFound, "There is no such user.");
}

Result<void> AccountBook::SetDisabled(const Actor& actor, const UserId& user, bool disabled) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto row, Known(rows, user));
    if (row.disabled == disabled) return Ok();
    if (disabled) PONS_TRY(KeepOneOperator(rows, row));
    row.disabled = disabled;
    rows.Update(row);
    rows.DropSessionsOf(row.id, "");
    rows.DropLinksOf(static_cast<int>(LinkKind::kReset), row.id);
    return Audit({actor.by, {}, disabled ? "user-disabled" : "user-enabled", row.id, {}});
  });
}

Result<void> AccountBook::SetFlags(const Actor& actor, const UserId& user, bool is_operator,
                                   bool is_developer) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto row, Known(rows, user));
    if (!is_operator) PONS_TRY(KeepOneOperator(rows, row));
    row.is_operator = is_operator;
    row.is_developer = is_developer;
    rows.Update(row);
    return Audit({actor.by, {}, "user-rights-changed", row.id, {}});
  });
}

Result<void> AccountBook::ResetSecondFactor(const Actor& actor, const UserId& user) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto row, Known(rows, user));
    row.totp = {};
    row.totp_pending = {};
    rows.Update(row);
    rows.SetRecoveryCodes(row.id, {});
    rows.DropSessionsOf(row.id, "");
    return Audit({actor.by, {}, "second-factor-reset", row.id, {}});
  });
}

}  // namespace pons::accounts
