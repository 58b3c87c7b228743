// SPDX-License-Identifier: Apache-2.0
// Everybody with an account: invited, given or refused the operators' and developers' pages,
// switched off.
#include "base/text.h"
#include "portal/developer.h"

namespace pons::portal {
namespace {

json::Value UserJson(const accounts::User& user) {
  json::Value out;
  out.Set("id", user.id.value);
  out.Set("name", user.name);
  out.Set("email", user.email);
  out.Set("operator", user.is_operator);
  out.Set("developer", user.is_developer);
  out.Set("disabled", user.disabled);
  out.Set("second_factor", user.has_second_factor);
  out.Set("last_seen_at", TimeOrNull(user.last_sign_in));
  out.Set("created_at", FormatInstant(user.created));
  json::Array memberships;
  for (const auto& membership : user.memberships) {
    json::Value item;
    item.Set("organization",
             NamedThing(membership.organization.value, membership.organization_name));
    item.Set("role", accounts::RoleName(membership.role));
    memberships.push_back(std::move(item));
  }
  out.Set("memberships", std::move(memberships));
  return out;
}

std::optional<bool> Flag(const PortalCall& call, std::string_view name) {
  const auto* value = call.body.Find(name);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return *value->boolean();
}

}  // namespace

Handled OperatorUsers(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto users, context.accounts.Users());
  const auto query = FoldForSearch(call.Query("q"));
  json::Array items;
  for (const auto& user : users) {
    if (!query.empty() &&
        FoldForSearch(user.name + " " + user.email).find(query) == std::string::npos) {
      continue;
    }
    items.push_back(UserJson(user));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Handled InviteUser(PortalContext& context, PortalCall& call) {
  accounts::Invitation invitation;
  invitation.email = Trim(call.Text("email"));
  invitation.as_operator = Flag(call, "operator").value_or(false);
  invitation.as_developer = Flag(call, "developer").value_or(false);
  if (!accounts::CheckEmail(invitation.email)) {
    return Problem(422, "missing", "Give an address that mail can be sent to.", "email");
  }
  if (!invitation.as_operator && !invitation.as_developer) {
    return Problem(422, "missing",
                   "Choose operator, developer or both. Members of a practice are invited on its "
                   "own page.",
                   "developer");
  }
  PONS_ASSIGN(const auto link, context.accounts.Invite(call.actor(), invitation));
  const auto address = link.Address(call.base);
  if (context.send_mail) {
    context.send_mail(
        {invitation.email, "Your invitation to Pons",
         "You are invited to Pons. This link is good for seven days, once:\n\n" + address + "\n"});
  }
  json::Value body;
  body.Set("email", invitation.email);
  body.Set("invitation_url", address);
  body.Set("expires_at", FormatInstant(link.expires));
  return Created(std::move(body));
}

Handled EditUser(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto user, context.accounts.FindUser(call.Path("user")));
  const auto is_operator = Flag(call, "operator").value_or(user.is_operator);
  const auto is_developer = Flag(call, "developer").value_or(user.is_developer);
  if (is_operator != user.is_operator || is_developer != user.is_developer) {
    PONS_TRY(context.accounts.SetFlags(call.actor(), user.id, is_operator, is_developer));
  }
  const auto disabled = Flag(call, "disabled").value_or(user.disabled);
  if (disabled != user.disabled) {
    PONS_TRY(context.accounts.SetDisabled(call.actor(), user.id, disabled));
  }
  if (Flag(call, "reset_second_factor").value_or(false)) {
    PONS_TRY(context.accounts.ResetSecondFactor(call.actor(), user.id));
  }
  PONS_ASSIGN(user, context.accounts.FindUser(user.id.value));
  return Ok(UserJson(user));
}

}  // namespace pons::portal
