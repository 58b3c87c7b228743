// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "tests/conformance/broken/faults.h"
#include "vendors/memory/connector/memory_cursor.h"

namespace pons::conformance::broken {
namespace {

// A session whose Pull is changed by a function of the request and a way to the true Pull.
using Inner = std::function<Result<ChangePage>(const PullRequest&)>;
using Twist = std::function<Result<ChangePage>(const PullRequest&, const Inner&)>;

class TwistedSession final : public WrappedSession {
 public:
  TwistedSession(std::unique_ptr<Session> inner, const SessionContext& context, Twist twist)
      : WrappedSession(std::move(inner), context), twist_(std::move(twist)) {}
  Result<ChangePage> Pull(const PullRequest& request) override {
    return twist_(request, [this](const PullRequest& r) { return WrappedSession::Pull(r); });
  }

 private:
  Twist twist_;
};

// `twist` is copied for each session, with whatever state it keeps.
Breakage Twisted(Twist twist) {
  Breakage breakage;
  breakage.session = [twist](std::unique_ptr<Session> inner, const Settings&,
                             const SessionContext& context) -> std::unique_ptr<Session> {
    return std::make_unique<TwistedSession>(std::move(inner), context, twist);
  };
  return breakage;
}

Result<ChangePage> DropLastPage(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page && page->end == PageEnd::kCaughtUp && request.since) page->changes.clear();
  return page;
}

Result<ChangePage> RepeatForever(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page && request.since && page->end == PageEnd::kMore) page->next = *request.since;
  return page;
}

// The cursor already covers the page after this one.
Result<ChangePage> RunAhead(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (!page || page->end == PageEnd::kCaughtUp) return page;
  auto next = request;
  next.since = page->next;
  const auto ahead = pull(next);
  if (ahead) {
    page->next = ahead->next;
    page->end = ahead->end;
    page->coverage = ahead->coverage;
  }
  return page;
}

// Says that whatever an earlier pass saw and this part of a sweep did not is gone.
Result<ChangePage> TombstoneFromHalfASweep(std::shared_ptr<std::set<std::string>> ever,
                                           const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (!page) return page;
  std::set<std::string> here;
  for (const auto& change : page->changes) here.insert(change.ref.id);
  if (page->coverage == Coverage::kSweepPart && request.stream == model::Stream::kLocations) {
    for (const auto& id : *ever) {
      if (here.contains(id)) continue;
      Change gone;
      gone.kind = ChangeKind::kTombstone;
      gone.ref = {request.stream, id};
      page->changes.push_back(gone);
    }
  }
  if (request.stream == model::Stream::kLocations) ever->insert(here.begin(), here.end());
  return page;
}

Result<ChangePage> FinishEarly(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page && page->coverage == Coverage::kSweepPart) page->coverage = Coverage::kSweepFinished;
  return page;
}

// Takes up again after the last second it saw, as a query with '>' would.
Result<ChangePage> DropSameTimestamp(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (!page) return page;
  if (auto place = memory::ParseCursor(page->next);
      place && place->kind == memory::Place::Kind::kModified && !place->given.empty()) {
    ++place->seconds;
    place->given.clear();
    page->next = memory::ToCursor(*place);
  }
  return page;
}

Result<ChangePage> DropUnreadable(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page) page->unreadable.clear();
  return page;
}

// One bad row stops everything behind it.
Result<ChangePage> StopAtUnreadable(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page && !page->unreadable.empty()) {
    return MakeError(pons::Fault::kProtocol, "a row cannot be read");
  }
  return page;
}

Result<ChangePage> SameVersion(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page) {
    for (auto& change : page->changes) change.version = "1";
  }
  return page;
}

// Counts pulls into the version, so that nothing ever stays the same.
Result<ChangePage> RestlessVersion(std::shared_ptr<int> count, const PullRequest& request,
                                   const Inner& pull) {
  auto page = pull(request);
  if (page) {
    for (auto& change : page->changes) change.version += "." + std::to_string(++*count);
  }
  return page;
}

Result<ChangePage> AcceptJunk(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (!page && page.error().fault == pons::Fault::kCursorExpired) {
    ChangePage empty;
    empty.next = Cursor{"mem1:r"};
    return empty;
  }
  return page;
}

Result<ChangePage> SwallowDeletions(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page) {
    std::erase_if(page->changes,
                  [](const Change& change) { return change.kind == ChangeKind::kTombstone; });
  }
  return page;
}

Result<ChangePage> MoveWhileCaughtUp(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (page && page->end == PageEnd::kCaughtUp && request.since && page->next == *request.since) {
    auto again = request;
    again.since.reset();
    return pull(again);
  }
  return page;
}

Result<ChangePage> TrimNames(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (!page) return page;
  for (auto& change : page->changes) {
    const auto* patient =
        change.record == nullptr ? nullptr : std::get_if<model::Patient>(change.record.get());
    if (patient == nullptr) continue;
    auto cut = *patient;
    for (auto& name : cut.names) name.family = name.family.substr(0, 40);
    change.record = std::make_shared<const model::Record>(std::move(cut));
  }
  return page;
}

// Half of an answer is taken for the whole of it.
Result<ChangePage> HalfIsEnough(const PullRequest& request, const Inner& pull) {
  auto page = pull(request);
  if (!page && page.error().fault == pons::Fault::kProtocol) {
    ChangePage empty;
    empty.next = request.since.value_or(Cursor{"mem1:f:0"});
    return empty;
  }
  return page;
}

}  // namespace

std::vector<Fault> ReadingFaults() {
  return {
      {"drops the last page", {"P1"}, [] { return Twisted(DropLastPage); }},
      {"repeats a page for ever", {"P1"}, [] { return Twisted(RepeatForever); }},
      {"lets the cursor run ahead of the data", {"P1", "P3"}, [] { return Twisted(RunAhead); }},
      {"takes half a sweep for proof",
       {"P8"},
       [] {
         auto ever = std::make_shared<std::set<std::string>>();
         return Twisted([ever](const PullRequest& request, const Inner& pull) {
           return TombstoneFromHalfASweep(ever, request, pull);
         });
       }},
      {"calls a part of a sweep finished", {"P8"}, [] { return Twisted(FinishEarly); }},
      {"loses an edit with the same timestamp", {"P6"}, [] { return Twisted(DropSameTimestamp); }},
      {"loses unreadable rows in silence", {"P11"}, [] { return Twisted(DropUnreadable); }},
      {"stops at an unreadable row", {"P11"}, [] { return Twisted(StopAtUnreadable); }},
      {"has one version for ever", {"P5"}, [] { return Twisted(SameVersion); }},
      {"has a new version each time",
       {"P2", "P4"},
       [] {
         auto count = std::make_shared<int>(0);
         return Twisted([count](const PullRequest& request, const Inner& pull) {
           return RestlessVersion(count, request, pull);
         });
       }},
      {"honours a junk cursor", {"P9"}, [] { return Twisted(AcceptJunk); }},
      {"swallows deletions", {"P7"}, [] { return Twisted(SwallowDeletions); }},
      {"begins afresh when caught up", {"P4"}, [] { return Twisted(MoveWhileCaughtUp); }},
      {"cuts long names", {"P12"}, [] { return Twisted(TrimNames); }},
      {"takes half an answer for the whole", {"F4"}, [] { return Twisted(HalfIsEnough); }},
      {"reads local times in the server's zone",
       {"P13"},
       [] {
         Breakage breakage;
         breakage.context = [](const SessionContext& context) {
           return SessionContext{context.clock,
                                 context.http,
                                 context.sql,
                                 context.random,
                                 context.cancel,
                                 context.log,
                                 *PracticeZone::Named("America/New_York")};
         };
         return breakage;
       }},
  };
}

}  // namespace pons::conformance::broken
