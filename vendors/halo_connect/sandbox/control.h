// SPDX-License-Identifier: Apache-2.0
// What Halo's sandbox adds to the control port of each clinic (README.md, "Sandbox"): the site's
// own switches, and those of the cloud, which are the same from every clinic. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sandboxkit/practice.h"
#include "vendors/halo_connect/sandbox/cloud.h"
#include "vendors/halo_connect/sandbox/queries.h"
#include "vendors/halo_connect/sandbox/registered.h"
#include "vendors/halo_connect/sandbox/webhooks.h"

namespace pons::halo_connect::sandbox {

class HaloControl {
 public:
  HaloControl(Cloud& cloud, Queries& queries, RegisteredQueries& registered, Webhooks& webhooks)
      : cloud_(cloud), queries_(queries), registered_(registered), webhooks_(webhooks) {}

  void set_url(std::string url) { url_ = std::move(url); }
  // Nullopt: not one of ours.
  std::optional<Result<json::Value>> Call(Site& site, const sandboxkit::ControlCall& call);

 private:
  Result<json::Value> Describe(Site& site);
  Result<json::Value> Change(Site& site, const json::Value& body);

  Cloud& cloud_;
  Queries& queries_;
  RegisteredQueries& registered_;
  Webhooks& webhooks_;
  std::string url_;
};

}  // namespace pons::halo_connect::sandbox
