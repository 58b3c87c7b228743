// SPDX-License-Identifier: Apache-2.0
// An app's users and which practitioners they are, over HTTP.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "api/test_world.h"

namespace pons::api {
namespace {

using model::Stream;

class UserLinks : public World {
 protected:
  void SetUp() override {
    World::SetUp();
    auto grant = Granted();
    grant.all_locations_to = "north";
    Save(grant);
    PutPractitioner("ada", "Ada", "O'Brien-Jones");
    PutRole("ada-role", "ada", "2426621B");
  }

  store::Grant Granted() { return store_->OpenReader().value()->Grants().value().at(0); }
  void Save(const store::Grant& grant) {
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Update(grant);
      return Ok();
    }));
  }
  void PutPractitioner(const std::string& id, const std::string& given, const std::string& family,
                       bool active = true) {
    World::Put(Record(Stream::kPractitioners, id,
                      std::string(R"(,"active":)") + (active ? "true" : "false") +
                          R"(,"name":[{"family":")" + family + R"(","given":[")" + given +
                          R"("],"prefix":["Dr"]}])"));
  }
  void PutRole(const std::string& id, const std::string& practitioner, const std::string& number) {
    World::Put(Record(
        Stream::kPractitionerRoles, id,
        R"(,"identifier":[{"system":"http://ns.electronichealth.net.au/id/medicare-provider-number","value":")" +
            number + R"("}],"active":true,"practitioner":{"reference":"Practitioner/)" +
            practitioner + R"("})"));
  }
  net::HttpResponse Ask(const std::string& method, const std::string& path,
                        const std::string& body = "", const std::string& token = "") {
    return Send(method, "/api/user-links" + path,
                {{"Authorization", "Bearer " + (token.empty() ? Token() : token)},
                 {"Content-Type", "application/json"}},
                body);
  }
  json::Value Told(const std::string& path) {
    const auto answer = Ask("GET", path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::Parse(answer.body).value().Find("userLinks")->array()->at(0);
  }
  static constexpr char kAda[] = R"({"given":" ada ","family":"O'BRIEN-Jones"})";
};

TEST_F(UserLinks, AUserIsLinkedByTheNameInThePractice) {
  const auto made = Ask("PUT", "/user%2F7", kAda);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.body, R"({"user":"user/7","connection":"con-1","state":"active","practitioner":)"
                       R"({"reference":"Practitioner/ada","display":"Ada O'Brien-Jones"},)"
                       R"("practitionerRoles":[{"reference":"PractitionerRole/ada-role"}],)"
                       R"("linked":"2026-09-21T14:13:20.000Z"})");
  EXPECT_EQ(json::Write(Told("/user%2F7")), made.body);
  EXPECT_EQ(json::Write(Told("")), made.body);
  EXPECT_EQ(Get("/fhir/R4/Practitioner/ada").status, 200) << "the reference leads somewhere";
  EXPECT_EQ(Ask("DELETE", "/user%2F7").status, 204);
  EXPECT_EQ(Ask("DELETE", "/user%2F7").status, 404);
  EXPECT_EQ(Ask("GET", "/user%2F7").status, 404);
}

TEST_F(UserLinks, NobodyAndSeveralAreToldApart) {
  const auto none = Ask("PUT", "/u1", R"({"given":"Ada","family":"Jones"})");
  EXPECT_EQ(none.status, 422);
  EXPECT_NE(none.body.find("exactly as they stand"), std::string::npos) << none.body;
  PutPractitioner("ada2", "ADA", "O'Brien-Jones");
  PutRole("ada2-role", "ada2", "1111111B");
  const auto several = Ask("PUT", "/u1", kAda);
  EXPECT_EQ(several.status, 409);
  EXPECT_NE(several.body.find("first six digits of the provider number"), std::string::npos)
      << several.body;
  const auto other =
      Ask("PUT", "/u1", R"({"given":"Ada","family":"O'Brien-Jones","providerNumber":"111111"})");
  ASSERT_EQ(other.status, 200) << other.body;
  EXPECT_EQ(Told("/u1").Find("practitioner")->Text("reference"), "Practitioner/ada2");
  const auto whole =
      Ask("PUT", "/u1", R"({"given":"Ada","family":"O'Brien-Jones","providerNumber":"2426621B"})");
  EXPECT_EQ(whole.status, 200) << "a whole number is as good as its stem";
  EXPECT_EQ(Told("/u1").Find("practitioner")->Text("reference"), "Practitioner/ada");
  const auto wrong =
      Ask("PUT", "/u1", R"({"given":"Ada","family":"O'Brien-Jones","providerNumber":"999999"})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find("begins so"), std::string::npos) << wrong.body;
}

TEST_F(UserLinks, WhatIsMissingIsSaid) {
  for (const auto* body :
       {R"({"given":"Ada"})", R"({"family":"O'Brien-Jones"})",
        R"({"given":"Ada","family":"O'Brien-Jones","providerNumber":"24266"})",
        R"({"given":"Ada","family":"O'Brien-Jones","providerNumber":"A42662"})"}) {
    const auto answer = Ask("PUT", "/u1", body);
    EXPECT_EQ(answer.status, 422) << body << answer.body;
  }
  EXPECT_EQ(Ask("PUT", "/u1", "[]").status, 400);
  EXPECT_EQ(
      Ask("PUT", "/u1", R"({"given":"Ada","family":"O'Brien-Jones","connection":"con-2"})").status,
      404)
      << "another app's connection";
  EXPECT_EQ(Ask("PUT", "/" + std::string(129, 'x'), kAda).status, 404);
  EXPECT_EQ(Ask("POST", "/u1", kAda).status, 405);
}

TEST_F(UserLinks, ALinkFollowsARenameAndEndsWithThePractitioner) {
  ASSERT_EQ(Ask("PUT", "/u1", kAda).status, 200);
  PutPractitioner("ada", "Ada", "Married");
  EXPECT_EQ(Told("/u1").Find("practitioner")->Text("display"), "Ada Married");
  PutPractitioner("ada", "Ada", "Married", false);
  EXPECT_EQ(Told("/u1").Text("state"), "ended");
  EXPECT_EQ(Told("/u1").Find("practitioner"), nullptr);
  PutPractitioner("ada", "Ada", "Married");
  EXPECT_EQ(Told("/u1").Text("state"), "active");
  auto grant = Granted();
  grant.practitioners = {store::FilterKind::kThese, {"v-somebody"}};
  Save(grant);
  EXPECT_EQ(Told("/u1").Text("state"), "ended");
  EXPECT_EQ(Ask("PUT", "/u2", R"({"given":"Ada","family":"Married"})").status, 422)
      << "who is not shared cannot be linked";
  grant.practitioners = {};
  Save(grant);
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.DeleteRecord(store::KeyOf("ada"), {});
    return Ok();
  }));
  EXPECT_EQ(Told("/u1").Text("cause"), "the practitioner is not in the practice's system");
}

TEST_F(UserLinks, AnAppSeesItsOwnLinksOnly) {
  ASSERT_EQ(Ask("PUT", "/u1", kAda).status, 200);
  const auto theirs = TokenOf("app-2");
  EXPECT_EQ(Ask("GET", "/u1", "", theirs).status, 404);
  EXPECT_EQ(Ask("DELETE", "/u1", "", theirs).status, 404);
  EXPECT_EQ(Ask("PUT", "/u1", kAda, theirs).status, 422) << "theirs is another practice";
  EXPECT_EQ(Told("/u1").Text("state"), "active");
  EXPECT_EQ(Ask("GET", "/u1", "", TokenOf("app-1", "system/Patient.rs")).status, 403);
  EXPECT_EQ(Send("GET", "/api/user-links").status, 401);
  auto grant = Granted();
  grant.revoked = true;
  Save(grant);
  EXPECT_EQ(Ask("GET", "/u1").status, 404) << "a revoked grant shows nothing";
}

TEST_F(UserLinks, AnAppOfSeveralPracticesSaysWhich) {
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
    tx.Insert(NewGrant("grant-3", "org-2", other_connection_, app_));
    return Ok();
  }));
  const auto unclear = Ask("PUT", "/u1", kAda);
  EXPECT_EQ(unclear.status, 422);
  EXPECT_NE(unclear.body.find("name the \\\"connection\\\""), std::string::npos) << unclear.body;
  const auto made =
      Ask("PUT", "/u1", R"({"given":"Ada","family":"O'Brien-Jones","connection":"con-1"})");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(Ask("DELETE", "/u1?connection=con-2").status, 404);
  EXPECT_EQ(Ask("DELETE", "/u1?connection=con-1").status, 204);
}

TEST_F(UserLinks, EveryCallIsAudited) {
  ASSERT_EQ(Ask("PUT", "/u1", kAda).status, 200);
  StopApi();
  std::string trail;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder_ + "/audit")) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path());
    trail.append((std::istreambuf_iterator<char>(in)), {});
  }
  EXPECT_NE(trail.find("user-links"), std::string::npos) << trail;
  EXPECT_EQ(trail.find("O'Brien"), std::string::npos);
  StartApi();
}

}  // namespace
}  // namespace pons::api
