// SPDX-License-Identifier: Apache-2.0
#include "accounts/attempts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::accounts {
namespace {

constexpr std::chrono::minutes kFirstWait{1};
constexpr std::chrono::minutes kLongestWait{15};

std::chrono::milliseconds WaitAfter(std::int64_t failures, std::int64_t free) {
  if (failures < free) return std::chrono::milliseconds(0);
  const auto doublings = std::min<std::int64_t>(failures - free, 8);
  return std::min<std::chrono::milliseconds>(kFirstWait * (1 << doublings), kLongestWait);
}

std::string InWords(std::chrono::milliseconds wait) {
  const auto minutes = (wait.count() + 59'999) / 60'000;
  return minutes <= 1 ? "a minute" : std::to_string(minutes) + " minutes";
}

}  // namespace

Attempt MakeAttempt(std::string_view store_key, const AttemptLimit& limit,
                    std::string_view subject) {
  return {limit,
          crypto::KeyedHash(store_key,
                            "attempt " + std::string(limit.kind) + " " + std::string(subject), 32)};
}

std::string NetworkOf(std::string_view address) {
  const std::string text(address);
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return text;
  const std::string bytes(reinterpret_cast<const char*>(six.s6_addr), sizeof six.s6_addr);
  // An IPv4 address written as an IPv6 one is one customer's, not the whole world's.
  if (IN6_IS_ADDR_V4MAPPED(&six)) return Hex(bytes);
  return Hex(std::string_view(bytes).substr(0, 8));
}

Result<void> CountAttempts(store::AccountWrites& rows, std::span<const Attempt> attempts,
                           Instant now) {
  std::vector<store::AttemptRow> counted;
  Instant until = now;
  for (const auto& attempt : attempts) {
    auto row = rows.FindAttempt(attempt.key).value_or(store::AttemptRow{attempt.key, 0, {}, {}});
    if (now - row.last > attempt.limit.forgotten) row.failures = 0;
    until = std::max(until, row.wait_until);
    row.last = now;
    row.wait_until = now + WaitAfter(++row.failures, attempt.limit.free);
    counted.push_back(std::move(row));
  }
  if (until > now) {
    Error error = MakeError(Fault::kRateLimited, "There were too many attempts. Wait " +
                                                     InWords(until - now) + ", then try again.");
    error.retry_at = until;
    return error;
  }
  for (const auto& row : counted) rows.Save(row);
  return Ok();
}

void ForgetAttempts(store::AccountWrites& rows, const Attempt& attempt) {
  rows.DropAttempt(attempt.key);
}

void TakeBackAttempt(store::AccountWrites& rows, const Attempt& attempt) {
  auto row = rows.FindAttempt(attempt.key);
  if (!row) return;
  row->failures = std::max<std::int64_t>(row->failures - 1, 0);
  row->wait_until = {};
  rows.Save(*row);
}

}  // namespace pons::accounts
