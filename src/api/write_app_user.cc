// SPDX-License-Identifier: Apache-2.0
// A practitioner named by the app's own id of its user, which is linked to one (/api/user-links).
#include <algorithm>

#include "api/writes.h"
#include "grants/user_links.h"

namespace pons::api {

std::optional<store::LocatedRecord> Write::ResolveAppUser(std::string_view user,
                                                          std::string_view path,
                                                          store::ConnectionKey connection) {
  std::vector<std::string> found;
  for (const auto key : app().grants) {
    const auto grant = snapshot_->grants.find(key);
    if (grant == snapshot_->grants.end()) continue;
    if (connection != 0 && grant->second.connection != connection) continue;
    const auto links = reader().UserLinks(key);
    if (!links) {
      No(links.error());
      return std::nullopt;
    }
    const auto link = std::find_if(links->begin(), links->end(),
                                   [user](const auto& one) { return one.app_user == user; });
    if (link == links->end()) continue;
    const auto read = reader().Portal([&](store::PortalReads& reads) {
      const auto standing = grants::PractitionerBook(reads, grant->second).StandingOf(*link);
      if (standing.practitioner) found.push_back(standing.practitioner->id.value);
    });
    if (!read) {
      No(read.error());
      return std::nullopt;
    }
  }
  if (found.size() != 1) {
    No(422, found.empty() ? "not-found" : "multiple-matches",
       found.empty() ? "This user of the app is linked to no practitioner of this practice: PUT "
                       "/api/user-links/{user} first."
                     : "This user of the app is linked at several practices: name the "
                       "practitioner by reference.",
       path);
    return std::nullopt;
  }
  fhir::Reference person;
  person.type = "Practitioner";
  person.id = found.front();
  return Resolve(person, model::Stream::kPractitioners, path);
}

}  // namespace pons::api
