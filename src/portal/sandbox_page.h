// SPDX-License-Identifier: Apache-2.0
// A sandbox practice's own page, reached through this server: /portal/sandbox/{token}/….
//
// The page's scripts are the sandbox program's, not the portal's, so they run as nobody: every
// answer carries a policy that gives the document an origin of its own, without cookies, storage or
// a way to the portal's data. Such a document cannot send the session's cookie with what it asks
// for, so the address itself is the permission: 256 random bits, shown to the sandbox's developer
// alone, good until the sandbox ends.
//
// Passed on: method, path below the token, query, a JSON body. Nothing else of the request, cookies
// least of all; of the answer its status, type and body. What would reach beyond the made-up
// practice (files of the server, faults, the journal) is not.
//
// Threads: Handle is called from io threads; the asking runs on a pool of this object's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/worker_pool.h"
#include "net/http.h"
#include "net/http_server.h"
#include "portal/route.h"

namespace pons::portal {

// Whether the page of a sandbox may ask for this: `path` begins after the token's slash.
bool SandboxMayAsk(std::string_view method, std::string_view path, std::string_view body);

class SandboxPages {
 public:
  SandboxPages(PortalContext& context, std::string public_url, bool https);

  // `rest` is what follows /portal/sandbox/. `request` lives until `respond` is called.
  void Handle(const net::ServerRequest& request, net::Responder respond, std::string_view rest);

 private:
  net::ServerResponse Ask(const net::ServerRequest& request, std::string_view rest);
  net::ServerResponse Answer(const net::ServerRequest& request, std::string_view token, int status,
                             std::string type, std::string body) const;

  PortalContext& context_;
  const std::string public_url_;
  const bool https_;
  std::unique_ptr<net::HttpTransport> transport_;
  CancelToken cancel_;
  api::WorkerPool pool_{2, 64};  // last: its tasks use the rest
};

}  // namespace pons::portal
