// SPDX-License-Identifier: Apache-2.0
// fhir::Encode with any text in a record: practice systems hold whatever staff typed. The result is
// JSON with the gap for version and time where it is promised, without an empty string, array or
// object anywhere, and the same each time.
#include <string>

#include "fhir/encode.h"
#include "fuzz.h"
#include "json/value.h"

namespace {

using pons::TakeLine;
namespace model = pons::model;

class Resolver final : public pons::fhir::IdResolver {
 public:
  explicit Resolver(std::string_view id) : id_(id) {}
  std::string Resolve(const model::VendorRef& ref) const override {
    return ref.empty() ? std::string() : id_;
  }
  std::string Display(const model::VendorRef&) const override { return id_; }

 private:
  std::string id_;
};

std::string Take(std::string_view& rest) { return std::string(TakeLine(rest)); }

model::Address TakeAddress(std::string_view& rest) {
  model::Address address;
  address.use = Take(rest);
  address.type = Take(rest);
  address.line = {Take(rest), Take(rest)};
  address.city = Take(rest);
  address.state = Take(rest);
  address.postal_code = Take(rest);
  address.country = Take(rest);
  return address;
}

model::ContactPoint TakeContact(std::string_view& rest) {
  return {Take(rest), Take(rest), Take(rest)};
}

model::Patient TakePatient(std::string_view& rest) {
  model::Patient patient;
  model::HumanName name;
  name.use = Take(rest);
  name.prefix = Take(rest);
  name.given = Take(rest);
  name.middle = Take(rest);
  name.family = Take(rest);
  patient.names.push_back(name);
  patient.birth_date = pons::ParseDate(TakeLine(rest));
  patient.telecoms = {TakeContact(rest), TakeContact(rest)};
  patient.addresses.push_back(TakeAddress(rest));
  patient.ethnicity = {Take(rest), Take(rest), Take(rest)};
  patient.indigenous_status = {Take(rest), Take(rest), Take(rest)};
  patient.general_practitioner = {model::Stream::kPractitioners, Take(rest)};
  return patient;
}

model::Condition TakeCondition(std::string_view& rest) {
  model::Condition condition;
  condition.patient = {model::Stream::kPatients, Take(rest)};
  condition.code = {Take(rest), Take(rest), Take(rest)};
  condition.onset = Take(rest);
  condition.note = Take(rest);
  return condition;
}

model::Appointment TakeAppointment(std::string_view& rest) {
  model::Appointment appointment;
  appointment.vendor_status = Take(rest);
  appointment.patient = {model::Stream::kPatients, Take(rest)};
  appointment.service = {model::Stream::kHealthcareServices, Take(rest)};
  appointment.service_display = Take(rest);
  appointment.description = Take(rest);
  return appointment;
}

void NothingIsEmpty(const pons::json::Value& value) {
  if (const auto* text = value.string()) PONS_CHECK(!text->empty());
  if (const auto* array = value.array()) {
    PONS_CHECK(!array->empty());
    for (const auto& item : *array) NothingIsEmpty(item);
  }
  if (const auto* object = value.object()) {
    PONS_CHECK(!object->empty());
    for (const auto& [key, member] : *object) NothingIsEmpty(member);
  }
}

void EncodeAndCheck(const model::Record& record, const pons::fhir::EncodeContext& context) {
  const auto encoded = pons::fhir::Encode(record, context);
  PONS_CHECK(encoded.head.ends_with("\"meta\":{"));
  PONS_CHECK(!encoded.tail.empty() && (encoded.tail[0] == '}' || encoded.tail[0] == ','));
  const auto whole = pons::json::Parse(
      encoded.head + R"("versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z")" + encoded.tail);
  PONS_CHECK(whole.has_value());
  NothingIsEmpty(*whole);
  PONS_CHECK(pons::fhir::Encode(record, context) == encoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto zone = pons::PracticeZone::Named("Australia/Sydney").value();
  auto rest = pons::AsText(data, size);
  const Resolver ids("resolved-1");
  const auto vendor_id = Take(rest);
  const auto practice = Take(rest);
  const pons::fhir::EncodeContext context{
      .id = "fuzz-1",
      .vendor_id = vendor_id,
      .identifier_base = "https://example.org/connections/c",
      .practice_name = practice,
      .source = "urn:fuzz",
      .zone = zone,
      .ids = ids,
  };
  EncodeAndCheck(TakePatient(rest), context);
  EncodeAndCheck(TakeCondition(rest), context);
  EncodeAndCheck(TakeAppointment(rest), context);
  return 0;
}
