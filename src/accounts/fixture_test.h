// SPDX-License-Identifier: Apache-2.0
// Accounts over a real store with a stepped clock, for the tests of this module.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "accounts/accounts.h"
#include "accounts/totp.h"
#include "base/clock_fake.h"
#include "crypto/crypto.h"
#include "store/accounts.h"
#include "store/store.h"

namespace pons::accounts {

inline constexpr std::string_view kGoodPassword = "seven quiet herons";
inline constexpr std::string_view kOtherPassword = "lanterns over Hobart";

class AccountsTest : public testing::Test {
 protected:
  using minutes = std::chrono::minutes;
  using hours = std::chrono::hours;

  AccountsTest() {
    crypto::InitCrypto();
    store_ = store::Store::Open({.path = ":memory:", .writer_thread = false}, clock_, random_, log_)
                 .value();
    options_.audit = [this](const Act& act) -> Result<void> {
      if (audit_fails_) return MakeError(Fault::kUnavailable, "the audit trail is full");
      acts_.push_back(act);
      return Ok();
    };
    options_.at_hash = [this] { ++hashes_; };
    Restart();
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      tx.Insert(store::Organization{org_, "Harbour Skin Clinic", {}});
      tx.Insert(store::Organization{other_org_, "Hill Practice", {}});
      return Ok();
    }));
  }
  void Restart() { accounts_ = Accounts::Make(*store_, clock_, random_, options_); }

  static Secret Text(std::string_view text) { return Secret(std::string(text)); }

  // A user with kGoodPassword.
  UserId Add(const std::string& email, std::vector<Membership> memberships = {},
             bool is_operator = false) {
    User user;
    user.name = "Name of " + email.substr(0, email.find('@'));
    user.email = email;
    user.is_operator = is_operator;
    user.memberships = std::move(memberships);
    auto id = accounts_->AddUser({}, user, Text(kGoodPassword));
    EXPECT_TRUE(id) << (id ? "" : id.error().summary);
    return id ? *id : UserId();
  }
  Membership In(const OrganizationId& organization, Role role) const {
    return {organization, {}, role};
  }
  Result<SignedIn> TrySignIn(std::string_view email, std::string_view password = kGoodPassword,
                             const std::string& address = "192.0.2.1") {
    return accounts_->SignIn(email, Text(password), {address, "Firefox"});
  }
  SignedIn SignIn(std::string_view email, std::string_view password = kGoodPassword) {
    auto in = TrySignIn(email, password);
    EXPECT_TRUE(in) << (in ? "" : in.error().summary);
    return in ? *in : SignedIn{};
  }
  // Enrols who is signed in; afterwards `in` holds the new session.
  std::vector<Secret> Enrol(SignedIn& in) {
    const auto factor = accounts_->BeginSecondFactor(in.session);
    EXPECT_TRUE(factor) << (factor ? "" : factor.error().summary);
    if (!factor) return {};
    factors_[in.session.user.email] = TotpOf(in.session.user.id, true);
    auto confirmed =
        accounts_->ConfirmSecondFactor(in.token, CodeOf(in.session.user.email), caller_);
    EXPECT_TRUE(confirmed) << (confirmed ? "" : confirmed.error().summary);
    if (!confirmed) return {};
    in = confirmed->signed_in;
    return confirmed->recovery_codes;
  }
  // What an authenticator shows at this moment.
  Secret CodeOf(const std::string& email) {
    return Secret(TotpCode(factors_[email], TotpStepAt(clock_.Now())));
  }
  std::string TotpOf(const UserId& user, bool pending) {
    std::string secret;
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      const auto row = tx.accounts().FindUser(user.value);
      secret = (pending ? row->totp_pending : row->totp).Reveal();
      return Ok();
    }));
    return secret;
  }
  // Signs in with password and code.
  SignedIn SignInFully(const std::string& email) {
    const auto half = SignIn(email);
    EXPECT_EQ(half.session.state, SessionState::kSecondFactorDue);
    clock_.Step(std::chrono::seconds(90));
    auto in = accounts_->ProveCode(half.token, CodeOf(email), caller_);
    EXPECT_TRUE(in) << (in ? "" : in.error().summary);
    return in ? *in : SignedIn{};
  }
  bool Open(const Secret& token) { return accounts_->Find(token).has_value(); }
  bool Acted(std::string_view act) const {
    for (const auto& one : acts_) {
      if (one.act == act) return true;
    }
    return false;
  }

  FakeClock clock_{FromMillis(1'790'000'000'000)};
  SeededRandom random_{7};
  MemoryLogger log_;
  std::unique_ptr<store::Store> store_;
  OrganizationId org_{"org-harbour"};
  OrganizationId other_org_{"org-hill"};
  Caller caller_{"192.0.2.1", "Firefox"};
  AccountOptions options_;
  std::unique_ptr<Accounts> accounts_;
  std::vector<Act> acts_;
  std::map<std::string, std::string> factors_;
  bool audit_fails_ = false;
  int hashes_ = 0;
};

}  // namespace pons::accounts
