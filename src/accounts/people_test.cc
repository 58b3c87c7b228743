// SPDX-License-Identifier: Apache-2.0
// The first operator, invitations, forgotten passwords, one's own account, members and users.
#include "accounts/fixture_test.h"

namespace pons::accounts {
namespace {

class PeopleTest : public AccountsTest {
 protected:
  Invitation For(const std::string& email, Role role) const {
    Invitation invitation;
    invitation.email = email;
    invitation.organization = org_;
    invitation.role = role;
    return invitation;
  }
  Result<SignedIn> Start(const Link& link, std::string_view password = kGoodPassword) {
    return accounts_->FirstStart(link.token, "Olga", "olga@pons.example", Text(password), caller_);
  }
};

TEST_F(PeopleTest, TheFirstOperatorComesByALinkThatWorksOnce) {
  EXPECT_TRUE(*accounts_->NeedsFirstOperator());
  const auto stale = accounts_->MakeFirstLink().value();
  const auto link = accounts_->MakeFirstLink().value();
  EXPECT_EQ(link.Address("https://pons.example/"),
            "https://pons.example/portal/first-start#" + link.token.Reveal());
  EXPECT_EQ(Start(stale).error().fault,
            Fault::kNotFound);  // a renewed link replaces the one before
  hashes_ = 0;
  EXPECT_FALSE(Start(Link{LinkKind::kFirstStart, Text("guess"), {}, {}, {}}));
  EXPECT_EQ(hashes_, 0);  // who has no link makes nobody work
  EXPECT_EQ(Start(link, "too short").error().fault, Fault::kRejected);
  const auto in = Start(link);
  ASSERT_TRUE(in);
  EXPECT_EQ(in->session.state, SessionState::kEnrolDue);
  EXPECT_TRUE(in->session.user.is_operator);
  EXPECT_FALSE(*accounts_->NeedsFirstOperator());
  EXPECT_FALSE(Start(link));
  EXPECT_EQ(accounts_->MakeFirstLink().error().fault, Fault::kConflict);
}

TEST_F(PeopleTest, TheFirstLinkIsGoodForADay) {
  const auto link = accounts_->MakeFirstLink().value();
  clock_.Step(hours(24));
  EXPECT_EQ(Start(link).error().fault, Fault::kNotFound);
  const auto kept = accounts_->MakeFirstLink().value();
  clock_.Step(hours(24) - std::chrono::milliseconds(1));
  EXPECT_TRUE(Start(kept));
}

TEST_F(PeopleTest, AnInvitationMakesAMember) {
  const auto boss = Add("boss@harbour.example", {In(org_, Role::kAdmin)});
  const auto link = accounts_->Invite({boss}, For("New@Harbour.example", Role::kStaff)).value();
  EXPECT_EQ(link.email, "new@harbour.example");
  const auto seen = accounts_->LookAtInvitation(link.token).value();
  EXPECT_EQ(seen.organization_name, "Harbour Skin Clinic");
  EXPECT_EQ(seen.invited_by, "Name of boss");
  EXPECT_FALSE(seen.has_account);
  EXPECT_EQ(accounts_->Invitations(org_)->size(), 1u);
  EXPECT_TRUE(accounts_->Invitations(other_org_)->empty());
  const auto in = accounts_->AcceptInvitation(link.token, "Nia", Text(kGoodPassword), caller_);
  ASSERT_TRUE(in);
  EXPECT_EQ(in->session.user.RoleIn(org_), Role::kStaff);
  EXPECT_EQ(in->session.user.RoleIn(other_org_), std::nullopt);
  EXPECT_EQ(in->session.state, SessionState::kSignedIn);
  EXPECT_EQ(
      accounts_->AcceptInvitation(link.token, "Nia", Text(kGoodPassword), caller_).error().fault,
      Fault::kNotFound);
  EXPECT_EQ(accounts_->Invite({boss}, For("new@harbour.example", Role::kAdmin)).error().fault,
            Fault::kConflict);
  EXPECT_TRUE(accounts_->Invitations(org_)->empty());
}

TEST_F(PeopleTest, InvitationsEndAndAreWithdrawn) {
  const auto late = accounts_->Invite({}, For("late@x.example", Role::kLimited)).value();
  clock_.Step(hours(7 * 24));
  EXPECT_EQ(accounts_->LookAtInvitation(late.token).error().fault, Fault::kNotFound);
  EXPECT_TRUE(accounts_->Invitations({})->empty());
  const auto first = accounts_->Invite({}, For("twice@x.example", Role::kLimited)).value();
  const auto second = accounts_->Invite({}, For("twice@x.example", Role::kStaff)).value();
  EXPECT_FALSE(accounts_->LookAtInvitation(first.token));
  EXPECT_EQ(accounts_->LookAtInvitation(second.token)->role, Role::kStaff);
  const auto pending = accounts_->Invitations(org_).value();
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_FALSE(accounts_->WithdrawInvitation({}, other_org_, pending[0].id));
  EXPECT_TRUE(accounts_->WithdrawInvitation({}, org_, pending[0].id));
  EXPECT_FALSE(accounts_->LookAtInvitation(second.token));
}

// Who is invited into a second organization proves the password that is there; who only holds the
// link gets nothing.
TEST_F(PeopleTest, AnAccountJoinsWithItsOwnPassword) {
  Add("mia@hill.example", {In(other_org_, Role::kAdmin)});
  const auto link = accounts_->Invite({}, For("mia@hill.example", Role::kLimited)).value();
  EXPECT_TRUE(accounts_->LookAtInvitation(link.token)->has_account);
  EXPECT_EQ(
      accounts_->AcceptInvitation(link.token, "Eve", Text(kOtherPassword), caller_).error().fault,
      Fault::kUnauthenticated);
  const auto in = accounts_->AcceptInvitation(link.token, "", Text(kGoodPassword), caller_);
  ASSERT_TRUE(in);
  EXPECT_EQ(in->session.user.memberships.size(), 2u);
  EXPECT_EQ(in->session.user.name, "Name of mia");
}

TEST_F(PeopleTest, AnInvitationIsToSomething) {
  Invitation nothing;
  nothing.email = "dev@app.example";
  EXPECT_EQ(accounts_->Invite({}, nothing).error().fault, Fault::kRejected);
  nothing.as_developer = true;
  const auto link = accounts_->Invite({}, nothing).value();
  const auto in = accounts_->AcceptInvitation(link.token, "Dev", Text(kGoodPassword), caller_);
  ASSERT_TRUE(in);
  EXPECT_TRUE(in->session.user.is_developer);
  EXPECT_FALSE(in->session.user.is_operator);
  auto lost = For("x@x.example", Role::kStaff);
  lost.organization = OrganizationId("org-nowhere");
  EXPECT_EQ(accounts_->Invite({}, lost).error().fault, Fault::kNotFound);
}

TEST_F(PeopleTest, AForgottenPasswordIsSetAnewOnce) {
  Add("mia@harbour.example");
  const auto open = SignIn("mia@harbour.example");
  const auto link = accounts_->ForgotPassword("MIA@harbour.example", caller_).value();
  ASSERT_TRUE(link);
  EXPECT_EQ(link->email, "mia@harbour.example");
  EXPECT_EQ(accounts_->ResetPassword(link->token, Text("short"), caller_).error().fault,
            Fault::kRejected);
  EXPECT_TRUE(accounts_->ResetPassword(link->token, Text(kOtherPassword), caller_));
  EXPECT_FALSE(Open(open.token));
  EXPECT_FALSE(TrySignIn("mia@harbour.example", kGoodPassword));
  EXPECT_TRUE(TrySignIn("mia@harbour.example", kOtherPassword));
  EXPECT_EQ(accounts_->ResetPassword(link->token, Text(kGoodPassword), caller_).error().fault,
            Fault::kNotFound);
}

TEST_F(PeopleTest, AResetLinkEndsAndIsReplaced) {
  const auto mia = Add("mia@harbour.example");
  const auto late = accounts_->ForgotPassword("mia@harbour.example", caller_).value();
  clock_.Step(hours(1));
  EXPECT_FALSE(accounts_->ResetPassword(late->token, Text(kOtherPassword), caller_));
  const auto first = accounts_->ForgotPassword("mia@harbour.example", caller_).value();
  const auto second = accounts_->ForgotPassword("mia@harbour.example", caller_).value();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(accounts_->ResetPassword(first->token, Text(kOtherPassword), caller_));
  // A link of another kind is no reset link.
  const auto invitation = accounts_->Invite({}, For("a@x.example", Role::kStaff)).value();
  EXPECT_FALSE(accounts_->ResetPassword(invitation.token, Text(kOtherPassword), caller_));
  EXPECT_FALSE(accounts_->LookAtInvitation(second->token));
  ASSERT_TRUE(accounts_->SetDisabled({}, mia, true));
  EXPECT_FALSE(accounts_->ResetPassword(second->token, Text(kOtherPassword), caller_));
}

// The answer to "forgot password" is the same for everybody; mail is for few.
TEST_F(PeopleTest, NobodyIsFloodedWithMail) {
  Add("mia@harbour.example");
  const auto ask = [this](std::string_view email, const std::string& from) {
    return accounts_->ForgotPassword(email, {from, ""});
  };
  int links = 0;
  for (int i = 0; i < 8; ++i) {
    const auto answer = ask("mia@harbour.example", "192.0.2." + std::to_string(i));
    ASSERT_TRUE(answer);
    links += answer->has_value() ? 1 : 0;
  }
  EXPECT_EQ(links, 3);
  const auto nobody = ask("nobody@x.example", "192.0.2.99");
  ASSERT_TRUE(nobody);
  EXPECT_FALSE(nobody->has_value());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask(std::to_string(i) + "@x.example", "192.0.2.100"));
  EXPECT_EQ(ask("z@x.example", "192.0.2.100").error().fault, Fault::kRateLimited);
}

TEST_F(PeopleTest, ChangingAPasswordEndsTheOtherSessions) {
  Add("mia@harbour.example");
  const auto here = SignIn("mia@harbour.example");
  const auto there = SignIn("mia@harbour.example");
  const auto change = [&](std::string_view from, std::string_view to) {
    return accounts_->ChangePassword(here.session, Text(from), Text(to));
  };
  EXPECT_EQ(change("wrong one here", kOtherPassword).error().fault, Fault::kRejected);
  EXPECT_EQ(change(kGoodPassword, "mia@harbour.example").error().fault, Fault::kRejected);
  EXPECT_EQ(change(kGoodPassword, kGoodPassword).error().fault, Fault::kRejected);
  EXPECT_TRUE(Open(there.token));
  EXPECT_TRUE(change(kGoodPassword, kOtherPassword));
  EXPECT_TRUE(Open(here.token));
  EXPECT_FALSE(Open(there.token));
  EXPECT_TRUE(TrySignIn("mia@harbour.example", kOtherPassword));
  // The current password cannot be guessed through an open session.
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(change("guess after guess", kGoodPassword));
  EXPECT_EQ(change(kOtherPassword, kGoodPassword).error().fault, Fault::kRateLimited);
}

TEST_F(PeopleTest, ASecondFactorIsRemovedOnlyWhereItMayBe) {
  Add("staff@harbour.example", {In(org_, Role::kStaff)});
  Add("admin@harbour.example", {In(org_, Role::kAdmin)});
  auto staff = SignIn("staff@harbour.example");
  auto admin = SignIn("admin@harbour.example");
  Enrol(staff);
  Enrol(admin);
  EXPECT_EQ(accounts_->RemoveSecondFactor(admin.session, Text(kGoodPassword)).error().fault,
            Fault::kRejected);
  EXPECT_FALSE(accounts_->RemoveSecondFactor(staff.session, Text("wrong wrong wrong")));
  EXPECT_TRUE(accounts_->RemoveSecondFactor(staff.session, Text(kGoodPassword)));
  EXPECT_EQ(SignIn("staff@harbour.example").session.state, SessionState::kSignedIn);
}

TEST_F(PeopleTest, ASecondFactorIsReplacedByWhoHasJustProvenIt) {
  Add("mia@harbour.example");
  auto in = SignIn("mia@harbour.example");
  const auto first_codes = Enrol(in);
  const std::string before = factors_["mia@harbour.example"];
  clock_.Step(minutes(16));
  ASSERT_TRUE(Open(in.token));
  EXPECT_EQ(accounts_->BeginSecondFactor(in.session).error().fault, Fault::kForbidden);
  const auto half = SignIn("mia@harbour.example");
  EXPECT_EQ(accounts_->BeginSecondFactor(half.session).error().fault, Fault::kForbidden);
  in = SignInFully("mia@harbour.example");
  ASSERT_TRUE(accounts_->BeginSecondFactor(in.session));
  // Until it is confirmed the one before counts.
  EXPECT_EQ(TotpOf(in.session.user.id, false), before);
  const Secret wrong(std::string("000000"));
  EXPECT_FALSE(accounts_->ConfirmSecondFactor(in.token, wrong, caller_));
  EXPECT_EQ(TotpOf(in.session.user.id, false), before);
  const auto codes = Enrol(in);
  EXPECT_NE(TotpOf(in.session.user.id, false), before);
  EXPECT_NE(codes[0], first_codes[0]);
  const auto again = SignIn("mia@harbour.example");
  EXPECT_FALSE(accounts_->ProveRecoveryCode(again.token, first_codes[0], caller_));
  const auto renewed = accounts_->RenewRecoveryCodes(in.session, Text(kGoodPassword)).value();
  EXPECT_FALSE(accounts_->ProveRecoveryCode(again.token, codes[0], caller_));
  EXPECT_TRUE(accounts_->ProveRecoveryCode(again.token, renewed[0], caller_));
}

TEST_F(PeopleTest, ThePictureHoldsTheAddress) {
  Add("mia@harbour.example");
  const auto in = SignIn("mia@harbour.example");
  const auto factor = accounts_->BeginSecondFactor(in.session).value();
  EXPECT_EQ(factor.secret.Reveal().size(), 32u);
  EXPECT_EQ(factor.secret.Reveal(), Base32(TotpOf(in.session.user.id, true)));
  EXPECT_NE(factor.uri.Reveal().find("secret=" + factor.secret.Reveal()), std::string::npos);
  EXPECT_EQ(factor.qr_svg.Reveal().find("<svg"), 0u);
}

TEST_F(PeopleTest, AnOrganizationKeepsAnAdmin) {
  const auto boss = Add("boss@harbour.example", {In(org_, Role::kAdmin)});
  const auto staff = Add("staff@harbour.example", {In(org_, Role::kStaff)});
  const auto gone = Add("gone@harbour.example", {In(org_, Role::kAdmin)});
  ASSERT_TRUE(accounts_->SetDisabled({}, gone, true));  // counts for nothing
  EXPECT_EQ(accounts_->SetRole({}, org_, boss, Role::kStaff).error().fault, Fault::kRejected);
  EXPECT_EQ(accounts_->RemoveMember({}, org_, boss).error().fault, Fault::kRejected);
  EXPECT_EQ(accounts_->RemoveMember({}, other_org_, staff).error().fault, Fault::kNotFound);
  EXPECT_TRUE(accounts_->SetRole({boss}, org_, staff, Role::kAdmin));
  EXPECT_TRUE(accounts_->RemoveMember({boss}, org_, boss));
  EXPECT_EQ(accounts_->FindUser("boss@harbour.example")->RoleIn(org_), std::nullopt);
  EXPECT_EQ(accounts_->Members(org_)->size(), 2u);
  EXPECT_TRUE(accounts_->AddMember({}, org_, boss, Role::kLimited));
  EXPECT_EQ(accounts_->AddMember({}, org_, boss, Role::kAdmin).error().fault, Fault::kConflict);
}

// A role that changes is the role from the next request on.
TEST_F(PeopleTest, WhoBecomesAdminMustEnrolAtOnce) {
  Add("boss@harbour.example", {In(org_, Role::kAdmin)});
  const auto staff = Add("staff@harbour.example", {In(org_, Role::kStaff)});
  const auto in = SignIn("staff@harbour.example");
  ASSERT_TRUE(accounts_->SetRole({}, org_, staff, Role::kAdmin));
  EXPECT_EQ(accounts_->Find(in.token)->state, SessionState::kEnrolDue);
  ASSERT_TRUE(accounts_->RemoveMember({}, org_, staff));
  const auto after = accounts_->Find(in.token);
  EXPECT_EQ(after->state, SessionState::kSignedIn);
  EXPECT_EQ(after->user.RoleIn(org_), std::nullopt);
}

TEST_F(PeopleTest, SomebodyAlwaysOperates) {
  const auto one = Add("one@pons.example", {}, true);
  EXPECT_EQ(accounts_->SetDisabled({}, one, true).error().fault, Fault::kRejected);
  EXPECT_EQ(accounts_->SetFlags({}, one, false, true).error().fault, Fault::kRejected);
  const auto two = Add("two@pons.example", {}, true);
  EXPECT_TRUE(accounts_->SetDisabled({two}, one, true));
  EXPECT_EQ(accounts_->SetDisabled({}, two, true).error().fault, Fault::kRejected);
  EXPECT_TRUE(accounts_->SetFlags({}, one, false, true));  // disabled: not the last one
  EXPECT_TRUE(accounts_->SetDisabled({}, one, false));
  EXPECT_EQ(accounts_->SetFlags({}, two, false, false).error().fault, Fault::kRejected);
}

TEST_F(PeopleTest, AResetFactorIsEnrolledAnew) {
  const auto id = Add("op@pons.example", {}, true);
  auto in = SignIn("op@pons.example");
  const auto codes = Enrol(in);
  ASSERT_TRUE(accounts_->ResetSecondFactor({}, id));
  EXPECT_FALSE(Open(in.token));
  in = SignIn("op@pons.example");
  EXPECT_EQ(in.session.state, SessionState::kEnrolDue);
  EXPECT_FALSE(accounts_->ProveRecoveryCode(in.token, codes[0], caller_));
}

TEST_F(PeopleTest, AnAddressIsOneAccount) {
  Add("mia@harbour.example");
  User again;
  again.name = "Mia";
  again.email = "MIA@harbour.example";
  EXPECT_EQ(accounts_->AddUser({}, again, Text(kGoodPassword)).error().fault, Fault::kConflict);
  EXPECT_EQ(accounts_->Users()->size(), 1u);
}

TEST_F(PeopleTest, AppsBelongToDevelopers) {
  const auto dev = Add("dev@app.example");
  EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    store::App app;
    app.id = AppId("app-1");
    app.name = "Skin Viewer";
    tx.Insert(app);
    return Ok();
  }));
  EXPECT_EQ(*accounts_->AppOwner(AppId("app-1")), std::nullopt);
  ASSERT_TRUE(accounts_->SetAppOwner({}, AppId("app-1"), dev));
  EXPECT_EQ(*accounts_->AppOwner(AppId("app-1")), dev);
  EXPECT_EQ(*accounts_->AppsOf(dev), std::vector<AppId>{AppId("app-1")});
  ASSERT_TRUE(accounts_->SetAppOwner({}, AppId("app-1"), {}));
  EXPECT_TRUE(accounts_->AppsOf(dev)->empty());
}

TEST_F(PeopleTest, NamesAndLanguagesAreChecked) {
  Add("mia@harbour.example");
  const auto in = SignIn("mia@harbour.example");
  EXPECT_TRUE(accounts_->SetName(in.session, "  Mia Wong "));
  EXPECT_TRUE(accounts_->SetLocale(in.session, "en-US"));
  EXPECT_EQ(accounts_->Find(in.token)->user.name, "Mia Wong");
  EXPECT_EQ(accounts_->Find(in.token)->user.locale, "en-US");
  EXPECT_FALSE(accounts_->SetName(in.session, "  "));
  EXPECT_FALSE(accounts_->SetName(in.session, "a\nb"));
  EXPECT_FALSE(accounts_->SetName(in.session, std::string(300, 'n')));
  EXPECT_FALSE(accounts_->SetLocale(in.session, "en_US; drop"));
}

}  // namespace
}  // namespace pons::accounts
