// SPDX-License-Identifier: Apache-2.0
// What apps send, into the inner model: that our own bytes come back as they were, and that what is
// wrong is named by its path.
#include "fhir/decode.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "fhir/parts.h"
#include "model/au_identifiers.h"

namespace pons::fhir {
namespace {

namespace au = model::au;

json::Value Json(std::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : json::Value();
}

json::Value Encoded(const model::Patient& patient) {
  const NoReferences none;
  const auto zone = PracticeZone::Named("Australia/Sydney").value();
  const EncodeContext context{"p-1",
                              "4711",
                              "https://pons.health/connections/c-1",
                              "Harbour",
                              "https://pons.health/connections/c-1",
                              zone,
                              none,
                              Jurisdiction::kOther};
  const auto encoded = Encode(patient, context);
  return Json(encoded.head + R"("versionId":"1")" + encoded.tail);
}

// Patients made of pieces that a seed chooses; only what FHIR can carry.
class PatientMaker {
 public:
  explicit PatientMaker(unsigned seed) : random_(seed) {}

  model::Patient Make() {
    model::Patient p;
    if (Odds(2))
      p.identifiers.push_back(*au::Medicare(au::CheckMedicare("2950127553", "2"), Month()));
    if (Odds(3)) p.identifiers.push_back(*au::Ihi(au::CheckIhi("8003608333647261")));
    if (Odds(3)) p.identifiers.push_back(*au::Dva(au::CheckDva("NX901541"), "DVG"));
    if (Odds(3))
      p.identifiers.push_back({"urn:app", Word(), "urn:types", "X", "usual", "2028", Word()});
    p.active = !Odds(4);
    const auto names = Pick(4);
    for (std::size_t i = 0; i < names; ++i) {
      model::HumanName name{Odds(2) ? "official" : "nickname", Odds(2) ? "Mrs." : "", Word(), "",
                            Odds(4) ? "" : Word()};
      if (Odds(2)) name.middle = Word() + " " + Word();
      p.names.push_back(name);
    }
    if (Odds(2)) p.telecoms.push_back({"phone", "0491 570 156", Odds(2) ? "mobile" : ""});
    if (Odds(2)) p.telecoms.push_back({"email", Word() + "@example.org", "home"});
    p.gender = static_cast<model::Gender>(Pick(4));
    if (Odds(2)) p.birth_date = ParseDate("1984-02-29");
    if (Odds(4)) {
      p.deceased = true;
      if (Odds(2)) p.deceased_date = ParseDate("2026-01-31");
    }
    if (Odds(2)) {
      p.addresses.push_back({"home", "physical", {"Unit 3", Word()}, Word(), "NSW", "2095", "AU"});
    }
    if (Odds(3)) p.addresses.push_back({"", "postal", {}, Word(), "", "", ""});
    if (Odds(3)) p.ethnicity = {"", "", Word()};
    if (Odds(3)) p.indigenous_status = {"https://example.org/status", "4", "Neither"};
    return p;
  }

 private:
  bool Odds(unsigned one_in) { return random_() % one_in == 0; }
  std::size_t Pick(std::size_t below) { return random_() % below; }
  std::string Month() { return Odds(2) ? "2028-05" : ""; }
  std::string Word() {
    static const std::array kWords = {"Nguyễn",  "O'Brien-Smith", "李",         "محمد",
                                      "a\"b\\c", "𠮷田",          "de la Cruz", "x"};
    return kWords[Pick(kWords.size())];
  }

  std::mt19937 random_;
};

TEST(DecodePatient, IsTheInverseOfTheEncoder) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const auto patient = PatientMaker(seed).Make();
    const auto decoded = DecodePatient(Encoded(patient));
    ASSERT_TRUE(decoded) << seed << ": " << decoded.error().summary;
    ASSERT_EQ(*decoded, patient) << seed << "\n" << json::Write(Encoded(patient));
  }
}

TEST(DecodePatient, ReadsAMedicareNumberWithItsIrnHoweverItIsTyped) {
  for (const char* typed : {"29501275532", "2950 12755 3/2", "2950127553-2", " 2950 12755 3 2 "}) {
    const auto patient = DecodePatient(
        Json(R"({"resourceType":"Patient","identifier":[{"system":")" +
             std::string(au::kMedicareSystem) + R"(","value":")" + typed + R"("}]})"));
    ASSERT_TRUE(patient) << typed;
    EXPECT_EQ(patient->identifiers.at(0), *au::Medicare(au::CheckMedicare("2950127553", "2"), {}))
        << typed;
  }
}

TEST(DecodePatient, KeepsANumberWhoseCheckDigitIsWrong) {
  const auto patient =
      DecodePatient(Json(R"({"resourceType":"Patient","identifier":[{"system":")" +
                         std::string(au::kMedicareSystem) + R"(","value":"29501275632"}]})"));
  ASSERT_TRUE(patient);
  EXPECT_EQ(patient->identifiers.at(0).value, "29501275632");
}

struct WrongCase {
  const char* members;
  const char* path;
};

void ExpectWrong(const Error& error, const WrongCase& c) {
  EXPECT_EQ(error.fault, Fault::kRejected) << c.members;
  EXPECT_EQ(error.vendor_code, c.path) << c.members;
  EXPECT_EQ(error.summary.find("secret"), std::string::npos) << error.summary;
}

TEST(DecodePatient, NamesTheElementThatIsWrong) {
  const WrongCase cases[] = {
      {R"("birthDate":"secret")", "Patient.birthDate"},
      {R"("birthDate":"1984-07")", "Patient.birthDate"},
      {R"("birthDate":"1985-02-29")", "Patient.birthDate"},
      {R"("birthDate":19840702)", "Patient.birthDate"},
      {R"("gender":"secret")", "Patient.gender"},
      {R"("active":"secret")", "Patient.active"},
      {R"("name":{"family":"secret"})", "Patient.name"},
      {R"("name":["secret"])", "Patient.name[0]"},
      {R"("name":[{"family":"x"},{"family":["secret"]}])", "Patient.name[1].family"},
      {R"("name":[{"given":"secret"}])", "Patient.name[0].given"},
      {R"("name":[{"given":["a",7]}])", "Patient.name[0].given[1]"},
      {R"("name":[{"use":"secret"}])", "Patient.name[0].use"},
      {R"("telecom":[{"value":"secret"}])", "Patient.telecom[0].system"},
      {R"("telecom":[{"system":"secret","value":"1"}])", "Patient.telecom[0].system"},
      {R"("address":[{"line":"secret"}])", "Patient.address[0].line"},
      {R"("deceasedDateTime":"secret")", "Patient.deceasedDateTime"},
      {R"("identifier":[{"system":"http://ns.electronichealth.net.au/id/medicare-number",)"
       R"("value":"secret"}])",
       "Patient.identifier[0].value"},
      {R"("identifier":[{"system":"http://ns.electronichealth.net.au/id/hi/ihi/1.0",)"
       R"("value":"800360"}])",
       "Patient.identifier[0].value"},
      {R"("identifier":[{"value":"1","period":{"end":"05/2028"}}])",
       "Patient.identifier[0].period.end"},
  };
  for (const auto& c : cases) {
    const auto patient =
        DecodePatient(Json(R"({"resourceType":"Patient",)" + std::string(c.members) + "}"));
    ASSERT_FALSE(patient) << c.members;
    ExpectWrong(patient.error(), c);
  }
  EXPECT_EQ(DecodePatient(Json("[]")).error().vendor_code, "Patient");
  EXPECT_EQ(DecodePatient(Json(R"({"resourceType":"Person"})")).error().vendor_code, "Patient");
}

TEST(ReadReference, TakesTheFormsThatFhirHas) {
  struct Case {
    const char* text;
    const char* type;
    const char* id;
  };
  for (const auto& c :
       {Case{"Patient/a-1", "Patient", "a-1"},
        Case{"https://x.org/fhir/R4/Practitioner/7", "Practitioner", "7"},
        Case{"Patient/a-1/_history/3", "Patient", "a-1"}, Case{"#doctor", "", "#doctor"}}) {
    const auto read = ReadReference(json::Object{{"reference", c.text}}, "x");
    ASSERT_TRUE(read) << c.text;
    EXPECT_EQ(read->type, c.type) << c.text;
    EXPECT_EQ(read->id, c.id) << c.text;
  }
  for (const char* bad : {"", "Patient", "Patient/", "a/b/c", "urn:uuid:1-2", "Patient/a b",
                          "patient/1", "https://x.org/?Patient/1"}) {
    const auto read = ReadReference(json::Object{{"reference", bad}}, "the.path");
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().vendor_code, "the.path");
  }
  EXPECT_FALSE(ReadReference(json::Object{{"display", "Dr X"}}, "x"));
}

constexpr char kAppointment[] = R"({"resourceType":"Appointment","status":"booked",
  "serviceType":[{"coding":[{"system":"https://pons.health/connections/c/appointment-type",
                             "code":"3"}]}],
  "start":"2026-03-09T15:00:00+11:00","end":"2026-03-09T15:20:00+11:00","minutesDuration":20,
  "description":"mole","participant":[{"actor":{"reference":"Patient/p"},"status":"accepted"},
  {"actor":{"reference":"Practitioner/d"},"status":"accepted"},
  {"actor":{"reference":"Location/l"},"status":"accepted"}]})";

TEST(DecodeAppointment, ReadsAll) {
  const auto request = DecodeAppointment(Json(kAppointment));
  ASSERT_TRUE(request) << request.error().summary;
  EXPECT_EQ(request->status, "booked");
  EXPECT_EQ(request->patient.id, "p");
  EXPECT_EQ(request->practitioner.id, "d");
  EXPECT_EQ(request->location.id, "l");
  EXPECT_EQ(request->service.identifier_value, "3");
  EXPECT_EQ(request->service.type, "HealthcareService");
  EXPECT_EQ(request->start, ParseInstant("2026-03-09T04:00:00Z"));
  EXPECT_EQ(request->end, ParseInstant("2026-03-09T04:20:00Z"));
  EXPECT_EQ(request->minutes, 20);
  EXPECT_EQ(request->description, "mole");
}

TEST(DecodeAppointment, TheParticipantDecidesTheService) {
  const auto request = DecodeAppointment(
      Json(R"({"resourceType":"Appointment","serviceType":[{"coding":[{"code":"3"}]}],
               "cancelationReason":{"coding":[{"code":"pat","display":"Patient"}]},
               "comment":"c","participant":[{"actor":{"reference":"HealthcareService/s"}}]})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->service.id, "s");
  EXPECT_EQ(request->description, "c");
  EXPECT_EQ(request->cancelation_reason, "Patient");
}

TEST(DecodeAppointment, NamesTheElementThatIsWrong) {
  const WrongCase cases[] = {
      {R"("start":"2026-03-09T15:00:00")", "Appointment.start"},
      {R"("start":"2026-03-09")", "Appointment.start"},
      {R"("end":"secret")", "Appointment.end"},
      {R"("minutesDuration":0)", "Appointment.minutesDuration"},
      {R"("minutesDuration":"20")", "Appointment.minutesDuration"},
      {R"("status":"secret")", "Appointment.status"},
      {R"("participant":[{"actor":{"reference":"Patient/a"}},{"actor":{"reference":"Patient/b"}}])",
       "Appointment.participant[1].actor"},
      {R"("participant":[{"actor":{"reference":"secret"}}])", "Appointment.participant[0].actor"},
      {R"("participant":[{"actor":{"identifier":{"value":"1"}}}])",
       "Appointment.participant[0].actor"},
      {R"("participant":[7])", "Appointment.participant[0]"},
  };
  for (const auto& c : cases) {
    const auto read =
        DecodeAppointment(Json(R"({"resourceType":"Appointment",)" + std::string(c.members) + "}"));
    ASSERT_FALSE(read) << c.members;
    ExpectWrong(read.error(), c);
  }
}

std::string Document(std::string_view members) {
  return R"({"resourceType":"DocumentReference","status":"current",)" + std::string(members) + "}";
}
constexpr char kContent[] =
    R"("content":[{"attachment":{"contentType":"application/pdf","data":"JVBE\nRg=="}}])";
constexpr char kSubject[] = R"("subject":{"reference":"Patient/p"},)";

TEST(DecodeDocumentReference, ReadsAll) {
  const auto request = DecodeDocumentReference(Json(
      R"({"resourceType":"DocumentReference","status":"current",
      "contained":[{"resourceType":"Practitioner","id":"doctor","identifier":[
        {"system":"http://ns.electronichealth.net.au/id/medicare-provider-number",
         "value":"2426621B"}]}],
      "identifier":[{"value":"R-42"}],"type":{"coding":[{"system":"http://loinc.org",
      "code":"34111-5"}],"text":"Note"},"subject":{"reference":"Patient/p"},
      "date":"2026-03-09T04:00:00Z","author":[{"reference":"#doctor"}],
      "relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/old"}}],
      "description":"Timeline","context":{"related":[{"reference":"Location/l"}]},
      "content":[{"attachment":{"contentType":"application/pdf","data":"JVBE\nRg=="}}]})"));
  ASSERT_TRUE(request) << request.error().summary;
  EXPECT_EQ(request->patient.id, "p");
  EXPECT_EQ(request->author.identifier_value, "2426621B");
  EXPECT_EQ(request->location.id, "l");
  EXPECT_EQ(request->type, (model::Coding{"http://loinc.org", "34111-5", "Note"}));
  EXPECT_EQ(request->title, "Timeline");
  EXPECT_EQ(request->date, ParseInstant("2026-03-09T04:00:00Z"));
  EXPECT_EQ(request->content_type, "application/pdf");
  EXPECT_EQ(request->data, "%PDF");
  EXPECT_EQ(request->replaces, "old");
  EXPECT_EQ(request->identifier_value, "R-42");
}

TEST(DecodeDocumentReference, MayPointAtABinary) {
  const auto request = DecodeDocumentReference(Json(Document(
      std::string(kSubject) +
      R"("content":[{"attachment":{"contentType":"application/pdf","url":"Binary/b"}}])")));
  ASSERT_TRUE(request) << request.error().summary;
  EXPECT_EQ(request->binary_id, "b");
  EXPECT_FALSE(request->data);
}

TEST(DecodeDocumentReference, NamesTheElementThatIsWrong) {
  const std::string attachment = "DocumentReference.content[0].attachment";
  const std::string subject = kSubject, content = kContent;
  const std::pair<std::string, std::string> cases[] = {
      {content, "DocumentReference.subject"},
      {subject + R"("content":[])", "DocumentReference.content"},
      {subject + R"("content":[{}])", attachment},
      {subject + R"("content":[{"attachment":{"data":"JVBERg=="}}])", attachment + ".contentType"},
      {subject + R"("content":[{"attachment":{"contentType":"a/b"}}])", attachment},
      {subject + R"("content":[{"attachment":{"contentType":"a/b","data":"sec ret"}}])",
       attachment + ".data"},
      {subject + R"("content":[{"attachment":{"contentType":"a/b","url":"http://x/secret"}}])",
       attachment + ".url"},
      {subject +
           R"("content":[{"attachment":{"contentType":"a/b","url":"Binary/1","data":"YQ=="}}])",
       attachment},
      {subject + R"("author":[{"reference":"#gone"}],)" + content, "DocumentReference.author[0]"},
      {subject + R"("relatesTo":[{"code":"replaces"}],)" + content,
       "DocumentReference.relatesTo[0].target"},
  };
  for (const auto& [members, path] : cases) {
    const auto read = DecodeDocumentReference(Json(Document(members)));
    ASSERT_FALSE(read) << members;
    ExpectWrong(read.error(), {members.c_str(), path.c_str()});
  }
  EXPECT_EQ(
      DecodeDocumentReference(Json(R"({"resourceType":"DocumentReference","status":"superseded"})"))
          .error()
          .vendor_code,
      "DocumentReference.status");
}

}  // namespace
}  // namespace pons::fhir
