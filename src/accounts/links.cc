// SPDX-License-Identifier: Apache-2.0
// Links that are sent to a person: the first start, invitations, new passwords. Each is a token of
// 256 random bits, of which only the hash is kept, and works once.
#include <algorithm>

#include "accounts/account_book.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

constexpr std::chrono::hours kFirstStartGoodFor{24};
constexpr std::chrono::hours kInvitationGoodFor{7 * 24};
constexpr std::chrono::hours kResetGoodFor{1};

constexpr std::string_view kLocale = "en-AU";

}  // namespace

Link AccountBook::NewLink(Rows& rows, LinkKind kind, store::LinkRow row,
                          std::chrono::milliseconds good_for, Instant now) {
  Link link;
  link.kind = kind;
  link.token = Secret(NewToken());
  link.email = row.email;
  link.expires = now + good_for;
  row.hash = crypto::Sha256(link.token.Reveal());
  row.id = NewId(random_);
  row.kind = static_cast<int>(kind);
  row.created = now;
  row.expires = link.expires;
  rows.Insert(row);
  return link;
}

std::optional<store::LinkRow> AccountBook::FindLink(store::AccountReads& rows, LinkKind kind,
                                                    const Secret& token, Instant now) const {
  auto row = rows.FindLink(crypto::Sha256(token.Reveal()));
  if (!row || row->kind != static_cast<int>(kind) || row->expires <= now) return std::nullopt;
  return row;
}

// ---- the first operator -------------------------------------------------------------------------

Result<bool> AccountBook::NeedsFirstOperator() {
  bool needed = false;
  PONS_TRY(Read([&](store::AccountReads& rows) { needed = rows.CountOperators() == 0; }));
  return needed;
}

Result<Link> AccountBook::MakeFirstLink() {
  Link link;
  const auto make = [&](Rows& rows, Instant now) -> Result<void> {
    if (rows.CountOperators() > 0) {
      return MakeError(Fault::kConflict,
                       "there is an operator already, who can invite others: pons user list");
    }
    rows.DropLinksOf(static_cast<int>(LinkKind::kFirstStart), "");
    link = NewLink(rows, LinkKind::kFirstStart, {}, kFirstStartGoodFor, now);
    return Audit({{}, {}, "first-link-made", {}, {}});
  };
  PONS_TRY(Write(make));
  return link;
}

Result<SignedIn> AccountBook::FirstStart(const Secret& link_token, std::string_view name,
                                         std::string_view email, const Secret& password,
                                         const Caller& caller) {
  bool good = false;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    good = rows.CountOperators() == 0 &&
           FindLink(rows, LinkKind::kFirstStart, link_token, clock_.Now()).has_value();
  }));
  if (!good) return LinkIsGone();
  store::UserRow user;
  PONS_ASSIGN(user.name, CheckName(name));
  user.email = AsciiLower(Trim(email));
  PONS_TRY(CheckEmail(user.email));
  PONS_TRY(CheckPassword(password, user.email, user.name));
  user.id = NewId("user", random_);
  user.locale = kLocale;
  user.is_operator = true;
  user.password_hash = HashOf(password);
  SignedIn out;
  const auto start = [&](Rows& rows, Instant now) -> Result<void> {
    if (rows.CountOperators() > 0 || !FindLink(rows, LinkKind::kFirstStart, link_token, now)) {
      return LinkIsGone();
    }
    rows.DropLinksOf(static_cast<int>(LinkKind::kFirstStart), "");
    user.created = now;
    rows.Insert(user);
    out = StartSession(rows, user, false, caller, now);
    return Audit({UserId(user.id), {}, "first-operator-made", user.id, caller.address});
  };
  PONS_TRY(Write(start));
  return out;
}

// ---- invitations --------------------------------------------------------------------------------

Result<std::string> AccountBook::OrganizationName(const OrganizationId& id) {
  if (id.empty()) return std::string();
  const std::lock_guard lock(reader_mutex_);
  if (!reader_) {
    PONS_ASSIGN(reader_, store_.OpenReader());
  }
  PONS_ASSIGN(const auto organizations, reader_->Organizations());
  for (const auto& organization : organizations) {
    if (organization.id == id) return organization.name;
  }
  return MakeError(Fault::kNotFound, "There is no such organization.");
}

Result<Link> AccountBook::Invite(const Actor& actor, const Invitation& invitation) {
  store::LinkRow row;
  row.email = AsciiLower(Trim(invitation.email));
  PONS_TRY(CheckEmail(row.email));
  PONS_TRY(OrganizationName(invitation.organization));
  if (invitation.organization.empty() && !invitation.as_operator && !invitation.as_developer) {
    return MakeError(Fault::kRejected,
                     "Say what the person is to be: a member of an organization, a developer or an "
                     "operator.");
  }
  row.organization = invitation.organization;
  row.role = static_cast<int>(invitation.role);
  row.as_operator = invitation.as_operator;
  row.as_developer = invitation.as_developer;
  row.made_by = actor.by.value;
  Link link;
  const auto invite = [&](Rows& rows, Instant now) -> Result<void> {
    if (const auto user = rows.FindUserByEmail(row.email); user && !row.organization.empty()) {
      if (UserFrom(rows, *user).RoleIn(row.organization)) {
        return MakeError(Fault::kConflict,
                         "This person is a member already; change the role in the list.");
      }
    }
    for (const auto& earlier : rows.Links(static_cast<int>(LinkKind::kInvitation))) {
      if (earlier.email == row.email && earlier.organization == row.organization) {
        rows.DropLink(earlier.id);
      }
    }
    link = NewLink(rows, LinkKind::kInvitation, row, kInvitationGoodFor, now);
    const auto made = rows.FindLink(crypto::Sha256(link.token.Reveal()));
    return Audit({actor.by, row.organization, "invited", made ? made->id : std::string(), {}});
  };
  PONS_TRY(Write(invite));
  return link;
}

Result<Invitation> AccountBook::InvitationFrom(const store::LinkRow& row) {
  Invitation out;
  out.email = row.email;
  out.organization = row.organization;
  PONS_ASSIGN(out.organization_name, OrganizationName(row.organization));
  out.role = static_cast<Role>(row.role);
  out.as_operator = row.as_operator;
  out.as_developer = row.as_developer;
  out.expires = row.expires;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    if (const auto by = rows.FindUser(row.made_by)) out.invited_by = by->name;
    const auto user = rows.FindUserByEmail(row.email);
    out.has_account = user && !user->password_hash.empty();
  }));
  return out;
}

Result<Invitation> AccountBook::LookAtInvitation(const Secret& link_token) {
  std::optional<store::LinkRow> row;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    row = FindLink(rows, LinkKind::kInvitation, link_token, clock_.Now());
  }));
  if (!row) return LinkIsGone();
  return InvitationFrom(*row);
}

Result<SignedIn> AccountBook::AcceptInvitation(const Secret& link_token, std::string_view name,
                                               const Secret& password, const Caller& caller) {
  PONS_ASSIGN(const auto invitation, LookAtInvitation(link_token));
  store::UserRow fresh;
  if (invitation.has_account) {
    // Its own password, with all that belongs to signing in.
    PONS_ASSIGN(const auto probe, SignIn(invitation.email, password, caller));
    PONS_TRY(SignOut(probe.token));
  } else {
    PONS_ASSIGN(fresh.name, CheckName(name));
    PONS_TRY(CheckPassword(password, invitation.email, fresh.name));
    fresh.id = NewId("user", random_);
    fresh.email = invitation.email;
    fresh.locale = kLocale;
    fresh.password_hash = HashOf(password);
  }
  SignedIn out;
  const auto accept = [&](Rows& rows, Instant now) -> Result<void> {
    const auto link = FindLink(rows, LinkKind::kInvitation, link_token, now);
    if (!link) return LinkIsGone();
    rows.DropLink(link->id);
    auto user = rows.FindUserByEmail(link->email);
    const bool has_account = user && !user->password_hash.empty();
    if (has_account != invitation.has_account || (user && user->disabled)) return LinkIsGone();
    if (!user) {
      fresh.created = now;
      rows.Insert(fresh);
      user = fresh;
    } else if (!has_account) {  // added on the command line, without a password
      user->name = fresh.name;
      user->password_hash = fresh.password_hash;
    }
    user->is_operator = user->is_operator || link->as_operator;
    user->is_developer = user->is_developer || link->as_developer;
    rows.Update(*user);
    if (!link->organization.empty()) {
      rows.Save(store::MembershipRow{link->organization, {}, user->id, link->role, now});
    }
    const UserId who(user->id);
    out = StartSession(rows, std::move(*user), false, caller, now);
    return Audit({who, link->organization, "invitation-accepted", link->id, caller.address});
  };
  PONS_TRY(Write(accept));
  return out;
}

Result<std::vector<PendingInvitation>> AccountBook::Invitations(
    const OrganizationId& organization) {
  std::vector<store::LinkRow> links;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    links = rows.Links(static_cast<int>(LinkKind::kInvitation));
  }));
  std::vector<PendingInvitation> out;
  for (const auto& link : links) {
    const bool asked = organization.empty() || link.organization == organization;
    if (!asked || link.expires <= clock_.Now()) continue;
    PONS_ASSIGN(auto invitation, InvitationFrom(link));
    out.push_back({link.id, std::move(invitation)});
  }
  return out;
}

Result<void> AccountBook::WithdrawInvitation(const Actor& actor, const OrganizationId& organization,
                                             std::string_view id) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    for (const auto& link : rows.Links(static_cast<int>(LinkKind::kInvitation))) {
      if (link.id != id || link.organization != organization) continue;
      rows.DropLink(id);
      return Audit({actor.by, organization, "invitation-withdrawn", std::string(id), {}});
    }
    return MakeError(Fault::kNotFound, "This invitation has been used or withdrawn already.");
  });
}

// ---- forgotten passwords ------------------------------------------------------------------------

Result<std::optional<Link>> AccountBook::ForgotPassword(std::string_view email,
                                                        const Caller& caller) {
  const std::string address = AsciiLower(Trim(email)).substr(0, 254);
  const Attempt by_address[] = {AttemptFor(kResetAddressLimit, NetworkOf(caller.address))};
  const Attempt by_account[] = {AttemptFor(kResetLimit, address)};
  std::optional<Link> link;
  const auto make = [&](Rows& rows, Instant now) -> Result<void> {
    PONS_TRY(CountAttempts(rows, by_address, now));
    // Whether an account has been asked for often is nobody's business.
    if (!CountAttempts(rows, by_account, now)) return Ok();
    const auto user = rows.FindUserByEmail(address);
    if (!user || user->disabled) return Ok();
    rows.DropLinksOf(static_cast<int>(LinkKind::kReset), user->id);
    store::LinkRow row;
    row.email = address;
    row.user = user->id;
    link = NewLink(rows, LinkKind::kReset, std::move(row), kResetGoodFor, now);
    link->name = user->name;
    return Audit({{}, {}, "password-reset-asked", user->id, caller.address});
  };
  PONS_TRY(Write(make));
  return link;
}

Result<void> AccountBook::ResetPassword(const Secret& link_token, const Secret& password,
                                        const Caller& caller) {
  std::optional<store::UserRow> user;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    if (const auto link = FindLink(rows, LinkKind::kReset, link_token, clock_.Now())) {
      user = rows.FindUser(link->user);
    }
  }));
  if (!user || user->disabled) return LinkIsGone();
  PONS_TRY(CheckPassword(password, user->email, user->name));
  const auto hash = HashOf(password);
  const auto reset = [&](Rows& rows, Instant now) -> Result<void> {
    const auto link = FindLink(rows, LinkKind::kReset, link_token, now);
    auto current = link ? rows.FindUser(link->user) : std::nullopt;
    if (!current || current->disabled) return LinkIsGone();
    current->password_hash = hash;
    rows.Update(*current);
    rows.DropLinksOf(static_cast<int>(LinkKind::kReset), current->id);
    rows.DropSessionsOf(current->id, "");
    ForgetAttempts(rows, AttemptFor(kAccountLimit, current->email));
    return Audit({UserId(current->id), {}, "password-reset", current->id, caller.address});
  };
  return Write(reset);
}

}  // namespace pons::accounts
