// SPDX-License-Identifier: Apache-2.0
#include "vendors/memory/connector/memory_session.h"

#include <algorithm>

#include "vendors/memory/connector/memory_fault.h"
#include "vendors/memory/connector/memory_map.h"

namespace pons::memory {
namespace {

using model::Stream;

bool HasFeed(Stream stream) {
  return stream == Stream::kPatients || stream == Stream::kConditions ||
         stream == Stream::kEncounters;
}

bool HasModified(Stream stream) {
  return stream == Stream::kAppointments || stream == Stream::kHealthcareServices;
}

// Where the stream is followed from once a sweep that began at `place` is over.
Place AfterSweep(Stream stream, const Place& place) {
  Place next;
  next.kind = HasFeed(stream)       ? Place::Kind::kFeed
              : HasModified(stream) ? Place::Kind::kModified
                                    : Place::Kind::kRest;
  if (HasFeed(stream)) next.position = place.position;
  if (HasModified(stream)) next.seconds = place.seconds;
  return next;
}

bool Fits(Stream stream, Place::Kind kind) {
  switch (kind) {
    case Place::Kind::kFeed:
      return HasFeed(stream);
    case Place::Kind::kModified:
      return HasModified(stream);
    case Place::Kind::kRest:
      return !HasFeed(stream) && !HasModified(stream);
    case Place::Kind::kSweep:
      return true;
  }
  return false;
}

}  // namespace

MemorySession::MemorySession(const MemoryWorld& world, const Settings& settings,
                             const SessionContext& context)
    : world_(world),
      practice_(settings.Text("practice")),
      user_(settings.Text("user_name")),
      password_(settings.Secret("password") != nullptr ? *settings.Secret("password")
                                                       : Sensitive<std::string>()),
      takes_documents_(settings.Text("documents") != "no"),
      context_(context) {}

// ---- The wire -----------------------------------------------------------------------------------

void MemorySession::Pace() {
  const auto now = context_.clock.Now();
  while (!sent_.empty() && sent_.front() + seconds(1) <= now) sent_.pop_front();
  if (sent_.size() >= kRequestsPerSecond) {
    context_.clock.SleepUntil(sent_.front() + seconds(1), context_.cancel);
    sent_.pop_front();
  }
  sent_.push_back(context_.clock.Now());
}

Result<memory::Answer> MemorySession::AskOnce(const Request& request, Instant deadline) {
  if (context_.cancel.cancelled()) return MakeError(Fault::kCancelled, "stopped");
  const auto practice = world_.Find(practice_);
  if (practice == nullptr) {
    Reply nobody;
    nobody.way = Reply::Way::kNotReached;
    return ToError(nobody, context_.clock.Now());
  }
  Pace();
  const auto reply = practice->Serve({context_.clock, context_.cancel, deadline}, request);
  if (reply.way != Reply::Way::kAnswered || reply.status != 200) {
    auto error = ToError(reply, context_.clock.Now());
    // Only an answer that can be read as a no is a no.
    const bool unclear = reply.way != Reply::Way::kAnswered || error.fault == Fault::kProtocol;
    if (unclear && Writes(request.operation)) error.effect = Effect::kUnknown;
    return error;
  }
  auto answer = DecodeAnswer(reply.body);
  if (answer || !Writes(request.operation)) return answer;
  auto error = std::move(answer).error();
  error.effect = Effect::kUnknown;
  return error;
}

Result<void> MemorySession::SignIn(Instant deadline) {
  Request request;
  request.operation = Operation::kSignIn;
  request.user = user_;
  request.password = password_.Reveal();
  PONS_ASSIGN(auto answer, AskOnce(request, deadline));
  token_ = std::move(answer.token);
  return Ok();
}

Result<memory::Answer> MemorySession::Ask(Request request, Instant deadline) {
  if (refused_) {
    Reply refusal;
    refusal.status = 401;
    return ToError(refusal, context_.clock.Now());
  }
  if (wait_ && context_.clock.Now() < *wait_->retry_at) return *wait_;
  wait_.reset();
  // The second round is for a token that has run out.
  for (int round = 0;; ++round) {
    Result<void> signed_in = Ok();
    if (token_.empty()) signed_in = SignIn(deadline);
    request.token = token_;
    auto answer = signed_in ? AskOnce(request, deadline)
                            : Result<memory::Answer>(std::move(signed_in).error());
    if (answer) return answer;
    const auto fault = answer.error().fault;
    if (fault == Fault::kRateLimited) wait_ = answer.error();
    if (fault != Fault::kUnauthenticated) return answer;
    if (token_.empty() || round == 1) {
      refused_ = true;
      return answer;
    }
    token_.clear();
  }
}

// ---- Session ------------------------------------------------------------------------------------

Result<ProbeReport> MemorySession::Probe(Instant deadline) {
  Request request;
  request.operation = Operation::kInfo;
  PONS_ASSIGN(const auto answer, Ask(request, deadline));
  ProbeReport report;
  report.practice_name = answer.practice;
  report.vendor_version = answer.version;
  for (const auto& table : answer.forbidden) report.missing_rights.push_back("read " + table);
  report.clock_ahead = FromMillis(answer.clock_ms) - context_.clock.Now();
  return report;
}

void MemorySession::Put(Stream stream, const Row& row, std::vector<Change>& changes,
                        std::vector<Unreadable>& unreadable) const {
  Change change;
  change.ref = {stream, row.id};
  change.version = std::to_string(row.version);
  change.origin = TableName(TableOf(stream));
  if (row.deleted) {
    change.kind = ChangeKind::kTombstone;
    changes.push_back(std::move(change));
    return;
  }
  auto read = ToRecord(TableOf(stream), row, context_.zone);
  if (auto* bad = std::get_if<Unreadable>(&read)) {
    unreadable.push_back(std::move(*bad));
    return;
  }
  change.record = std::make_shared<const model::Record>(std::get<model::Record>(std::move(read)));
  changes.push_back(std::move(change));
}

// ---- ChangeSource -------------------------------------------------------------------------------

Result<ChangePage> MemorySession::Pull(const PullRequest& request) {
  Place place;  // a sweep that has not begun
  if (request.since) {
    const auto parsed = ParseCursor(*request.since);
    if (!parsed || !Fits(request.stream, parsed->kind)) {
      return MakeError(Fault::kCursorExpired, "the cursor is not of this connector's format");
    }
    place = *parsed;
  }
  switch (place.kind) {
    case Place::Kind::kFeed:
      return FollowFeed(request, place);
    case Place::Kind::kModified:
      return FollowModified(request, place);
    case Place::Kind::kRest:
      return Sweep(request, Place{});
    case Place::Kind::kSweep:
      return Sweep(request, place);
  }
  return MakeError(Fault::kInternal, "a cursor of no kind");
}

// Rows in the order of their ids. The position is taken before the first row is read, so that what
// changes behind the sweep's back is found by following from there.
Result<ChangePage> MemorySession::Sweep(const PullRequest& request, const Place& from) {
  Request ask;
  ask.operation = Operation::kList;
  ask.table = TableOf(request.stream);
  ask.after = from.after;
  ask.limit = std::max(1u, request.max_changes);
  PONS_ASSIGN(const auto answer, Ask(ask, request.deadline));

  ChangePage page;
  for (const auto& row : answer.rows) Put(request.stream, row, page.changes, page.unreadable);
  Place place = from;
  if (from.after.empty()) {
    place.position = answer.tip;
    place.seconds = answer.newest;
  }
  if (answer.more) {
    place.after = answer.rows.back().id;
    page.next = ToCursor(place);
    page.end = PageEnd::kMore;
    page.coverage = Coverage::kSweepPart;
    return page;
  }
  page.next = ToCursor(AfterSweep(request.stream, place));
  page.coverage = Coverage::kSweepFinished;
  const bool moved = HasFeed(request.stream) && answer.tip != place.position;
  page.end = moved || HasModified(request.stream) ? PageEnd::kMore : PageEnd::kCaughtUp;
  return page;
}

Result<ChangePage> MemorySession::FollowFeed(const PullRequest& request, const Place& from) {
  Request ask;
  ask.operation = Operation::kFeed;
  ask.table = TableOf(request.stream);
  ask.position = from.position;
  ask.limit = std::max(1u, request.max_changes);
  PONS_ASSIGN(const auto answer, Ask(ask, request.deadline));

  ChangePage page;
  for (const auto& row : answer.rows) Put(request.stream, row, page.changes, page.unreadable);
  Place place = from;
  place.position = answer.more ? answer.rows.back().position : answer.tip;
  page.next = ToCursor(place);
  page.end = answer.more ? PageEnd::kMore : PageEnd::kCaughtUp;
  return page;
}

// Modification times are whole seconds, and a second may still be going on when it is read. So the
// cursor stays on the last second seen and names the rows already given in it.
Result<ChangePage> MemorySession::FollowModified(const PullRequest& request, const Place& from) {
  Request ask;
  ask.operation = Operation::kModifiedSince;
  ask.table = TableOf(request.stream);
  ask.since = from.seconds;
  ask.limit = std::max(1u, request.max_changes) + static_cast<std::uint32_t>(from.given.size());
  PONS_ASSIGN(const auto answer, Ask(ask, request.deadline));

  ChangePage page;
  Place place = from;
  for (const auto& row : answer.rows) {
    if (row.modified != place.seconds) place.given.clear();
    place.seconds = row.modified;
    const auto given = from.given.find(row.id);
    const bool known =
        row.modified == from.seconds && given != from.given.end() && given->second == row.version;
    place.given[row.id] = row.version;
    if (!known) Put(request.stream, row, page.changes, page.unreadable);
  }
  page.next = ToCursor(place);
  page.end = answer.more ? PageEnd::kMore : PageEnd::kCaughtUp;
  return page;
}

Result<Cursor> MemorySession::Tip(Stream stream, Instant deadline) {
  Request ask;
  ask.operation = HasModified(stream) ? Operation::kModifiedSince : Operation::kList;
  ask.table = TableOf(stream);
  ask.limit = 0;
  PONS_ASSIGN(const auto now, Ask(ask, deadline));
  Place place;
  place.position = now.tip;
  place.seconds = now.newest;
  place = AfterSweep(stream, place);
  if (!HasModified(stream)) return ToCursor(place);
  ask.since = place.seconds;
  ask.limit = 100'000;
  PONS_ASSIGN(const auto last, Ask(ask, deadline));
  for (const auto& row : last.rows) {
    if (row.modified == place.seconds) place.given[row.id] = row.version;
  }
  return ToCursor(place);
}

// ---- RecordReader -------------------------------------------------------------------------------

Result<RecordReader::Answer> MemorySession::Read(Stream stream, std::span<const std::string> ids,
                                                 Instant deadline) {
  RecordReader::Answer out;
  Request ask;
  ask.table = TableOf(stream);
  if (stream == Stream::kConditions) {
    // The vendor lists history by its own ids only, so all of it is read and sifted.
    ask.operation = Operation::kList;
    ask.limit = 100'000;
    PONS_ASSIGN(const auto answer, Ask(ask, deadline));
    for (const auto& row : answer.rows) {
      const auto patient = row.data.Text("patient");
      if (std::find(ids.begin(), ids.end(), patient) != ids.end()) {
        Put(stream, row, out.changes, out.unreadable);
      }
    }
    return out;
  }
  ask.operation = Operation::kGet;
  ask.ids.assign(ids.begin(), ids.end());
  PONS_ASSIGN(const auto answer, Ask(ask, deadline));
  for (const auto& row : answer.rows) Put(stream, row, out.changes, out.unreadable);
  for (const auto& id : ids) {
    const bool found = std::any_of(answer.rows.begin(), answer.rows.end(),
                                   [&](const Row& row) { return row.id == id; });
    if (found) continue;
    Change gone;
    gone.kind = ChangeKind::kTombstone;
    gone.ref = {stream, id};
    gone.origin = TableName(ask.table);
    out.changes.push_back(std::move(gone));
  }
  return out;
}

}  // namespace pons::memory
