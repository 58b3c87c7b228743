// SPDX-License-Identifier: Apache-2.0
// From a request below /portal/api to its answer: finds the route, who asks and what the path
// names; has Decide judge; runs the handler; records and answers.
//
// Threads: Handle is called from io threads; everything after the route is found runs on pools.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/worker_pool.h"
#include "net/http_server.h"
#include "portal/portal.h"
#include "portal/route.h"

namespace pons::portal {

class Dispatcher {
 public:
  Dispatcher(const PortalOptions& options, PortalContext& context);

  // `path` is what follows /portal/api. `request` lives until `respond` is called.
  void Handle(const net::ServerRequest& request, net::Responder respond, std::string_view path);

 private:
  // A pattern cut at its slashes.
  struct Entry {
    const Route* route;
    std::vector<std::string_view> parts;
  };
  struct Asked {
    const net::ServerRequest& request;
    net::Responder respond;
    const Route* route = nullptr;
    PortalCall call = {};
  };

  std::string Reference();
  // The route, with the path's parameters in `call`; otherwise the methods there are for the path.
  const Route* Find(std::string_view method, std::string_view path, PortalCall& call,
                    std::string& allowed) const;
  api::WorkerPool& PoolFor(Pace pace);
  Answer Run(Asked& asked);
  Result<Answer> Judge(Asked& asked);
  Result<void> FindCaller(Asked& asked);
  std::optional<Answer> Refuse(const Asked& asked) const;
  std::optional<Answer> ReadBody(Asked& asked) const;
  void Record(const Asked& asked, const Answer& answer);
  void Respond(Asked& asked, Answer answer);

  const PortalOptions options_;
  PortalContext& context_;
  std::vector<Entry> entries_;
  std::string reference_prefix_;
  std::atomic<std::uint64_t> references_{0};
  // Last: what they run uses all of the above.
  api::WorkerPool hashing_{2, 64};
  api::WorkerPool slow_{4, 64};
  api::WorkerPool quick_;
};

}  // namespace pons::portal
