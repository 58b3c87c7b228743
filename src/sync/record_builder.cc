// SPDX-License-Identifier: Apache-2.0
#include "sync/record_builder.h"

#include "base/text.h"
#include "store/keys.h"

namespace pons::sync {
namespace {

using model::Stream;

std::string NameKey(const model::VendorRef& ref) {
  return std::string(model::StreamName(ref.stream)) + "/" + ref.id;
}

std::string FullName(const model::HumanName& name) {
  std::string out = name.prefix;
  for (const auto* part : {&name.given, &name.family}) {
    if (part->empty()) continue;
    if (!out.empty()) out += ' ';
    out += *part;
  }
  return out;
}

// Identifiers are looked up without blanks and in capitals, however they were typed.
std::string TokenValue(std::string_view value) {
  std::string out;
  for (const char c : AsciiUpper(value)) {
    if (c != ' ') out += c;
  }
  return out;
}

class KeyWriter {
 public:
  KeyWriter(const RecordBuilder& builder, store::SearchKeys& keys)
      : builder_(builder), keys_(keys) {}

  void operator()(const model::Location& r) const {
    keys_.family = FoldForSearch(r.name);
    keys_.active = r.active;
    Identifiers(r.identifiers);
  }
  void operator()(const model::Practitioner& r) const {
    Name(r.name);
    keys_.active = r.active;
    Identifiers(r.identifiers);
  }
  void operator()(const model::PractitionerRole& r) const {
    keys_.practitioner = Ref(r.practitioner);
    keys_.location = Ref(r.location);
    keys_.active = r.active;
    Identifiers(r.identifiers);
  }
  void operator()(const model::HealthcareService& r) const {
    keys_.family = FoldForSearch(r.name);
    keys_.active = r.active;
  }
  void operator()(const model::Patient& r) const {
    if (!r.names.empty()) Name(r.names.front());
    if (r.birth_date) keys_.birth_date = FormatDate(*r.birth_date);
    keys_.gender = model::GenderCode(r.gender);
    keys_.active = r.active;
    Identifiers(r.identifiers);
  }
  void operator()(const model::Condition& r) const {
    keys_.patient = Ref(r.patient);
    keys_.status = r.resolved ? "resolved" : "active";
  }
  void operator()(const model::Appointment& r) const {
    keys_.patient = Ref(r.patient);
    keys_.practitioner = Ref(r.practitioner);
    keys_.location = Ref(r.location);
    keys_.service = Ref(r.service);
    keys_.start = r.start;
    keys_.end = r.end;
    keys_.status = model::AppointmentStatusCode(r.status);
  }
  void operator()(const model::Encounter& r) const {
    keys_.patient = Ref(r.patient);
    keys_.practitioner = Ref(r.practitioner);
    keys_.location = Ref(r.location);
    keys_.service = Ref(r.service);
    keys_.appointment = Ref(r.appointment);
    keys_.start = r.start;
    keys_.end = r.end;
    keys_.status = model::EncounterStatusCode(r.status);
  }

 private:
  std::optional<store::RefKey> Ref(const model::VendorRef& ref) const {
    if (ref.empty()) return std::nullopt;
    return store::KeyOf(builder_.IdOf(ref).value);
  }
  void Name(const model::HumanName& name) const {
    keys_.family = FoldForSearch(name.family);
    keys_.given = FoldForSearch(name.given);
    if (!name.middle.empty()) keys_.given += " " + FoldForSearch(name.middle);
  }
  void Identifiers(const std::vector<model::Identifier>& identifiers) const {
    for (const auto& identifier : identifiers) {
      keys_.identifiers.emplace_back(identifier.system, TokenValue(identifier.value));
    }
  }

  const RecordBuilder& builder_;
  store::SearchKeys& keys_;
};

}  // namespace

RecordBuilder::RecordBuilder(const IdentityMap& identities, ConnectionId connection,
                             store::ConnectionKey connection_key, PracticeZone zone)
    : identities_(identities),
      connection_(std::move(connection)),
      connection_key_(connection_key),
      zone_(std::move(zone)),
      identifier_base_("https://pons.health/connections/" + connection_.value) {}

ResourceId RecordBuilder::IdOf(const model::VendorRef& ref) const {
  if (ref == last_ref_) return last_id_;
  const bool few = ref.stream == Stream::kLocations || ref.stream == Stream::kPractitioners ||
                   ref.stream == Stream::kHealthcareServices;
  if (few) {
    auto& id = few_ids_[ref];
    if (id.empty()) id = identities_.IdOf(connection_, ref);
    return id;
  }
  last_id_ = identities_.IdOf(connection_, ref);
  last_ref_ = ref;
  return last_id_;
}

std::string RecordBuilder::Resolve(const model::VendorRef& ref) const {
  if (ref.empty()) return {};
  if (ref.stream == Stream::kAppointments && !refers_to_appointments_ &&
      !kept_appointments_.contains(ref.id)) {
    return {};
  }
  return IdOf(ref).value;
}

std::string RecordBuilder::Display(const model::VendorRef& ref) const {
  const auto found = names_.find(NameKey(ref));
  return found == names_.end() ? std::string() : found->second;
}

void RecordBuilder::Learn(const Change& change) {
  if (!change.record) return;
  std::string name;
  if (const auto* location = std::get_if<model::Location>(change.record.get())) {
    name = location->name;
  } else if (const auto* practitioner = std::get_if<model::Practitioner>(change.record.get())) {
    name = FullName(practitioner->name);
  } else if (const auto* service = std::get_if<model::HealthcareService>(change.record.get())) {
    name = service->name;
  }
  if (!name.empty()) names_[NameKey(change.ref)] = std::move(name);
}

store::RecordWrite RecordBuilder::Build(const Change& change, Instant read_at) const {
  store::RecordWrite write;
  write.stream = change.ref.stream;
  write.id = IdOf(change.ref);
  const fhir::EncodeContext context{.id = write.id.value,
                                    .vendor_id = change.ref.id,
                                    .identifier_base = identifier_base_,
                                    .practice_name = practice_name_,
                                    .source = identifier_base_,
                                    .zone = zone_,
                                    .ids = *this};
  fhir::Encoded encoded = fhir::Encode(*change.record, context);
  write.body = {std::move(encoded.head), std::move(encoded.tail)};
  std::visit(KeyWriter(*this, write.keys), *change.record);
  // The vendor's own number can be searched for as well. Appointments and conditions are many, and
  // are found through their patient.
  if (write.stream != Stream::kAppointments && write.stream != Stream::kConditions) {
    write.keys.identifiers.emplace_back(
        identifier_base_ + "/" + std::string(fhir::LocalIdentifierName(write.stream)),
        TokenValue(change.ref.id));
  }
  write.source = {connection_key_, change.ref.id, change.version, change.origin, read_at};
  return write;
}

}  // namespace pons::sync
