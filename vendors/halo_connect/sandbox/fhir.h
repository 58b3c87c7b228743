// SPDX-License-Identifier: Apache-2.0
// The FHIR R4 side of Halo Link, as far as this sandbox has it: what it can do, and patients,
// allergies and medicines to read and search (halo-connect sheet §8). Everything else is an
// OperationOutcome that says so. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "vendors/halo_connect/sandbox/cloud.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace pons::halo_connect::sandbox {

struct FhirRequest {
  std::string method;
  std::vector<std::string> parts;  // after R4: {"Patient","41"}
  Form parameters;                 // of the query string, or of a _search form
  std::string base;                // "http://…/fhir/R4"
};

// Asks the clinic where it has to. `asked`: how long Halo waits, and how the journal names it.
net::ServerResponse AnswerFhir(Site& site, const std::string& link_version,
                               const FhirRequest& request, const Clinic::Asked& asked,
                               const CancelToken& cancel);

net::ServerResponse FhirOutcome(int status, std::string_view code, std::string_view text);

}  // namespace pons::halo_connect::sandbox
