// SPDX-License-Identifier: Apache-2.0
// Which practitioner a user of an app is, by what the practice's own system says: first and last
// name as they stand there, and the stem of the provider number where names alone do not tell. A
// link names the practitioner by id: it follows a change of name, and ends while the practitioner
// is gone, inactive, or not shared with the app.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/portal.h"
#include "store/store.h"

namespace pons::grants {

// The first six digits of a provider number name a person, the rest a place.
inline constexpr std::size_t kProviderStem = 6;

struct LinkWish {
  std::string given;               // compared without regard to case and to blanks around it
  std::string family;              // the same
  std::string provider_stem = {};  // six digits; empty: names must do
};

struct LinkedPractitioner {
  ResourceId id;
  std::string vendor_id;
  std::string name;               // "Ada Example"
  std::vector<ResourceId> roles;  // where they work, of the places that are shared
};

struct LinkStanding {
  std::optional<LinkedPractitioner> practitioner;  // empty: the link has ended
  std::string_view cause = {};                     // why, for a person; a literal
};

// The practitioners of one grant's connection, as of one moment.
class PractitionerBook {
 public:
  // For use inside Reader::Portal.
  PractitionerBook(store::PortalReads& reads, const store::Grant& grant);

  // All that fit, of those that are active and shared with the app.
  std::vector<LinkedPractitioner> Find(const LinkWish& wish) const;
  LinkStanding StandingOf(const store::UserLink& link) const;

 private:
  struct Person {
    LinkedPractitioner practitioner;
    std::string first_given;
    std::string all_given;
    std::string family;
    bool active = true;
    bool shared = false;
    std::vector<std::string> provider_numbers;
  };
  // Vendor ids of locations, by their FHIR ids.
  using Places = std::map<std::string, std::string, std::less<>>;
  void AddRole(const store::StoredRecord& record, const store::Grant& grant, const Places& places);

  std::vector<Person> people_;
};

}  // namespace pons::grants
