// SPDX-License-Identifier: Apache-2.0
// What people do to their own accounts.
#include <algorithm>

#include "accounts/account_book.h"
#include "accounts/qr.h"
#include "accounts/totp.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

constexpr int kRecoveryCodes = 10;
constexpr std::size_t kRecoveryBytes = 10;  // 16 characters of Base32, 80 bits
constexpr std::size_t kTotpBytes = 20;      // RFC 4226 §4 R6 recommends 160 bits
// A second factor that is there is replaced only by who has just proven it.
constexpr std::chrono::minutes kJustNow{15};

Error NoChangeInTheMiddle() { return MakeError(Fault::kForbidden, "Finish signing in first."); }

bool MayEnrol(const Session& session) {
  return session.state == SessionState::kSignedIn || session.state == SessionState::kEnrolDue;
}

}  // namespace

std::string AccountBook::RecoveryHash(const std::string& user, const Secret& code) const {
  std::string plain = AsciiUpper(code.Reveal());
  plain.erase(
      std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '-' || c == ' '; }),
      plain.end());
  return crypto::KeyedHash(store_.identity_key(), "recovery code " + user + " " + plain, 32);
}

std::vector<Secret> AccountBook::NewRecoveryCodes(Rows& rows, const std::string& user) {
  std::vector<Secret> codes;
  std::vector<std::string> hashes;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    std::string bytes(kRecoveryBytes, '\0');
    random_.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    std::string text = Base32(bytes);
    for (std::size_t at = 12; at >= 4; at -= 4) text.insert(at, "-");
    codes.emplace_back(text);
    hashes.push_back(RecoveryHash(user, codes.back()));
  }
  rows.SetRecoveryCodes(user, hashes);
  return codes;
}

// The password of who is signed in already, before something that cannot be taken back.
Result<void> AccountBook::ProvePassword(const Session& session, const Secret& password) {
  const Attempt attempts[] = {AttemptFor(kAccountLimit, session.user.email)};
  std::string hash;
  const auto count = [&](Rows& rows, Instant now) -> Result<void> {
    PONS_TRY(CountAttempts(rows, attempts, now));
    PONS_ASSIGN(const auto user, Known(rows, session.user.id));
    hash = user.password_hash;
    return Ok();
  };
  PONS_TRY(Write(count));
  if (!Verify(hash, password)) {
    PONS_TRY(Audit({session.user.id, {}, "password-refused", session.id.value, {}}));
    return MakeError(Fault::kRejected, "This is not your password. Try again.");
  }
  return Write([&](Rows& rows, Instant) -> Result<void> {
    ForgetAttempts(rows, attempts[0]);
    return Ok();
  });
}

Result<void> AccountBook::SetName(const Session& session, std::string_view name) {
  PONS_ASSIGN(const auto checked, CheckName(name));
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto user, Known(rows, session.user.id));
    user.name = checked;
    rows.Update(user);
    return Audit({session.user.id, {}, "name-changed", user.id, {}});
  });
}

Result<void> AccountBook::SetLocale(const Session& session, std::string_view locale) {
  const bool shaped = locale.size() >= 2 && locale.size() <= 35 &&
                      std::all_of(locale.begin(), locale.end(), [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-';
                      });
  if (!shaped) {
    return MakeError(Fault::kRejected, "This is no language tag. Write it as in en-AU.");
  }
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto user, Known(rows, session.user.id));
    user.locale = locale;
    rows.Update(user);
    return Ok();
  });
}

Result<void> AccountBook::ChangePassword(const Session& session, const Secret& current,
                                         const Secret& password) {
  if (!MayEnrol(session)) return NoChangeInTheMiddle();
  PONS_TRY(CheckPassword(password, session.user.email, session.user.name));
  PONS_TRY(ProvePassword(session, current));
  if (current == password) {
    return MakeError(Fault::kRejected, "This is the password you have. Take another one.");
  }
  const auto hash = HashOf(password);
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto user, Known(rows, session.user.id));
    user.password_hash = hash;
    rows.Update(user);
    rows.DropSessionsOf(user.id, session.id.value);
    rows.DropLinksOf(static_cast<int>(LinkKind::kReset), user.id);
    return Audit({session.user.id, {}, "password-changed", user.id, {}});
  });
}

Result<NewFactor> AccountBook::BeginSecondFactor(const Session& session) {
  if (!MayEnrol(session)) return NoChangeInTheMiddle();
  std::string bytes(kTotpBytes, '\0');
  random_.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  const auto begin = [&](Rows& rows, Instant now) -> Result<void> {
    PONS_ASSIGN(auto user, Known(rows, session.user.id));
    if (!user.totp.Reveal().empty()) {
      const auto sessions = rows.SessionsOf(user.id);
      const auto own = std::find_if(sessions.begin(), sessions.end(),
                                    [&](const auto& row) { return row.id == session.id.value; });
      if (own == sessions.end() || !own->proven || now - own->created > kJustNow) {
        return MakeError(Fault::kForbidden,
                         "Sign out and in again first: a second factor is replaced only by who has "
                         "just proven the one before.");
      }
    }
    user.totp_pending = Secret(bytes);
    rows.Update(user);
    return Audit({session.user.id, {}, "second-factor-begun", user.id, {}});
  };
  PONS_TRY(Write(begin));
  NewFactor out;
  const std::string secret = Base32(bytes);
  const std::string uri = OtpauthUri(options_.issuer, session.user.email, secret);
  PONS_ASSIGN(auto picture, QrSvg(uri));
  out.secret = Secret(secret);
  out.uri = Secret(uri);
  out.qr_svg = Secret(std::move(picture));
  return out;
}

Result<Accounts::Confirmed> AccountBook::ConfirmSecondFactor(const Secret& token,
                                                             const Secret& code,
                                                             const Caller& caller) {
  Confirmed out;
  bool right = false;
  const auto confirm = [&](Rows& rows, Instant now) -> Result<void> {
    auto opened = Open(rows, token, now);
    if (!opened) return NotSignedIn();
    auto& user = opened->user;
    if (!MayEnrol(SessionFrom(token, opened->session, UserFrom(rows, user)))) {
      return NoChangeInTheMiddle();
    }
    if (user.totp_pending.Reveal().empty()) {
      return MakeError(Fault::kConflict, "Begin with the picture to scan, then type the code.");
    }
    const Attempt attempts[] = {AttemptFor(kCodeLimit, user.id)};
    PONS_TRY(CountAttempts(rows, attempts, now));
    const auto step = MatchTotp(user.totp_pending, code, now, 0);
    right = step.has_value();
    if (!right) return Ok();  // what was counted stays
    ForgetAttempts(rows, attempts[0]);
    user.totp = user.totp_pending;
    user.totp_pending = {};
    user.totp_step = *step;
    out.recovery_codes = NewRecoveryCodes(rows, user.id);
    rows.DropSessionsOf(user.id, "");
    const UserId who(user.id);
    out.signed_in = StartSession(rows, std::move(user), true, caller, now);
    return Audit({who, {}, "second-factor-set", who.value, {}});
  };
  PONS_TRY(Write(confirm));
  if (right) return out;
  return MakeError(Fault::kRejected,
                   "This code is not right. See that the telephone's clock is set by itself, and "
                   "type the code that it shows now.");
}

Result<std::vector<Secret>> AccountBook::RenewRecoveryCodes(const Session& session,
                                                            const Secret& password) {
  if (session.state != SessionState::kSignedIn || !session.user.has_second_factor) {
    return MakeError(Fault::kConflict, "Set up a second factor first.");
  }
  PONS_TRY(ProvePassword(session, password));
  std::vector<Secret> codes;
  const auto renew = [&](Rows& rows, Instant) -> Result<void> {
    codes = NewRecoveryCodes(rows, session.user.id.value);
    return Audit({session.user.id, {}, "recovery-codes-renewed", session.user.id.value, {}});
  };
  PONS_TRY(Write(renew));
  return codes;
}

Result<void> AccountBook::RemoveSecondFactor(const Session& session, const Secret& password) {
  if (session.state != SessionState::kSignedIn) return NoChangeInTheMiddle();
  const auto check = [&](const User& user) -> Result<void> {
    if (!user.needs_second_factor() || options_.waive_second_factor) return Ok();
    return MakeError(Fault::kRejected,
                     "Operators and admins need a second factor. To change telephones, set up a "
                     "new one: it takes the place of this one.");
  };
  PONS_TRY(check(session.user));
  PONS_TRY(ProvePassword(session, password));
  return Write([&](Rows& rows, Instant) -> Result<void> {
    PONS_ASSIGN(auto user, Known(rows, session.user.id));
    if (auto allowed = check(UserFrom(rows, user)); !allowed) return allowed;
    user.totp = {};
    user.totp_pending = {};
    rows.Update(user);
    rows.SetRecoveryCodes(user.id, {});
    rows.DropSessionsOf(user.id, session.id.value);
    return Audit({session.user.id, {}, "second-factor-removed", user.id, {}});
  });
}

}  // namespace pons::accounts
