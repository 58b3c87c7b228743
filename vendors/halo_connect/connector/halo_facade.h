// SPDX-License-Identifier: Apache-2.0
// What a site's own FHIR facade offers (halo-connect sheet §8), asked of the site itself, since it
// depends on the agent's version. Does not touch the practice's database: also a way to see that
// the agent answers.
// Threads: those of SessionContext. Stateless. Pons reads and writes through SQL; this tells an
// operator what else there is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/connector.h"
#include "vendors/halo_connect/connector/halo_access.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::halo_connect {

struct FacadeResource {
  std::string type;                       // "Patient"
  std::vector<std::string> interactions;  // "read", "search-type", "create"
  std::vector<std::string> searches;      // names of search parameters
  std::vector<std::string> operations;    // "summary"
  bool operator==(const FacadeResource&) const = default;

  bool Can(std::string_view interaction) const;
};

struct Facade {
  std::string software;      // "BP/Halo FHIR Server"
  std::string version;       // the agent's
  std::string fhir_version;  // "4.0.1"
  std::vector<FacadeResource> resources;

  const FacadeResource* Find(std::string_view type) const;  // null: not offered
};

// Errors: those of a query that changes nothing; kProtocol where the answer is no
// CapabilityStatement.
Result<Facade> DiscoverFacade(const Access& access, const SiteAddress& site,
                              const SessionContext& context, Instant deadline);

}  // namespace pons::halo_connect
