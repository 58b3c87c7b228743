// SPDX-License-Identifier: Apache-2.0
// Sessions: how they start, what they open, how they end.
#include <algorithm>

#include "accounts/account_book.h"
#include "accounts/totp.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

// A password alone opens nothing but the question for the code; not for long.
constexpr std::chrono::minutes kHalfWay{10};
// A session is marked as seen at most this often, so that reading a page is not a write.
constexpr std::chrono::minutes kSeenAgain{1};

std::string Shortened(std::string_view agent) {
  std::string out(agent.substr(0, kLongestAgent));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (c & 0x80) != 0 || c < ' '; }, '?');
  return out;
}

// The same for a code and a recovery code.
Error WrongCode() {
  return MakeError(Fault::kUnauthenticated,
                   "This code is not right. Take the one that your authenticator shows now; each "
                   "works once.");
}

}  // namespace

Session AccountBook::SessionFrom(const Secret& token, const store::SessionRow& row,
                                 User user) const {
  Session session;
  session.id = SessionId(row.id);
  session.csrf = crypto::Base64Url(crypto::HmacSha256(token.Reveal(), "pons portal request token"));
  if (user.has_second_factor) {
    session.state = row.proven ? SessionState::kSignedIn : SessionState::kSecondFactorDue;
  } else if (user.needs_second_factor()) {
    session.second_factor_waived = options_.waive_second_factor;
    session.state =
        options_.waive_second_factor ? SessionState::kSignedIn : SessionState::kEnrolDue;
  } else {
    session.state = SessionState::kSignedIn;
  }
  session.user = std::move(user);
  return session;
}

std::optional<AccountBook::Opened> AccountBook::Open(store::AccountReads& rows, const Secret& token,
                                                     Instant now) const {
  if (token.Reveal().empty()) return std::nullopt;
  auto session = rows.FindSession(crypto::Sha256(token.Reveal()));
  if (!session || session->expires <= now || session->last_seen + options_.idle <= now) {
    return std::nullopt;
  }
  auto user = rows.FindUser(session->user);
  if (!user || user->disabled) return std::nullopt;
  return Opened{std::move(*session), std::move(*user)};
}

SignedIn AccountBook::StartSession(Rows& rows, store::UserRow user, bool proven,
                                   const Caller& caller, Instant now) {
  SignedIn out;
  out.token = Secret(NewToken());
  store::SessionRow row;
  row.hash = crypto::Sha256(out.token.Reveal());
  row.id = NewId(random_);
  row.user = user.id;
  row.created = row.last_seen = now;
  row.proven = proven;
  row.address = caller.address.substr(0, 64);
  row.agent = Shortened(caller.agent);
  const bool half_way = !proven && !user.totp.Reveal().empty();
  row.expires = now + (half_way ? std::min<std::chrono::milliseconds>(kHalfWay, options_.absolute)
                                : options_.absolute);
  rows.Insert(row);
  if (!half_way) {
    user.last_sign_in = now;
    rows.Update(user);
  }
  out.session = SessionFrom(out.token, row, UserFrom(rows, user));
  return out;
}

Result<SignedIn> AccountBook::SignIn(std::string_view email, const Secret& password,
                                     const Caller& caller) {
  const std::string address = AsciiLower(Trim(email)).substr(0, 254);
  const Attempt attempts[] = {AttemptFor(kAccountLimit, address),
                              AttemptFor(kAddressLimit, NetworkOf(caller.address))};
  std::optional<store::UserRow> user;
  const auto count = [&](Rows& rows, Instant now) -> Result<void> {
    PONS_TRY(CountAttempts(rows, attempts, now));
    user = rows.FindUserByEmail(address);
    return Ok();
  };
  PONS_TRY(Write(count));
  const bool right = Verify(user ? user->password_hash : std::string(), password);
  if (!right || user->disabled) {
    PONS_TRY(Audit({{}, {}, "sign-in-refused", user ? user->id : std::string(), caller.address}));
    return WrongSignIn();
  }
  SignedIn out;
  const auto start = [&](Rows& rows, Instant now) -> Result<void> {
    // It may have been changed or disabled while the hash was made.
    auto current = rows.FindUser(user->id);
    if (!current || current->disabled || current->password_hash != user->password_hash) {
      return WrongSignIn();
    }
    ForgetAttempts(rows, attempts[0]);
    TakeBackAttempt(rows, attempts[1]);
    out = StartSession(rows, std::move(*current), false, caller, now);
    const bool half_way = out.session.state == SessionState::kSecondFactorDue;
    return Audit({UserId(user->id),
                  {},
                  half_way ? "password-accepted" : "sign-in",
                  out.session.id.value,
                  caller.address});
  };
  PONS_TRY(Write(start));
  return out;
}

Result<SignedIn> AccountBook::SignInAs(const UserId& user, const Caller& caller) {
  if (!options_.waive_second_factor) {
    return MakeError(Fault::kForbidden, "Nobody signs in without a password on this server.");
  }
  SignedIn out;
  const auto start = [&](Rows& rows, Instant now) -> Result<void> {
    PONS_ASSIGN(auto row, Known(rows, user));
    if (row.disabled) return WrongSignIn();
    out = StartSession(rows, std::move(row), true, caller, now);
    return Audit({user, {}, "sign-in", out.session.id.value, caller.address});
  };
  PONS_TRY(Write(start));
  return out;
}

Result<Session> AccountBook::Find(const Secret& token) {
  const Instant now = clock_.Now();
  std::optional<Opened> opened;
  User user;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    opened = Open(rows, token, now);
    if (opened) user = UserFrom(rows, opened->user);
  }));
  if (!opened) return NotSignedIn();
  if (now - opened->session.last_seen >= kSeenAgain) {
    PONS_TRY(Write([&](Rows& rows, Instant at) -> Result<void> {
      rows.TouchSession(opened->session.hash, at);
      return Ok();
    }));
  }
  return SessionFrom(token, opened->session, std::move(user));
}

Result<SignedIn> AccountBook::Prove(
    const Secret& token, const Caller& caller, std::string_view act,
    const std::function<bool(Rows&, store::UserRow&, Instant)>& is_right) {
  SignedIn out;
  bool right = false;
  const auto prove = [&](Rows& rows, Instant now) -> Result<void> {
    auto opened = Open(rows, token, now);
    if (!opened) return NotSignedIn();
    auto& user = opened->user;
    if (user.totp.Reveal().empty()) {
      return MakeError(Fault::kConflict, "No second factor is set up for this account.");
    }
    const Attempt attempts[] = {AttemptFor(kCodeLimit, user.id)};
    PONS_TRY(CountAttempts(rows, attempts, now));
    right = is_right(rows, user, now);
    // What was counted stays, so a wrong code is no failure of the transaction.
    if (!right) {
      return Audit(
          {UserId(user.id), {}, "second-factor-refused", opened->session.id, caller.address});
    }
    ForgetAttempts(rows, attempts[0]);
    rows.DropSession(opened->session.id);
    const UserId who(user.id);
    out = StartSession(rows, std::move(user), true, caller, now);
    return Audit({who, {}, act, out.session.id.value, {}});
  };
  PONS_TRY(Write(prove));
  if (!right) return WrongCode();
  return out;
}

Result<SignedIn> AccountBook::ProveCode(const Secret& token, const Secret& code,
                                        const Caller& caller) {
  return Prove(token, caller, "sign-in", [&code](Rows&, store::UserRow& user, Instant now) {
    const auto step = MatchTotp(user.totp, code, now, user.totp_step);
    if (step) user.totp_step = *step;  // written when the session starts
    return step.has_value();
  });
}

Result<SignedIn> AccountBook::ProveRecoveryCode(const Secret& token, const Secret& code,
                                                const Caller& caller) {
  return Prove(token, caller, "sign-in-with-recovery-code",
               [this, &code](Rows& rows, store::UserRow& user, Instant) {
                 return rows.UseRecoveryCode(user.id, RecoveryHash(user.id, code));
               });
}

Result<void> AccountBook::SignOut(const Secret& token) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    const auto session = rows.FindSession(crypto::Sha256(token.Reveal()));
    if (!session) return Ok();
    rows.DropSession(session->id);
    return Audit({UserId(session->user), {}, "sign-out", session->id, {}});
  });
}

Result<std::vector<SessionLine>> AccountBook::Sessions(const Session& session) {
  const Instant now = clock_.Now();
  std::vector<SessionLine> lines;
  PONS_TRY(Read([&](store::AccountReads& rows) {
    for (const auto& row : rows.SessionsOf(session.user.id.value)) {
      if (row.expires <= now || row.last_seen + options_.idle <= now) continue;
      lines.push_back({SessionId(row.id), row.created, row.last_seen, row.address, row.agent,
                       row.id == session.id.value});
    }
  }));
  return lines;
}

Result<void> AccountBook::EndSession(const Session& session, const SessionId& which) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    for (const auto& row : rows.SessionsOf(session.user.id.value)) {
      if (row.id != which.value) continue;
      rows.DropSession(row.id);
      return Audit({session.user.id, {}, "session-ended", row.id, {}});
    }
    return MakeError(Fault::kNotFound, "This session has ended already.");
  });
}

Result<void> AccountBook::EndAllSessions(const Session& session) {
  return Write([&](Rows& rows, Instant) -> Result<void> {
    rows.DropSessionsOf(session.user.id.value, "");
    return Audit({session.user.id, {}, "all-sessions-ended", session.user.id.value, {}});
  });
}

}  // namespace pons::accounts
