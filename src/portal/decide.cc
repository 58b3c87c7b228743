// SPDX-License-Identifier: Apache-2.0
#include "portal/decide.h"

namespace pons::portal {
namespace {

using accounts::Role;
using accounts::SessionState;

// Roles in accounts are ordered from the strongest.
bool AtLeast(Role role, Role least) { return static_cast<int>(role) <= static_cast<int>(least); }

std::optional<Role> RoleAsked(Least least) {
  switch (least) {
    case Least::kAdmin:
      return Role::kAdmin;
    case Least::kStaff:
      return Role::kStaff;
    case Least::kLimited:
    case Least::kSignedIn:
      return Role::kLimited;
    default:
      return std::nullopt;
  }
}

Verdict InOrganization(const Route& route, const Caller& caller,
                       const OrganizationId& organization) {
  const auto role = caller.RoleIn(organization);
  if (!role && !caller.is_operator()) return Verdict::kNotFound;
  // Whoever runs the machine is not for that reason one who treats patients.
  if (route.patient_data) {
    return role && AtLeast(*role, Role::kStaff) &&
                   AtLeast(*role, RoleAsked(route.least).value_or(Role::kStaff))
               ? Verdict::kAllowed
               : Verdict::kForbidden;
  }
  if (caller.is_operator()) return Verdict::kAllowed;
  if (route.least == Least::kDeveloper) {
    return caller.is_developer() && AtLeast(*role, Role::kAdmin) ? Verdict::kAllowed
                                                                 : Verdict::kForbidden;
  }
  const auto asked = RoleAsked(route.least);
  return asked && AtLeast(*role, *asked) ? Verdict::kAllowed : Verdict::kForbidden;
}

Verdict OfApp(const Caller& caller, const Resource& resource) {
  if (caller.is_operator()) return Verdict::kAllowed;
  if (resource.app_owner.empty() || resource.app_owner.value != caller.user()) {
    return Verdict::kNotFound;
  }
  return caller.is_developer() ? Verdict::kAllowed : Verdict::kForbidden;
}

Verdict WithoutResource(const Route& route, const Caller& caller) {
  switch (route.least) {
    case Least::kSignedIn:
      return Verdict::kAllowed;
    case Least::kDeveloper:
      return caller.is_developer() || caller.is_operator() ? Verdict::kAllowed
                                                           : Verdict::kForbidden;
    default:
      // A role is one in an organization; without one there is nobody but operators.
      return caller.is_operator() && !route.patient_data ? Verdict::kAllowed : Verdict::kForbidden;
  }
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllowed:
      return "allowed";
    case Verdict::kSignIn:
      return "sign in";
    case Verdict::kSecondFactor:
      return "second factor";
    case Verdict::kEnrol:
      return "enrol";
    case Verdict::kForbidden:
      return "forbidden";
    case Verdict::kNotFound:
      return "not found";
  }
  return "";
}

Verdict Decide(const Route& route, const Caller& caller, const Resource* resource) {
  if (route.least == Least::kAnyone) return Verdict::kAllowed;
  if (!caller.session) return Verdict::kSignIn;
  if (route.least == Least::kPending) return Verdict::kAllowed;
  if (caller.session->state == SessionState::kSecondFactorDue) return Verdict::kSecondFactor;
  if (route.least == Least::kEnrolling) return Verdict::kAllowed;
  if (caller.session->state == SessionState::kEnrolDue) return Verdict::kEnrol;
  if (route.scope == Scope::kOperator || route.least == Least::kOperator) {
    if (!caller.is_operator() || route.patient_data) return Verdict::kForbidden;
    return resource == nullptr ? Verdict::kNotFound : Verdict::kAllowed;
  }
  if (resource == nullptr) return Verdict::kNotFound;
  switch (route.scope) {
    case Scope::kNone:
    case Scope::kOperator:
      return WithoutResource(route, caller);
    case Scope::kApp:
    case Scope::kWebhook:
      return OfApp(caller, *resource);
    case Scope::kOrganization:
    case Scope::kConnection:
    case Scope::kGrant:
    case Scope::kPatient:
      return InOrganization(route, caller, resource->organization);
  }
  return Verdict::kForbidden;
}

}  // namespace pons::portal
