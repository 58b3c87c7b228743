// SPDX-License-Identifier: Apache-2.0
// F1 to F5: a far side that is slow, unwell, or talks nonsense.
#include <algorithm>

#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

void RequireRate(Bench& bench) {
  if (bench.can().rate_limit.requests == 0) throw NotApplicable{"the vendor declares no rate"};
}

// Cuts far into an answer are tried with growing steps: its head is where formats differ.
std::int64_t NextCut(std::int64_t at, std::int64_t step) {
  return at < 256 ? at + step : at + std::max(step, at / 16);
}

}  // namespace

void SlowDown(Bench& bench) {
  RequireRate(bench);
  bench.Seed(2);
  const auto session = bench.Open();
  const auto stream = Stream::kPatients;
  session->Drain(stream);
  Need(bench.clinic().ClearJournal(), "journal");
  Need(bench.clinic().Plan(Trouble::kRateLimit, 30), "slow down");
  const auto refused = session->Pull(stream, {});
  Require(!refused.has_value() && refused.error().fault == Fault::kRateLimited,
          "\"slow down\" is not kRateLimited");
  const auto now = bench.clinic().clock().Now();
  Require(refused.error().retry_at.has_value(), "no time is given");
  Require(*refused.error().retry_at >= now + seconds(29),
          "the time is before what the vendor said");
  const auto early = session->Pull(stream, {});
  Require(!early.has_value(), "pulled before the time");
  Require(Need(bench.clinic().Journal(), "journal").size() == 1, "no silence until then");
  Need(bench.clinic().Step(seconds(31)), "step the clocks");
  Need(session->Pull(stream, {}), "pull after the time");
}

void RateIsKept(Bench& bench) {
  RequireRate(bench);
  bench.Seed(1);
  const auto session = bench.Open();
  const auto rate = bench.can().rate_limit;
  Need(bench.clinic().ClearJournal(), "journal");
  for (std::uint32_t i = 0; i < 2 * rate.requests + 10; ++i) {
    Need(session->Pull(Stream::kPatients, {}, 1), "pull");
  }
  const auto journal = Need(bench.clinic().Journal(), "journal");
  for (std::size_t i = rate.requests; i < journal.size(); ++i) {
    Require(journal[i].at - journal[i - rate.requests].at >= rate.per,
            "more requests than declared within one window");
  }
}

void CancelReturnsAtOnce(Bench& bench) {
  bench.Seed(2);
  const auto session = bench.Open();
  session->Drain(Stream::kPatients);
  Need(bench.clinic().Plan(Trouble::kSlow, 4000), "a slow answer");
  const auto begun = bench.clinic().clock().Now();
  const auto soon = bench.clinic().CancelSoon(session->cancel());
  const auto page = session->Pull(Stream::kPatients, {});
  const auto took = bench.clinic().clock().Now() - begun;
  Require(!page.has_value(), "a cancelled call succeeds");
  Require(page.error().fault == Fault::kCancelled,
          "not kCancelled but " + std::string(FaultName(page.error().fault)));
  Require(took <= milliseconds(100) + bench.clinic().patience(),
          "came back only after " + std::to_string(took.count()) + " ms");
}

void DamagedAnswers(Bench& bench) {
  bench.Seed(2);
  const auto stream = Stream::kPatients;
  const auto truth = bench.Open()->Drain(stream).known;
  auto session = bench.Open();
  Need(session->Pull(stream, {}), "pull");
  const auto step = bench.clinic().damage_step();
  const auto damaged = [&](Trouble trouble, std::int64_t at) -> bool {
    // What the damage before has broken may cost one more call; only then is it this one's turn.
    if (!session->Pull(stream, {})) Need(session->Pull(stream, {}), "pull after the damage");
    Need(bench.clinic().Plan(trouble, at), "damage an answer");
    const auto page = session->Pull(stream, {});
    Need(bench.clinic().ClearTroubles(), "no more damage");
    if (page) {
      Knowledge known;
      Learn(known, *page);
      if (trouble == Trouble::kCut) RequireSame(known, truth, "an answer cut");
      return false;
    }
    const auto fault = page.error().fault;
    Require(fault == Fault::kProtocol || fault == Fault::kUnavailable || fault == Fault::kRejected,
            "a damaged answer gives " + std::string(FaultName(fault)));
    return true;
  };
  std::int64_t length = 0;
  while (damaged(Trouble::kCut, length)) {
    length = NextCut(length, step);
    Require(length < 10'000'000, "an answer without an end");
  }
  Require(length > 0, "cutting answers changes nothing");
  for (std::int64_t at = 0; at < length; at = NextCut(at, step)) {
    const bool told = damaged(Trouble::kFlip, at);
    Require(told || !bench.clinic().answers_are_checked() || NextCut(at, step) >= length,
            "an answer with byte " + std::to_string(at) + " altered is taken for a good one");
  }
  Require(damaged(Trouble::kGarbage, 0), "a page for people is taken for an answer");
  session = bench.Open();
  RequireSame(session->Drain(stream).known, truth, "after the damage");
}

void DripEndsAtTheDeadline(Bench& bench) {
  bench.Seed(2);
  const auto session = bench.Open();
  session->Drain(Stream::kPatients);
  Need(bench.clinic().Plan(Trouble::kDrip, 0), "an answer in drips");
  const auto begun = bench.clinic().clock().Now();
  const auto page = session->Pull(Stream::kPatients, {});
  const auto took = bench.clinic().clock().Now() - begun;
  Require(!page.has_value() && page.error().fault == Fault::kUnavailable,
          "a drip-fed answer is not kUnavailable");
  Require(took <= seconds(5) + bench.clinic().patience(), "the deadline is not kept");
}

}  // namespace pons::conformance
