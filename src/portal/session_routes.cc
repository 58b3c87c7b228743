// SPDX-License-Identifier: Apache-2.0
// Signing in and out, links that were sent to somebody, and where one is signed in.
#include "portal/portal.h"
#include "portal/session_handlers.h"

namespace pons::portal {
namespace {

using accounts::Secret;

Result<Answer> GetSession(PortalContext& context, PortalCall& call) {
  return Ok(SessionBody(context, *call.caller.session));
}

Result<Answer> SignIn(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"email", "password"})) return std::move(*missing);
  PONS_ASSIGN(
      const auto signed_in,
      context.accounts.SignIn(call.Text("email"), SecretOf(call, "password"), call.origin()));
  return SignedInAnswer(context, call, signed_in);
}

Result<Answer> ProveSecondFactor(PortalContext& context, PortalCall& call) {
  const bool recovery = !call.Text("recovery_code").empty();
  if (!recovery) {
    if (auto missing = RequireText(call, {"code"})) return std::move(*missing);
  }
  auto proved = recovery ? context.accounts.ProveRecoveryCode(
                               call.session_token, SecretOf(call, "recovery_code"), call.origin())
                         : context.accounts.ProveCode(call.session_token, SecretOf(call, "code"),
                                                      call.origin());
  if (!proved) return std::move(proved).error();
  return SignedInAnswer(context, call, *proved);
}

Answer SignedOut(const PortalCall& call) {
  Answer answer = NoContent();
  answer.headers.emplace_back("Set-Cookie", SessionCookie(call.secure, Secret{}));
  answer.headers.emplace_back("Clear-Site-Data", "\"cache\", \"storage\"");
  return answer;
}

Result<Answer> SignOut(PortalContext& context, PortalCall& call) {
  PONS_TRY(context.accounts.SignOut(call.session_token));
  return SignedOut(call);
}

Result<Answer> ListSessions(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto lines, context.accounts.Sessions(*call.caller.session));
  json::Array items;
  for (const auto& line : lines) {
    json::Value item;
    item.Set("id", line.id.value);
    item.Set("current", line.current);
    item.Set("created_at", FormatInstant(line.created));
    item.Set("last_seen_at", FormatInstant(line.last_seen));
    item.Set("address", line.address);
    item.Set("browser", line.agent);
    items.push_back(std::move(item));
  }
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Result<Answer> EndAllSessions(PortalContext& context, PortalCall& call) {
  PONS_TRY(context.accounts.EndAllSessions(*call.caller.session));
  return SignedOut(call);
}

Result<Answer> EndSession(PortalContext& context, PortalCall& call) {
  const accounts::SessionId which(std::string(call.Path("session")));
  PONS_TRY(context.accounts.EndSession(*call.caller.session, which));
  return which == call.caller.session->id ? SignedOut(call) : NoContent();
}

Result<Answer> FirstStart(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"token", "name", "email", "password"})) {
    return std::move(*missing);
  }
  PONS_ASSIGN(
      const auto signed_in,
      context.accounts.FirstStart(SecretOf(call, "token"), call.Text("name"), call.Text("email"),
                                  SecretOf(call, "password"), call.origin()));
  return SignedInAnswer(context, call, signed_in);
}

Result<Answer> GetInvitation(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto invitation,
              context.accounts.LookAtInvitation(Secret(std::string(call.Path("token")))));
  json::Value body;
  if (!invitation.organization.empty()) {
    json::Value organization;
    organization.Set("id", invitation.organization.value);
    organization.Set("name", invitation.organization_name);
    body.Set("organization", std::move(organization));
  }
  body.Set("email", invitation.email);
  body.Set("role", invitation.as_operator    ? "operator"
                   : invitation.as_developer ? "developer"
                                             : accounts::RoleName(invitation.role));
  body.Set("invited_by", invitation.invited_by);
  body.Set("expires_at", FormatInstant(invitation.expires));
  body.Set("existing", invitation.has_account);
  return Ok(std::move(body));
}

Result<Answer> AcceptInvitation(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"password"})) return std::move(*missing);
  PONS_ASSIGN(const auto signed_in, context.accounts.AcceptInvitation(
                                        Secret(std::string(call.Path("token"))), call.Text("name"),
                                        SecretOf(call, "password"), call.origin()));
  return SignedInAnswer(context, call, signed_in);
}

Result<Answer> ForgotPassword(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"email"})) return std::move(*missing);
  PONS_ASSIGN(const auto link, context.accounts.ForgotPassword(call.Text("email"), call.origin()));
  if (link && context.send_mail) {
    context.send_mail(
        {link->email, "Set a new password for Pons",
         "Somebody, probably you, asked for a new password for Pons. Open this link within the "
         "hour to set one:\n\n" +
             // Not as the Host header says: whoever asks for somebody else's link chooses that.
             link->Address(context.admin.api_address) +
             "\n\nIf it was not you, there is nothing to do; your password stays as it is.\n"});
  }
  // The same for everybody, so that nobody learns who has an account.
  json::Value body;
  body.Set("message",
           context.send_mail
               ? "If that address has an account, a link is on its way. It is good for one hour."
               : "This server sends no mail. Ask its operator for a link: pons user reset-password "
                 "EMAIL.");
  return Ok(std::move(body));
}

Result<Answer> ResetPassword(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"token", "password"})) return std::move(*missing);
  PONS_TRY(context.accounts.ResetPassword(SecretOf(call, "token"), SecretOf(call, "password"),
                                          call.origin()));
  return NoContent();
}

Result<Answer> EnterDemo(PortalContext& context, PortalCall& call) {
  const auto& token = context.demo_token.Reveal();
  if (!context.demo || token.empty() || call.Path("token") != token) {
    return Problem(404, "not_found", "This server shows no demo. Sign in.");
  }
  PONS_ASSIGN(const auto signed_in, context.accounts.SignInAs(context.demo_user, call.origin()));
  Answer answer = NoContent();
  answer.status = 303;
  answer.headers.emplace_back("Location", context.demo_landing);
  answer.headers.emplace_back("Set-Cookie", SessionCookie(call.secure, signed_in.token));
  return answer;
}

constexpr std::string_view kSessionSchema =
    R"({"type":"object","required":["user","csrf","state"],"properties":{"user":{"$ref":"#/components/schemas/User"},"csrf":{"type":"string"},"state":{"enum":["signed_in","second_factor_due","enrol_due"]},"development":{"type":"boolean"},"sandboxes":{"type":"boolean"}}})";
constexpr std::string_view kPasswordSchema =
    R"({"type":"object","required":["email","password"],"properties":{"email":{"type":"string"},"password":{"type":"string"}}})";
constexpr std::string_view kFactorSchema =
    R"({"type":"object","properties":{"code":{"type":"string"},"recovery_code":{"type":"string"}}})";
constexpr std::string_view kFirstStartSchema =
    R"({"type":"object","required":["token","name","email","password"],"properties":{"token":{"type":"string"},"name":{"type":"string"},"email":{"type":"string"},"password":{"type":"string","minLength":12}}})";
constexpr std::string_view kInvitationSchema =
    R"({"type":"object","properties":{"organization":{"type":"object"},"email":{"type":"string"},"role":{"type":"string"},"invited_by":{"type":"string"},"expires_at":{"type":"string","format":"date-time"},"existing":{"type":"boolean"}}})";
constexpr std::string_view kAcceptSchema =
    R"({"type":"object","required":["password"],"properties":{"name":{"type":"string"},"password":{"type":"string"}}})";
constexpr std::string_view kEmailSchema =
    R"({"type":"object","required":["email"],"properties":{"email":{"type":"string"}}})";
constexpr std::string_view kMessageSchema =
    R"({"type":"object","properties":{"message":{"type":"string"}}})";
constexpr std::string_view kResetSchema =
    R"({"type":"object","required":["token","password"],"properties":{"token":{"type":"string"},"password":{"type":"string","minLength":12}}})";

constexpr Route kRoutes[] = {
    {"GET",
     "/session",
     Least::kPending,
     Scope::kNone,
     false,
     "Shows who is signed in, and how far.",
     {},
     kSessionSchema,
     GetSession},
    {"POST", "/session", Least::kAnyone, Scope::kNone, false, "Signs in with a password.",
     kPasswordSchema, kSessionSchema, SignIn, Pace::kHashes},
    {"POST", "/session/second_factor", Least::kPending, Scope::kNone, false,
     "Proves the second factor, with a code or a recovery code.", kFactorSchema, kSessionSchema,
     ProveSecondFactor, Pace::kHashes},
    {"DELETE", "/session", Least::kPending, Scope::kNone, false, "Signs out.", {}, {}, SignOut},
    {"GET",
     "/sessions",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Lists where one is signed in.",
     {},
     {},
     ListSessions},
    {"DELETE",
     "/sessions",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Signs out everywhere.",
     {},
     {},
     EndAllSessions},
    {"DELETE",
     "/sessions/{session}",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Ends one of one's own sessions.",
     {},
     {},
     EndSession},
    {"POST", "/first_start", Least::kAnyone, Scope::kNone, false,
     "Makes the first operator, with the link that the server printed.", kFirstStartSchema,
     kSessionSchema, FirstStart, Pace::kHashes},
    {"GET",
     "/demo/{token}",
     Least::kAnyone,
     Scope::kNone,
     false,
     "Signs a browser in to a demo, where this server shows one.",
     {},
     {},
     EnterDemo},
    {"GET",
     "/invitations/{token}",
     Least::kAnyone,
     Scope::kNone,
     false,
     "Shows what an invitation is for.",
     {},
     kInvitationSchema,
     GetInvitation},
    {"POST", "/invitations/{token}", Least::kAnyone, Scope::kNone, false, "Accepts an invitation.",
     kAcceptSchema, kSessionSchema, AcceptInvitation, Pace::kHashes},
    {"POST", "/password/forgot", Least::kAnyone, Scope::kNone, false,
     "Asks for a link to set a new password; the answer never tells whether there is an account.",
     kEmailSchema, kMessageSchema, ForgotPassword, Pace::kHashes},
    {"POST",
     "/password/reset",
     Least::kAnyone,
     Scope::kNone,
     false,
     "Sets a new password with the link that was sent.",
     kResetSchema,
     {},
     ResetPassword,
     Pace::kHashes},
};

}  // namespace

std::optional<Answer> RequireText(const PortalCall& call,
                                  std::initializer_list<std::string_view> members) {
  for (const auto member : members) {
    if (!call.Text(member).empty()) continue;
    return Problem(400, "required", "Fill in: " + std::string(member) + ".", member);
  }
  return std::nullopt;
}

Secret SecretOf(const PortalCall& call, std::string_view member) {
  return Secret(std::string(call.Text(member)));
}

json::Value InstantOrNull(const std::optional<Instant>& instant) {
  return instant ? json::Value(FormatInstant(*instant)) : json::Value();
}

json::Value SessionBody(const PortalContext& context, const accounts::Session& session) {
  json::Value user;
  user.Set("id", session.user.id.value);
  user.Set("name", session.user.name);
  user.Set("email", session.user.email);
  user.Set("locale", session.user.locale);
  user.Set("operator", session.user.is_operator);
  user.Set("developer", session.user.is_developer);
  user.Set("second_factor", session.user.has_second_factor);
  json::Array memberships;
  for (const auto& membership : session.user.memberships) {
    json::Value organization;
    organization.Set("id", membership.organization.value);
    organization.Set("name", membership.organization_name);
    json::Value line;
    line.Set("organization", std::move(organization));
    line.Set("role", accounts::RoleName(membership.role));
    memberships.push_back(std::move(line));
  }
  user.Set("memberships", std::move(memberships));
  json::Value body;
  body.Set("user", std::move(user));
  body.Set("csrf", session.csrf);
  body.Set("state", accounts::SessionStateName(session.state));
  if (session.second_factor_waived) body.Set("second_factor_waived", true);
  if (context.development) body.Set("development", true);
  if (context.demo) body.Set("demo", true);
  if (!context.sandbox_program.empty()) body.Set("sandboxes", true);
  return body;
}

Answer SignedInAnswer(const PortalContext& context, const PortalCall& call,
                      const accounts::SignedIn& signed_in) {
  Answer answer = Ok(SessionBody(context, signed_in.session));
  answer.headers.emplace_back("Set-Cookie", SessionCookie(call.secure, signed_in.token));
  return answer;
}

Result<std::string> MakeDemoSession(PortalContext& context, const OrganizationId& organization,
                                    std::string_view landing) {
  accounts::User user;
  user.name = "Demo admin";
  user.email = "demo@pons.example";
  user.locale = "en-AU";
  user.is_operator = true;
  user.is_developer = true;
  accounts::Membership membership;
  membership.organization = organization;
  membership.role = accounts::Role::kAdmin;
  user.memberships.push_back(std::move(membership));
  PONS_ASSIGN(context.demo_user,
              context.accounts.AddUser({}, user, Secret(NewId("demo", context.random))));
  context.demo_token = Secret(NewId(context.random));
  context.demo_landing = landing;
  return "/portal/api/demo/" + context.demo_token.Reveal();
}

std::span<const Route> SessionRoutes() {
  static const std::vector<Route> kAll = [] {
    std::vector<Route> all(std::begin(kRoutes), std::end(kRoutes));
    const auto account = AccountRoutes();
    all.insert(all.end(), account.begin(), account.end());
    return all;
  }();
  return kAll;
}

}  // namespace pons::portal
