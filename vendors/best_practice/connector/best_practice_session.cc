// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_session.h"

#include <algorithm>

#include "base/text.h"
#include "net/folder.h"

#include "vendors/best_practice/connector/best_practice_desk.h"
#include "vendors/best_practice/connector/best_practice_fault.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_streams.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using net::SqlRow;
using net::SqlStatement;

constexpr milliseconds kStatementTimeout{30000};
constexpr std::size_t kKeysPerStatement = 256;

bool IsLive(Stream stream, std::int64_t record_status) {
  return record_status == kLive || (stream == Stream::kAppointments && record_status == kCancelled);
}

// Roles have two keys, each of 32 bits; together they order as one.
std::int64_t RoleKey(std::int64_t user, std::int64_t location) { return user << 32 | location; }

}  // namespace

// ---- The wire -----------------------------------------------------------------------------------

BestPracticeSession::BestPracticeSession(const SessionContext& context, WriteSettings write,
                                         std::optional<Relay> relay)
    : context_(context),
      relay_(std::move(relay)),
      shelf_(*this, write.document_read_command),
      desk_(std::make_unique<Desk>(*this, std::move(write))) {
  if (!relay_) return;
  std::unique_ptr<ChangeWatcher> watcher;
  if (relay_->way.watch) {
    watcher = MakeChangeWatcher(relay_->access, relay_->way.site, context_);
  }
  const bool called = !relay_->access.webhook_secret.Reveal().empty();
  hints_ = std::make_unique<Hints>(relay_->way, called, std::move(watcher), context_);
}

BestPracticeSession::~BestPracticeSession() = default;

SlotReader* BestPracticeSession::slots() { return desk_.get(); }

CommandSink* BestPracticeSession::commands() { return desk_.get(); }

ClinicalReader* BestPracticeSession::clinical() { return &shelf_; }

Result<void> BestPracticeSession::Ask(SqlStatement statement, std::string_view operation,
                                      Instant deadline, const std::function<void(SqlRow)>& row) {
  statement.reads_only = true;
  auto asked = Run(std::move(statement), operation, deadline, row);
  if (asked) return Ok();
  auto error = std::move(asked).error();
  error.effect = Effect::kNone;
  return error;
}

Result<std::optional<std::int64_t>> BestPracticeSession::Tell(const Call& call, Instant deadline) {
  return Told(call, call.ForResult(), deadline);
}

Result<std::optional<std::int64_t>> BestPracticeSession::AskResult(const Call& call,
                                                                   Instant deadline) {
  auto statement = call.ForResult();
  statement.reads_only = true;
  auto told = Told(call, std::move(statement), deadline);
  if (told) return told;
  auto error = std::move(told).error();
  error.effect = Effect::kNone;
  return error;
}

Result<std::optional<std::int64_t>> BestPracticeSession::Told(const Call& call,
                                                              SqlStatement statement,
                                                              Instant deadline) {
  const auto columns = statement.columns;
  const auto operation = "call " + std::string(call.procedure());
  std::optional<Result<std::optional<std::int64_t>>> result;
  PONS_TRY(Run(std::move(statement), operation, deadline, [&](SqlRow row) {
    std::optional<std::int64_t> value;
    const bool null = !row.empty() && std::holds_alternative<net::SqlNull>(row[0]);
    CellReader in(row, columns);
    if (!null) value = in.DueInt();
    if (!in.bad()) result = value;
  }));
  if (result) return *result;
  auto error = MakeError(Fault::kProtocol, operation + ": it told no result");
  error.effect = Effect::kUnknown;
  return error;
}

Result<void> BestPracticeSession::TellText(SqlStatement statement, std::string_view operation,
                                           Instant deadline, std::string& first) {
  return Run(std::move(statement), operation, deadline, [&](SqlRow row) {
    if (row.empty() || !first.empty()) return;
    if (const auto* number = std::get_if<std::int64_t>(&row[0])) first = std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&row[0])) first = Trim(*text);
  });
}

Result<Change> BestPracticeSession::Present(const model::VendorRef& ref, Instant deadline) {
  const std::string ids[] = {ref.id};
  PONS_ASSIGN(auto answer, Read(ref.stream, ids, deadline));
  if (!answer.unreadable.empty()) {
    return MakeError(Fault::kProtocol, "the record's row cannot be read: its " +
                                           answer.unreadable.front().field + " " +
                                           answer.unreadable.front().reason);
  }
  if (answer.changes.empty() || answer.changes.front().kind == ChangeKind::kTombstone) {
    return MakeError(Fault::kNotFound, "Best Practice no longer has this record");
  }
  return std::move(answer.changes.front());
}

Result<Change> BestPracticeSession::PresentAt(const model::VendorRef& ref,
                                              const std::optional<std::string>& version,
                                              Instant deadline) {
  auto present = Present(ref, deadline);
  if (!present || !version || present->version == *version) return present;
  PONS_TRY(LoadCodes(deadline));
  present = Present(ref, deadline);
  if (!present || present->version == *version) return present;
  return MakeError(Fault::kConflict,
                   "somebody at the practice has changed it meanwhile; read it again");
}

Result<void> BestPracticeSession::Run(SqlStatement statement, std::string_view operation,
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
  auto error = Explained(asked.error(), operation, relay_.has_value());
  if (error.fault == Fault::kUnauthenticated) refused_ = error;
  return error;
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
  if (!hints_) return PullNow(request, std::move(place));
  const bool at_rest = place.kind == Place::Kind::kDelta || place.kind == Place::Kind::kRest;
  if (at_rest || !request.since) {
    if (!hints_->Due(request.stream, request.deadline) && at_rest) {
      ChangePage nothing;
      nothing.next = *request.since;
      return nothing;
    }
  }
  PONS_ASSIGN(auto page, PullNow(request, std::move(place)));
  const bool whole = page.end == PageEnd::kCaughtUp || page.coverage == Coverage::kSweepFinished;
  if (whole) hints_->Done(request.stream);
  return page;
}

Result<ChangePage> BestPracticeSession::PullNow(const PullRequest& request, Place place) {
  if (DatedTable(request.stream) == nullptr) return PullSmall(request, std::move(place));
  PONS_TRY(NeedCodes(request.deadline));
  return place.kind == Place::Kind::kSweep ? Sweep(request, std::move(place))
                                           : Follow(request, std::move(place));
}

// An answer through Halo has at most 8 MB (halo-connect sheet §5.2); a row of PATIENTS with the
// names of its columns and its padding has less than 2 kB.
std::uint32_t BestPracticeSession::RowsOf(const PullRequest& request) const {
  constexpr std::uint32_t kMostThroughRelay = 4000;
  const auto rows = std::max(1u, request.max_changes);
  return relay_ ? std::min(rows, kMostThroughRelay) : rows;
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
  // Roles show names of people and places, and names may have changed since.
  const bool names = request.stream == Stream::kPractitionerRoles && place.after == 0;
  PONS_TRY(names ? LoadCodes(request.deadline) : NeedCodes(request.deadline));
  const auto rows = RowsOf(request);
  PONS_ASSIGN(auto batch, ReadSmall(request.stream, place.after, rows, request.deadline));
  const bool more = batch.seen.size() == rows;
  if (!batch.seen.empty()) place.after = batch.seen.back().key;
  auto page = PageOf(std::move(batch));
  if (more) {
    page.next = ToCursor(place);
    page.end = PageEnd::kMore;
    page.coverage = Coverage::kSweepPart;
    return page;
  }
  Place rest;
  rest.kind = Place::Kind::kRest;
  page.next = ToCursor(rest);
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
  struct User {
    std::int64_t home = 0;
    std::string provider;
    std::optional<BadCell> bad;
  };
  std::map<std::int64_t, User> users;
  PONS_TRY(Ask(SelectAll(kUsers), Reading(kUsers.name), deadline, [&](SqlRow row) {
    CellReader in(row, kUsers.columns);
    const auto key = in.DueInt();
    in.Skip();
    const auto home = std::max<std::int64_t>(0, in.Int());
    if (in.bad()) return;
    const auto decoded = DecodeUser(row);
    const auto* user = std::get_if<UserRow>(&decoded);
    users[key] = user != nullptr ? User{home, std::string(user->provider), std::nullopt}
                                 : User{home, {}, std::get<BadCell>(decoded)};
  }));
  std::map<std::int64_t, Role> roles;
  std::set<std::int64_t> placed;
  PONS_TRY(Ask(SelectAll(kProviderLocations), Reading(kProviderLocations.name), deadline,
               [&](SqlRow row) {
                 const auto decoded = DecodeProviderLocation(row);
                 const auto* one = std::get_if<ProviderLocationRow>(&decoded);
                 if (one == nullptr || !users.contains(one->user_id)) return;
                 placed.insert(one->user_id);
                 roles[RoleKey(one->user_id, one->location_id)] = {one->user_id, one->location_id,
                                                                   std::string(one->provider)};
               }));
  for (const auto& [key, user] : users) {
    if (!placed.contains(key)) roles[RoleKey(key, user.home)] = {key, user.home, user.provider};
  }
  Batch batch{{}, PageBuilder(Stream::kPractitionerRoles, codes_, context_.zone)};
  for (auto one = roles.upper_bound(after); one != roles.end() && batch.seen.size() < rows; ++one) {
    const auto& [key, role] = *one;
    batch.seen.push_back({key, 0, std::nullopt});
    const auto id = RoleId(role.user, role.location);
    if (const auto& bad = users[role.user].bad) {
      batch.page.AddBad(id, *bad);
    } else {
      batch.page.Add(id,
                     ToPractitionerRole(role.user, role.location, role.provider, codes_,
                                        batch.page.left_out()),
                     kProviderLocations.name);
    }
  }
  return batch;
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
    if (Contains(given, key, hash)) return;
    if (known == nullptr) {
      batch.page.AddBad(std::to_string(key), std::get<BadCell>(head));
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
