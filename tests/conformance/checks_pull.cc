// SPDX-License-Identifier: Apache-2.0
// P1 to P4: reading a stream that stands still.
#include "tests/conformance/checks.h"

namespace pons::conformance {

void EverythingFromTheBeginning(Bench& bench) {
  bench.Seed(7);
  const auto session = bench.Open();
  for (const auto& support : bench.can().streams) {
    const auto drained = session->Drain(support.stream, {}, 3);
    Require(Living(drained.known) == bench.Ids(support.stream),
            Name(support.stream) + ": what came is not what is there");
    Require(drained.unreadable.empty(), Name(support.stream) + ": good rows were not readable");
    std::map<std::string, std::string> versions;
    for (const auto& page : drained.pages) {
      for (const auto& change : page.changes) {
        const auto [at, fresh] = versions.emplace(change.ref.id, change.version);
        Require(fresh || at->second == change.version,
                Name(support.stream) + ": one record in two versions, with nothing changed");
      }
    }
  }
}

void PageSizesAgree(Bench& bench) {
  bench.Seed(7);
  const auto session = bench.Open();
  for (const auto& support : bench.can().streams) {
    const auto truth = session->Drain(support.stream, {}, 1000).known;
    Require(!truth.empty(), Name(support.stream) + ": nothing came");
    for (const std::uint32_t size : {1u, 3u}) {
      RequireSame(session->Drain(support.stream, {}, size).known, truth,
                  Name(support.stream) + " by pages of " + std::to_string(size));
    }
  }
}

void EveryCursorLeadsToTheEnd(Bench& bench) {
  bench.Seed(7);
  for (const auto& support : bench.can().streams) {
    const auto truth = bench.Open()->Drain(support.stream, {}, 1000).known;
    const auto first = bench.Open()->Drain(support.stream, {}, 2);
    Knowledge before;
    for (const auto& page : first.pages) {
      Learn(before, page);
      Knowledge known = before;
      Learn(known, bench.Open()->Drain(support.stream, page.next, 2).known);
      RequireSame(known, truth, Name(support.stream) + " from a cursor on the way");
    }
  }
}

void CaughtUpStaysCaughtUp(Bench& bench) {
  bench.Seed(3);
  const auto session = bench.Open();
  for (const auto& support : bench.can().streams) {
    const auto first = session->Drain(support.stream);
    const bool sweeps = support.delta == DeltaStyle::kSweepOnly;
    auto at = first.end;
    for (int i = 0; i < 10; ++i) {
      const auto page = Need(session->Pull(support.stream, at), "pull " + Name(support.stream));
      Require(page.end == PageEnd::kCaughtUp, Name(support.stream) + ": not caught up any more");
      Require(page.next == at, Name(support.stream) + ": the cursor moves with nothing changed");
      Require(sweeps || page.changes.empty(),
              Name(support.stream) + ": changes with nothing changed");
      Knowledge known;
      Learn(known, page);
      // A sweep brings everything again, each in the version it had.
      if (sweeps) RequireSame(known, first.known, Name(support.stream) + " swept again");
      at = page.next;
    }
  }
}

void TipStandsAtTheEnd(Bench& bench) {
  bench.Seed(3);
  const auto session = bench.Open();
  auto& changes = *session->session().changes();
  for (const auto& support : bench.can().streams) {
    // A stream that can only be swept has no end to stand at.
    if (support.delta == DeltaStyle::kSweepOnly) continue;
    const auto what = Name(support.stream);
    const auto old = bench.Ids(support.stream);
    const auto tip = Need(changes.Tip(support.stream, session->Deadline()), "tip of " + what);
    const auto nothing = session->Drain(support.stream, tip);
    Require(nothing.known.empty(), what + ": records from before the tip");
    const auto id = Need(bench.clinic().Add(support.stream), "add to " + what);
    const auto known = session->Drain(support.stream, tip).known;
    Require(known.contains(id), what + ": a record added after the tip does not come");
    for (const auto& was : old) Require(!known.contains(was), what + ": an old record comes");
  }
}

}  // namespace pons::conformance
