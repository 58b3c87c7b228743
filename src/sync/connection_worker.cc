// SPDX-License-Identifier: Apache-2.0
#include "sync/connection_worker.h"

#include <algorithm>

#include "sync/connection_settings.h"

namespace pons::sync {
namespace {

using model::Stream;
using store::ReadState;

constexpr std::chrono::seconds kPullTime{15};
constexpr std::chrono::minutes kProbeEvery{10};
constexpr std::chrono::seconds kHealthEvery{30};
constexpr std::chrono::hours kResweepEvery{6};

bool IsDirectory(Stream stream) {
  return stream == Stream::kLocations || stream == Stream::kPractitioners ||
         stream == Stream::kPractitionerRoles || stream == Stream::kHealthcareServices;
}

// The practice first, then what hangs on it; visits come before the long lists.
int Rank(Stream stream) {
  switch (stream) {
    case Stream::kLocations:
      return 0;
    case Stream::kPractitioners:
      return 1;
    case Stream::kHealthcareServices:
      return 2;
    case Stream::kPractitionerRoles:
      return 3;
    case Stream::kEncounters:
      return 4;
    case Stream::kPatients:
      return 5;
    case Stream::kConditions:
      return 6;
    case Stream::kAppointments:
      return 7;
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return 8;
}

}  // namespace

ConnectionWorker::ConnectionWorker(const WorkerContext& context, store::Connection connection)
    : context_(context), connection_(std::move(connection)) {
  open_again_ = context_.clock.Now();
}

ConnectionWorker::~ConnectionWorker() = default;

void ConnectionWorker::Nudge() {
  const std::lock_guard lock(mutex_);
  nudged_ = true;
}

store::ConnectionHealth ConnectionWorker::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

std::vector<StreamProgress> ConnectionWorker::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::optional<Instant> ConnectionWorker::Step(const grants::Snapshot& snapshot) {
  const Instant now = context_.clock.Now();
  {
    const std::lock_guard lock(mutex_);
    if (nudged_) {
      nudged_ = false;
      for (auto& work : streams_) {
        if (work.due) work.due = std::min(*work.due, now);
      }
    }
  }
  if (!opened_.session) {
    if (!open_again_ || *open_again_ > now) return open_again_;
    if (const auto opened = EnsureOpen(); !opened) {
      Failed(nullptr, opened.error());
      return open_again_;
    }
  }
  const auto grants = snapshot.OfConnection(connection_.key);
  builder_->set_refers_to_appointments(ScopeOf(Stream::kAppointments, grants).reading ==
                                       Reading::kEverything);
  if (StreamWork* work = NextDue(now)) {
    const auto pulled = Pull(*work, grants);
    if (pulled) {
      Succeeded(*work, *pulled);
    } else {
      Failed(work, pulled.error());
    }
  }
  return opened_.session ? NextMoment() : open_again_;
}

// ---- opening ------------------------------------------------------------------------------------

Result<void> ConnectionWorker::EnsureOpen() {
  PONS_ASSIGN(auto resolved, ResolveConnector(context_.registry, connection_));
  connector_ = resolved.connector;
  settings_ = std::move(resolved.settings);
  PONS_ASSIGN(auto zone, PracticeZone::Named(connection_.time_zone));
  if (!reader_) {
    PONS_ASSIGN(reader_, context_.store.OpenReader());
    PONS_ASSIGN(auto saved, reader_->Health(connection_.key));
    const std::lock_guard lock(mutex_);
    health_ = std::move(saved);
  }
  SessionContext session{context_.clock,  context_.http, nullptr, context_.random,
                         context_.cancel, context_.log,  zone};
  if (context_.vendor_side != nullptr) {
    context_.vendor_side->Join(session, *connector_, connection_);
  }
  PONS_ASSIGN(opened_, OpenSession(*connector_, settings_, session));
  builder_ =
      std::make_unique<RecordBuilder>(context_.identities, connection_.id, connection_.key, zone);
  handler_ = std::make_unique<PageHandler>(context_.store, *reader_, *opened_.session, *builder_,
                                           context_.clock, connection_.key);
  if (auto ready = Probe(); !ready) {
    opened_.Close();
    return ready;
  }
  PONS_TRY(handler_->Start());
  streams_.clear();
  for (const auto& support : connector_->descriptor().can.streams) {
    StreamWork work;
    work.support = support;
    work.interval = connector_->PollInterval(settings_, support.stream);
    work.due = context_.clock.Now();
    PONS_ASSIGN(work.state, reader_->Stream(connection_.key, support.stream));
    streams_.push_back(std::move(work));
  }
  std::sort(streams_.begin(), streams_.end(), [](const StreamWork& a, const StreamWork& b) {
    return Rank(a.support.stream) < Rank(b.support.stream);
  });
  return Ok();
}

Result<void> ConnectionWorker::Probe() {
  const Instant now = context_.clock.Now();
  PONS_ASSIGN(const auto report, opened_.session->Probe(now + kPullTime));
  next_probe_ = now + kProbeEvery;
  builder_->set_practice_name(report.practice_name);
  {
    const std::lock_guard lock(mutex_);
    health_.practice_name = report.practice_name;
    health_.vendor_version = report.vendor_version;
    health_.clock_ahead = report.clock_ahead;
  }
  if (!report.missing_rights.empty()) {
    std::string missing;
    for (const auto& right : report.missing_rights)
      missing += (missing.empty() ? "" : ", ") + right;
    return MakeError(Fault::kForbidden, "the sign-in lacks a right it needs: " + missing +
                                            ". Grant it at the practice, then try again.");
  }
  return Ok();
}

// ---- pulling ------------------------------------------------------------------------------------

ConnectionWorker::StreamWork* ConnectionWorker::NextDue(Instant now) {
  StreamWork* next = nullptr;
  for (auto& work : streams_) {
    if (!work.due || *work.due > now) continue;
    // A visit that starts goes before any list, however long that has waited. Before the first
    // visits are asked for, though, the practice's own names have been read once.
    if (work.support.stream == Stream::kEncounters && work.started) return &work;
    if (next == nullptr || (next->started && *work.due < *next->due)) next = &work;
  }
  return next;
}

std::optional<Instant> ConnectionWorker::NextMoment() const {
  std::optional<Instant> next;
  for (const auto& work : streams_) {
    if (work.due && (!next || *work.due < *next)) next = work.due;
  }
  return next;
}

Result<SavedCursor> ConnectionWorker::Begin(StreamWork& work, const StreamScope& scope,
                                            bool& tip_taken) {
  SavedCursor old = ReadSavedCursor(work.state.cursor);
  if (scope.reading == Reading::kEverything || work.expired) return BeginSweep(work, scope);
  if (old.token) {
    // Followed so far for more than is needed from now on. Going on from there misses nothing of
    // what is visible already; a fresh tip would.
    old.mark = scope.mark;
    PONS_TRY(SaveStream(work, old));
    return old;
  }
  // What is stored may have changed since it was read, and was not followed.
  PONS_ASSIGN(const auto stored, reader_->CountRecords(connection_.key, work.support.stream));
  if (stored > 0) return BeginSweep(work, scope);
  tip_taken = true;
  return BeginAtTip(work, scope);
}

Result<SavedCursor> ConnectionWorker::BeginAtTip(StreamWork& work, const StreamScope& scope) {
  const Instant now = context_.clock.Now();
  PONS_ASSIGN(const auto tip,
              opened_.session->changes()->Tip(work.support.stream, now + kPullTime));
  const SavedCursor cursor{scope.mark, now, tip.token};
  work.state.first_sweep_done = true;
  work.state.sweeping = false;
  PONS_TRY(SaveStream(work, cursor));
  return cursor;
}

// From the start. What the sweep does not meet is gone, if it meets anything that was there.
Result<SavedCursor> ConnectionWorker::BeginSweep(StreamWork& work, const StreamScope& scope) {
  const Stream stream = work.support.stream;
  const Instant now = context_.clock.Now();
  // When visits began to count outlives the cursor: those of the gap are still news.
  const bool only_visible = scope.reading == Reading::kFromTip;
  SavedCursor cursor{scope.mark, ReadSavedCursor(work.state.cursor).from, std::nullopt};
  if (only_visible && !cursor.from) cursor.from = now;
  PONS_TRY(context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    work.state.sweeping = tx.HasRecords(connection_.key, stream);
    // Marks of a sweep that was broken off would prove nothing about this one.
    if (work.state.sweeping) tx.ForgetSweep(connection_.key, stream);
    work.state.cursor = WriteSavedCursor(cursor);
    tx.SaveStream(connection_.key, stream, work.state);
    return Ok();
  }));
  work.expired = false;
  const std::lock_guard lock(mutex_);
  std::erase_if(progress_, [stream](const StreamProgress& p) { return p.stream == stream; });
  progress_.push_back({stream, true, 0, std::nullopt, now});
  return cursor;
}

Result<void> ConnectionWorker::SaveStream(StreamWork& work, const SavedCursor& cursor) {
  work.state.cursor = WriteSavedCursor(cursor);
  return context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    tx.SaveStream(connection_.key, work.support.stream, work.state);
    return Ok();
  });
}

// A patient is read when a visit shares them; what changes from then on must be noticed. So the
// streams that tell of it are begun before the first visit is read.
Result<void> ConnectionWorker::BeginWhatVisitsNeed(const std::vector<const store::Grant*>& grants) {
  for (auto& work : streams_) {
    if (work.support.stream != Stream::kPatients && work.support.stream != Stream::kConditions) {
      continue;
    }
    const StreamScope scope = ScopeOf(work.support.stream, grants);
    if (scope.reading != Reading::kFromTip || !work.state.cursor.empty()) continue;
    bool tip_taken = false;
    PONS_TRY(Begin(work, scope, tip_taken));
  }
  return Ok();
}

// True: there is more to pull at once.
Result<bool> ConnectionWorker::Pull(StreamWork& work,
                                    const std::vector<const store::Grant*>& grants) {
  const Stream stream = work.support.stream;
  const Instant now = context_.clock.Now();
  const StreamScope scope = ScopeOf(stream, grants);
  if (scope.reading == Reading::kNone) {
    work.started = true;
    return false;
  }
  if (now >= next_probe_ && stream == Stream::kLocations) PONS_TRY(Probe());

  SavedCursor cursor = ReadSavedCursor(work.state.cursor);
  const bool resweep = work.resweep && now >= *work.resweep;
  // Directories are read whole once a process: that is also how their names are learnt.
  const bool over = cursor.mark != scope.mark || resweep || work.expired ||
                    (IsDirectory(stream) && !work.started);
  if (stream == Stream::kEncounters) PONS_TRY(BeginWhatVisitsNeed(grants));
  if (over) {
    bool tip_taken = false;
    if (cursor.mark != scope.mark && scope.reading == Reading::kEverything) {
      work.state.first_sweep_done = false;
    }
    PONS_ASSIGN(cursor, Begin(work, scope, tip_taken));
    work.started = true;
    if (work.support.deletions == DeletionStyle::kBySweep) work.resweep = now + kResweepEvery;
    if (tip_taken) return false;
  }
  work.started = true;

  PullRequest request;
  request.stream = stream;
  if (cursor.token) request.since = Cursor{*cursor.token};
  request.max_changes = work.state.first_sweep_done ? context_.page_size : context_.sweep_page_size;
  request.deadline = now + kPullTime;
  PONS_ASSIGN(auto page, opened_.session->changes()->Pull(request));
  const bool more = page.end == PageEnd::kMore;
  const bool quiet_page = page.changes.empty() && page.unreadable.empty() &&
                          page.coverage == Coverage::kDelta && work.state.first_sweep_done &&
                          cursor.token == page.next.token;
  CountProgress(work, page);
  if (quiet_page) return more;  // nothing to commit: an idle practice costs no write

  cursor.token = page.next.token;
  PageTask task;
  task.stream = stream;
  task.state = work.state;
  task.state.cursor = WriteSavedCursor(cursor);
  task.visits_from = cursor.from;
  task.deletions = work.support.deletions;
  task.deadline = request.deadline;
  const bool finished = page.coverage == Coverage::kSweepFinished;
  const bool caught_up = page.coverage == Coverage::kDelta && page.end == PageEnd::kCaughtUp;
  task.page = std::move(page);
  PONS_TRY(handler_->Take(std::move(task), grants));
  work.state.cursor = WriteSavedCursor(cursor);
  if (finished) work.state.sweeping = false;
  if (finished || caught_up) work.state.first_sweep_done = true;
  return more;
}

void ConnectionWorker::CountProgress(const StreamWork& work, const ChangePage& page) {
  if (page.coverage == Coverage::kDelta) return;
  const std::lock_guard lock(mutex_);
  for (auto& progress : progress_) {
    if (progress.stream != work.support.stream) continue;
    progress.read += page.changes.size() + page.unreadable.size();
    if (page.sweep_total) progress.total = page.sweep_total;
    progress.sweeping = page.coverage != Coverage::kSweepFinished;
  }
}

// ---- outcomes -----------------------------------------------------------------------------------

void ConnectionWorker::Succeeded(StreamWork& work, bool more) {
  const Instant now = context_.clock.Now();
  work.failures = 0;
  open_failures_ = 0;
  // A fixed beat rather than a pause after each pull, so that a slow answer does not add up.
  const Instant next = work.due.value_or(now) + work.interval;
  work.due = more ? now : std::max(next, now);
  const bool all_well = std::all_of(streams_.begin(), streams_.end(),
                                    [](const StreamWork& s) { return s.failures == 0 && s.due; });
  if (all_well) ShowHealth(ReadState::kActive, nullptr);
}

void ConnectionWorker::Failed(StreamWork* work, const Error& error) {
  const Instant now = context_.clock.Now();
  if (error.fault == Fault::kCancelled && context_.cancel.cancelled()) return;
  int& failures = work != nullptr ? work->failures : open_failures_;
  const Reaction reaction = ReactTo(error, ++failures, now, context_.random);
  if (work != nullptr) {
    work->due = reaction.again;
    if (reaction.start_over) work->expired = true;
    if (reaction.whole_connection) {
      for (auto& other : streams_) {
        if (!reaction.again) {
          other.due.reset();
        } else if (other.due) {
          other.due = std::max(*other.due, *reaction.again);
        }
      }
    }
  } else {
    open_again_ = reaction.again;
  }
  if (reaction.state != ReadState::kActive) ShowHealth(reaction.state, &error);
}

void ConnectionWorker::ShowHealth(ReadState state, const Error* error) {
  const Instant now = context_.clock.Now();
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    std::string cause = error ? error->summary : ClockWarning(health_.clock_ahead);
    const auto shown = !error && !cause.empty() ? ReadState::kAttention : state;
    const std::string fault = error ? std::string(FaultName(error->fault)) : std::string();
    changed = health_.state != shown || health_.fault != fault || health_.cause != cause;
    if (health_.state != shown) health_.since = now;
    if (!error) health_.last_success = now;
    const bool was_down = !health_.fault.empty();
    // One line when a connection goes and one when it returns.
    if (error && (!was_down || health_.fault != fault)) {
      context_.log.Warn("connection needs attention",
                        {{"connection", connection_.id.value}, {"fault", fault}, {"cause", cause}});
    } else if (!error && was_down) {
      context_.log.Info("connection is back", {{"connection", connection_.id.value}});
    }
    health_.state = shown;
    health_.fault = fault;
    health_.cause = std::move(cause);
  }
  SaveHealthIfDue(changed);
}

void ConnectionWorker::SaveHealthIfDue(bool changed) {
  const Instant now = context_.clock.Now();
  if (!changed && now - health_saved_ < kHealthEvery) return;
  health_saved_ = now;
  const auto health = this->health();
  const auto saved = context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    tx.SaveHealth(connection_.key, health);
    return Ok();
  });
  // Not saved is not lost: the state is in memory and is written again.
  static_cast<void>(saved);
}

}  // namespace pons::sync
