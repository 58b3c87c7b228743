// SPDX-License-Identifier: Apache-2.0
// What a browser meets: signing in and out, cookies, tokens, headers, links that work once.
#include "portal/openapi.h"
#include "portal/portal.h"
#include "server/portal_fixture.h"

namespace pons::server {
namespace {

class PortalSession : public PortalFixture {
 protected:
  static std::string HeaderOf(const net::HttpResponse& response, std::string_view name) {
    return std::string(net::FindHeader(response.headers, name));
  }
  static std::string CodeIn(const net::HttpResponse& response) {
    return std::string(Parse(response.body).Text("code"));
  }
  std::string PasswordBody(const std::string& name, const std::string& password) {
    return R"({"email":")" + name + R"(@clinic.example","password":")" + password + R"("})";
  }
};

TEST_F(PortalSession, APasswordOpensASessionAndSigningOutEndsIt) {
  const auto ids = MakePractice("north");
  AddUser("staff", ids.organization, accounts::Role::kStaff);
  EXPECT_EQ(Send({}, "GET", "/portal/api/session").status, 401);
  const auto wrong =
      Send({}, "POST", "/portal/api/session", PasswordBody("staff", "not this one at all"));
  const auto unknown = Send({}, "POST", "/portal/api/session", PasswordBody("nobody", kPassword));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(Parse(wrong.body).Text("detail"), Parse(unknown.body).Text("detail"));

  const auto in = Send({}, "POST", "/portal/api/session", PasswordBody("staff", kPassword));
  ASSERT_EQ(in.status, 200) << in.body;
  const auto line = HeaderOf(in, "set-cookie");
  EXPECT_NE(line.find("HttpOnly"), std::string::npos);
  EXPECT_NE(line.find("SameSite=Lax"), std::string::npos);
  const Visitor staff{CookieOf(in), std::string(Parse(in.body).Text("csrf"))};
  const auto me = Parse(Send(staff, "GET", "/portal/api/session").body);
  EXPECT_EQ(me.Text("state"), "signed_in");
  EXPECT_EQ(me.Find("user")->Text("email"), "staff@clinic.example");
  EXPECT_EQ(Send(staff, "DELETE", "/portal/api/session").status, 204);
  EXPECT_EQ(Send(staff, "GET", "/portal/api/session").status, 401);
}

TEST_F(PortalSession, AnAdminWithoutASecondFactorMayOnlySetOneUp) {
  const auto ids = MakePractice("north");
  AddUser("admin", ids.organization, accounts::Role::kAdmin);
  auto admin = SignIn("admin");
  const auto members = "/portal/api/organizations/" + ids.organization + "/members";
  EXPECT_EQ(CodeIn(Send(admin, "GET", members)), "enrol_due");
  admin = Enrol(admin);
  EXPECT_EQ(Send(admin, "GET", members).status, 200);
  // The next sign-in owes the code, and may not set up another factor in its place.
  const auto again = SignIn("admin");
  EXPECT_EQ(CodeIn(Send(again, "GET", members)), "second_factor_due");
  EXPECT_EQ(CodeIn(Send(again, "POST", "/portal/api/account/second_factor")), "second_factor_due");
}

TEST_F(PortalSession, WhatChangesSomethingNeedsTheTokenAndAPageOfThisServer) {
  const auto ids = MakePractice("north");
  AddUser("staff", ids.organization, accounts::Role::kStaff);
  const auto staff = SignIn("staff");
  const Visitor forged{staff.cookie, "guessed"};
  EXPECT_EQ(CodeIn(Send(forged, "DELETE", "/portal/api/sessions")), "csrf");
  EXPECT_EQ(CodeIn(Send({staff.cookie, ""}, "DELETE", "/portal/api/sessions")), "csrf");
  const net::Headers elsewhere = {{"Origin", "https://evil.example"}};
  EXPECT_EQ(CodeIn(Send(staff, "DELETE", "/portal/api/sessions", "", elsewhere)), "foreign_page");
  EXPECT_EQ(
      CodeIn(Send({}, "POST", "/portal/api/session", PasswordBody("staff", kPassword), elsewhere)),
      "foreign_page");
  const net::Headers here = {{"Origin", pons_->url()}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(Send(staff, "DELETE", "/portal/api/sessions", "", here).status, 204);
}

TEST_F(PortalSession, BodiesAreJsonObjectsOfModestSize) {
  const auto target = std::string("/portal/api/session");
  EXPECT_EQ(Send({}, "POST", target, "[1]").status, 400);
  EXPECT_EQ(Send({}, "POST", target, "{").status, 400);
  EXPECT_EQ(Send({}, "POST", target, "{\"a\":\"" + std::string(300u << 10, 'x') + "\"}").status,
            413);
  std::string deep = "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_EQ(Send({}, "POST", target, deep).status, 400);
  EXPECT_EQ(Send({}, "PUT", target).status, 405);
  EXPECT_EQ(HeaderOf(Send({}, "PUT", target), "allow").find("GET") != std::string::npos, true);
}

TEST_F(PortalSession, EveryAnswerSaysWhatABrowserMayDoWithIt) {
  for (const std::string target : {"/portal/", "/portal/connections/7", "/portal/api/session",
                                   "/api/openapi.json", "/portal/assets/none.js"}) {
    const auto response = Send({}, "GET", target);
    EXPECT_EQ(HeaderOf(response, "x-content-type-options"), "nosniff") << target;
    EXPECT_EQ(HeaderOf(response, "referrer-policy"), "same-origin") << target;
    const auto policy = HeaderOf(response, "content-security-policy");
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << target;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << target;
    EXPECT_EQ(policy.find("http"), std::string::npos) << target << ": " << policy;
  }
  const auto first = Send({}, "GET", "/");
  EXPECT_EQ(first.status, 302);
  EXPECT_EQ(HeaderOf(first, "location"), "/portal/");
  EXPECT_EQ(HeaderOf(Send({}, "GET", "/portal/api/session"), "cache-control"), "no-store");
  // The API for apps is where it was.
  EXPECT_EQ(Send({}, "GET", "/healthz").status, 200);
  EXPECT_EQ(Send({}, "GET", "/fhir/R4/metadata").status, 200);
}

TEST_F(PortalSession, TheFirstStartLinkWorksOnce) {
  const auto link = pons_->FirstStartLink();
  ASSERT_TRUE(link && *link);
  const auto token = (*link)->substr((*link)->find('#') + 1);
  const auto body = R"({"token":")" + token +
                    R"(","name":"Op","email":"op@clinic.example","password":")" + kPassword +
                    R"("})";
  const auto made = Send({}, "POST", "/portal/api/first_start", body);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(Parse(made.body).Text("state"), "enrol_due");
  EXPECT_EQ(Send({}, "POST", "/portal/api/first_start", body).status, 404);
  const auto again = pons_->FirstStartLink();
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

TEST_F(PortalSession, AnInvitationMakesAMemberOfOnePractice) {
  const auto north = MakePractice("north");
  const auto south = MakePractice("south");
  AddUser("admin", north.organization, accounts::Role::kAdmin);
  const auto admin = Enrol(SignIn("admin"));
  const auto members = "/portal/api/organizations/" + north.organization + "/members";
  const auto invited =
      Send(admin, "POST", members, R"({"email":"new@clinic.example","role":"limited"})");
  ASSERT_EQ(invited.status, 201) << invited.body;
  const std::string url(Parse(invited.body).Text("invitation_url"));
  const auto token = url.substr(url.find('#') + 1);
  const auto shown = Parse(Send({}, "GET", "/portal/api/invitations/" + token).body);
  EXPECT_EQ(shown.Text("role"), "limited");
  const auto joined = Send({}, "POST", "/portal/api/invitations/" + token,
                           R"({"name":"New","password":")" + std::string(kPassword) + R"("})");
  ASSERT_EQ(joined.status, 200) << joined.body;
  const Visitor fresh{CookieOf(joined), std::string(Parse(joined.body).Text("csrf"))};
  EXPECT_EQ(Send(fresh, "GET", "/portal/api/organizations/" + north.organization).status, 200);
  EXPECT_EQ(Send(fresh, "GET", "/portal/api/organizations/" + south.organization).status, 404);
  EXPECT_EQ(Send({}, "GET", "/portal/api/invitations/" + token).status, 404);
}

TEST_F(PortalSession, WithoutThePortalThereAreNoPages) {
  Start(false, false);
  EXPECT_EQ(Send({}, "GET", "/portal/").status, 404);
  EXPECT_EQ(Send({}, "GET", "/portal/api/session").status, 404);
  EXPECT_EQ(Send({}, "GET", "/fhir/R4/metadata").status, 200);
}

TEST_F(PortalSession, ADemoSignsItsAdminIn) {
  Start(true, true, true);
  const auto ids = MakePractice("north");
  const auto entry =
      portal::MakeDemoSession(*pons_->portal(), OrganizationId(ids.organization), "/portal/tour");
  ASSERT_TRUE(entry) << entry.error().summary;
  EXPECT_EQ(Send({}, "GET", "/portal/api/demo/guessed").status, 404);
  const auto in = Send({}, "GET", *entry);
  ASSERT_EQ(in.status, 303) << in.body;
  EXPECT_EQ(HeaderOf(in, "location"), "/portal/tour");
  const auto session = Parse(Send({CookieOf(in), ""}, "GET", "/portal/api/session").body);
  EXPECT_EQ(session.Text("state"), "signed_in");
  EXPECT_NE(session.Find("demo"), nullptr);
  const auto patients = "/portal/api/organizations/" + ids.organization;
  EXPECT_EQ(Send({CookieOf(in), ""}, "GET", patients).status, 200);
}

TEST_F(PortalSession, OpenApiTellsOfEveryRouteAndNoneThatIsNotThere) {
  const auto document = Parse(Send({}, "GET", "/api/openapi.json").body);
  EXPECT_EQ(document.Text("openapi"), "3.1.0");
  const auto* paths = document.Find("paths");
  ASSERT_NE(paths, nullptr);
  for (const auto* route : portal::AllRoutes()) {
    const auto* item = paths->Find("/portal/api" + std::string(route->pattern));
    EXPECT_NE(item, nullptr) << route->pattern;
  }
  for (const auto& route : portal::AppRoutes()) {
    if (route.method != "GET") continue;
    std::string path(route.path);
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, path.find("{type}") == at ? "Patient" : "7");
    }
    const auto response = Send({}, "GET", path);
    EXPECT_EQ(response.status, route.open ? 200 : 401) << path << " " << response.body;
  }
}

}  // namespace
}  // namespace pons::server
