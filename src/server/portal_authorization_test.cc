// SPDX-License-Identifier: Apache-2.0
// Who may do what, played through from the route tables: every route, asked over HTTP by every kind
// of person, for their own practice, for another one and for what is not there. The expectation is
// written down here once more, from the rules and not from Decide, so that neither can change
// alone.
#include <algorithm>
#include <regex>
#include <set>

#include "server/portal_fixture.h"

namespace pons::server {
namespace {

using portal::Least;
using portal::Route;
using portal::Scope;

enum class Whose { kOwn, kOther, kNobodys };

// What a person is, in the words of the rules.
struct Person {
  std::string name;
  int rank = 0;  // in their own practice: 1 limited, 2 staff, 3 admin
  bool is_operator = false;
  bool is_developer = false;
  bool nobody = false;
  std::string owes = {};  // the code with which everything is refused until it is done
  Visitor visitor = {};
};

constexpr char kOpen[] = "open";

int RankAsked(const Route& route) {
  int rank = 99;
  if (route.least == Least::kSignedIn || route.least == Least::kLimited) rank = 1;
  if (route.least == Least::kStaff) rank = 2;
  if (route.least == Least::kAdmin) rank = 3;
  return route.patient_data ? std::max(rank, 2) : rank;
}

std::string InPractice(const Route& route, const Person& person, Whose whose) {
  if (whose == Whose::kNobodys) return "not_found";
  const int rank = whose == Whose::kOwn ? person.rank : 0;
  if (person.is_operator) return route.patient_data ? "forbidden" : kOpen;
  if (rank == 0) return "not_found";
  if (route.least == Least::kDeveloper) {
    return person.is_developer && rank == 3 ? kOpen : "forbidden";
  }
  return rank >= RankAsked(route) ? kOpen : "forbidden";
}

std::string Expected(const Route& route, const Person& person, Whose whose) {
  if (route.least == Least::kAnyone) return kOpen;
  if (person.nobody) return "sign_in";
  if (route.least == Least::kPending) return kOpen;
  if (person.owes == "second_factor_due") return person.owes;
  if (route.least == Least::kEnrolling) return kOpen;
  if (!person.owes.empty()) return person.owes;
  if (route.scope == Scope::kOperator || route.least == Least::kOperator) {
    return person.is_operator && !route.patient_data ? kOpen : "forbidden";
  }
  if (route.scope == Scope::kApp || route.scope == Scope::kWebhook) {
    if (whose == Whose::kNobodys) return "not_found";
    if (person.is_operator) return kOpen;
    return person.is_developer && whose == Whose::kOwn ? kOpen : "not_found";
  }
  if (route.scope == Scope::kNone) {
    if (route.least == Least::kSignedIn) return kOpen;
    if (route.least == Least::kDeveloper && person.is_developer) return kOpen;
    return person.is_operator && !route.patient_data ? kOpen : "forbidden";
  }
  return InPractice(route, person, whose);
}

// Refusals are the dispatcher's own words; a handler's "not there" has others.
std::string Outcome(const Route& route, const net::HttpResponse& response) {
  const auto body = response.status >= 400 ? json::Parse(response.body) : json::Value();
  const std::string code(body ? body->Text("code") : "");
  const std::string detail(body ? body->Text("detail") : "");
  static const std::set<std::string> kRefusals = {"sign_in", "second_factor_due", "enrol_due"};
  if (kRefusals.count(code) != 0) return code;
  if (code == "forbidden" && detail.starts_with("Your role does not allow this.")) return code;
  if (code == "not_found" && detail.starts_with("This is not there, or it is not yours.")) {
    return code;
  }
  // What changes something is asked with a wrong token: that is found only after the decision, and
  // keeps the handler from changing anything.
  const bool guarded = route.method != "GET" && route.least != Least::kAnyone;
  if (guarded) return code == "csrf" ? kOpen : "unguarded, " + std::to_string(response.status);
  // 501: this server was started without what the route is about.
  if (response.status >= 500 && response.status != 501) return "failed: " + response.body;
  return kOpen;
}

class PortalAuthorization : public PortalFixture {
 protected:
  void SetUp() override {
    PortalFixture::SetUp();
    north_ = MakePractice("north");
    south_ = MakePractice("south");
    AddPeople();
  }

  void AddPeople() {
    using accounts::Role;
    const auto& org = north_.organization;
    people_.push_back({.name = "nobody", .nobody = true});
    AddUser("limited", org, Role::kLimited);
    people_.push_back({.name = "limited", .rank = 1, .visitor = SignIn("limited")});
    north_.member = AddUser("staff", org, Role::kStaff).value;
    people_.push_back({.name = "staff", .rank = 2, .visitor = SignIn("staff")});
    AddUser("admin", org, Role::kAdmin);
    people_.push_back({.name = "admin", .rank = 3, .visitor = Enrol(SignIn("admin"))});
    people_.push_back({.name = "admin who owes the code",
                       .rank = 3,
                       .owes = "second_factor_due",
                       .visitor = SignIn("admin")});
    AddUser("newadmin", org, Role::kAdmin);
    people_.push_back({.name = "admin without a second factor",
                       .rank = 3,
                       .owes = "enrol_due",
                       .visitor = SignIn("newadmin")});
    const auto developer = AddUser("developer", "", Role::kLimited, false, true);
    people_.push_back({.name = "developer", .is_developer = true, .visitor = SignIn("developer")});
    AddUser("devadmin", org, Role::kAdmin, false, true);
    people_.push_back({.name = "developer who leads the practice",
                       .rank = 3,
                       .visitor = Enrol(SignIn("devadmin"))});
    AddUser("operator", "", Role::kLimited, true);
    people_.push_back(
        {.name = "operator", .is_operator = true, .visitor = Enrol(SignIn("operator"))});
    AddUser("newoperator", "", Role::kLimited, true);
    people_.push_back({.name = "operator without a second factor",
                       .is_operator = true,
                       .owes = "enrol_due",
                       .visitor = SignIn("newoperator")});
    const auto other = AddUser("otherdeveloper", "", Role::kLimited, false, true);
    south_.member = AddUser("southstaff", south_.organization, Role::kStaff).value;
    ASSERT_TRUE(pons_->accounts().SetAppOwner({}, AppId(north_.app), developer));
    ASSERT_TRUE(pons_->accounts().SetAppOwner({}, AppId(south_.app), other));
  }

  std::string Address(const Route& route, Whose whose) const {
    const PracticeIds nobodys{"org-x",     "connection-x", "grant-x", "app-x",
                              "webhook-x", "patient-x",    "user-x"};
    const auto& ids = whose == Whose::kOwn ? north_ : whose == Whose::kOther ? south_ : nobodys;
    std::string path(route.pattern);
    const std::pair<std::string, std::string> known[] = {
        {"{org}", ids.organization}, {"{connection}", ids.connection}, {"{grant}", ids.grant},
        {"{app}", ids.app},          {"{webhook}", ids.webhook},       {"{patient}", ids.patient},
        {"{user}", ids.member}};
    for (const auto& [parameter, value] : known) {
      const auto at = path.find(parameter);
      if (at != std::string::npos) path.replace(at, parameter.size(), value);
    }
    return "/portal/api" + std::regex_replace(path, std::regex("\\{[a-z_]+\\}"), "7");
  }

  static bool NamesSomething(const Route& route) {
    return route.scope != Scope::kNone && route.scope != Scope::kOperator;
  }
  static Visitor WithWrongToken(const Visitor& visitor) {
    return {visitor.cookie, visitor.cookie.empty() ? "" : "wrong"};
  }

  const Person& Named(const std::string& name) const {
    return *std::find_if(people_.begin(), people_.end(),
                         [&](const Person& person) { return person.name == name; });
  }

  PracticeIds north_;
  PracticeIds south_;
  std::vector<Person> people_;
};

TEST_F(PortalAuthorization, EveryRouteJudgesEverybody) {
  int asked = 0;
  for (const auto* route : portal::AllRoutes()) {
    for (auto& person : people_) {
      if (person.name == "developer who leads the practice") person.is_developer = true;
      for (const auto whose : {Whose::kOwn, Whose::kOther, Whose::kNobodys}) {
        if (whose != Whose::kOwn && !NamesSomething(*route)) continue;
        // The developer who leads a practice owns no app of it.
        auto expected = Expected(*route, person, whose);
        const bool of_app = route->scope == Scope::kApp || route->scope == Scope::kWebhook;
        if (of_app && person.rank == 3 && person.owes.empty()) expected = "not_found";
        const auto address = Address(*route, whose);
        const auto visitor =
            route->method == "GET" ? person.visitor : WithWrongToken(person.visitor);
        const auto response = Send(visitor, std::string(route->method), address);
        EXPECT_EQ(Outcome(*route, response), expected)
            << person.name << ": " << route->method << " " << address << "\n"
            << response.status << " " << response.body.substr(0, 300);
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, 300);
  RecordProperty("asked", asked);
}

TEST_F(PortalAuthorization, WhatIsForeignIsAnsweredLikeWhatIsNotThere) {
  const auto& admin = Named("admin");
  const std::regex reference(R"re("reference":"[^"]*")re");
  for (const auto* route : portal::AllRoutes()) {
    if (!NamesSomething(*route) || route->least == Least::kAnyone) continue;
    const auto visitor = WithWrongToken(admin.visitor);
    const std::string method(route->method);
    const auto foreign = Send(visitor, method, Address(*route, Whose::kOther));
    const auto nobodys = Send(visitor, method, Address(*route, Whose::kNobodys));
    EXPECT_EQ(foreign.status, nobodys.status) << route->pattern;
    EXPECT_EQ(std::regex_replace(foreign.body, reference, ""),
              std::regex_replace(nobodys.body, reference, ""))
        << route->pattern;
  }
}

// ---- patients

// What may differ from one moment to the next says nothing about patients.
std::string WithoutTimes(const std::string& body) {
  static const std::regex time(R"("[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*")");
  return std::regex_replace(body, time, "null");
}

TEST_F(PortalAuthorization, PatientsAreForStaffAndAdminsOfTheirPractice) {
  for (const auto* route : portal::AllRoutes()) {
    if (!route->patient_data) continue;
    EXPECT_NE(route->least, Least::kAnyone) << route->pattern;
    for (const auto& person : people_) {
      const bool treats = person.rank >= 2 && person.owes.empty();
      const auto response = Send(WithWrongToken(person.visitor), std::string(route->method),
                                 Address(*route, Whose::kOwn));
      EXPECT_EQ(Outcome(*route, response) == kOpen, treats) << person.name << " " << route->pattern;
    }
  }
}

TEST_F(PortalAuthorization, NamesOfPatientsReachNobodyElse) {
  std::set<std::string> shown;
  for (const auto* route : portal::AllRoutes()) {
    if (route->method != "GET") continue;
    for (const auto& person : people_) {
      const bool treats = person.rank >= 2 && person.owes.empty();
      for (const auto whose : {Whose::kOwn, Whose::kOther}) {
        const auto said = Send(person.visitor, "GET", Address(*route, whose)).body;
        if (said.find(kFamily) == std::string::npos) continue;
        EXPECT_TRUE(treats && whose == Whose::kOwn) << person.name << " " << route->pattern;
        shown.insert(std::string(route->pattern));
      }
    }
  }
  // Otherwise this would prove nothing.
  EXPECT_EQ(shown.count("/organizations/{org}/patients"), 1u);
  EXPECT_EQ(shown.count("/patients/{patient}"), 1u);
  EXPECT_EQ(shown.count("/connections/{connection}/activity"), 1u);
}

TEST_F(PortalAuthorization, ALimitedMemberIsToldNothingOfPatients) {
  const auto& limited = Named("limited");
  std::map<std::string, std::string> before;
  const auto look = [&](const Route& route) {
    const auto address = Address(route, Whose::kOwn) + "?q=" + kFamily;
    const auto plain = Send(limited.visitor, "GET", Address(route, Whose::kOwn));
    return WithoutTimes(plain.body + Send(limited.visitor, "GET", address).body);
  };
  for (const auto* route : portal::AllRoutes()) {
    if (route->method != "GET" || Expected(*route, limited, Whose::kOwn) != kOpen) continue;
    const auto said = look(*route);
    EXPECT_EQ(said.find(kFamily), std::string::npos) << route->pattern << ": " << said;
    before[std::string(route->pattern)] = said;
  }
  ASSERT_GT(before.size(), 3u);
  AddPatient("north", "2");
  AddPatient("north", "3");
  for (const auto* route : portal::AllRoutes()) {
    const auto found = before.find(std::string(route->pattern));
    if (route->method != "GET" || found == before.end()) continue;
    // Refusals carry a new reference each time.
    const std::regex reference(R"re("reference":"[^"]*")re");
    EXPECT_EQ(std::regex_replace(look(*route), reference, ""),
              std::regex_replace(found->second, reference, ""))
        << route->pattern << " tells how many patients there are";
  }
}

TEST_F(PortalAuthorization, TheTableIsWellFormed) {
  std::set<std::string> seen;
  const std::map<Scope, std::string> names = {
      {Scope::kOrganization, "{org}"}, {Scope::kConnection, "{connection}"},
      {Scope::kGrant, "{grant}"},      {Scope::kApp, "{app}"},
      {Scope::kWebhook, "{webhook}"},  {Scope::kPatient, "{patient}"}};
  for (const auto* route : portal::AllRoutes()) {
    const auto line = std::string(route->method) + " " + std::string(route->pattern);
    EXPECT_TRUE(seen.insert(line).second) << "twice: " << line;
    EXPECT_NE(route->handler, nullptr) << line;
    EXPECT_FALSE(route->summary.empty()) << line;
    for (const auto& [scope, parameter] : names) {
      const bool in_path = route->pattern.find(parameter) != std::string_view::npos;
      EXPECT_EQ(in_path, route->scope == scope) << line << ": scope and path disagree";
    }
    const bool of_the_whole = route->pattern.starts_with("/operator/");
    EXPECT_TRUE(!of_the_whole || route->least == Least::kOperator) << line;
    if (route->pattern.find("/patients") != std::string_view::npos) {
      EXPECT_TRUE(route->patient_data) << line;
    }
  }
}

}  // namespace
}  // namespace pons::server
