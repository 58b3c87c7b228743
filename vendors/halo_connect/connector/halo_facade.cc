// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_facade.h"

#include <algorithm>

#include "json/value.h"
#include "vendors/halo_connect/connector/halo_call.h"
#include "vendors/halo_connect/connector/halo_fault.h"

namespace pons::halo_connect {
namespace {

constexpr std::chrono::milliseconds kUsualTimeout{30000};

// The text under `key` of each object in the list `list`; what has none is left out.
std::vector<std::string> Texts(const json::Value& in, std::string_view list, std::string_view key) {
  std::vector<std::string> out;
  const auto* found = in.Find(list);
  if (found == nullptr || !found->is_array()) return out;
  for (const auto& one : *found->array()) {
    if (!one.Text(key).empty()) out.emplace_back(one.Text(key));
  }
  return out;
}

// The part that tells what the server does; a client's part may stand beside it.
const json::Value* ServerPart(const json::Value& statement) {
  const auto* rest = statement.Find("rest");
  if (rest == nullptr || !rest->is_array()) return nullptr;
  const auto found =
      std::find_if(rest->array()->begin(), rest->array()->end(),
                   [](const json::Value& one) { return one.Text("mode") == "server"; });
  return found == rest->array()->end() ? nullptr : &*found;
}

}  // namespace

bool FacadeResource::Can(std::string_view interaction) const {
  return std::find(interactions.begin(), interactions.end(), interaction) != interactions.end();
}

const FacadeResource* Facade::Find(std::string_view type) const {
  const auto found = std::find_if(resources.begin(), resources.end(),
                                  [&](const FacadeResource& one) { return one.type == type; });
  return found == resources.end() ? nullptr : &*found;
}

Result<Facade> DiscoverFacade(const Access& access, const SiteAddress& site,
                              const SessionContext& context, Instant deadline) {
  if (!IsGuid(site.guid)) {
    return MakeError(Fault::kMisconfigured,
                     "the practice is not paired with Halo Connect; pair it with a code");
  }
  Caller caller(access, context);
  const auto timeout = TimeLeft(deadline, context.clock.Now(), kUsualTimeout);
  PONS_TRY(caller.SignIn(site.guid, timeout, context.cancel));
  PONS_ASSIGN(const auto answer,
              caller.Ask({"GET", caller.SitePath(site.guid) + "/fhir/R4/metadata", {}, timeout},
                         context.cancel));
  const auto parsed = json::Parse(answer.body);
  const auto* server = parsed ? ServerPart(*parsed) : nullptr;
  if (server == nullptr || parsed->Text("resourceType") != "CapabilityStatement") {
    return MakeError(Fault::kProtocol, "the site's FHIR facade does not say what it offers");
  }
  Facade facade;
  if (const auto* software = parsed->Find("software")) facade.software = software->Text("name");
  facade.version = parsed->Text("version");
  facade.fhir_version = parsed->Text("fhirVersion");
  const auto* resources = server->Find("resource");
  if (resources == nullptr || !resources->is_array()) return facade;
  for (const auto& one : *resources->array()) {
    if (one.Text("type").empty()) continue;
    facade.resources.push_back({std::string(one.Text("type")), Texts(one, "interaction", "code"),
                                Texts(one, "searchParam", "name"),
                                Texts(one, "operation", "name")});
  }
  return facade;
}

}  // namespace pons::halo_connect
