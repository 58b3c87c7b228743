// SPDX-License-Identifier: Apache-2.0
#include "delivery/retry.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace pons::delivery {
namespace {

using store::DeliveryState;

constexpr int kFirstHoldMillis = 1000;
constexpr milliseconds kLongestHold{300'000};

// The wait before attempt number `attempt` + 1.
milliseconds WaitAfter(int attempt, std::uint64_t jitter) {
  const milliseconds base = kSchedule[static_cast<std::size_t>(attempt)];
  const auto tenth = static_cast<std::uint64_t>(base.count()) / 10;
  return base + milliseconds(static_cast<std::int64_t>(jitter % (tenth + 1)));
}

Verdict TryAgain(std::string reason, int attempt, std::uint64_t jitter) {
  Verdict verdict;
  verdict.reason = std::move(reason);
  if (attempt >= kMostAttempts) {
    verdict.state = DeliveryState::kFailed;
    verdict.exhausted = true;
  } else {
    verdict.wait = WaitAfter(attempt, jitter);
  }
  return verdict;
}

std::string Answered(int status, std::string_view what) {
  return "the receiver answered " + std::to_string(status) + ": " + std::string(what);
}

bool SaysNotNow(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string_view Meaning(int status) {
  if (status >= 300 && status < 400) return "redirects are not followed; give its new address";
  if (status == 401 || status == 403) return "it refuses the message; check its secret";
  if (status == 404) return "there is nothing at this address";
  if (status == 429) return "it asks for fewer messages at a time";
  if (SaysNotNow(status)) return "it is not available at the moment";
  if (status >= 500) return "it failed on the message";
  return "it did not accept the message";
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that HTTP lets servers send.
std::optional<Instant> ParseHttpDate(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT") || text[3] != ',') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = -1;
    const char* end = text.data() + at + length;
    const auto [stop, problem] = std::from_chars(text.data() + at, end, value);
    return problem == std::errc() && stop == end ? value : -1;
  };
  const auto month = kMonths.find(text.substr(8, 3));
  const int day = number(5, 2);
  const int year = number(12, 4);
  const int hour = number(17, 2);
  const int minute = number(20, 2);
  const int second = number(23, 2);
  if (month == std::string_view::npos || month % 3 != 0 || day < 1 || year < 0) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Instant(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                 std::chrono::minutes(minute) + seconds(second));
}

}  // namespace

std::optional<milliseconds> ParseRetryAfter(std::string_view text, Instant now) {
  text = Trim(text);
  if (text.empty()) return std::nullopt;
  if (std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t value = 0;
    const auto problem = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    const auto asked = problem == std::errc() ? seconds(std::min(value, kLongestRetryAfter.count()))
                                              : kLongestRetryAfter;
    return milliseconds(asked);
  }
  const auto date = ParseHttpDate(text);
  if (!date) return std::nullopt;
  return std::clamp<milliseconds>(*date - now, milliseconds(0), kLongestRetryAfter);
}

milliseconds HoldAfter(int unwell_in_a_row) {
  if (unwell_in_a_row <= 1) return milliseconds(0);
  const int doublings = std::min(unwell_in_a_row - 2, 16);
  return std::min(milliseconds(static_cast<std::int64_t>(kFirstHoldMillis) << doublings),
                  kLongestHold);
}

Verdict JudgeAnswer(int status, std::string_view retry_after, int attempt, Instant now,
                    std::uint64_t jitter) {
  if (status >= 200 && status < 300) {
    Verdict verdict;
    verdict.state = DeliveryState::kDelivered;
    return verdict;
  }
  if (status == 410) {
    Verdict verdict;
    verdict.state = DeliveryState::kFailed;
    verdict.gone = true;
    verdict.reason = Answered(status, "the address is gone for good");
    return verdict;
  }
  Verdict verdict = TryAgain(Answered(status, Meaning(status)), attempt, jitter);
  verdict.unwell = SaysNotNow(status);
  if (const auto asked = ParseRetryAfter(retry_after, now)) {
    if (verdict.state == DeliveryState::kQueued) verdict.wait = std::max(verdict.wait, *asked);
    // A rate limit or an outage is about the receiver; any other answer is about this one message.
    if (verdict.unwell) verdict.hold = *asked;
  }
  return verdict;
}

Verdict JudgeFailure(const Error& error, int attempt, std::uint64_t jitter) {
  Verdict verdict = TryAgain(error.summary, attempt, jitter);
  verdict.unwell = true;
  return verdict;
}

}  // namespace pons::delivery
