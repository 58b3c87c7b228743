// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_session.h"

#include <algorithm>
#include <charconv>

#include "vendors/best_practice/connector/best_practice_fault.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using net::SqlRow;
using net::SqlStatement;

constexpr milliseconds kStatementTimeout{30000};
// The visit poll looks this many keys behind the highest.
constexpr std::int64_t kVisitsLookedBehind = 5000;
constexpr seconds kDeepPassEvery{60};
// A change time this far ahead of our clock cannot be true; see EndPass.
constexpr seconds kTooFarAhead{600};
constexpr std::size_t kKeysPerStatement = 256;

std::int64_t Seconds(LocalTime time) { return time.reading.time_since_epoch().count(); }
LocalTime FromSeconds(std::int64_t count) {
  return {std::chrono::time_point<std::chrono::system_clock, seconds>(seconds(count))};
}

// Null for streams that are read whole.
const Table* DatedTable(Stream stream) {
  switch (stream) {
    case Stream::kPatients:
      return &kPatients;
    case Stream::kAppointments:
      return &kAppointments;
    case Stream::kEncounters:
      return &kVisits;
    case Stream::kLocations:
    case Stream::kPractitioners:
    case Stream::kPractitionerRoles:
    case Stream::kHealthcareServices:
    case Stream::kConditions:
      return nullptr;
  }
  return nullptr;
}

const Table* SmallTable(Stream stream) {
  switch (stream) {
    case Stream::kLocations:
      return &kLocations;
    case Stream::kPractitioners:
      return &kUsers;
    case Stream::kHealthcareServices:
      return &kAppointmentTypes;
    case Stream::kPractitionerRoles:
      return &kProviderLocations;
    case Stream::kPatients:
    case Stream::kAppointments:
    case Stream::kEncounters:
    case Stream::kConditions:
      return nullptr;
  }
  return nullptr;
}

std::string Reading(std::string_view table) { return "read " + std::string(table); }

bool IsLive(Stream stream, std::int64_t record_status) {
  return record_status == kLive || (stream == Stream::kAppointments && record_status == kCancelled);
}

std::optional<std::int64_t> KeyOf(std::string_view id) {
  std::int64_t key = 0;
  const auto [stop, code] = std::from_chars(id.data(), id.data() + id.size(), key);
  if (id.empty() || code != std::errc() || stop != id.data() + id.size()) return std::nullopt;
  return key;
}

// Roles have two keys, each of 32 bits; together they order as one.
std::int64_t RoleKey(std::int64_t user, std::int64_t location) { return user << 32 | location; }

bool Known(const Given& given, std::int64_t key, std::uint64_t hash) {
  const auto found = given.find(key);
  return found != given.end() && found->second == hash;
}

}  // namespace

// ---- The wire -----------------------------------------------------------------------------------

Result<void> BestPracticeSession::Ask(SqlStatement statement, std::string_view operation,
                                      Instant deadline, const std::function<void(SqlRow)>& row) {
  if (refused_) return *refused_;
  statement.timeout = kStatementTimeout;
  if (deadline != Instant{}) {
    statement.timeout = std::min(statement.timeout, deadline - context_.clock.Now());
  }
  const auto asked = context_.sql->Query(
      statement, nullptr,
      [&](SqlRow one) {
        row(one);
        return true;
      },
      context_.cancel);
  if (asked) return Ok();
  auto error = Explained(asked.error(), operation);
  if (error.fault == Fault::kUnauthenticated) refused_ = error;
  return error;
}

Result<BestPracticeSession::ServerClock> BestPracticeSession::AskClock(Instant deadline) {
  constexpr std::string_view kNames[] = {"UTC", "HERE"};
  std::optional<ServerClock> clock;
  PONS_TRY(Ask(SelectClock(), "read the server's clock", deadline, [&](SqlRow row) {
    CellReader in(row, kNames);
    const ServerClock read{in.DueTime(), in.DueTime()};
    if (!in.bad()) clock = read;
  }));
  if (!clock) return MakeError(Fault::kProtocol, "the database server told no time");
  return *clock;
}

// ---- Probe --------------------------------------------------------------------------------------

Result<ProbeReport> BestPracticeSession::Probe(Instant deadline) {
  constexpr std::string_view kName[] = {"PRACTICENAME"};
  constexpr std::string_view kTables[] = {
      "PATIENTS",   "EMAIL",     "APPOINTMENTS",  "APPOINTMENTTYPES",  "VISITS",
      "USERS",      "LOCATIONS", "PRACTICE",      "PROVIDER_LOCATION", "SEX",
      "TITLES",     "ETHNICITY", "PATIENTSTATUS", "APPOINTMENTCODES",  "VISITTYPE",
      "BPS_History"};
  ProbeReport report;
  // Half a second is what the server's answer, cut to whole seconds, lacks on average.
  const auto before = context_.clock.Now();
  PONS_ASSIGN(const auto clock, AskClock(deadline));
  const auto after = context_.clock.Now();
  const Instant server(clock.utc.reading.time_since_epoch() + milliseconds(500));
  report.clock_ahead = server - (before + (after - before) / 2);

  for (const auto table : kTables) {
    const auto probed = Ask(ProbeTable(table), Reading(table), deadline, [](SqlRow) {});
    if (probed) continue;
    if (probed.error().fault != Fault::kForbidden) return probed.error();
    report.missing_rights.push_back(MissingRight(table));
  }
  const auto named = Ask(SelectPracticeName(), Reading("PRACTICE"), deadline, [&](SqlRow row) {
    CellReader in(row, kName);
    report.practice_name = in.Text();
  });
  if (!named && named.error().fault != Fault::kForbidden) return named.error();
  return report;
}

// ---- ChangeSource -------------------------------------------------------------------------------

Result<ChangePage> BestPracticeSession::Pull(const PullRequest& request) {
  const bool dated = DatedTable(request.stream) != nullptr;
  if (!dated && SmallTable(request.stream) == nullptr) {
    return MakeError(Fault::kUnsupported, "past history is read per patient");
  }
  Place place;
  if (request.since) {
    const auto parsed = ParseCursor(*request.since);
    const bool fits = parsed && (dated ? parsed->kind != Place::Kind::kRest
                                       : parsed->kind == Place::Kind::kSweep ||
                                             parsed->kind == Place::Kind::kRest);
    if (!fits) {
      return MakeError(Fault::kCursorExpired, "the cursor is not of this connector's format");
    }
    place = *parsed;
  }
  if (!dated) return PullSmall(request, std::move(place));
  PONS_TRY(NeedCodes(request.deadline));
  return place.kind == Place::Kind::kSweep ? Sweep(request, std::move(place))
                                           : Follow(request, std::move(place));
}

ChangePage BestPracticeSession::PageOf(Batch batch) {
  ChangePage page;
  page.changes = std::move(batch.page.changes());
  page.unreadable = std::move(batch.page.unreadable());
  for (const auto& [column, count] : batch.page.left_out().malformed) {
    context_.log.Debug("identifiers without the right shape were left out",
                       {{"column", column}, {"rows", count}});
  }
  return page;
}

Result<ChangePage> BestPracticeSession::PullSmall(const PullRequest& request, Place place) {
  if (place.kind == Place::Kind::kRest) place = Place{};
  // The tables that give codes their names are these very tables.
  if (place.after == 0) {
    PONS_TRY(LoadCodes(request.deadline));
  } else {
    PONS_TRY(NeedCodes(request.deadline));
  }
  const auto rows = std::max(1u, request.max_changes);
  PONS_ASSIGN(auto batch, ReadSmall(request.stream, place.after, rows, request.deadline));
  const bool more = batch.seen.size() == rows;
  if (!batch.seen.empty()) place.after = batch.seen.back().key;
  auto page = PageOf(std::move(batch));
  if (more) {
    page.next = ToCursor(place, {});
    page.end = PageEnd::kMore;
    page.coverage = Coverage::kSweepPart;
    return page;
  }
  Place rest;
  rest.kind = Place::Kind::kRest;
  page.next = ToCursor(rest, {});
  page.coverage = Coverage::kSweepFinished;
  return page;
}

Result<BestPracticeSession::Batch> BestPracticeSession::ReadSmall(Stream stream, std::int64_t after,
                                                                  std::uint32_t rows,
                                                                  Instant deadline) {
  if (stream == Stream::kPractitionerRoles) return ReadRoles(after, rows, deadline);
  const auto& table = *SmallTable(stream);
  Batch batch{{}, PageBuilder(stream, codes_, context_.zone)};
  PONS_TRY(Ask(SelectLive(table, after, rows), Reading(table.name), deadline, [&](SqlRow row) {
    CellReader in(row, table.columns);
    const auto key = in.DueInt();
    if (in.bad()) return;
    batch.seen.push_back({key, 0, std::nullopt});
    batch.page.AddLive(key, row);
  }));
  return batch;
}

// One role per place of work that PROVIDER_LOCATION names, and for users it does not name the place
// of their own row.
Result<BestPracticeSession::Batch> BestPracticeSession::ReadRoles(std::int64_t after,
                                                                  std::uint32_t rows,
                                                                  Instant deadline) {
  struct Role {
    std::int64_t user, location;
    std::string provider;
  };
  std::map<std::int64_t, Role> roles;
  std::set<std::int64_t> placed;
  PONS_TRY(Ask(SelectAll(kProviderLocations), Reading(kProviderLocations.name), deadline,
               [&](SqlRow row) {
                 const auto decoded = DecodeProviderLocation(row);
                 const auto* one = std::get_if<ProviderLocationRow>(&decoded);
                 if (one == nullptr || !codes_.users.Has(one->user_id)) return;
                 placed.insert(one->user_id);
                 roles[RoleKey(one->user_id, one->location_id)] = {one->user_id, one->location_id,
                                                                   std::string(one->provider)};
               }));
  PONS_TRY(Ask(SelectAll(kUsers), Reading(kUsers.name), deadline, [&](SqlRow row) {
    const auto decoded = DecodeUser(row);
    const auto* user = std::get_if<UserRow>(&decoded);
    if (user == nullptr || placed.contains(user->key)) return;
    const auto location = std::max<std::int64_t>(0, user->location_id);
    roles[RoleKey(user->key, location)] = {user->key, location, std::string(user->provider)};
  }));
  Batch batch{{}, PageBuilder(Stream::kPractitionerRoles, codes_, context_.zone)};
  for (auto one = roles.upper_bound(after); one != roles.end() && batch.seen.size() < rows; ++one) {
    const auto& [key, role] = *one;
    batch.seen.push_back({key, 0, std::nullopt});
    batch.page.Add(
        RoleId(role.user, role.location),
        ToPractitionerRole(role.user, role.location, role.provider, codes_, batch.page.left_out()),
        kProviderLocations.name);
  }
  return batch;
}

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
  const auto rows = std::max(1u, request.max_changes);
  PONS_ASSIGN(auto batch,
              ReadRows(request.stream, SelectLive(table, place.after, rows), {}, request.deadline));
  const bool more = batch.seen.size() == rows;
  const auto overlap = FromSeconds(place.newest).reading - kOverlap;
  for (const auto& one : batch.seen) {
    if (one.changed && one.changed->reading >= overlap) given[one.key] = one.hash;
  }
  if (more) {
    place.after = batch.seen.back().key;
  } else {
    place.kind = Place::Kind::kDelta;
    place.deep = place.newest;
    place.begun = false;
    place.after = 0;
    PONS_TRY(EndPass(place, given, request.deadline));
    place.given = given;
  }
  auto page = PageOf(std::move(batch));
  page.sweep_total = total;
  page.next = ToCursor(place, more ? given : Given{});
  kept = {page.next.token, more ? Given{} : given, more ? std::move(given) : Given{}};
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
  const auto rows = std::max(1u, request.max_changes);
  const bool first = place.kind == Place::Kind::kDelta;
  if (first) place = BeginPass(stream, std::move(place));
  const auto statement = ChangesStatement(stream, place, rows);
  PONS_ASSIGN(auto batch, ReadRows(stream, statement, memory.before, request.deadline));

  auto& during = memory.during;
  std::int64_t newest = place.next_newest;
  for (const auto& one : batch.seen) {
    during[one.key] = one.hash;
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
    place.given = during;
  }
  auto page = PageOf(std::move(batch));
  page.next = ToCursor(place, more ? during : Given{});
  page.end = more ? PageEnd::kMore : PageEnd::kCaughtUp;
  auto& kept = memory_[static_cast<std::size_t>(stream)];
  kept.token = page.next.token;
  kept.before = more ? std::move(memory.before) : during;
  kept.during = more ? std::move(during) : Given{};
  return page;
}

// Keeps the position honest. A change time that lies ahead of the server's clock (written by a
// workstation whose clock is wrong) would hide all changes until then, so the position stays at the
// server's time. And where very many rows share the newest time, they are not read again and again:
// once the server's clock is well past it, nothing can be added there.
Result<void> BestPracticeSession::EndPass(Place& place, Given& during, Instant deadline) {
  const auto here = context_.zone.ToLocal(context_.clock.Now());
  const bool ahead = place.newest > Seconds(here) + kTooFarAhead.count();
  const bool many = !place.settled && during.size() > kMostWrittenOut;
  if (!ahead && !many) return Ok();
  PONS_ASSIGN(const auto clock, AskClock(deadline));
  const auto server = Seconds(clock.here);
  if (place.newest > server) place.newest = server;
  if (many && place.newest + 2 * kOverlap.count() < server) {
    place.settled = true;
    during.clear();
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
    return ToCursor(place, {});
  }
  const auto& table = *DatedTable(stream);
  PONS_TRY(TakeTip(stream, place, deadline));
  place.kind = Place::Kind::kDelta;
  place.deep = place.newest;
  Given given;
  PONS_TRY(Ask(SelectChanged(table, 0, FromSeconds(place.newest - kOverlap.count()), 100'000),
               Reading(table.name), deadline, [&](SqlRow row) {
                 const auto head = DecodeHead(row, table);
                 if (const auto* known = std::get_if<Head>(&head)) given[known->key] = HashOf(row);
               }));
  // Rows that came in between the two statements are not behind the tip.
  std::erase_if(given, [&](const auto& one) { return one.first > place.highest; });
  PONS_TRY(EndPass(place, given, deadline));
  place.given = given;
  const auto cursor = ToCursor(place, {});
  memory_[static_cast<std::size_t>(stream)] = {cursor.token, std::move(given), {}};
  return cursor;
}

// ---- Rows ---------------------------------------------------------------------------------------

Result<BestPracticeSession::Batch> BestPracticeSession::ReadRows(Stream stream,
                                                                 const SqlStatement& statement,
                                                                 const Given& given,
                                                                 Instant deadline) {
  PONS_ASSIGN(auto batch, ReadRowsOnce(stream, statement, given, deadline));
  if (!CodesAreStale()) return batch;
  PONS_TRY(LoadCodes(deadline));
  auto again = ReadRowsOnce(stream, statement, given, deadline);
  CodesAreStale();  // what is still unknown stays so until the next look
  return again;
}

Result<BestPracticeSession::Batch> BestPracticeSession::ReadRowsOnce(Stream stream,
                                                                     const SqlStatement& statement,
                                                                     const Given& given,
                                                                     Instant deadline) {
  const auto& table = *DatedTable(stream);
  Batch batch{{}, PageBuilder(stream, codes_, context_.zone)};
  std::int64_t unkeyed = 0;
  PONS_TRY(Ask(statement, Reading(table.name), deadline, [&](SqlRow row) {
    CellReader key_cell(row, table.columns);
    const auto key = key_cell.DueInt();
    if (key_cell.bad()) {
      ++unkeyed;
      return;
    }
    const auto head = DecodeHead(row, table);
    const auto* known = std::get_if<Head>(&head);
    const auto hash = HashOf(row);
    batch.seen.push_back({key, hash, known != nullptr ? known->changed : std::nullopt});
    if (Known(given, key, hash)) return;
    if (known == nullptr) {
      batch.page.AddBad(key, std::get<BadCell>(head));
    } else if (!IsLive(stream, known->record_status)) {
      batch.page.AddGone(key, table.name);
    } else {
      batch.page.AddLive(key, row);
    }
  }));
  if (unkeyed > 0) {
    return MakeError(Fault::kProtocol,
                     Reading(table.name) + ": rows without a readable " + std::string(table.key));
  }
  PONS_TRY(Complete(batch.page, deadline));
  return batch;
}

Result<void> BestPracticeSession::Complete(PageBuilder& page, Instant deadline) {
  constexpr std::string_view kEmail[] = {"INTERNALID", "EMAIL"};
  const auto patients = page.PatientsWaiting();
  if (!patients.empty()) {
    // Many in a row are asked for as a range, few by their numbers.
    const auto statement = patients.size() > kKeysPerStatement
                               ? SelectEmailsBetween(patients.front() - 1, patients.back())
                               : SelectEmailsOf(patients);
    PONS_TRY(Ask(statement, "read EMAIL", deadline, [&](SqlRow row) {
      CellReader in(row, kEmail);
      const auto patient = in.DueInt();
      const auto address = in.Text();
      if (!in.bad()) page.AddEmailOf(patient, address);
    }));
  }
  const auto& visits = page.visits_waiting();
  for (std::size_t at = 0; at < visits.size(); at += kKeysPerStatement) {
    const auto end = std::min(visits.size(), at + kKeysPerStatement);
    std::set<std::int64_t> keys;
    LocalTime day = visits[at].day;
    for (auto i = at; i < end; ++i) {
      keys.insert(visits[i].patient);
      day = std::max(day, visits[i].day);
    }
    const std::vector<std::int64_t> list(keys.begin(), keys.end());
    PONS_TRY(Ask(SelectCandidates(list, day), Reading(kAppointments.name), deadline,
                 [&](SqlRow row) { page.AddCandidate(row); }));
  }
  page.Finish();
  return Ok();
}

// ---- RecordReader -------------------------------------------------------------------------------

Result<RecordReader::Answer> BestPracticeSession::Read(Stream stream,
                                                       std::span<const std::string> ids,
                                                       Instant deadline) {
  PONS_TRY(NeedCodes(deadline));
  RecordReader::Answer answer;
  const auto gone = [&](const std::string& id) {
    Change change;
    change.kind = ChangeKind::kTombstone;
    change.ref = {stream, id};
    change.version = "gone";
    answer.changes.push_back(std::move(change));
  };
  if (stream == Stream::kPractitionerRoles) {
    PONS_ASSIGN(auto batch, ReadRoles(0, UINT32_MAX, deadline));
    for (const auto& id : ids) {
      auto& all = batch.page.changes();
      const auto found =
          std::find_if(all.begin(), all.end(), [&](const Change& c) { return c.ref.id == id; });
      if (found == all.end()) {
        gone(id);
      } else {
        answer.changes.push_back(*found);
      }
    }
    return answer;
  }
  std::vector<std::int64_t> keys;
  for (const auto& id : ids) {
    const auto key = KeyOf(id);
    if (key) {
      keys.push_back(*key);
    } else if (stream != Stream::kConditions) {
      gone(id);  // no row has such a key
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (std::size_t at = 0; at < keys.size(); at += kKeysPerStatement) {
    const std::span chunk(keys.data() + at, std::min(kKeysPerStatement, keys.size() - at));
    PONS_TRY(ReadChunk(stream, chunk, answer, deadline));
  }
  return answer;
}

Result<void> BestPracticeSession::ReadChunk(Stream stream, std::span<const std::int64_t> keys,
                                            RecordReader::Answer& answer, Instant deadline) {
  const auto move_in = [&](Batch& batch) {
    std::move(batch.page.changes().begin(), batch.page.changes().end(),
              std::back_inserter(answer.changes));
    std::move(batch.page.unreadable().begin(), batch.page.unreadable().end(),
              std::back_inserter(answer.unreadable));
  };
  if (DatedTable(stream) != nullptr) {
    PONS_ASSIGN(auto batch, ReadRows(stream, SelectByKey(*DatedTable(stream), keys), {}, deadline));
    for (const auto key : keys) {
      const bool found = std::any_of(batch.seen.begin(), batch.seen.end(),
                                     [&](const Seen& one) { return one.key == key; });
      if (!found) batch.page.AddGone(key, DatedTable(stream)->name);
    }
    move_in(batch);
    return Ok();
  }
  const bool history = stream == Stream::kConditions;
  const auto& table = history ? kHistory : *SmallTable(stream);
  Batch batch{{}, PageBuilder(stream, codes_, context_.zone)};
  PONS_TRY(Ask(history ? SelectHistoryOf(keys) : SelectByKey(table, keys), Reading(table.name),
               deadline, [&](SqlRow row) {
                 CellReader in(row, table.columns);
                 const auto key = in.DueInt();
                 if (in.bad()) return;
                 batch.seen.push_back({key, 0, std::nullopt});
                 batch.page.AddLive(key, row);
               }));
  for (const auto key : keys) {
    const bool found = std::any_of(batch.seen.begin(), batch.seen.end(),
                                   [&](const Seen& one) { return one.key == key; });
    if (!history && !found) batch.page.AddGone(key, table.name);
  }
  move_in(batch);
  return Ok();
}

}  // namespace pons::best_practice
