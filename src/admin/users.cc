// SPDX-License-Identifier: Apache-2.0
// user add | list | invite | disable | enable | reset-password | reset-second-factor | first-link,
// key rotate
#include "accounts/accounts.h"
#include "admin/parts.h"
#include "base/text.h"

namespace pons::admin {
namespace {

using accounts::Accounts;

// The commands below tell the audit trail what was done, by ids; so they are not in the table as
// changes of settings, whose line would carry the address that was typed.
std::unique_ptr<Accounts> Open(AdminContext& context) {
  accounts::AccountOptions options;
  options.audit = [&context](const accounts::Act& act) -> Result<void> {
    return context.audit ? context.audit(act.act, act.subject) : Ok();
  };
  return Accounts::Make(context.store, context.clock, context.random, std::move(options));
}

Result<accounts::User> FindUser(Accounts& book, const std::string& word) {
  auto user = book.FindUser(word);
  if (user || user.error().fault != Fault::kNotFound) return user;
  return MakeError(Fault::kNotFound,
                   "there is no user \"" + word + "\"; pons user list shows them");
}

// What a person may do, in one cell: "operator, admin of Harbour Skin Clinic".
std::string Rights(const accounts::User& user) {
  std::string out;
  const auto add = [&out](std::string_view text) {
    if (!out.empty()) out += ", ";
    out += text;
  };
  if (user.is_operator) add("operator");
  if (user.is_developer) add("developer");
  for (const auto& membership : user.memberships) {
    add(std::string(accounts::RoleName(membership.role)) + " of " + membership.organization_name);
  }
  return out;
}

// --org and --role, which go together.
Result<std::optional<accounts::Membership>> MembershipFrom(AdminContext& context,
                                                           const json::Value& arguments) {
  const auto organization = TextOf(arguments, "org");
  const auto role = TextOf(arguments, "role");
  if (organization.empty() != role.empty()) {
    return MakeError(Fault::kMisconfigured, "--org and --role go together: which one, and as what");
  }
  if (organization.empty()) return std::optional<accounts::Membership>();
  PONS_ASSIGN(const auto found, FindOrganization(context, organization));
  return std::optional(accounts::Membership{found.id, found.name, *accounts::RoleNamed(role)});
}

std::string AddressOf(const AdminContext& context, const accounts::Link& link) {
  return link.Address(context.api_address);
}

// No server runs, so nobody knows its address.
std::string Where(const AdminContext& context) {
  return context.api_address.empty() ? " Put your server's address in front of it." : "";
}

json::Value LinkAnswer(const AdminContext& context, const accounts::Link& link, std::string text) {
  auto out = Message(std::move(text) + Where(context));
  out.Set("link", AddressOf(context, link));
  out.Set("expires", FormatInstant(link.expires));
  return out;
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  accounts::User user;
  user.email = TextOf(arguments, "email");
  user.name = TextOf(arguments, "name");
  user.is_operator = FlagOf(arguments, "operator");
  user.is_developer = FlagOf(arguments, "developer");
  PONS_ASSIGN(const auto membership, MembershipFrom(context, arguments));
  if (membership) user.memberships.push_back(*membership);
  accounts::Secret password;
  for (const auto& [key, value] : PairsOf(arguments, "secret")) {
    if (key != "password") {
      return MakeError(Fault::kMisconfigured, "--secret takes password=… and nothing else");
    }
    password = accounts::Secret(value);
  }
  const auto book = Open(context);
  PONS_ASSIGN(const auto id, book->AddUser({}, user, password));
  auto out = Message(
      "The user can sign in now." +
      std::string(user.is_operator || (membership && membership->role == accounts::Role::kAdmin)
                      ? " A second factor is set up at the first time."
                      : ""));
  out.Set("id", id.value);
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value& arguments) {
  const auto book = Open(context);
  std::vector<accounts::User> users;
  if (const auto word = TextOf(arguments, "org"); !word.empty()) {
    PONS_ASSIGN(const auto organization, FindOrganization(context, word));
    PONS_ASSIGN(users, book->Members(organization.id));
  } else {
    PONS_ASSIGN(users, book->Users());
  }
  json::Array items;
  for (const auto& user : users) {
    json::Value item;
    item.Set("id", user.id.value);
    item.Set("name", user.name);
    item.Set("email", user.email);
    item.Set("may", Rights(user));
    item.Set("second_factor", user.has_second_factor       ? "set"
                              : user.needs_second_factor() ? "due"
                                                           : "none");
    item.Set("state", user.disabled ? "disabled" : "active");
    if (user.last_sign_in) {
      item.Set("last_sign_in", FormatInstant(*user.last_sign_in));
      item.Set("last_sign_in_ago", Ago(*user.last_sign_in, context.clock.Now()));
    }
    items.push_back(std::move(item));
  }
  if (items.empty()) return ListAnswer("Nobody yet. Next: pons user first-link", {});
  const auto message = Count(items.size(), "user", "users") + ".";
  return ListAnswer(message, std::move(items));
}

Result<json::Value> Invite(AdminContext& context, const json::Value& arguments) {
  accounts::Invitation invitation;
  invitation.email = TextOf(arguments, "email");
  invitation.as_operator = FlagOf(arguments, "operator");
  invitation.as_developer = FlagOf(arguments, "developer");
  PONS_ASSIGN(const auto membership, MembershipFrom(context, arguments));
  if (membership) {
    invitation.organization = membership->organization;
    invitation.role = membership->role;
  }
  const auto book = Open(context);
  PONS_ASSIGN(const auto link, book->Invite({}, invitation));
  return LinkAnswer(context, link,
                    "Send this link to the person; it works once, for 7 days, and is not shown "
                    "again.");
}

Result<json::Value> SetDisabled(AdminContext& context, const json::Value& arguments,
                                bool disabled) {
  const auto book = Open(context);
  PONS_ASSIGN(const auto user, FindUser(*book, TextOf(arguments, "user")));
  PONS_TRY(book->SetDisabled({}, user.id, disabled));
  auto out = Message(disabled ? "The user cannot sign in any more and is signed out everywhere."
                              : "The user can sign in again.");
  out.Set("id", user.id.value);
  return out;
}

Result<json::Value> Disable(AdminContext& context, const json::Value& arguments) {
  return SetDisabled(context, arguments, true);
}

Result<json::Value> Enable(AdminContext& context, const json::Value& arguments) {
  return SetDisabled(context, arguments, false);
}

Result<json::Value> ResetFactor(AdminContext& context, const json::Value& arguments) {
  const auto book = Open(context);
  PONS_ASSIGN(const auto user, FindUser(*book, TextOf(arguments, "user")));
  PONS_TRY(book->ResetSecondFactor({}, user.id));
  auto out = Message(
      "The second factor and its recovery codes are gone, and the user is signed out everywhere." +
      std::string(user.needs_second_factor() ? " A new one is set up at the next sign-in: until "
                                               "then the password alone opens the account."
                                             : ""));
  out.Set("id", user.id.value);
  return out;
}

Result<json::Value> ResetPassword(AdminContext& context, const json::Value& arguments) {
  const auto book = Open(context);
  PONS_ASSIGN(const auto user, FindUser(*book, TextOf(arguments, "user")));
  if (user.disabled) {
    return MakeError(Fault::kRejected,
                     user.email + " is disabled. First: pons user enable " + user.email);
  }
  PONS_ASSIGN(const auto link, book->ForgotPassword(user.email, {"command line", ""}));
  if (!link) {
    return MakeError(Fault::kRateLimited,
                     "a new password was asked for too often of late; wait an hour");
  }
  return LinkAnswer(context, *link,
                    "Send this link to the person; it works once, for 1 hour, and is not shown "
                    "again. The second factor stays as it is.");
}

Result<json::Value> FirstLink(AdminContext& context, const json::Value&) {
  const auto book = Open(context);
  PONS_ASSIGN(const auto link, book->MakeFirstLink());
  return LinkAnswer(context, link,
                    "Open this link to become the first operator; it works once, for 24 hours, and "
                    "takes the place of earlier ones.");
}

Result<json::Value> RotateKey(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto count, context.store.RotateMasterKey());
  auto out = Message(Count(static_cast<std::size_t>(count), "secret is", "secrets are") +
                     " sealed with a new master key. Copies of the data folder that were made "
                     "before hold the old key with the old secrets.");
  out.Set("sealed", count);
  return out;
}

constexpr ArgumentSpec kEmail = {
    .name = "email", .help = "the person's e-mail address", .required = true, .positional = true};
constexpr ArgumentSpec kOrg = {.name = "org", .help = "the organization the person works for"};
constexpr ArgumentSpec kRole = {
    .name = "role", .help = "what the person may do there", .choices = "admin staff limited"};
constexpr ArgumentSpec kOperator = {
    .name = "operator", .kind = ArgumentKind::kFlag, .help = "may look after this whole Pons"};
constexpr ArgumentSpec kDeveloper = {
    .name = "developer", .kind = ArgumentKind::kFlag, .help = "may set up apps"};
constexpr ArgumentSpec kAddArguments[] = {
    kEmail,
    {.name = "name", .help = "the person's name", .required = true},
    {.name = "secret",
     .kind = ArgumentKind::kSecretPairs,
     .help = "password=…; password=- asks for it, password=@FILE reads it",
     .required = true},
    kOrg,
    kRole,
    kOperator,
    kDeveloper,
};
constexpr ArgumentSpec kInviteArguments[] = {kEmail, kOrg, kRole, kOperator, kDeveloper};
constexpr ArgumentSpec kListArguments[] = {{.name = "org", .help = "only its members"}};
constexpr ArgumentSpec kOne[] = {{.name = "user",
                                  .help = "the user's id or e-mail address",
                                  .required = true,
                                  .positional = true}};
constexpr Column kColumns[] = {{"NAME", "name"},   {"E-MAIL", "email"},
                               {"MAY", "may"},     {"SECOND FACTOR", "second_factor"},
                               {"STATE", "state"}, {"LAST SIGNED IN", "last_sign_in_ago"}};

constexpr CommandSpec kCommands[] = {
    {"user add",
     "Sets up a user of the portal with a password.",
     "pons user add mia@harbour.example --name \"Mia Wong\" --secret password=- --org Harbour "
     "--role admin",
     kAddArguments,
     {},
     false,
     Add},
    {"user invite",
     "Makes a link with which a person sets up an account.",
     "pons user invite mia@harbour.example --org Harbour --role admin",
     kInviteArguments,
     {},
     false,
     Invite},
    {"user list", "Lists the users of the portal.", "pons user list", kListArguments, kColumns,
     false, List},
    {"user disable",
     "Keeps a user out, and signs the user out everywhere.",
     "pons user disable mia@harbour.example",
     kOne,
     {},
     false,
     Disable},
    {"user enable",
     "Lets a disabled user in again.",
     "pons user enable mia@harbour.example",
     kOne,
     {},
     false,
     Enable},
    {"user reset-password",
     "Makes a link with which a user sets a new password, for servers that send no mail.",
     "pons user reset-password mia@harbour.example",
     kOne,
     {},
     false,
     ResetPassword},
    {"user reset-second-factor",
     "Forgets a user's second factor, for who has lost it and the recovery codes.",
     "pons user reset-second-factor mia@harbour.example",
     kOne,
     {},
     false,
     ResetFactor},
    {"user first-link",
     "Makes a new link for the first operator, while there is none.",
     "pons user first-link",
     {},
     {},
     false,
     FirstLink},
    {"key rotate",
     "Makes a new master key and seals every secret with it.",
     "pons key rotate",
     {},
     {},
     true,
     RotateKey},
};

}  // namespace

std::span<const CommandSpec> UserCommands() { return kCommands; }

}  // namespace pons::admin
