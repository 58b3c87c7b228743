// SPDX-License-Identifier: Apache-2.0
// Each resource against a file in testdata/ that a person can read, and the rules that hold for
// any record.
#include "fhir/encode.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "fhir/document_reference.h"
#include "fhir/task.h"
#include "json/value.h"

namespace pons::fhir {
namespace {

using model::Stream;
using model::VendorRef;

constexpr std::string_view kBase = "https://pons.health/connections/connection-1";

class FixedIds final : public IdResolver {
 public:
  std::string Resolve(const VendorRef& ref) const override {
    return ref.id == "unknown" ? "" : std::string(model::StreamName(ref.stream)) + "." + ref.id;
  }
  std::string Display(const VendorRef& ref) const override {
    if (ref.stream == Stream::kPatients) return "never to be asked";
    if (ref.stream == Stream::kHealthcareServices) return "Skin check";
    if (ref.stream == Stream::kPractitioners) return "Dr Alex Nguyen";
    return {};
  }
};

PracticeZone Zone(std::string_view name) { return PracticeZone::Named(name).value(); }

std::string EncodeWith(const model::Record& record, const PracticeZone& zone,
                       const std::function<void(EncodeContext&)>& change = {}) {
  const FixedIds ids;
  const std::string id = "r-1";
  EncodeContext context{id,
                        "4711",
                        kBase,
                        "Harbour Skin Clinic",
                        "https://pons.health/connections/connection-1#TABLE",
                        zone,
                        ids};
  if (change) change(context);
  const auto encoded = Encode(record, context);
  EXPECT_TRUE(encoded.head.ends_with("\"meta\":{")) << encoded.head;
  return encoded.head + R"("versionId":"3","lastUpdated":"2026-03-09T04:05:06.789Z")" +
         encoded.tail;
}

std::string EncodeSydney(const model::Record& record) {
  return EncodeWith(record, Zone("Australia/Sydney"));
}

// FHIR allows no empty string, array or object anywhere.
void ExpectNothingEmpty(const json::Value& value, const std::string& path) {
  if (const auto* text = value.string()) {
    EXPECT_FALSE(text->empty()) << path;
    EXPECT_NE(text->front(), ' ') << path;
    EXPECT_NE(text->back(), ' ') << path;
  } else if (const auto* array = value.array()) {
    EXPECT_FALSE(array->empty()) << path;
    for (const auto& item : *array) ExpectNothingEmpty(item, path + "[]");
  } else if (const auto* object = value.object()) {
    EXPECT_FALSE(object->empty()) << path;
    for (const auto& [key, member] : *object) ExpectNothingEmpty(member, path + "." + key);
  }
  EXPECT_FALSE(value.is_null()) << path;
}

json::Value Parsed(const std::string& text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value) << text;
  if (!value) return {};
  ExpectNothingEmpty(*value, std::string(value->Text("resourceType")));
  return std::move(value).value();
}

void ExpectGolden(const std::string& actual, const std::string& name) {
  const std::string path = std::string(PONS_SOURCE_DIR) + "/src/fhir/testdata/" + name + ".json";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const auto expected = json::Parse(text.str());
  ASSERT_TRUE(expected) << path << " cannot be read; the encoder wrote:\n" << actual;
  EXPECT_EQ(json::Write(Parsed(actual)), json::Write(*expected)) << path;
}

const json::Value* At(const json::Value& value, std::initializer_list<std::string_view> path) {
  const auto* at = &value;
  for (const auto step : path) {
    if (at == nullptr) return nullptr;
    if (step == "0") {
      at = at->array() != nullptr && !at->array()->empty() ? &at->array()->front() : nullptr;
    } else {
      at = at->Find(step);
    }
  }
  return at;
}

std::string TextAt(const json::Value& value, std::initializer_list<std::string_view> path) {
  const auto* at = At(value, path);
  return at != nullptr && at->string() != nullptr ? *at->string() : std::string("(absent)");
}

Instant Utc(std::string_view text) { return ParseInstant(text).value(); }

model::Patient FullPatient() {
  model::Patient p;
  p.identifiers = {
      {"http://ns.electronichealth.net.au/id/hi/ihi/1.0", "8003609900000017",
       "http://terminology.hl7.org/CodeSystem/v2-0203", "NI", "", "", ""},
      {"http://ns.electronichealth.net.au/id/medicare-number", "29999901811",
       "http://terminology.hl7.org/CodeSystem/v2-0203", "MC", "official", "2028-05", ""},
      {"http://ns.electronichealth.net.au/id/dva", "NX901541",
       "http://terminology.hl7.org.au/CodeSystem/v2-0203", "DVG", "", "", "Department"},
  };
  p.names = {{"official", "Mrs.", "Mary Anne", "Louise", "O'Brien-Smith"},
             {"usual", "", "Molly", "", ""}};
  p.telecoms = {{"phone", "0491 570 156", "mobile"}, {"email", "mary@example.org", ""}};
  p.gender = model::Gender::kFemale;
  p.birth_date = ParseDate("1971-03-09");
  p.deceased_date = ParseDate("2026-01-31");
  p.addresses = {{"home", "physical", {"Unit 3", "12 High St"}, "Manly", "", "2095", ""},
                 {"", "postal", {"PO Box 5"}, "Albury", "", "2620", ""}};
  p.ethnicity = {"", "", "Vietnamese"};
  p.indigenous_status = {
      "https://healthterminologies.gov.au/fhir/CodeSystem/australian-indigenous-status-1", "4",
      "Neither Aboriginal nor Torres Strait Islander origin"};
  p.general_practitioner = {Stream::kPractitioners, "7"};
  return p;
}

TEST(Encode, Patient) { ExpectGolden(EncodeSydney(FullPatient()), "patient"); }

TEST(Encode, PatientOfWhomNothingIsKnown) {
  ExpectGolden(EncodeSydney(model::Patient{}), "patient_unknown");
}

TEST(Encode, Practitioner) {
  model::Practitioner p;
  p.identifiers = {{"http://ns.electronichealth.net.au/id/hi/hpii/1.0", "8003619900000016",
                    "http://terminology.hl7.org/CodeSystem/v2-0203", "NPI", "", "", ""}};
  p.name = {"official", "Dr", "Alex", "", "Nguyen"};
  p.telecoms = {{"phone", "(02) 5550 1234", "work"}};
  ExpectGolden(EncodeSydney(p), "practitioner");
}

TEST(Encode, PractitionerRole) {
  model::PractitionerRole role;
  role.identifiers = {{"http://ns.electronichealth.net.au/id/medicare-provider-number", "9990010W",
                       "http://terminology.hl7.org.au/CodeSystem/v2-0203", "UPIN", "", "", ""}};
  role.practitioner = {Stream::kPractitioners, "7"};
  role.practitioner_display = "Dr Alex Nguyen";
  role.location = {Stream::kLocations, "1"};
  role.location_display = "Harbour";
  role.role = "Dermatologist";
  ExpectGolden(EncodeSydney(role), "practitioner_role");
}

TEST(Encode, Location) {
  model::Location location;
  location.name = "Harbour";
  location.telecoms = {{"phone", "(02) 5550 1234", "work"}};
  location.address = {"work", "physical", {"1 Quay St"}, "Sydney", "", "2000", ""};
  ExpectGolden(EncodeSydney(location), "location");
}

TEST(Encode, HealthcareService) {
  model::HealthcareService service;
  service.name = "Skin check";
  service.usual_length = std::chrono::minutes(20);
  ExpectGolden(EncodeSydney(service), "healthcare_service");
}

model::Appointment FullAppointment() {
  model::Appointment a;
  a.status = model::AppointmentStatus::kArrived;
  a.vendor_status = "Waiting room";
  a.patient = {Stream::kPatients, "11"};
  a.practitioner = {Stream::kPractitioners, "7"};
  a.location = {Stream::kLocations, "1"};
  a.service = {Stream::kHealthcareServices, "3"};
  a.service_display = "Skin check";
  a.start = Utc("2026-03-09T04:00:00Z");
  a.end = Utc("2026-03-09T04:20:00Z");
  a.description = "mole on left arm\nsecond line";
  return a;
}

TEST(Encode, Appointment) { ExpectGolden(EncodeSydney(FullAppointment()), "appointment"); }

TEST(Encode, AppointmentThatIsABlock) {
  model::Appointment a;
  a.start = a.end = Utc("2026-03-09T04:00:00Z");
  ExpectGolden(EncodeSydney(a), "appointment_block");
}

TEST(Encode, CancelledAppointmentIsDeclinedByThePatientOnly) {
  auto a = FullAppointment();
  a.status = model::AppointmentStatus::kCancelled;
  const auto json = Parsed(EncodeSydney(a));
  const auto& participants = *json.Find("participant")->array();
  ASSERT_EQ(participants.size(), 4u);
  EXPECT_EQ(participants[0].Text("status"), "declined");
  EXPECT_EQ(participants[1].Text("status"), "accepted");
}

TEST(Encode, AppointmentThatEndsBeforeItStartsHasNoLength) {
  auto a = FullAppointment();
  a.end = a.start - std::chrono::minutes(5);
  const auto json = Parsed(EncodeSydney(a));
  EXPECT_EQ(json.Text("end"), json.Text("start"));
  EXPECT_EQ(json.Find("minutesDuration"), nullptr);
}

model::Encounter FullEncounter() {
  model::Encounter e;
  e.status = model::EncounterStatus::kFinished;
  e.visit_type = "Surgery";
  e.patient = {Stream::kPatients, "11"};
  e.practitioner = {Stream::kPractitioners, "7"};
  e.location = {Stream::kLocations, "1"};
  e.appointment = {Stream::kAppointments, "99"};
  e.service = {Stream::kHealthcareServices, "3"};
  e.start = Utc("2026-03-09T04:02:03Z");
  e.end = Utc("2026-03-09T04:31:00Z");
  return e;
}

TEST(Encode, Encounter) { ExpectGolden(EncodeSydney(FullEncounter()), "encounter"); }

TEST(Encode, KindOfVisitChoosesTheClass) {
  const std::pair<const char*, const char*> cases[] = {
      {"Surgery", "AMB"},   {"Telehealth", "VR"}, {"Telephone", "VR"}, {"Video consult", "VR"},
      {"Home visit", "HH"}, {"RACF", "HH"},       {"", "AMB"},         {"家", "AMB"},
  };
  for (const auto& [type, code] : cases) {
    auto e = FullEncounter();
    e.visit_type = type;
    EXPECT_EQ(Parsed(EncodeSydney(e)).Find("class")->Text("code"), code) << type;
  }
}

TEST(Encode, Condition) {
  model::Condition c;
  c.patient = {Stream::kPatients, "11"};
  c.code = {"http://snomed.info/sct", "372244006", "Malignant melanoma"};
  c.resolved = true;
  c.onset = "2019-04";
  c.note = "left shoulder, excised";
  ExpectGolden(EncodeSydney(c), "condition");
}

std::string Whole(const Encoded& encoded) {
  EXPECT_TRUE(encoded.head.ends_with("\"meta\":{")) << encoded.head;
  return encoded.head + R"("versionId":"3","lastUpdated":"2026-03-09T04:05:06.789Z")" +
         encoded.tail;
}

TaskFields FullTask() {
  TaskFields task;
  task.id = "task-1";
  task.status = "completed";
  task.state = "confirmed";
  task.state_words = "done, and read back from the practice";
  task.kind = "create-patient";
  task.kind_words = "add a patient";
  task.reason = "Two patients of that name are here.";
  task.vendor_code = "-2";
  task.patient_id = "patient-1";
  task.focus = "Patient/patient-1";
  task.result = "Patient/patient-1";
  task.possible_duplicates = {"Patient/patient-2", "Patient/patient-3"};
  task.attempts = 2;
  task.authored = Utc("2026-03-09T04:00:00Z");
  task.modified = Utc("2026-03-09T04:00:02.5Z");
  task.deadline = Utc("2026-03-10T04:00:00Z");
  task.requester_app = "app-1";
  task.source = kBase;
  task.source_display = "Harbour Skin Clinic";
  return task;
}

TEST(Encode, Task) {
  ExpectGolden(Whole(EncodeTask(FullTask(), Zone("Australia/Sydney"))), "task");
}

TEST(Encode, TaskThatHasJustBeenAccepted) {
  TaskFields task;
  task.id = "task-2";
  task.status = "requested";
  task.state = "accepted";
  task.state_words = "waits to be sent";
  task.kind = "book-appointment";
  task.kind_words = "book an appointment";
  task.authored = Utc("2026-03-09T04:00:00Z");
  ExpectGolden(Whole(EncodeTask(task, Zone("Australia/Sydney"))), "task_accepted");
}

TEST(Encode, TaskIsNeverModifiedBeforeItWasMade) {
  auto task = FullTask();
  task.modified = task.authored - std::chrono::seconds(5);
  const auto json = Parsed(Whole(EncodeTask(task, Zone("Australia/Sydney"))));
  EXPECT_EQ(json.Text("lastModified"), json.Text("authoredOn"));
}

TEST(Encode, DocumentReference) {
  DocumentFields document;
  document.id = "document-1";
  document.doc_status = "final";
  document.export_state = "imported";
  document.patient_id = "patient-1";
  document.author_id = "practitioner-1";
  document.author_display = "Dr Alex Nguyen";
  document.location_id = "location-1";
  document.type = {"http://loinc.org", "34111-5", "Dermatology note"};
  document.title = "Dermatology timeline report";
  document.date = Utc("2026-03-09T04:00:00Z");
  document.content_type = "application/pdf";
  document.bytes = 123456;
  document.sha1_base64 = "2jmj7l5rSw0yVb/vlWAYkK/YBwk=";
  document.binary_id = "binary-1";
  document.replaces_id = "document-0";
  document.identifier_system = std::string(kBase) + "/document-id";
  document.identifier_value = "R-42";
  document.source = kBase;
  ExpectGolden(Whole(EncodeDocumentReference(document, Zone("Australia/Sydney"))),
               "document_reference");
}

TEST(Encode, DocumentReferenceWithLittle) {
  DocumentFields document;
  document.id = "document-2";
  document.export_state = "requested";
  ExpectGolden(Whole(EncodeDocumentReference(document, Zone("Australia/Sydney"))),
               "document_reference_bare");
}

TEST(Encode, DocumentStateCanBeChangedInPlace) {
  DocumentFields document;
  document.id = "document-3";
  document.title = R"(a title with ","docStatus":"x" and "valueCode":"y" in it)";
  document.export_state = "requested";
  auto changed = EncodeDocumentReference(document, Zone("Australia/Sydney"));
  ASSERT_TRUE(SetDocumentState(changed.tail, "imported", "final"));
  document.export_state = "imported";
  document.doc_status = "final";
  EXPECT_EQ(changed, EncodeDocumentReference(document, Zone("Australia/Sydney")));
  std::string other = R"({"docStatus":"final"})";
  EXPECT_FALSE(SetDocumentState(other, "failed", "preliminary"));
  EXPECT_EQ(other, R"({"docStatus":"final"})");
}

TEST(Encode, ReferenceThatIsNotKnownIsLeftOut) {
  auto e = FullEncounter();
  e.practitioner.id = "unknown";
  e.location.id = "unknown";
  e.appointment.id = "unknown";
  e.patient.id = "unknown";
  const auto json = Parsed(EncodeSydney(e));
  for (const auto* key : {"participant", "location", "appointment", "subject"}) {
    EXPECT_EQ(json.Find(key), nullptr) << key;
  }
  EXPECT_EQ(At(json, {"meta", "profile"}), nullptr) << "AU Core asks for a subject";
}

TEST(Encode, ConditionWithoutKnownPatientSaysSo) {
  model::Condition c;
  c.patient = {Stream::kPatients, "unknown"};
  const auto json = Parsed(EncodeSydney(c));
  EXPECT_EQ(TextAt(json, {"subject", "extension", "0", "valueCode"}), "unknown");
  EXPECT_EQ(At(json, {"meta", "profile"}), nullptr);
}

TEST(Encode, TimesCarryTheOffsetOfTheirDay) {
  struct Case {
    const char* zone;
    const char* utc;
    const char* written;
  };
  // Sydney leaves daylight saving on 2026-04-05 at 03:00 and enters it on 2026-10-04 at 02:00.
  const Case cases[] = {
      {"Australia/Sydney", "2026-04-04T15:59:59Z", "2026-04-05T02:59:59+11:00"},
      {"Australia/Sydney", "2026-04-04T16:00:00Z", "2026-04-05T02:00:00+10:00"},
      {"Australia/Sydney", "2026-10-03T15:59:59Z", "2026-10-04T01:59:59+10:00"},
      {"Australia/Sydney", "2026-10-03T16:00:00Z", "2026-10-04T03:00:00+11:00"},
      {"Australia/Lord_Howe", "2026-07-01T00:00:00Z", "2026-07-01T10:30:00+10:30"},
      {"Australia/Brisbane", "2026-01-01T00:00:00Z", "2026-01-01T10:00:00+10:00"},
      {"America/New_York", "2026-07-01T03:00:00Z", "2026-06-30T23:00:00-04:00"},
  };
  for (const auto& c : cases) {
    model::Encounter e;
    e.start = Utc(c.utc);
    const auto json = Parsed(EncodeWith(e, Zone(c.zone)));
    EXPECT_EQ(TextAt(json, {"period", "start"}), c.written) << c.zone << " " << c.utc;
    EXPECT_EQ(ParseInstant(TextAt(json, {"period", "start"})), e.start);
  }
}

TEST(Encode, NamesInAnyScriptArriveAsTheyAre) {
  for (const char* family : {"Nguyễn", "Ōkubo", "李", "محمد", "Ó Súilleabháin", "Пушкин", "𠮷田",
                             "Quote\"Back\\slash"}) {
    model::Patient p;
    p.names = {{"official", "", "Ång", "", family}};
    EXPECT_EQ(TextAt(Parsed(EncodeSydney(p)), {"name", "0", "family"}), family);
  }
}

TEST(Encode, LongNamesArriveWhole) {
  std::string name;
  while (name.size() < 200) name += "Ångström-";
  model::Patient p;
  p.names = {{"official", "", name + "x", "", name + "x"}};
  const auto json = Parsed(EncodeSydney(p));
  EXPECT_EQ(TextAt(json, {"name", "0", "family"}), name + "x");
  EXPECT_EQ(TextAt(json, {"name", "0", "given", "0"}), name + "x");
}

TEST(Encode, BlankPaddedAndControlCharactersAreTakenAway) {
  model::Patient p;
  p.names = {{"official", "  ", "Ann\x01ie   ", "\t", std::string("Smith\0\0   ", 10)}};
  p.telecoms = {{"phone", "   ", "home"}, {"pigeon", "coop 3", "roof"}};
  p.addresses = {{"", "", {"", "  "}, " ", "", "", ""}};
  const auto json = Parsed(EncodeSydney(p));
  EXPECT_EQ(TextAt(json, {"name", "0", "family"}), "Smith");
  EXPECT_EQ(TextAt(json, {"name", "0", "given", "0"}), "Annie");
  EXPECT_EQ(At(json, {"name", "0", "prefix"}), nullptr);
  EXPECT_EQ(json.Find("address"), nullptr);
  ASSERT_EQ(json.Find("telecom")->array()->size(), 1u);
  EXPECT_EQ(TextAt(json, {"telecom", "0", "system"}), "other");
  EXPECT_EQ(At(json, {"telecom", "0", "use"}), nullptr);
}

TEST(Encode, BytesThatAreNotUtf8AreReplaced) {
  model::Patient p;
  p.names = {{"official", "", "", "", "Mu\xF1oz"}};
  EXPECT_EQ(TextAt(Parsed(EncodeSydney(p)), {"name", "0", "family"}), "Mu\xEF\xBF\xBDoz");
}

TEST(Encode, NoProfileWithoutFamilyName) {
  model::Patient p;
  p.names = {{"official", "", "Cher", "", ""}};
  EXPECT_EQ(At(Parsed(EncodeSydney(p)), {"meta", "profile"}), nullptr);
}

TEST(Encode, OutsideAustraliaNothingAustralianIsClaimed) {
  const auto json = Parsed(EncodeWith(FullPatient(), Zone("America/New_York"), [](auto& context) {
    context.jurisdiction = Jurisdiction::kOther;
  }));
  EXPECT_EQ(At(json, {"meta", "profile"}), nullptr);
  EXPECT_EQ(At(json, {"address", "0", "country"}), nullptr);
  EXPECT_EQ(At(json, {"address", "0", "state"}), nullptr);
}

TEST(Encode, WithoutSourceOrProfileMetaStillCloses) {
  model::Appointment a;
  const auto json = Parsed(EncodeWith(a, Zone("UTC"), [](auto& context) { context.source = {}; }));
  EXPECT_EQ(json.Find("meta")->object()->size(), 2u);
}

TEST(Encode, TheSameRecordGivesTheSameBytes) {
  EXPECT_EQ(EncodeSydney(FullPatient()), EncodeSydney(FullPatient()));
}

TEST(Encode, PeriodEndOfAnIdentifierMustBeADate) {
  for (const auto& [text, kept] : {std::pair{"2028", true},
                                   {"2028-05", true},
                                   {"2028-13", false},
                                   {"05/2028", false},
                                   {"2028-02-30", false},
                                   {"", false}}) {
    model::Patient p;
    p.identifiers = {{"https://example.org/id", "1", "", "", "", text, ""}};
    const auto json = Parsed(EncodeSydney(p));
    EXPECT_EQ(json.Find("identifier")->array()->at(1).Find("period") != nullptr, kept) << text;
  }
}

TEST(StateOfPostcode, FollowsTheRangesAndIsSilentWhereTheyAreShared) {
  const std::pair<const char*, const char*> cases[] = {
      {"2000", "NSW"}, {"2095", "NSW"}, {"2601", "ACT"}, {"2914", "ACT"}, {"3000", "VIC"},
      {"4870", "QLD"}, {"5000", "SA"},  {"6000", "WA"},  {"7000", "TAS"}, {"0800", "NT"},
      {"8001", "VIC"}, {"9000", "QLD"}, {"0200", "ACT"}, {"2620", ""},    {"0872", ""},
      {"3644", ""},    {"2899", ""},    {"0100", ""},    {"200", ""},     {"20000", ""},
      {"2OOO", ""},    {"", ""},
  };
  for (const auto& [postcode, state] : cases) {
    EXPECT_EQ(StateOfPostcode(postcode), state) << postcode;
  }
}

}  // namespace
}  // namespace pons::fhir
