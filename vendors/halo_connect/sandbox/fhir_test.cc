// SPDX-License-Identifier: Apache-2.0
// The FHIR side: little, and honest about it.
#include "vendors/halo_connect/sandbox/halo_test_kit.h"

namespace pons::halo_connect::sandbox {
namespace {

class HaloFhir : public HaloTest {
 protected:
  void SetUp() override { StartPaired(); }
  Got Get(const std::string& rest) { return Api("GET", At("/fhir/R4/" + rest)); }
};

TEST_F(HaloFhir, MetadataTellsWhatIsThereWithoutAskingTheDatabase) {
  const Got got = Get("metadata");
  ASSERT_EQ(got.status, 200) << got.raw;
  EXPECT_EQ(got.body.Text("name"), "RestServer");
  EXPECT_EQ(Part(got.body, "software", "name"), "BP/Halo FHIR Server");
  EXPECT_EQ(got.body.Text("version"), "26.713.10445");
  const json::Value& rest = got.body.Find("rest")->array()->front();
  ASSERT_EQ(rest.Find("resource")->array()->size(), 3u);
  EXPECT_EQ(rest.Find("resource")->array()->front().Text("type"), "Patient");
  EXPECT_TRUE(Control("GET", "/journal").body.Find("entries")->array()->empty());
  Control("POST", "/halo", json::Object{{"availability", "offline"}});
  EXPECT_EQ(Get("metadata").status, 503);
}

TEST_F(HaloFhir, PatientsAreReadAndSearched) {
  const Got one = Get("Patient/7");
  ASSERT_EQ(one.status, 200) << one.raw;
  EXPECT_EQ(one.body.Text("resourceType"), "Patient");
  EXPECT_EQ(one.body.Text("id"), "7");
  const json::Value& name = one.body.Find("name")->array()->front();
  const std::string family(name.Text("family"));
  EXPECT_FALSE(family.empty());
  EXPECT_NE(family.back(), ' ');
  const std::string born(one.body.Text("birthDate"));
  const auto ids = [&](const std::string& query) {
    std::string out;
    const Got got = Get("Patient?" + query);
    EXPECT_EQ(got.status, 200) << got.raw;
    for (const json::Value& entry : *got.body.Find("entry")->array())
      out += std::string(entry.Find("resource")->Text("id")) + " ";
    return out;
  };
  EXPECT_EQ(ids("_id=7"), "7 ");
  EXPECT_EQ(ids("_id=none"), "");
  EXPECT_NE((" " + ids("family=" + family)).find(" 7 "), std::string::npos);
  EXPECT_NE((" " + ids("birthdate=" + born)).find(" 7 "), std::string::npos);
  EXPECT_EQ((" " + ids("_count=500&birthdate=gt" + born)).find(" 7 "), std::string::npos);
  EXPECT_EQ(ids("family=%25"), "") << "no pattern of the client's own";
  const Got two = Get("Patient?_count=2");
  EXPECT_EQ(two.body.Find("entry")->array()->size(), 2u);
  EXPECT_EQ(two.body.Integer("total"), 60);
  EXPECT_EQ(Control("GET", "/usage").body.Find("sites")->Find("90001")->Integer("fhir"), 8);

  net::HttpRequest search;
  search.method = "POST";
  search.url = "http://127.0.0.1:" + std::to_string(halo_->port()) + At("/fhir/R4/Patient/_search");
  search.headers = {{"Ocp-Apim-Subscription-Key", "sandbox-key"},
                    {"Content-Type", "application/x-www-form-urlencoded"}};
  search.body = "_id=7";
  EXPECT_EQ(Send(search).body.Integer("total"), 1);
}

TEST_F(HaloFhir, AllergiesAndMedicinesAreAPatients) {
  ASSERT_EQ(Control("POST", "/clinic/clinical",
                    json::Object{{"patient", "7"}, {"kind", "reaction"}, {"text", "Penicillin"}})
                .status,
            200);
  const Got found = Get("AllergyIntolerance?_count=500&patient=Patient/7");
  ASSERT_EQ(found.status, 200) << found.raw;
  std::string id;
  for (const json::Value& entry : *found.body.Find("entry")->array()) {
    const json::Value& resource = *entry.Find("resource");
    EXPECT_EQ(Part(resource, "patient", "reference"), "Patient/7");
    if (Part(resource, "code", "text") == "Penicillin") id = resource.Text("id");
  }
  ASSERT_FALSE(id.empty()) << found.raw;
  EXPECT_EQ(Part(Get("AllergyIntolerance/" + id).body, "code", "text"), "Penicillin");
  EXPECT_EQ(Get("AllergyIntolerance").status, 400) << "not of everybody at once";
  ASSERT_EQ(
      Control("POST", "/clinic/clinical",
              json::Object{{"patient", "7"}, {"kind", "medication"}, {"text", "Amoxil 500mg"}})
          .status,
      200);
  const Got medicines = Get("MedicationStatement?patient=7");
  ASSERT_EQ(medicines.status, 200) << medicines.raw;
  const json::Value& last = *medicines.body.Find("entry")->array()->back().Find("resource");
  EXPECT_EQ(Part(last, "medicationCodeableConcept", "text"), "Amoxil 500mg");
  EXPECT_EQ(last.Find("contained")->array()->front().Text("resourceType"), "MedicationRequest");
}

TEST_F(HaloFhir, WhatIsNotThereIsSaidInFhir) {
  const Got missing = Get("Patient/99999");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body.Text("resourceType"), "OperationOutcome");
  const Got unknown = Get("Appointment?date=2026-05-04");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body.Find("issue")->array()->front().Text("code"), "not-supported");
  EXPECT_EQ(Get("Patient?gender=male").status, 400);
  EXPECT_EQ(Get("Patient?birthdate=gt").status, 400);
  EXPECT_EQ(Get("Patient/7/$summary").status, 404);
}

}  // namespace
}  // namespace pons::halo_connect::sandbox
