// SPDX-License-Identifier: Apache-2.0
#include "grants/user_links.h"

#include <algorithm>

#include "base/text.h"
#include "grants/rules.h"
#include "json/value.h"
#include "model/au_identifiers.h"

namespace pons::grants {
namespace {

json::Value Parsed(const store::StoredRecord& record) {
  if (record.body == nullptr) return {};
  auto parsed = json::Parse(*record.body);
  return parsed ? std::move(*parsed) : json::Value();
}

const json::Array& ListIn(const json::Value& value, std::string_view member) {
  static const json::Array none;
  const auto* found = value.Find(member);
  return found == nullptr || found->array() == nullptr ? none : *found->array();
}

bool IsActive(const json::Value& record) {
  const auto* active = record.Find("active");
  return active == nullptr || active->boolean() == nullptr || *active->boolean();
}

// "Practitioner/abc": abc.
std::string_view IdIn(const json::Value& reference) {
  const auto text = reference.Text("reference");
  return text.substr(text.rfind('/') + 1);
}

bool SameName(std::string_view a, std::string_view b) {
  return EqualsIgnoringAsciiCase(Trim(a), Trim(b));
}

}  // namespace

PractitionerBook::PractitionerBook(store::PortalReads& reads, const store::Grant& grant) {
  for (const auto& record : reads.Directory(grant.connection, model::Stream::kPractitioners)) {
    const auto body = Parsed(record);
    Person person;
    person.practitioner.id = record.id;
    person.practitioner.vendor_id = record.vendor_id;
    person.active = IsActive(body);
    person.shared = SharesDirectory(grant, model::Practitioner{}, record.vendor_id);
    for (const auto& name : ListIn(body, "name")) {
      person.family = name.Text("family");
      for (const auto& given : ListIn(name, "given")) {
        if (given.string() == nullptr) continue;
        if (person.first_given.empty()) person.first_given = *given.string();
        person.all_given += (person.all_given.empty() ? "" : " ") + *given.string();
      }
      break;
    }
    person.practitioner.name = person.all_given;
    if (!person.family.empty()) {
      person.practitioner.name += (person.all_given.empty() ? "" : " ") + person.family;
    }
    people_.push_back(std::move(person));
  }
  Places places;
  for (const auto& record : reads.Directory(grant.connection, model::Stream::kLocations)) {
    places.emplace(record.id.value, record.vendor_id);
  }
  for (const auto& record : reads.Directory(grant.connection, model::Stream::kPractitionerRoles)) {
    AddRole(record, grant, places);
  }
}

void PractitionerBook::AddRole(const store::StoredRecord& record, const store::Grant& grant,
                               const Places& places) {
  const auto body = Parsed(record);
  const auto* whose = body.Find("practitioner");
  if (whose == nullptr) return;
  const auto person = std::find_if(people_.begin(), people_.end(), [&](const Person& one) {
    return one.practitioner.id.value == IdIn(*whose);
  });
  if (person == people_.end()) return;
  for (const auto& identifier : ListIn(body, "identifier")) {
    if (identifier.Text("system") == model::au::kProviderSystem) {
      person->provider_numbers.emplace_back(identifier.Text("value"));
    }
  }
  model::PractitionerRole role;
  role.practitioner.id = person->practitioner.vendor_id;
  for (const auto& location : ListIn(body, "location")) {
    const auto place = places.find(IdIn(location));
    if (place != places.end()) role.location.id = place->second;
  }
  if (IsActive(body) && SharesDirectory(grant, role, record.vendor_id)) {
    person->practitioner.roles.push_back(record.id);
  }
}

std::vector<LinkedPractitioner> PractitionerBook::Find(const LinkWish& wish) const {
  std::vector<LinkedPractitioner> out;
  for (const auto& person : people_) {
    if (!person.active || !person.shared || !SameName(person.family, wish.family)) continue;
    if (!SameName(person.first_given, wish.given) && !SameName(person.all_given, wish.given)) {
      continue;
    }
    const auto& numbers = person.provider_numbers;
    const bool fits = wish.provider_stem.empty() ||
                      std::any_of(numbers.begin(), numbers.end(), [&](const std::string& number) {
                        return number.starts_with(wish.provider_stem);
                      });
    if (fits) out.push_back(person.practitioner);
  }
  return out;
}

LinkStanding PractitionerBook::StandingOf(const store::UserLink& link) const {
  const auto person = std::find_if(people_.begin(), people_.end(), [&](const Person& one) {
    return one.practitioner.id == link.practitioner;
  });
  if (person == people_.end()) return {{}, "the practitioner is not in the practice's system"};
  if (!person->active) return {{}, "the practitioner does not work there any more"};
  if (!person->shared) return {{}, "the practice does not share this practitioner with the app"};
  return {person->practitioner, {}};
}

}  // namespace pons::grants
