// SPDX-License-Identifier: Apache-2.0
// Halo's Cloud API as the vendor documents it, and nothing else: both surfaces, integrator and
// desktop (halo-connect sheet §2, §3). Answers come from threads of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "net/http_server.h"
#include "vendors/halo_connect/sandbox/cloud.h"
#include "vendors/halo_connect/sandbox/pool.h"
#include "vendors/halo_connect/sandbox/queries.h"
#include "vendors/halo_connect/sandbox/registered.h"

namespace pons::halo_connect::sandbox {

class Api {
 public:
  Api(Cloud& cloud, Queries& queries, RegisteredQueries& registered)
      : cloud_(cloud), queries_(queries), registered_(registered), pool_(24) {}
  ~Api();
  // Errors: kMisconfigured, the port is taken.
  Result<void> Listen(std::uint16_t port, Logger& log);
  std::uint16_t port() const { return server_->port(); }

 private:
  // One request, copied from its connection, and its one answer.
  struct Call {
    std::string method, path, query, body;
    std::string key, authorization, device, content_type;
    bool desktop = false;
    std::vector<std::string> parts;  // of the path, decoded
    net::Responder respond;
    std::mutex mutex;
    bool answered = false;

    void Answer(net::ServerResponse response);
  };

  void Serve(const std::shared_ptr<Call>& call);
  // What the call is answered with; nullopt: that was or will be done.
  std::optional<net::ServerResponse> Route(const std::shared_ptr<Call>& call);
  std::optional<net::ServerResponse> AtSite(const std::shared_ptr<Call>& call, Site& site);
  std::optional<net::ServerResponse> AtQueries(const std::shared_ptr<Call>& call, Site& site);
  std::optional<HaloError> Authenticate(Call& call);

  net::ServerResponse PairSite(const Call& call);
  net::ServerResponse Sites(const Call& call);
  net::ServerResponse Token(const Call& call);
  std::optional<net::ServerResponse> Immediate(const std::shared_ptr<Call>& call, Site& site);
  net::ServerResponse Async(const Call& call, Site& site);
  net::ServerResponse AtRegistered(const Call& call, Site& site);
  net::ServerResponse AtFhir(const Call& call, Site& site);
  net::ServerResponse BatchStatus(const Call& call, Site& site);
  net::ServerResponse ResultPage(Site& site, Query& query, std::string_view number, bool stream);

  net::ServerResponse No(const HaloError& error);
  net::ServerResponse No(const HaloError& error, const json::Value& query);

  Cloud& cloud_;
  Queries& queries_;
  RegisteredQueries& registered_;
  CancelToken stop_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Call>> silent_;  // never answered, until the end
  std::unique_ptr<net::HttpServer> server_;
  Pool pool_;
};

}  // namespace pons::halo_connect::sandbox
