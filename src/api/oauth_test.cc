// SPDX-License-Identifier: Apache-2.0
// Signing in, over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/test_world.h"

namespace pons::api {
namespace {

using ::testing::HasSubstr;

class OAuthTest : public World {
 protected:
  static std::string ErrorOf(const net::HttpResponse& response) {
    const auto value = json::Parse(response.body);
    return value ? std::string(value->Text("error")) : "no JSON";
  }
  net::HttpResponse Post(const net::FormFields& fields, net::Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return Send("POST", "/oauth/token", headers, net::WriteForm(fields));
  }
  int StatusWith(const std::string& token, const std::string& path = "/fhir/R4/Patient") {
    return Send("GET", path, {{"Authorization", "Bearer " + token}}).status;
  }
};

TEST_F(OAuthTest, GivesATokenForASecret) {
  const auto response = AskToken("app-1", kSecret);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(net::FindHeader(response.headers, "cache-control"), "no-store");
  const auto value = json::Parse(response.body);
  EXPECT_EQ(value->Text("token_type"), "bearer");
  EXPECT_EQ(value->Integer("expires_in"), 300);
  EXPECT_EQ(value->Text("scope"), "system/*.rs");
  EXPECT_EQ(StatusWith(std::string(value->Text("access_token"))), 200);
}

TEST_F(OAuthTest, TakesBasicCredentials) {
  const std::string basic = crypto::Base64("app-1:correct+horse+battery+staple");
  EXPECT_EQ(
      Post({{"grant_type", "client_credentials"}}, {{"Authorization", "Basic " + basic}}).status,
      200);
  const std::string wrong = crypto::Base64("app-1:wrong");
  const auto response =
      Post({{"grant_type", "client_credentials"}}, {{"Authorization", "Basic " + wrong}});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(net::FindHeader(response.headers, "www-authenticate"), "Basic realm=\"pons\"");
}

TEST_F(OAuthTest, TellsAppsAndSecretsThatDoNotFitNothingMore) {
  const auto wrong = AskToken("app-1", "wrong");
  const auto nobody = AskToken("app-9", "wrong");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(ErrorOf(wrong), "invalid_client");
  EXPECT_EQ(wrong.body, nobody.body);
}

TEST_F(OAuthTest, RefusesWhatIsNotARequest) {
  EXPECT_EQ(ErrorOf(Post({{"client_id", "app-1"}, {"client_secret", kSecret}})), "invalid_request");
  EXPECT_EQ(ErrorOf(Post({{"grant_type", "password"}, {"client_id", "a"}, {"client_secret", "b"}})),
            "unsupported_grant_type");
  EXPECT_EQ(ErrorOf(Post({{"grant_type", "client_credentials"}})), "invalid_request");
  EXPECT_EQ(ErrorOf(AskToken("app-1", kSecret, "system/Patient.d launch")), "invalid_scope");
  EXPECT_EQ(Send("POST", "/oauth/token", {{"Content-Type", "application/json"}}, "{}").status, 400);
  EXPECT_EQ(Send("GET", "/oauth/token").status, 405);
}

TEST_F(OAuthTest, ScopesBindTheToken) {
  const std::string token = TokenOf("app-1", "system/Patient.r system/Encounter.read");
  Put(Patient("p1", "A", "B", "1984-07-02"));
  EXPECT_EQ(StatusWith(token, "/fhir/R4/Patient/p1"), 200);
  EXPECT_EQ(StatusWith(token, "/fhir/R4/Patient?family=a"), 403);
  EXPECT_EQ(StatusWith(token, "/fhir/R4/Encounter?patient=p1"), 200);
  EXPECT_EQ(StatusWith(token, "/fhir/R4/Location/x"), 403);
}

TEST_F(OAuthTest, TokensEnd) {
  const std::string token = TokenOf("app-1");
  EXPECT_EQ(StatusWith(token), 200);
  clock_.Step(milliseconds(299'999));
  EXPECT_EQ(StatusWith(token), 200);
  clock_.Step(milliseconds(2));
  const auto response = Send("GET", "/fhir/R4/Patient", {{"Authorization", "Bearer " + token}});
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(net::FindHeader(response.headers, "www-authenticate"), HasSubstr("invalid_token"));
}

TEST_F(OAuthTest, ADisabledAppIsOutAtOnce) {
  const std::string token = TokenOf("app-1");
  ASSERT_EQ(StatusWith(token), 200);
  ASSERT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    store::App app;
    app.key = app_;
    app.id = AppId("app-1");
    app.secret_hash = crypto::HashPassword(Sensitive<std::string>(kSecret));
    app.disabled = true;
    tx.Update(app);
    return Ok();
  }));
  EXPECT_EQ(StatusWith(token), 401);
  EXPECT_EQ(ErrorOf(AskToken("app-1", kSecret)), "unauthorized_client");
}

TEST_F(OAuthTest, NonsenseForATokenIsRefused) {
  for (const char* header : {"Bearer ", "Bearer nonsense", "Basic abc", "Bearer", ""}) {
    const auto response = Send("GET", "/fhir/R4/Patient", {{"Authorization", header}});
    EXPECT_EQ(response.status, 401) << header;
    EXPECT_FALSE(net::FindHeader(response.headers, "www-authenticate").empty());
  }
  EXPECT_EQ(StatusWith(std::string(5000, 'x')), 401);
}

TEST_F(OAuthTest, GuessingIsSlowedDown) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(AskToken("app-1", "guess").status, 401);
  const auto blocked = AskToken("app-1", kSecret);
  EXPECT_EQ(blocked.status, 429);
  EXPECT_FALSE(net::FindHeader(blocked.headers, "retry-after").empty());
  EXPECT_EQ(AskToken("app-2", kSecret).status, 200);
  clock_.Step(milliseconds(60'000));
  EXPECT_EQ(AskToken("app-1", kSecret).status, 200);
}

TEST_F(OAuthTest, StrangersCannotFillTheAuditTrail) {
  const std::string token = TokenOf("app-1");
  for (int i = 0; i < 300; ++i) ASSERT_EQ(StatusWith("nonsense"), 401);
  const auto trail = folder_ + "/audit/audit-00000001.jsonl";
  const auto size = std::filesystem::file_size(trail);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(StatusWith("nonsense"), 429);
  EXPECT_EQ(std::filesystem::file_size(trail), size);
  EXPECT_EQ(StatusWith(token), 200) << "who has a token is not held up";
  clock_.Step(milliseconds(60'000));
  EXPECT_EQ(StatusWith("nonsense"), 401);
}

TEST_F(OAuthTest, ConfigurationTellsWhereToSignIn) {
  for (const char* path :
       {"/.well-known/smart-configuration", "/fhir/R4/.well-known/smart-configuration"}) {
    const auto response = Send("GET", path);
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(json::Parse(response.body)->Text("token_endpoint"), base_ + "/oauth/token");
  }
}

}  // namespace
}  // namespace pons::api
