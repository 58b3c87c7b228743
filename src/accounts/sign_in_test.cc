// SPDX-License-Identifier: Apache-2.0
// Sessions, waits, second factors.
#include "accounts/account_book.h"
#include "accounts/fixture_test.h"
#include "base/text.h"

namespace pons::accounts {
namespace {

class SignInTest : public AccountsTest {};

TEST_F(SignInTest, OpensAndNamesWhoItIs) {
  Add("mia@harbour.example", {In(org_, Role::kStaff)});
  const auto in = SignIn("  Mia@Harbour.Example ");
  EXPECT_EQ(in.session.state, SessionState::kSignedIn);
  EXPECT_EQ(in.session.user.RoleIn(org_), Role::kStaff);
  EXPECT_EQ(in.session.user.memberships[0].organization_name, "Harbour Skin Clinic");
  const auto found = accounts_->Find(in.token);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, in.session.id);
  EXPECT_EQ(found->user.email, "mia@harbour.example");
  EXPECT_GE(in.token.Reveal().size(), 43u);  // 32 bytes
}

// Unknown, wrong, disabled, without a password: one hash and one answer each.
TEST_F(SignInTest, TellsNobodyWhetherThereIsAnAccount) {
  Add("mia@harbour.example");
  const auto gone = Add("gone@harbour.example");
  ASSERT_TRUE(accounts_->SetDisabled({}, gone, true));
  std::vector<Error> answers;
  const std::pair<std::string_view, std::string_view> tries[] = {
      {"mia@harbour.example", "not the right one"},
      {"nobody@harbour.example", kGoodPassword},
      {"gone@harbour.example", kGoodPassword},
      {"", ""}};
  for (const auto& [email, password] : tries) {
    hashes_ = 0;
    acts_.clear();
    const auto refused = TrySignIn(email, password);
    ASSERT_FALSE(refused);
    answers.push_back(refused.error());
    EXPECT_EQ(hashes_, 1) << email;
    EXPECT_EQ(acts_.size(), 1u) << email;
    EXPECT_TRUE(Acted("sign-in-refused"));
  }
  for (const auto& answer : answers) EXPECT_EQ(answer, answers[0]);
  EXPECT_EQ(answers[0].fault, Fault::kUnauthenticated);
}

// The hash that stands in for a user who is not there costs what the others cost.
TEST_F(SignInTest, NobodysHashIsAsStrongAsOthers) {
  const auto strength = [](std::string_view hash) {
    std::size_t at = 0;  // "$argon2id$v=19$m=65536,t=2,p=1$salt$hash"
    for (int dollars = 0; dollars < 4; ++at) dollars += hash[at] == '$' ? 1 : 0;
    return std::string(hash.substr(0, at));
  };
  const auto real = crypto::HashPassword(Text(kGoodPassword));
  EXPECT_EQ(strength(kNobodysHash), strength(real));
  EXPECT_EQ(kNobodysHash.size(), real.size());
}

TEST_F(SignInTest, WaitsGrowAreToldAndEnd) {
  Add("mia@harbour.example");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(TrySignIn("mia@harbour.example", "wrong").error().fault, Fault::kUnauthenticated);
  }
  hashes_ = 0;
  auto refused = TrySignIn("mia@harbour.example");  // the right one, and still too soon
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kRateLimited);
  EXPECT_EQ(refused.error().retry_at, clock_.Now() + minutes(1));
  EXPECT_NE(refused.error().summary.find("a minute"), std::string::npos);
  EXPECT_EQ(hashes_, 0);
  minutes expected{2};
  for (int i = 0; i < 8; ++i) {
    clock_.Step(minutes(15));
    EXPECT_EQ(TrySignIn("mia@harbour.example", "wrong").error().fault, Fault::kUnauthenticated);
    refused = TrySignIn("mia@harbour.example", "wrong");
    ASSERT_EQ(refused.error().fault, Fault::kRateLimited);
    EXPECT_EQ(*refused.error().retry_at - clock_.Now(), std::min(expected, minutes(15)));
    expected *= 2;
  }
  clock_.Step(minutes(15));
  EXPECT_TRUE(TrySignIn("mia@harbour.example"));  // never for good
  EXPECT_TRUE(TrySignIn("mia@harbour.example"));  // and forgotten
}

TEST_F(SignInTest, AnUnknownAddressWaitsAlike) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(TrySignIn("no@harbour.example").error().fault, Fault::kUnauthenticated);
  }
  EXPECT_EQ(TrySignIn("no@harbour.example").error().fault, Fault::kRateLimited);
}

TEST_F(SignInTest, OneNetworkTryingManyAccountsWaits) {
  Add("mia@harbour.example");
  for (int i = 0; i < 30; ++i) {
    // Many addresses of one customer's network.
    const std::string from = "2001:db8:1:2::" + std::to_string(i + 1);
    EXPECT_EQ(TrySignIn("u" + std::to_string(i) + "@x.example", "wrong", from).error().fault,
              Fault::kUnauthenticated);
  }
  EXPECT_EQ(TrySignIn("mia@harbour.example", kGoodPassword, "2001:db8:1:2:ffff::9").error().fault,
            Fault::kRateLimited);
  EXPECT_TRUE(TrySignIn("mia@harbour.example", kGoodPassword, "2001:db8:1:3::1"));
}

// Signing in rightly must not wipe out what the same network has tried on others.
TEST_F(SignInTest, ARightOneForgivesNoOthers) {
  Add("mia@harbour.example");
  for (int i = 0; i < 29; ++i) {
    EXPECT_FALSE(TrySignIn("u" + std::to_string(i) + "@x.example", "wrong"));
  }
  EXPECT_TRUE(TrySignIn("mia@harbour.example"));
  EXPECT_EQ(TrySignIn("a@x.example", "wrong").error().fault, Fault::kUnauthenticated);
  EXPECT_EQ(TrySignIn("mia@harbour.example").error().fault, Fault::kRateLimited);
}

TEST_F(SignInTest, SessionsEndByThemselves) {
  Add("mia@harbour.example");
  const auto idle = SignIn("mia@harbour.example");
  clock_.Step(minutes(29));
  EXPECT_TRUE(Open(idle.token));  // and is seen
  clock_.Step(minutes(29));
  EXPECT_TRUE(Open(idle.token));
  clock_.Step(minutes(30));
  EXPECT_FALSE(Open(idle.token));

  const auto busy = SignIn("mia@harbour.example");
  for (int i = 0; i < 71; ++i) {
    clock_.Step(minutes(10));
    ASSERT_TRUE(Open(busy.token)) << i;
  }
  clock_.Step(minutes(10));
  EXPECT_FALSE(Open(busy.token));
}

TEST_F(SignInTest, SessionsAreListedAndEnded) {
  Add("mia@harbour.example");
  Add("tom@harbour.example");
  const auto one = SignIn("mia@harbour.example");
  const auto two = SignIn("mia@harbour.example");
  const auto toms = SignIn("tom@harbour.example");
  const auto lines = accounts_->Sessions(one.session).value();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].current + lines[1].current, 1);
  EXPECT_EQ(lines[0].agent, "Firefox");
  EXPECT_EQ(accounts_->EndSession(one.session, toms.session.id).error().fault, Fault::kNotFound);
  EXPECT_TRUE(accounts_->EndSession(one.session, two.session.id));
  EXPECT_FALSE(Open(two.token));
  EXPECT_TRUE(Open(one.token));
  EXPECT_TRUE(Open(toms.token));
  const auto three = SignIn("mia@harbour.example");
  EXPECT_TRUE(accounts_->EndAllSessions(three.session));
  EXPECT_FALSE(Open(one.token) || Open(three.token));
  EXPECT_TRUE(accounts_->SignOut(toms.token));
  EXPECT_FALSE(Open(toms.token));
}

TEST_F(SignInTest, AFormBelongsToItsSession) {
  Add("mia@harbour.example");
  const auto one = SignIn("mia@harbour.example");
  const auto two = SignIn("mia@harbour.example");
  EXPECT_TRUE(CsrfMatches(one.session, one.session.csrf));
  EXPECT_FALSE(CsrfMatches(one.session, two.session.csrf));
  EXPECT_FALSE(CsrfMatches(one.session, ""));
  EXPECT_FALSE(CsrfMatches(Session{}, ""));
  EXPECT_EQ(accounts_->Find(one.token)->csrf, one.session.csrf);
  EXPECT_EQ(one.session.csrf.find(one.token.Reveal()), std::string::npos);
}

TEST_F(SignInTest, AdminsAndOperatorsMustEnrol) {
  Add("admin@harbour.example", {In(org_, Role::kAdmin)});
  Add("op@pons.example", {}, true);
  for (const auto* email : {"admin@harbour.example", "op@pons.example"}) {
    auto in = SignIn(email);
    EXPECT_EQ(in.session.state, SessionState::kEnrolDue);
    const auto before = in.token;
    Enrol(in);
    EXPECT_EQ(in.session.state, SessionState::kSignedIn);
    EXPECT_FALSE(Open(before));  // the token changes with the rights
    EXPECT_EQ(SignIn(email).session.state, SessionState::kSecondFactorDue);
  }
  options_.waive_second_factor = true;
  Restart();
  Add("other@harbour.example", {In(org_, Role::kAdmin)});
  const auto waived = SignIn("other@harbour.example");
  EXPECT_EQ(waived.session.state, SessionState::kSignedIn);
  EXPECT_TRUE(waived.session.second_factor_waived);
}

TEST_F(SignInTest, ACodeWorksOnceAndNearItsTime) {
  Add("mia@harbour.example");
  auto in = SignIn("mia@harbour.example");
  Enrol(in);
  const auto code = CodeOf("mia@harbour.example");
  // Confirming used it up.
  auto half = SignIn("mia@harbour.example");
  EXPECT_FALSE(accounts_->ProveCode(half.token, code, caller_));
  clock_.Step(std::chrono::seconds(30));
  const auto next = CodeOf("mia@harbour.example");
  const auto proven = accounts_->ProveCode(half.token, next, caller_);
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->session.state, SessionState::kSignedIn);
  EXPECT_FALSE(Open(half.token));
  half = SignIn("mia@harbour.example");
  EXPECT_FALSE(accounts_->ProveCode(half.token, next, caller_));
  // One step early, one late, and not two.
  const auto now = TotpStepAt(clock_.Now());
  const auto& key = factors_["mia@harbour.example"];
  EXPECT_FALSE(accounts_->ProveCode(half.token, Secret(TotpCode(key, now + 2)), caller_));
  EXPECT_TRUE(accounts_->ProveCode(half.token, Secret(TotpCode(key, now + 1)), caller_));
  clock_.Step(minutes(5));
  half = SignIn("mia@harbour.example");
  const auto late = Secret(TotpCode(key, TotpStepAt(clock_.Now()) - 2));
  EXPECT_FALSE(accounts_->ProveCode(half.token, late, caller_));
  const auto just = Secret(TotpCode(key, TotpStepAt(clock_.Now()) - 1));
  EXPECT_TRUE(accounts_->ProveCode(half.token, just, caller_));
}

TEST_F(SignInTest, CodesCannotBeGuessedThrough) {
  Add("mia@harbour.example");
  auto in = SignIn("mia@harbour.example");
  Enrol(in);
  const auto half = SignIn("mia@harbour.example");
  clock_.Step(minutes(1));
  const Secret right = CodeOf("mia@harbour.example");
  const Secret wrong(right.Reveal() == "000000" ? "000001" : "000000");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(accounts_->ProveCode(half.token, wrong, caller_).error().fault,
              Fault::kUnauthenticated);
  }
  // A new sign-in starts no new count.
  const auto again = SignIn("mia@harbour.example");
  EXPECT_EQ(accounts_->ProveCode(again.token, right, caller_).error().fault, Fault::kRateLimited);
  // Recovery codes share the wait.
  EXPECT_EQ(accounts_->ProveRecoveryCode(again.token, right, caller_).error().fault,
            Fault::kRateLimited);
}

TEST_F(SignInTest, APasswordAloneWaitsTenMinutesForItsCode) {
  Add("mia@harbour.example");
  auto in = SignIn("mia@harbour.example");
  Enrol(in);
  const auto half = SignIn("mia@harbour.example");
  EXPECT_EQ(half.session.user.last_sign_in, in.session.user.last_sign_in);
  clock_.Step(minutes(9));
  EXPECT_TRUE(Open(half.token));
  clock_.Step(minutes(1));
  EXPECT_EQ(accounts_->ProveCode(half.token, CodeOf("mia@harbour.example"), caller_).error().fault,
            Fault::kUnauthenticated);
}

TEST_F(SignInTest, RecoveryCodesWorkOnceEach) {
  Add("mia@harbour.example");
  auto in = SignIn("mia@harbour.example");
  const auto codes = Enrol(in);
  ASSERT_EQ(codes.size(), 10u);
  const auto half = SignIn("mia@harbour.example");
  // As it may be typed: small letters, no dashes.
  std::string typed = AsciiLower(codes[3].Reveal());
  std::erase(typed, '-');
  ASSERT_TRUE(accounts_->ProveRecoveryCode(half.token, Secret(typed), caller_));
  EXPECT_TRUE(Acted("sign-in-with-recovery-code"));
  const auto again = SignIn("mia@harbour.example");
  EXPECT_FALSE(accounts_->ProveRecoveryCode(again.token, codes[3], caller_));
  EXPECT_TRUE(accounts_->ProveRecoveryCode(again.token, codes[4], caller_));
}

TEST_F(SignInTest, NoActWithoutItsLineInTheTrail) {
  Add("mia@harbour.example");
  audit_fails_ = true;
  EXPECT_EQ(TrySignIn("mia@harbour.example").error().fault, Fault::kUnavailable);
  audit_fails_ = false;
  const auto in = SignIn("mia@harbour.example");
  EXPECT_EQ(accounts_->Sessions(in.session)->size(), 1u);  // the first one was not made
  EXPECT_EQ(accounts_->SignInAs(in.session.user.id, caller_).error().fault, Fault::kForbidden);
}

// What is written to disk and told to the trail opens nothing.
TEST_F(SignInTest, NothingSecretIsKept) {
  Add("mia@harbour.example");
  auto in = SignIn("mia@harbour.example");
  const auto codes = Enrol(in);
  for (const auto& act : acts_) {
    for (const auto& text : {act.by.value, act.subject, act.address, std::string(act.act)}) {
      EXPECT_EQ(text.find("mia"), std::string::npos);
      EXPECT_EQ(text.find(in.token.Reveal()), std::string::npos);
      EXPECT_EQ(text.find(kGoodPassword), std::string::npos);
      EXPECT_EQ(text.find(codes[0].Reveal()), std::string::npos);
    }
  }
  EXPECT_EQ(log_.text().find("mia"), std::string::npos);
  EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
    const auto row = tx.accounts().SessionsOf(in.session.user.id.value).at(0);
    EXPECT_EQ(row.hash, crypto::Sha256(in.token.Reveal()));
    EXPECT_EQ(tx.accounts().CountRecoveryCodes(in.session.user.id.value), 10);
    EXPECT_NE(row.id, in.token.Reveal());
    return Ok();
  }));
}

TEST_F(SignInTest, DisablingEndsWhatIsOpen) {
  const auto id = Add("mia@harbour.example");
  const auto in = SignIn("mia@harbour.example");
  ASSERT_TRUE(accounts_->SetDisabled({}, id, true));
  EXPECT_FALSE(Open(in.token));
  ASSERT_TRUE(accounts_->SetDisabled({}, id, false));
  EXPECT_FALSE(Open(in.token));
  EXPECT_TRUE(TrySignIn("mia@harbour.example"));
}

}  // namespace
}  // namespace pons::accounts
