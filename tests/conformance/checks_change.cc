// SPDX-License-Identifier: Apache-2.0
// P5 to P8: reading while staff work.
#include <algorithm>

#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

// What a stream says from the beginning, read by a session that knows nothing.
Knowledge Truth(Bench& bench, Stream stream) { return bench.Open()->Drain(stream).known; }

bool SweepOnly(const StreamSupport& support) { return support.delta == DeltaStyle::kSweepOnly; }

void EditDuringAPass(Bench& bench, const StreamSupport& support) {
  const auto stream = support.stream;
  const auto session = bench.Open();
  auto page = Need(session->Pull(stream, {}, 2), "first page of " + Name(stream));
  Knowledge known;
  Learn(known, page);
  const auto ids = bench.Ids(stream);
  int edited = 0;
  for (const auto& id : ids) {
    if (++edited > 4) break;
    Need(bench.clinic().Edit(stream, id), "edit in " + Name(stream));
  }
  Need(bench.clinic().Edit(stream, *ids.rbegin()), "edit in " + Name(stream));
  Need(bench.clinic().Add(stream), "add to " + Name(stream));
  auto rest = session->Drain(stream, page.next, 2);
  Learn(known, rest.known);
  // What changes behind a sweep's back comes with the next one.
  if (SweepOnly(support)) Learn(known, session->Drain(stream, rest.end, 2).known);
  RequireSame(known, Truth(bench, stream), Name(stream) + " edited while paging");
}

void ManyAtOneMoment(Bench& bench, const StreamSupport& support) {
  const auto stream = support.stream;
  const auto session = bench.Open();
  auto all = session->Drain(stream);
  Need(bench.clinic().HoldClock(true), "hold the vendor's clock");
  const auto ids = bench.Ids(stream);
  const auto follow = [&](std::uint32_t size) {
    auto next = session->Drain(stream, all.end, size);
    Learn(all.known, next.known);
    all.end = next.end;
    RequireSame(all.known, Truth(bench, stream), Name(stream) + " at one moment");
  };
  Need(bench.clinic().Edit(stream, *ids.rbegin()), "edit");
  follow(500);
  Need(bench.clinic().Edit(stream, *ids.begin()), "edit");
  follow(500);
  Need(bench.clinic().Edit(stream, *ids.begin()), "edit again");
  follow(500);
  for (int i = 0; i < 10; ++i) Need(bench.clinic().Add(stream), "add to " + Name(stream));
  follow(3);
  Need(bench.clinic().HoldClock(false), "let the vendor's clock run");
}

}  // namespace

void OneEditOneChange(Bench& bench) {
  bench.Seed(4);
  const auto session = bench.Open();
  for (const auto& support : bench.can().streams) {
    const auto stream = support.stream;
    const auto before = session->Drain(stream);
    const auto id = *bench.Ids(stream).begin();
    Need(bench.clinic().Step(seconds(2)), "step the clocks");
    Need(bench.clinic().Edit(stream, id), "edit in " + Name(stream));
    const auto after = session->Drain(stream, before.end);
    const auto found = after.known.find(id);
    Require(found != after.known.end(), Name(stream) + ": the edited record does not come");
    const auto& was = before.known.at(id);
    Require(found->second.version != was.version, Name(stream) + ": the version stays the same");
    Require(found->second.record != nullptr && *found->second.record != *was.record,
            Name(stream) + ": the record came without the edit");
    for (const auto& [other, known] : after.known) {
      const auto old = before.known.find(other);
      if (other == id) continue;
      Require(old != before.known.end() && old->second.version == known.version,
              Name(stream) + ": an untouched record has a new version");
    }
  }
}

void EditsWhilePaging(Bench& bench) {
  bench.Seed(7);
  for (const auto& support : bench.can().streams) {
    EditDuringAPass(bench, support);
    ManyAtOneMoment(bench, support);
  }
}

void DeletionsAsDeclared(Bench& bench) {
  bench.Seed(5);
  // From the last to the first: what a record needs is deleted after it.
  const auto streams = bench.can().streams;
  for (auto support = streams.rbegin(); support != streams.rend(); ++support) {
    const auto stream = support->stream;
    const auto session = bench.Open();
    const auto before = session->Drain(stream);
    const auto id = *bench.Ids(stream).begin();
    const auto edited = *bench.Ids(stream).rbegin();
    Need(bench.clinic().Step(seconds(2)), "step the clocks");
    Need(bench.clinic().Delete(stream, id), "delete in " + Name(stream));
    Need(bench.clinic().Edit(stream, edited), "edit in " + Name(stream));
    const auto after = session->Drain(stream, before.end);
    for (const auto& [other, known] : after.known) {
      Require(!known.gone || other == id, Name(stream) + ": a living record is said to be gone");
    }
    const auto found = after.known.find(id);
    const bool told = found != after.known.end() && found->second.gone;
    Require(told == (support->deletions == DeletionStyle::kReported),
            Name(stream) + ": a deletion is " + (told ? "" : "not ") +
                "told, against what is declared");
    const auto sweep = bench.Open()->Drain(stream, {}, 2);
    Require(!Living(sweep.known).contains(id), Name(stream) + ": a full pass brings what is gone");
    const bool finished = std::any_of(
        sweep.pages.begin(), sweep.pages.end(),
        [](const ChangePage& page) { return page.coverage == Coverage::kSweepFinished; });
    Require(finished == (support->deletions != DeletionStyle::kNever),
            Name(stream) + ": a full pass does " + (finished ? "" : "not ") +
                "end as a finished sweep");
  }
}

void BrokenSweepProvesNothing(Bench& bench) {
  bench.Seed(7);
  bool any = false;
  for (const auto& support : bench.can().streams) {
    if (support.deletions != DeletionStyle::kBySweep) continue;
    any = true;
    const auto stream = support.stream;
    const auto living = bench.Ids(stream);
    const auto session = bench.Open();
    session->Drain(stream);
    auto page = Need(session->Pull(stream, {}, 3), "first page of a sweep");
    Require(page.coverage == Coverage::kSweepPart, Name(stream) + ": a part is not said to be one");
    std::set<std::string> seen;
    const auto take = [&](const ChangePage& taken) {
      for (const auto& change : taken.changes) {
        Require(change.kind == ChangeKind::kUpsert, Name(stream) + ": a tombstone out of a sweep");
        seen.insert(change.ref.id);
      }
    };
    take(page);
    Need(bench.clinic().Plan(Trouble::kUnavailable, 0), "break the sweep off");
    const auto broken = session->Pull(stream, page.next, 3);
    Require(!broken.has_value(), Name(stream) + ": the broken page is taken for a whole one");
    const auto again = bench.Open();
    while (page.coverage != Coverage::kSweepFinished) {
      page = Need(again->Pull(stream, page.next, 3), "the sweep goes on");
      take(page);
      Require(page.end == PageEnd::kMore || page.coverage == Coverage::kSweepFinished,
              Name(stream) + ": the sweep ends without being finished");
    }
    Require(seen == living, Name(stream) + ": a finished sweep has not seen every record");
  }
  if (!any) throw NotApplicable{"no stream finds deletions by sweep"};
}

}  // namespace pons::conformance
