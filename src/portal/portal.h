// SPDX-License-Identifier: Apache-2.0
// The portal inside the server: pages under /portal/, their data under /portal/api/, and the
// OpenAPI document of everything at /api/openapi.json.
//
// Promises
// - No handler runs before Decide (decide.h) has judged the caller, the route and whose the thing
//   is that the path names; what is foreign is answered as if it were not there.
// - What changes something needs the session's CSRF token, and comes from a page of this server.
// - Every answer carries the security headers (headers.h); no page loads anything from elsewhere.
// - Nothing is answered that the audit trail does not hold; while it cannot be written, nothing is
//   done either.
//
// Threads: Handle is called from io threads and does not block; handlers run on pools of this
// object's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "portal/route.h"

namespace pons::portal {

struct PortalOptions {
  // "https://pons.example.org", without a slash at the end. Empty: as the request's Host says.
  std::string public_url = {};
  bool https = false;  // the server itself speaks TLS
  // Second factors are waived and cookies may travel over plain HTTP.
  bool development = false;
  // Origins that a page may show in a frame: the demo's tour, and nothing else.
  std::vector<std::string> frame_sources = {};
  unsigned workers = 4;
  std::size_t worker_queue = 512;
};

class Portal {
 public:
  // `context` outlives it.
  static std::unique_ptr<Portal> Make(const PortalOptions& options, PortalContext& context);
  virtual ~Portal() = default;  // after the server has stopped

  // True: the request is the portal's and is answered, now or later. False: `respond` is untouched.
  virtual bool Handle(const net::ServerRequest& request, net::Responder& respond) = 0;
};

// The demo's way in: makes a demo admin of `organization`, who is operator and developer as well,
// and gives the address below the server's own that signs a browser in and leads to `landing`
// ("/portal/"). Good until the server ends. Needs `context.demo` and accounts that waive second
// factors. Errors: those of accounts.
Result<std::string> MakeDemoSession(PortalContext& context, const OrganizationId& organization,
                                    std::string_view landing);

// What accounts tells of itself, into the trail; refuses the act where it cannot be written.
std::function<Result<void>(const accounts::Act&)> AuditAccountsInto(api::AuditTrail& trail);

// The cookie under which a session is kept.
std::string_view SessionCookieName(bool secure);  // "__Host-pons_session"
// A Set-Cookie line; an empty token takes the cookie away.
std::string SessionCookie(bool secure, const accounts::Secret& token);

}  // namespace pons::portal
