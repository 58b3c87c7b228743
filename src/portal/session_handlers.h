// SPDX-License-Identifier: Apache-2.0
// What the routes about one's own session and account share.
#pragma once

#include "portal/route.h"

namespace pons::portal {

// account_routes.cc: the account's part of SessionRoutes().
std::span<const Route> AccountRoutes();

// "missing" problem for a member of the body that is not there; empty where all are.
std::optional<Answer> RequireText(const PortalCall& call,
                                  std::initializer_list<std::string_view> members);
accounts::Secret SecretOf(const PortalCall& call, std::string_view member);

// GET /session's body.
json::Value SessionBody(const PortalContext& context, const accounts::Session& session);
// 200 with that body, and the session's new cookie.
Answer SignedInAnswer(const PortalContext& context, const PortalCall& call,
                      const accounts::SignedIn& signed_in);
// `text` as an instant member; null where there is none.
json::Value InstantOrNull(const std::optional<Instant>& instant);

}  // namespace pons::portal
