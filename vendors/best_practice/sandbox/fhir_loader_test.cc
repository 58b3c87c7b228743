// SPDX-License-Identifier: Apache-2.0
// FHIR patients, ordinary, odd and broken; and all that nobody here made up.
#include "vendors/best_practice/sandbox/fhir_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "base/time.h"
#include "json/value.h"
#include "vendors/best_practice/sandbox/au_numbers.h"

namespace pons::best_practice::sandbox {
namespace {

namespace fs = std::filesystem;
using sandboxkit::ClinicPatient;
using sandboxkit::ClinicSink;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;

ClinicPatient Read(const std::string& json, NoColumn* no_column = nullptr) {
  Result<ClinicPatient> patient = ClinicPatientFromFhir(json, no_column);
  EXPECT_TRUE(patient.has_value());
  return patient ? *patient : ClinicPatient{};
}

std::string Patient(const std::string& members) {
  return R"({"resourceType":"Patient","id":"p1",)" + members + '}';
}

constexpr char kFull[] = R"({"resourceType":"Patient","id":"full-1","active":true,
 "extension":[{"url":"http://hl7.org.au/fhir/StructureDefinition/indigenous-status",
               "valueCoding":{"code":"3"}},
              {"url":"http://hl7.org/fhir/StructureDefinition/individual-pronouns"}],
 "identifier":[
  {"system":"http://ns.electronichealth.net.au/id/hi/ihi/1.0","value":"8003 6099 0000 0017"},
  {"system":"http://ns.electronichealth.net.au/id/medicare-number","value":"2999 99018 1/2",
   "period":{"end":"2028-05"}},
  {"system":"http://ns.electronichealth.net.au/id/dva","value":"nx901541",
   "type":{"coding":[{"code":"DVW"}]}},
  {"system":"http://ns.electronichealth.net.au/id/centrelink-customer-reference-number",
   "value":"307111942H","type":{"coding":[{"code":"HC"}]}},
  {"system":"https://x.example/mr","value":"10452","type":{"coding":[{"code":"MR"}]}},
  {"system":"https://x.example/other","value":"1"}],
 "name":[{"use":"maiden","family":"Old"},
         {"use":"official","family":"O'Brien-Núñez","given":["Mary Jane","Kim","Lee"],
          "prefix":["MRS"],"suffix":["AO"]},
         {"use":"usual","text":"MJ O'Brien"}],
 "telecom":[{"system":"phone","use":"home","value":"02 5550 0001"},
            {"system":"phone","use":"work","value":"02 5550 0002"},
            {"system":"phone","value":"0491 570 006"},
            {"system":"phone","use":"home","value":"02 5550 0003"},
            {"system":"email","value":"mj@example.com"},{"system":"fax","value":"1"}],
 "gender":"female","birthDate":"1971-03-09","deceasedDateTime":"2024-02-29T10:00:00+11:00",
 "address":[{"type":"postal","line":["PO Box 1"],"city":"Newtown","postalCode":"2042"},
            {"use":"work","line":["9 Work St"],"city":"Sydney"},
            {"use":"home","line":["Unit 2","7 King St","Rear"],"city":"Newtown","state":"NSW",
             "postalCode":"2042","country":"AU"}],
 "maritalStatus":{"text":"M"}})";

TEST(FhirPatient, FillsEveryColumnThereIs) {
  NoColumn missed;
  const ClinicPatient p = Read(kFull, &missed);
  EXPECT_EQ(p.fhir_id, "full-1");
  EXPECT_EQ(p.title, "Mrs.");
  EXPECT_EQ(p.family, "O'Brien-Núñez");
  EXPECT_EQ(p.given, "Mary Jane");
  EXPECT_EQ(p.middle, "Kim Lee");
  EXPECT_EQ(p.preferred, "MJ");
  EXPECT_EQ(p.sex, "Female");
  EXPECT_EQ(p.birth_date, "1971-03-09");
  EXPECT_EQ(p.death_date, "2024-02-29");
  EXPECT_EQ(p.ethnicity, "Aboriginal/Torres Strait Islander");
  EXPECT_EQ(p.individual_number, "8003609900000017");
  EXPECT_EQ(p.medicare, "2999990181");
  EXPECT_EQ(p.medicare_line, "2");
  EXPECT_EQ(p.medicare_expiry, "05/2028");
  EXPECT_EQ(p.dva_number, "NX901541");
  EXPECT_EQ(p.dva_color, "White");
  EXPECT_EQ(p.pension_number, "307111942H");
  EXPECT_EQ(p.pension_kind, "Health Care Card");
  EXPECT_EQ(p.record_number, "10452");
  EXPECT_EQ(p.home_phone, "02 5550 0001");
  EXPECT_EQ(p.work_phone, "02 5550 0002");
  EXPECT_EQ(p.mobile_phone, "0491 570 006");
  EXPECT_EQ(p.email, "mj@example.com");
  EXPECT_EQ(p.address.line1, "Unit 2");
  EXPECT_EQ(p.address.line2, "7 King St, Rear");
  EXPECT_EQ(p.address.city, "Newtown");
  EXPECT_EQ(p.address.postcode, "2042");
  EXPECT_EQ(p.postal.line1, "PO Box 1");
  EXPECT_EQ(p.country, "AU");
  EXPECT_TRUE(p.active);
  for (const char* what :
       {"name with use maiden", "name.suffix", "identifier https://x.example/other",
        "a second home phone", "telecom fax", "a second address", "address.state",
        "extension individual-pronouns", "maritalStatus", "deceasedDateTime: time of day"}) {
    EXPECT_THAT(missed, Contains(Pair(what, 1)));
  }
  EXPECT_EQ(missed.size(), 10u);
}

TEST(FhirPatient, PartialAndWrongDates) {
  NoColumn missed;
  EXPECT_EQ(Read(Patient(R"("birthDate":"1950")"), &missed).birth_date, "1950-01-01");
  EXPECT_EQ(Read(Patient(R"("birthDate":"1950-07")"), &missed).birth_date, "1950-07-01");
  EXPECT_THAT(missed, Contains(Pair("birthDate without a day", 2)));
  for (const char* wrong : {"1950-13-01", "2023-02-29", "soon", "1950-1-1", ""}) {
    EXPECT_EQ(Read(Patient(R"("birthDate":")" + std::string(wrong) + '"'), &missed).birth_date, "")
        << wrong;
  }
  EXPECT_THAT(missed, Contains(Pair("birthDate that is no date", 4)));
  EXPECT_FALSE(Read(Patient(R"("deceasedBoolean":true)")).active);
  EXPECT_FALSE(Read(Patient(R"("active":false)")).active);
}

TEST(FhirPatient, IndigenousStatusHasAWordEach) {
  const auto word = [](const std::string& code) {
    return Read(
               Patient(
                   R"("extension":[{"url":"http://hl7.org.au/fhir/StructureDefinition/indigenous-status","valueCoding":{"code":")" +
                   code + R"("}}])"))
        .ethnicity;
  };
  EXPECT_EQ(word("1"), "Aboriginal");
  EXPECT_EQ(word("2"), "Torres Strait Islander");
  EXPECT_EQ(word("3"), "Aboriginal/Torres Strait Islander");
  EXPECT_EQ(word("4"), "Non Aboriginal/Torres Strait Islander");
  EXPECT_EQ(word("9"), "Not provided");
  EXPECT_EQ(word("7"), "");
}

TEST(FhirPatient, MistypedCardsAreKeptAsTheyCame) {
  const auto card = [](const std::string& value) {
    return Read(Patient(
        R"("identifier":[{"system":"http://ns.electronichealth.net.au/id/medicare-number","value":")" +
        value + R"("}])"));
  };
  EXPECT_EQ(card("1234567892").medicare, "1234567892");
  EXPECT_EQ(card("1234567892").medicare_line, "");
  EXPECT_EQ(card("29518731213").medicare_line, "3");
  EXPECT_EQ(card("12345").medicare, "12345");
  EXPECT_EQ(card("unknown").medicare, "unknown");
}

TEST(FhirPatient, OddNames) {
  EXPECT_EQ(Read(Patient(R"("name":[{"text":"Baby of Mia BANKS"}])")).family, "BANKS");
  EXPECT_EQ(Read(Patient(R"("name":[{"text":"Baby of Mia BANKS"}])")).given, "Baby of Mia");
  EXPECT_EQ(Read(Patient(R"("name":[{"text":"Cher"}])")).family, "Cher");
  EXPECT_EQ(Read(Patient(R"("name":[{"family":" A\nB "}])")).family, "A B");
  EXPECT_EQ(Read(Patient(R"("name":[])")).family, "");
  EXPECT_EQ(Read(Patient(R"("name":[{"use":"old","family":"Was"}])")).family, "Was");
}

// Wrong types everywhere: nothing is taken, nothing is broken.
TEST(FhirPatient, WrongShapes) {
  for (
      const char* members :
      {R"("name":"x")", R"("name":[1,null,"x",[]])", R"("identifier":[{"system":1,"value":[]}])",
       R"("identifier":{})", R"("telecom":[{"system":"phone"}])", R"("address":[[],{"line":"x"}])",
       R"("extension":[{"url":[]},7])", R"("birthDate":19710309)", R"("deceasedBoolean":"yes")",
       R"("identifier":[{"system":"http://ns.electronichealth.net.au/id/dva","value":"NX1","type":7}])",
       R"("identifier":[{"system":"http://ns.electronichealth.net.au/id/medicare-number","value":"2","period":{"end":"5"}}])",
       R"("name":[{"given":[null,1,{}],"family":[]}])"}) {
    EXPECT_TRUE(ClinicPatientFromFhir(Patient(members)).has_value()) << members;
  }
}

TEST(FhirCondition, BecomesALineOfPastHistory) {
  NoColumn missed;
  const auto read = ClinicConditionFromFhir(
      R"({"resourceType":"Condition","subject":{"reference":"Patient/p1"},"severity":{},
      "clinicalStatus":{"coding":[{"code":"recurrence"}]},"onsetDateTime":"2014-03-09T10:00:00Z",
      "code":{"text":"mel","coding":[{"system":"http://icd","code":"C43","display":"C43"},
      {"system":"http://snomed.info/sct","code":"93655004","display":"Malignant melanoma of skin"}]}})",
      &missed);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->patient, "p1");
  EXPECT_EQ(read->condition.text, "Malignant melanoma of skin");
  EXPECT_EQ(read->condition.snomed, "93655004");
  EXPECT_EQ(read->condition.year, 2014);
  EXPECT_EQ(read->condition.month, 3);
  EXPECT_EQ(read->condition.day, 9);
  EXPECT_TRUE(read->condition.active);
  EXPECT_THAT(missed, Contains(Pair("Condition: severity", 1)));
}

TEST(FhirCondition, PartialOddAndWrong) {
  const auto with = [](const std::string& members) {
    return ClinicConditionFromFhir(R"({"resourceType":"Condition",)" + members + '}');
  };
  const std::string words = R"("code":{"text":"Gout"},)";
  const auto year =
      with(words + R"("subject":{"reference":"urn:uuid:a-b"},"onsetDateTime":"2014")");
  ASSERT_TRUE(year);
  EXPECT_EQ(year->patient, "a-b");
  EXPECT_EQ(year->condition.text, "Gout");
  EXPECT_EQ(year->condition.year, 2014);
  EXPECT_EQ(year->condition.month, 0);
  EXPECT_FALSE(year->condition.active);
  const std::string of = R"("subject":{"reference":"https://x.example/Patient/p"})";
  EXPECT_EQ(with(words + of + R"(,"onsetDateTime":"2014-02-30")")->condition.year, 0);
  EXPECT_EQ(with(words + of + R"(,"onsetPeriod":{"start":"2014-05"})")->condition.month, 5);
  EXPECT_EQ(with(words + of)->patient, "p");
  EXPECT_FALSE(with(of)) << "no words";
  EXPECT_FALSE(with(words + R"("subject":{"identifier":{}})")) << "nobody's";
  EXPECT_FALSE(with(words + R"("subject":{"reference":"Patient/"})"));
  EXPECT_FALSE(with(words + of + R"(,"verificationStatus":{"coding":[{"code":"refuted"}]})"));
  for (const char* odd : {R"("subject":"x")", R"("code":[],"subject":{"reference":7})",
                          R"("code":{"coding":{}},"subject":{"reference":":"})", R"("x":[])"}) {
    EXPECT_FALSE(with(odd)) << odd;
  }
}

FhirLoadReport Load(const std::string& text, std::vector<ClinicPatient>* patients = nullptr) {
  ClinicSink sink;
  sink.patient = [&](const ClinicPatient& patient) {
    if (patients != nullptr) patients->push_back(patient);
    return std::int64_t{1};
  };
  std::istringstream in(text);
  return LoadFhirPatients(in, sink);
}

TEST(FhirLoader, BadLinesAreToldAndTheRestGoesOn) {
  std::vector<ClinicPatient> patients;
  const FhirLoadReport report =
      Load("\xef\xbb\xbf" + Patient(R"("gender":"male")") + "\r\n\nnot json\n" +
               R"({"resourceType":"Observation"})" + "\n[]\n{}\n" + Patient(R"("id":"twice")") +
               "\n" + Patient(R"("gender":"female")"),
           &patients);
  EXPECT_EQ(report.loaded, 2);
  ASSERT_EQ(report.problem_count, 5);
  ASSERT_EQ(report.problems.size(), 5u);
  EXPECT_EQ(report.problems[0].line, 3);
  EXPECT_THAT(report.problems[0].what, HasSubstr("not JSON"));
  EXPECT_EQ(report.problems[1].line, 4);
  EXPECT_EQ(report.problems[1].what, "Observation, not Patient");
  EXPECT_EQ(report.problems[4].line, 7);
  ASSERT_EQ(patients.size(), 2u);
  EXPECT_EQ(patients[1].sex, "Female");
  EXPECT_EQ(Load("").loaded, 0);
  EXPECT_EQ(Load(std::string(200, '\n') + std::string(150, 'x') + "\n").problem_count, 1);
}

TEST(FhirLoader, ManyProblemsStayCounted) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\n";
  const FhirLoadReport report = Load(text);
  EXPECT_EQ(report.problem_count, 1000);
  EXPECT_EQ(report.problems.size(), 100u);
}

TEST(FhirLoader, AnOverlongLineIsSkippedNotKept) {
  const std::string text =
      std::string(17u << 20, 'x') + "\n" + Patient(R"("gender":"male")") + "\n";
  const FhirLoadReport report = Load(text);
  EXPECT_EQ(report.loaded, 1);
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_EQ(report.problems[0].line, 1);
}

// Every way of cutting or turning a byte of a real patient gives a patient or a problem.
TEST(FhirLoader, DamagedTextNeverBreaksIt) {
  const std::string good(kFull);
  for (std::size_t i = 0; i < good.size(); ++i) {
    (void)ClinicPatientFromFhir(std::string_view(good).substr(0, i));
    for (const char byte : {'\0', '"', '}', '\\', '\xff'}) {
      std::string bad = good;
      bad[i] = byte;
      const Result<ClinicPatient> patient = ClinicPatientFromFhir(bad);
      if (patient) {
        EXPECT_TRUE(IsValidUtf8(patient->family)) << i;
      }
    }
  }
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("pons_fhir_" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_.string(); }
  std::string File(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

TEST(FhirLoader, FoldersPlainGzippedEmptyAndBroken) {
  const Folder folder;
  ClinicSink sink;
  int seen = 0;
  sink.patient = [&](const ClinicPatient&) { return std::int64_t{++seen}; };
  const auto none = LoadFhirFolder(folder.path(), sink);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().fault, Fault::kNotFound);

  std::string lines;
  for (int i = 0; i < 3000; ++i)
    lines += Patient("\"gender\":\"male\",\"n\":" + std::to_string(i)) + "\n";
  gzFile out = gzopen(folder.File("Patient.ndjson.gz").c_str(), "wb");
  gzwrite(out, lines.data(), static_cast<unsigned>(lines.size()));
  gzclose(out);
  const auto zipped = LoadFhirFolder(folder.path(), sink);
  ASSERT_TRUE(zipped);
  EXPECT_EQ(zipped->loaded, 3000);
  EXPECT_EQ(seen, 3000);
  EXPECT_THAT(zipped->no_column, Contains(Pair("n", 3000)));

  fs::resize_file(folder.File("Patient.ndjson.gz"),
                  fs::file_size(folder.File("Patient.ndjson.gz")) / 2);
  const auto cut = LoadFhirFolder(folder.path(), sink);
  ASSERT_TRUE(cut);
  EXPECT_GT(cut->loaded, 0);
  EXPECT_LT(cut->loaded, 3000);
  ASSERT_EQ(cut->problem_count, 1);
  EXPECT_EQ(cut->problems[0].line, cut->loaded + 1);
  EXPECT_THAT(cut->problems[0].what, HasSubstr("gzip"));

  std::ofstream(folder.File("Condition.ndjson"))
      << R"({"resourceType":"Condition","subject":{"reference":"Patient/p1"},"code":{"text":"Gout"}})"
      << "\n{\n";
  std::vector<std::string> history;
  sink.patient = [&](const ClinicPatient& patient) {
    for (const auto& condition : patient.history) history.push_back(condition.text);
    return std::int64_t{1};
  };
  std::ofstream(folder.File("Patient.ndjson")) << Patient(R"("gender":"male")");
  const auto plain = LoadFhirFolder(folder.path(), sink);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->loaded, 1) << "plain before gzipped";
  EXPECT_EQ(plain->conditions, 1);
  EXPECT_EQ(history, std::vector<std::string>{"Gout"});
  ASSERT_EQ(plain->problem_count, 1);
  EXPECT_EQ(plain->problems[0].line, 2);
  EXPECT_THAT(plain->problems[0].what, HasSubstr("Condition: not JSON"));
}

fs::path SharedData() {
  const char* set = std::getenv("PONS_SHARED_DATA");
  return set != nullptr ? fs::path(set) : fs::path(PONS_SOURCE_DIR) / "../shared/data";
}

// All 59: what a column exists for is there as it stands in the resource, read a second way.
TEST(FhirSharedData, AuCore) {
  const fs::path folder = SharedData() / "au-core";
  if (!fs::exists(folder / "Patient.ndjson")) GTEST_SKIP() << "no " << folder << " here";
  std::map<std::string, ClinicPatient> patients;
  ClinicSink sink;
  sink.patient = [&](const ClinicPatient& patient) {
    patients[patient.fhir_id] = patient;
    return static_cast<std::int64_t>(patients.size());
  };
  const auto report = LoadFhirFolder(folder.string(), sink);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->loaded, 59);
  // Conditions only: one names its patient by a Medicare number, and what else cannot be placed.
  for (const auto& problem : report->problems) {
    EXPECT_TRUE(problem.what.starts_with("Condition: a condition ")) << problem.what;
  }
  EXPECT_EQ(report->conditions + report->problem_count, 20);
  EXPECT_GE(report->conditions, 16);
  EXPECT_EQ(patients.size(), 59u);
  EXPECT_THAT(report->no_column, Contains(Pair("address.state", 58)));

  std::ifstream in(folder / "Patient.ndjson");
  int ihis = 0, cards = 0, dvas = 0;
  for (std::string line; std::getline(in, line);) {
    const auto resource = json::Parse(line);
    ASSERT_TRUE(resource);
    const ClinicPatient& p = patients.at(std::string(resource->Text("id")));
    EXPECT_EQ(p.birth_date, resource->Text("birthDate"));
    EXPECT_EQ(AsciiLower(p.sex),
              resource->Text("gender") == "unknown" ? "" : resource->Text("gender"));
    if (const json::Value* names = resource->Find("name")) {
      EXPECT_EQ(p.family, (*names->array())[0].Text("family"));
    }
    if (const json::Value* addresses = resource->Find("address")) {
      EXPECT_EQ(p.address.city, (*addresses->array())[0].Text("city"));
      EXPECT_EQ(p.address.postcode, (*addresses->array())[0].Text("postalCode"));
    }
    for (const json::Value& id : *resource->Find("identifier")->array()) {
      const std::string value(id.Text("value"));
      if (id.Text("system").ends_with("/ihi/1.0")) {
        EXPECT_EQ(p.individual_number, value);
        EXPECT_TRUE(IsHealthNumber(value, "800360"));
        ++ihis;
      } else if (id.Text("system").ends_with("/medicare-number")) {
        EXPECT_EQ(p.medicare + p.medicare_line, value);
        ++cards;
      } else if (id.Text("system").ends_with("/dva")) {
        EXPECT_EQ(p.dva_number, value);
        ++dvas;
      }
    }
  }
  EXPECT_EQ(ihis, 52);
  EXPECT_EQ(cards, 47);
  EXPECT_EQ(dvas, 8);
  EXPECT_EQ(patients.at("little-rose-gretal").preferred, "Rosalie");
  EXPECT_EQ(patients.at("italia-sofia").title, "Ms.");
  EXPECT_EQ(patients.at("baby-banks-john").record_number, "7746677");
  EXPECT_EQ(patients.at("archibald-dante").ethnicity, "Non Aboriginal/Torres Strait Islander");
}

TEST(FhirSharedData, Synthea) {
  const fs::path folder = SharedData() / "synthea";
  if (!fs::exists(folder / "Patient.ndjson.gz")) GTEST_SKIP() << "no " << folder << " here";
  int named = 0, dead = 0, addressed = 0, cancers = 0;
  ClinicSink sink;
  sink.patient = [&](const ClinicPatient& p) {
    named += !p.family.empty() && !p.given.empty() && !p.birth_date.empty() ? 1 : 0;
    dead += p.death_date.empty() ? 0 : 1;
    for (const auto& condition : p.history) {
      cancers += condition.text.find("alignant") != std::string::npos ? 1 : 0;
      EXPECT_GT(condition.year, 1900);
      EXPECT_GT(condition.day, 0);
    }
    addressed += p.address.line1.empty() || p.address.city.empty() ? 0 : 1;
    EXPECT_TRUE(p.record_number.empty()) << "a UUID does not fit ten characters";
    return std::int64_t{1};
  };
  const auto report = LoadFhirFolder(folder.string(), sink);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->loaded, 408);
  EXPECT_EQ(report->problem_count, 0);
  EXPECT_EQ(named, 408);
  EXPECT_EQ(dead, 83);
  EXPECT_EQ(addressed, 408);
  EXPECT_EQ(report->conditions, 2989);
  EXPECT_GT(cancers, 3);
  EXPECT_THAT(report->no_column, Contains(Pair("extension us-core-race", 408)));
  EXPECT_THAT(report->no_column, Contains(Pair("identifier http://hl7.org/fhir/sid/us-ssn", 408)));
  EXPECT_THAT(report->no_column, Contains(Key("maritalStatus")));
}

}  // namespace
}  // namespace pons::best_practice::sandbox
