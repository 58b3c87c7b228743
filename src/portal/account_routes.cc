// SPDX-License-Identifier: Apache-2.0
// One's own account: name, language, password, second factor.
#include "portal/portal.h"
#include "portal/session_handlers.h"

namespace pons::portal {
namespace {

json::Value Codes(const std::vector<accounts::Secret>& codes) {
  json::Array list;
  for (const auto& code : codes) list.emplace_back(code.Reveal());
  json::Value body;
  body.Set("recovery_codes", std::move(list));
  return body;
}

Result<Answer> ChangeAccount(PortalContext& context, PortalCall& call) {
  const auto& session = *call.caller.session;
  if (!call.Text("password").empty()) {
    if (auto missing = RequireText(call, {"current_password"})) return std::move(*missing);
    PONS_TRY(context.accounts.ChangePassword(session, SecretOf(call, "current_password"),
                                             SecretOf(call, "password")));
  }
  if (call.body.Find("name") != nullptr) {
    if (auto missing = RequireText(call, {"name"})) return std::move(*missing);
    PONS_TRY(context.accounts.SetName(session, call.Text("name")));
  }
  if (!call.Text("locale").empty()) {
    PONS_TRY(context.accounts.SetLocale(session, call.Text("locale")));
  }
  PONS_ASSIGN(const auto now, context.accounts.Find(call.session_token));
  return Ok(SessionBody(context, now));
}

Result<Answer> BeginSecondFactor(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto factor, context.accounts.BeginSecondFactor(*call.caller.session));
  json::Value body;
  body.Set("secret", factor.secret.Reveal());
  body.Set("uri", factor.uri.Reveal());
  body.Set("qr_svg", factor.qr_svg.Reveal());
  return Ok(std::move(body));
}

Result<Answer> ConfirmSecondFactor(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"code"})) return std::move(*missing);
  PONS_ASSIGN(const auto confirmed, context.accounts.ConfirmSecondFactor(
                                        call.session_token, SecretOf(call, "code"), call.origin()));
  Answer answer = SignedInAnswer(context, call, confirmed.signed_in);
  const json::Value codes = Codes(confirmed.recovery_codes);
  answer.body.Set("recovery_codes", *codes.Find("recovery_codes"));
  return answer;
}

Result<Answer> RemoveSecondFactor(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"password"})) return std::move(*missing);
  PONS_TRY(context.accounts.RemoveSecondFactor(*call.caller.session, SecretOf(call, "password")));
  return NoContent();
}

Result<Answer> RenewRecoveryCodes(PortalContext& context, PortalCall& call) {
  if (auto missing = RequireText(call, {"password"})) return std::move(*missing);
  PONS_ASSIGN(const auto codes, context.accounts.RenewRecoveryCodes(*call.caller.session,
                                                                    SecretOf(call, "password")));
  return Ok(Codes(codes));
}

constexpr std::string_view kAccountSchema =
    R"({"type":"object","properties":{"name":{"type":"string"},"locale":{"type":"string"},"password":{"type":"string","minLength":12},"current_password":{"type":"string"}}})";
constexpr std::string_view kFactorSchema =
    R"({"type":"object","required":["secret","uri","qr_svg"],"properties":{"secret":{"type":"string"},"uri":{"type":"string"},"qr_svg":{"type":"string"}}})";
constexpr std::string_view kCodeSchema =
    R"({"type":"object","required":["code"],"properties":{"code":{"type":"string"}}})";
constexpr std::string_view kCodesSchema =
    R"({"type":"object","required":["recovery_codes"],"properties":{"recovery_codes":{"type":"array","items":{"type":"string"}}}})";
constexpr std::string_view kPasswordSchema =
    R"({"type":"object","required":["password"],"properties":{"password":{"type":"string"}}})";

constexpr Route kRoutes[] = {
    {"PATCH",
     "/account",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Changes one's own name, language or password.",
     kAccountSchema,
     {},
     ChangeAccount,
     Pace::kHashes},
    {"POST",
     "/account/second_factor",
     Least::kEnrolling,
     Scope::kNone,
     false,
     "Begins to set up a second factor.",
     {},
     kFactorSchema,
     BeginSecondFactor},
    {"POST", "/account/second_factor/confirm", Least::kEnrolling, Scope::kNone, false,
     "Confirms the second factor with its first code; gives the recovery codes, once.", kCodeSchema,
     kCodesSchema, ConfirmSecondFactor, Pace::kHashes},
    {"DELETE",
     "/account/second_factor",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Takes the second factor away, where the role does not need one.",
     kPasswordSchema,
     {},
     RemoveSecondFactor,
     Pace::kHashes},
    {"POST", "/account/recovery_codes", Least::kSignedIn, Scope::kNone, false,
     "Makes new recovery codes; the old ones are worth nothing.", kPasswordSchema, kCodesSchema,
     RenewRecoveryCodes, Pace::kHashes},
};

}  // namespace

std::span<const Route> AccountRoutes() { return kRoutes; }

}  // namespace pons::portal
