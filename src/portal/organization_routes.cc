// SPDX-License-Identifier: Apache-2.0
// Organizations and who belongs to them.
#include <algorithm>

#include "admin/parts.h"
#include "base/text.h"
#include "portal/organization_summary.h"
#include "portal/route.h"
#include "portal/session_handlers.h"

namespace pons::portal {
namespace {

constexpr std::size_t kLongestName = 100;

// {"id","name"} of what a command has told.
json::Value Named(const json::Value& told) {
  json::Value body;
  body.Set("id", told.Text("id"));
  body.Set("name", told.Text("name"));
  return body;
}

bool Mentions(std::string_view text, std::string_view folded_query) {
  return folded_query.empty() || FoldForSearch(text).find(folded_query) != std::string::npos;
}

Result<Answer> ListOrganizations(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  const auto query = FoldForSearch(call.Query("q"));
  json::Array items;
  for (const auto& organization : names.organizations) {
    const auto role = call.caller.RoleIn(organization.id);
    if ((!role && !call.caller.is_operator()) || !Mentions(organization.name, query)) continue;
    const auto connections = std::count_if(
        names.connections.begin(), names.connections.end(), [&](const auto& connection) {
          return connection.organization == organization.id && !admin::IsRemoved(connection);
        });
    json::Value item;
    item.Set("id", organization.id.value);
    item.Set("name", organization.name);
    item.Set("connections", static_cast<std::int64_t>(connections));
    if (role) item.Set("role", accounts::RoleName(*role));
    item.Set("created_at", FormatInstant(organization.created));
    items.push_back(std::move(item));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Result<Answer> AddOrganization(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"name"})) return std::move(*missing);
  json::Value arguments;
  arguments.Set("name", call.Text("name"));
  PONS_ASSIGN(const auto made, RunCommand(context, call, "org add", arguments));
  // Operators run the machine; whoever else sets up an organization leads it.
  if (!call.caller.is_operator()) {
    PONS_TRY(context.accounts.AddMember(call.actor(), OrganizationId(std::string(made.Text("id"))),
                                        call.caller.session->user.id, accounts::Role::kAdmin));
  }
  return Created(Named(made));
}

Result<Answer> RenameOrganization(PortalContext& context, PortalCall& call) {
  const std::string name(Trim(call.Text("name")));
  if (name.empty() || name.size() > kLongestName) {
    return Problem(422, "missing", "Give the organization a name of at most 100 characters.",
                   "name");
  }
  json::Value arguments;
  arguments.Set("org", call.resource.organization.value);
  arguments.Set("name", name);
  PONS_ASSIGN(const auto renamed, RunCommand(context, call, "org rename", arguments));
  return Ok(Named(renamed));
}

Result<Answer> GetOrganization(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(auto body,
              SummaryOf(context, call.resource.organization, call.MaySeePatientCounts()));
  return Ok(std::move(body));
}

// ---- members

json::Value MemberJson(const accounts::User& user, const OrganizationId& organization) {
  json::Value item;
  item.Set("id", user.id.value);
  item.Set("name", user.name);
  item.Set("email", user.email);
  item.Set("role",
           accounts::RoleName(user.RoleIn(organization).value_or(accounts::Role::kLimited)));
  item.Set("second_factor", user.has_second_factor);
  item.Set("last_seen_at", InstantOrNull(user.last_sign_in));
  if (user.disabled) item.Set("disabled", true);
  return item;
}

Result<Answer> ListMembers(PortalContext& context, PortalCall& call) {
  const auto& organization = call.resource.organization;
  PONS_ASSIGN(const auto members, context.accounts.Members(organization));
  PONS_ASSIGN(const auto pending, context.accounts.Invitations(organization));
  const auto query = FoldForSearch(call.Query("q"));
  json::Array items;
  for (const auto& user : members) {
    if (!Mentions(user.name + " " + user.email, query)) continue;
    items.push_back(MemberJson(user, organization));
  }
  for (const auto& [id, invitation] : pending) {
    if (!Mentions(invitation.email, query)) continue;
    json::Value item;
    item.Set("id", id);
    item.Set("name", "");
    item.Set("email", invitation.email);
    item.Set("role", accounts::RoleName(invitation.role));
    item.Set("second_factor", false);
    item.Set("invited", true);
    item.Set("invited_by", invitation.invited_by);
    item.Set("expires_at", FormatInstant(invitation.expires));
    items.push_back(std::move(item));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Result<accounts::Role> RoleOf(const PortalCall& call) {
  if (const auto role = accounts::RoleNamed(call.Text("role"))) return *role;
  return MakeError(Fault::kRejected, "Choose a role: admin, staff or limited.");
}

Result<Answer> InviteMember(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"email", "role"})) return std::move(*missing);
  accounts::Invitation invitation;
  invitation.email = call.Text("email");
  invitation.organization = call.resource.organization;
  PONS_ASSIGN(invitation.role, RoleOf(call));
  PONS_ASSIGN(const auto link, context.accounts.Invite(call.actor(), invitation));
  const auto address = link.Address(call.base);
  if (context.send_mail) {
    context.send_mail({link.email, "You are invited to Pons",
                       call.caller.session->user.name +
                           " invites you to Pons, which connects your practice's software with "
                           "the apps that the practice uses. Open this link within 7 days to set "
                           "up your account:\n\n" +
                           address + "\n"});
  }
  json::Value body;
  body.Set("invitation_url", address);
  body.Set("expires_at", FormatInstant(link.expires));
  body.Set("mailed", static_cast<bool>(context.send_mail));
  return Created(std::move(body));
}

Result<Answer> ChangeMember(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"role"})) return std::move(*missing);
  PONS_ASSIGN(const auto role, RoleOf(call));
  const auto& organization = call.resource.organization;
  const accounts::UserId user(std::string(call.Path("user")));
  PONS_TRY(context.accounts.SetRole(call.actor(), organization, user, role));
  PONS_ASSIGN(const auto members, context.accounts.Members(organization));
  for (const auto& member : members) {
    if (member.id == user) return Ok(MemberJson(member, organization));
  }
  return NoContent();
}

// Also takes back an invitation that nobody has accepted yet; both stand in the same list.
Result<Answer> RemoveMember(PortalContext& context, PortalCall& call) {
  const auto& organization = call.resource.organization;
  const auto id = call.Path("user");
  PONS_ASSIGN(const auto pending, context.accounts.Invitations(organization));
  const bool invited =
      std::any_of(pending.begin(), pending.end(), [id](const auto& one) { return one.id == id; });
  if (invited) {
    PONS_TRY(context.accounts.WithdrawInvitation(call.actor(), organization, id));
  } else {
    PONS_TRY(context.accounts.RemoveMember(call.actor(), organization,
                                           accounts::UserId(std::string(id))));
  }
  return NoContent();
}

constexpr std::string_view kNameSchema =
    R"({"type":"object","required":["name"],"properties":{"name":{"type":"string"}}})";
constexpr std::string_view kSummarySchema =
    R"({"type":"object","required":["id","name"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"connections":{"type":"integer"},"members":{"type":"integer"},"shared_today":{"type":["integer","null"]},"last_change_at":{"type":["string","null"],"format":"date-time"},"attention":{"type":"array","items":{"type":"object","properties":{"text":{"type":"string"},"link":{"type":"string"}}}}}})";
constexpr std::string_view kListSchema = R"({"$ref":"#/components/schemas/List"})";
constexpr std::string_view kInviteSchema =
    R"({"type":"object","required":["email","role"],"properties":{"email":{"type":"string"},"role":{"enum":["admin","staff","limited"]}}})";
constexpr std::string_view kInvitedSchema =
    R"({"type":"object","required":["invitation_url"],"properties":{"invitation_url":{"type":"string"},"expires_at":{"type":"string","format":"date-time"},"mailed":{"type":"boolean"}}})";
constexpr std::string_view kRoleSchema =
    R"({"type":"object","required":["role"],"properties":{"role":{"enum":["admin","staff","limited"]}}})";

constexpr Route kRoutes[] = {
    {"GET",
     "/organizations",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Lists the organizations one belongs to; operators see all.",
     {},
     kListSchema,
     ListOrganizations},
    {"POST", "/organizations", Least::kDeveloper, Scope::kNone, false, "Sets up an organization.",
     kNameSchema, kSummarySchema, AddOrganization},
    {"GET",
     "/organizations/{org}",
     Least::kLimited,
     Scope::kOrganization,
     false,
     "Shows how an organization is doing.",
     {},
     kSummarySchema,
     GetOrganization},
    {"PATCH", "/organizations/{org}", Least::kAdmin, Scope::kOrganization, false,
     "Renames an organization.", kNameSchema, kNameSchema, RenameOrganization},
    {"GET",
     "/organizations/{org}/members",
     Least::kAdmin,
     Scope::kOrganization,
     false,
     "Lists members, and invitations that are open.",
     {},
     kListSchema,
     ListMembers},
    {"POST", "/organizations/{org}/members", Least::kAdmin, Scope::kOrganization, false,
     "Invites a member; the link is shown once.", kInviteSchema, kInvitedSchema, InviteMember},
    {"PATCH",
     "/organizations/{org}/members/{user}",
     Least::kAdmin,
     Scope::kOrganization,
     false,
     "Changes a member's role.",
     kRoleSchema,
     {},
     ChangeMember},
    {"DELETE",
     "/organizations/{org}/members/{user}",
     Least::kAdmin,
     Scope::kOrganization,
     false,
     "Removes a member, or takes back an invitation.",
     {},
     {},
     RemoveMember},
};

}  // namespace

std::span<const Route> OrganizationRoutes() { return kRoutes; }

}  // namespace pons::portal
