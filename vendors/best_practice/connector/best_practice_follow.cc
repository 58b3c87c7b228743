// SPDX-License-Identifier: Apache-2.0
// Sweeping the dated tables, and following them by the time of their last change.
#include <algorithm>

#include "vendors/best_practice/connector/best_practice_session.h"
#include "vendors/best_practice/connector/best_practice_streams.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using net::SqlRow;
using net::SqlStatement;

// The visit poll looks this many keys behind the highest.
constexpr std::int64_t kVisitsLookedBehind = 5000;
constexpr seconds kDeepPassEvery{60};
// A change time this far ahead of our clock cannot be true; see EndPass.
constexpr seconds kTooFarAhead{600};

std::int64_t Seconds(LocalTime time) { return time.reading.time_since_epoch().count(); }
LocalTime FromSeconds(std::int64_t count) {
  return {std::chrono::time_point<std::chrono::system_clock, seconds>(seconds(count))};
}

}  // namespace

Result<void> BestPracticeSession::TakeTip(Stream stream, Place& place, Instant deadline) {
  constexpr std::string_view kNames[] = {"CHANGED", "HIGHEST"};
  const auto& table = *DatedTable(stream);
  Result<void> read = Ok();
  PONS_TRY(Ask(SelectTip(table), Reading(table.name), deadline, [&](SqlRow row) {
    CellReader in(row, kNames);
    const auto newest = in.Time();
    const auto highest = in.Int();
    if (in.bad()) {
      read = MakeError(Fault::kProtocol, "the newest change of a table cannot be read");
      return;
    }
    if (newest) place.newest = Seconds(*newest);
    place.highest = highest;
  }));
  return read;
}

Result<std::optional<std::uint64_t>> BestPracticeSession::CountLive(const Table& table,
                                                                    Instant deadline) {
  constexpr std::string_view kNames[] = {"TOTAL"};
  std::optional<std::uint64_t> total;
  PONS_TRY(Ask(SelectCount(table), Reading(table.name), deadline, [&](SqlRow row) {
    CellReader in(row, kNames);
    const auto count = in.DueInt();
    if (!in.bad() && count >= 0) total = static_cast<std::uint64_t>(count);
  }));
  return total;
}

Result<ChangePage> BestPracticeSession::Sweep(const PullRequest& request, Place place) {
  const auto& table = *DatedTable(request.stream);
  auto& kept = memory_[static_cast<std::size_t>(request.stream)];
  Given given;
  if (request.since && kept.token == request.since->token) given = std::move(kept.during);
  // The position first: what changes behind the sweep's back is found by following from there.
  std::optional<std::uint64_t> total;
  if (!place.begun) {
    PONS_TRY(TakeTip(request.stream, place, request.deadline));
    PONS_ASSIGN(total, CountLive(table, request.deadline));
    place.begun = true;
  }
  const auto rows = RowsOf(request);
  PONS_ASSIGN(auto batch,
              ReadRows(request.stream, SelectLive(table, place.after, rows), {}, request.deadline));
  const bool more = batch.seen.size() == rows;
  const auto overlap = FromSeconds(place.newest).reading - kOverlap;
  for (const auto& one : batch.seen) {
    if (one.changed && one.changed->reading >= overlap) given.emplace_back(one.key, one.hash);
  }
  if (more) {
    place.after = batch.seen.back().key;
  } else {
    place.kind = Place::Kind::kDelta;
    place.deep = place.newest;
    place.begun = false;
    place.after = 0;
    PONS_TRY(EndPass(place, given, request.deadline));
  }
  auto page = PageOf(std::move(batch));
  page.sweep_total = total;
  page.next = ToCursor(place);
  kept.token = page.next.token;
  (more ? kept.during : kept.before) = std::move(given);
  (more ? kept.before : kept.during).clear();
  page.end = PageEnd::kMore;
  page.coverage = more ? Coverage::kSweepPart : Coverage::kSweepFinished;
  return page;
}

// Goes on past pages that hold nothing new, so that a page without changes means the end.
Result<ChangePage> BestPracticeSession::Follow(const PullRequest& request, Place place) {
  auto& kept = memory_[static_cast<std::size_t>(request.stream)];
  PullRequest next = request;
  while (true) {
    Memory memory;
    memory.before = place.given;
    if (kept.token == next.since->token) memory = std::move(kept);
    kept = {};
    PONS_ASSIGN(auto page, FollowOnce(next, std::move(place), std::move(memory)));
    const bool nothing = page.changes.empty() && page.unreadable.empty();
    if (!nothing || page.end == PageEnd::kCaughtUp) return page;
    next.since = page.next;
    auto parsed = ParseCursor(page.next);
    if (!parsed) return MakeError(Fault::kInternal, "a cursor of our own cannot be read");
    place = std::move(*parsed);
  }
}

Place BestPracticeSession::BeginPass(Stream stream, Place place) {
  const bool visits = stream == Stream::kEncounters;
  const auto now = context_.clock.Now();
  const bool deep = visits && (!deep_pass_ || now - *deep_pass_ >= kDeepPassEvery);
  place.kind = Place::Kind::kPass;
  place.next_newest = place.newest;
  place.from = place.settled ? place.newest + 1 : place.newest - kOverlap.count();
  place.floor =
      visits && !deep ? std::max<std::int64_t>(0, place.highest - kVisitsLookedBehind) : 0;
  place.after = place.floor;
  if (deep) {
    deep_pass_ = now;
    const bool done_before = place.settled && place.deep == place.newest;
    if (!done_before) place.from = std::min(place.from, place.deep - kOverlap.count());
  }
  return place;
}

SqlStatement BestPracticeSession::ChangesStatement(Stream stream, const Place& place,
                                                   std::uint32_t rows) const {
  if (stream == Stream::kEncounters) {
    return SelectVisits(place.after, place.highest, FromSeconds(place.from), rows);
  }
  return SelectChanged(*DatedTable(stream), place.after, FromSeconds(place.from), rows);
}

Result<ChangePage> BestPracticeSession::FollowOnce(const PullRequest& request, Place place,
                                                   Memory memory) {
  const auto stream = request.stream;
  const auto rows = RowsOf(request);
  const bool first = place.kind == Place::Kind::kDelta;
  if (first) place = BeginPass(stream, std::move(place));
  const auto statement = ChangesStatement(stream, place, rows);
  PONS_ASSIGN(auto batch, ReadRows(stream, statement, memory.before, request.deadline));

  auto& during = memory.during;
  std::int64_t newest = place.next_newest;
  for (const auto& one : batch.seen) {
    during.emplace_back(one.key, one.hash);
    if (one.changed) newest = std::max(newest, Seconds(*one.changed));
  }
  const bool more = batch.seen.size() == rows;
  if (more) {
    place.after = batch.seen.back().key;
    // Rows behind this page may change while the pass goes on; it must not claim to have seen what
    // later pages show to be newer.
    if (first) {
      Place tip;
      PONS_TRY(TakeTip(stream, tip, request.deadline));
      place.next_newest = std::max(place.newest, tip.newest);
    }
  } else {
    const bool several = place.after != place.floor;
    place.kind = Place::Kind::kDelta;
    const auto reached = several ? place.next_newest : newest;
    if (reached > place.newest) place.settled = false;
    place.newest = std::max(place.newest, reached);
    if (!batch.seen.empty()) place.highest = std::max(place.highest, batch.seen.back().key);
    place.highest = std::max(place.highest, place.after);
    if (place.floor == 0) place.deep = place.newest;
    place.after = place.from = place.next_newest = place.floor = 0;
    PONS_TRY(EndPass(place, during, request.deadline));
    memory.before = std::exchange(during, {});
  }
  auto page = PageOf(std::move(batch));
  page.next = ToCursor(place);
  page.end = more ? PageEnd::kMore : PageEnd::kCaughtUp;
  memory.token = page.next.token;
  memory_[static_cast<std::size_t>(stream)] = std::move(memory);
  return page;
}

// Keeps the position honest. A change time that lies ahead of the server's clock (written by a
// workstation whose clock is wrong) would hide all changes until then, so the position stays at the
// server's time. And where very many rows share the newest time, they are not read again and again:
// once the server's clock is well past it, nothing can be added there.
Result<void> BestPracticeSession::EndPass(Place& place, Given& given, Instant deadline) {
  SetGiven(place, given);
  const auto here = context_.zone.ToLocal(context_.clock.Now());
  const bool ahead = place.newest > Seconds(here) + kTooFarAhead.count();
  const bool many = !place.settled && given.size() > kMostWrittenOut;
  if (!ahead && !many) return Ok();
  PONS_ASSIGN(const auto clock, AskClock(deadline));
  const auto server = Seconds(clock.here);
  if (place.newest > server) place.newest = server;
  if (many && place.newest + 2 * kOverlap.count() < server) {
    place.settled = true;
    given.clear();
    SetGiven(place, given);
  }
  return Ok();
}

Result<Cursor> BestPracticeSession::Tip(Stream stream, Instant deadline) {
  Place place;
  if (DatedTable(stream) == nullptr) {
    if (SmallTable(stream) == nullptr) {
      return MakeError(Fault::kUnsupported, "past history is read per patient");
    }
    place.kind = Place::Kind::kRest;
    return ToCursor(place);
  }
  const auto& table = *DatedTable(stream);
  PONS_TRY(TakeTip(stream, place, deadline));
  place.kind = Place::Kind::kDelta;
  place.deep = place.newest;
  Given given;
  PONS_TRY(Ask(SelectChanged(table, 0, FromSeconds(place.newest - kOverlap.count()), 100'000),
               Reading(table.name), deadline, [&](SqlRow row) {
                 const auto head = DecodeHead(row, table);
                 if (const auto* known = std::get_if<Head>(&head)) {
                   given.emplace_back(known->key, HashOf(row));
                 }
               }));
  // Rows that came in between the two statements are not behind the tip.
  std::erase_if(given, [&](const auto& one) { return one.first > place.highest; });
  PONS_TRY(EndPass(place, given, deadline));
  const auto cursor = ToCursor(place);
  memory_[static_cast<std::size_t>(stream)] = {cursor.token, std::move(given), {}};
  return cursor;
}

}  // namespace pons::best_practice
