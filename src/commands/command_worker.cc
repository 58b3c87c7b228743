// SPDX-License-Identifier: Apache-2.0
#include "commands/command_worker.h"

#include <algorithm>

#include "commands/body_json.h"
#include "commands/terms.h"
#include "sync/connection_settings.h"

namespace pons::commands {

using model::CommandKind;
using store::ReadState;

namespace {

constexpr int kBatch = 50;
constexpr std::chrono::seconds kWhenTheDiskWillNot{1};
constexpr std::chrono::minutes kSettling{1};
// How long after a lost answer its effect is first looked for, where a vendor's settling is longer.
constexpr std::chrono::seconds kFirstLookAfter{3};
constexpr const char* kRevoked = "the practice has revoked this app's grant";
constexpr unsigned kAllKinds = (1u << model::kCommandKindCount) - 1;
constexpr unsigned kWorkedStates =
    Bit(State::kAccepted) | Bit(State::kInDoubt) | Bit(State::kApplied);

}  // namespace

CommandWorker::CommandWorker(const WorkerContext& context, store::Connection connection)
    : context_(context),
      connection_(std::move(connection)),
      session_(context.parts, connection_),
      free_times_(context.parts.clock) {}

store::WriteHealth CommandWorker::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

std::optional<Instant> CommandWorker::Step(const grants::Snapshot& snapshot) {
  if (auto ready = Prepare(snapshot); !ready) {
    return context_.parts.clock.Now() + kWhenTheDiskWillNot;
  }
  std::optional<Row> next;  // marked as being sent
  for (int i = 0; i < kBatch && !context_.parts.cancel.cancelled(); ++i) {
    if (!next) {
      const auto picked = Pick();
      if (!picked) break;
      switch (StateOf(*picked)) {
        case State::kAccepted:
          next = BeginSending(*picked);
          break;
        case State::kInDoubt:
          LookUp(*picked);
          break;
        default:
          ReadBack(*picked);
      }
      if (!recovered_) break;
      if (!next) continue;
    }
    next = Send(std::move(*next), i + 1 < kBatch);
    if (!recovered_) break;
  }
  session_.Tidy();
  if (!recovered_) return context_.parts.clock.Now() + kWhenTheDiskWillNot;
  return context_.parts.cancel.cancelled() ? std::nullopt : NextMoment();
}

// ---- looking around -----------------------------------------------------------------------------

Result<void> CommandWorker::Prepare(const grants::Snapshot& snapshot) {
  snapshot_ = &snapshot;
  if (!reader_) {
    PONS_ASSIGN(reader_, context_.store.OpenReader());
    PONS_ASSIGN(auto saved, reader_->HealthOfWrites(connection_.key));
    const std::lock_guard lock(mutex_);
    health_ = std::move(saved);
    told_trouble_ = !health_.cause.empty();
  }
  if (!recovered_) PONS_TRY(Recover());
  if (granted_version_ != snapshot.version) {
    PONS_TRY(CancelUngranted());
    granted_version_ = snapshot.version;
  }
  return Ok();
}

std::chrono::milliseconds CommandWorker::Settling() const {
  const auto resolved = sync::ResolveConnector(context_.parts.registry, connection_);
  // Settings that cannot be read are no reason to look sooner.
  return resolved ? resolved->connector->Settling(resolved->settings) : kSettling;
}

Instant CommandWorker::Settled(const Row& row) const {
  return row.last_sent.value_or(context_.parts.clock.Now()) + Settling();
}

Instant CommandWorker::FirstLook(const Row& row) const {
  return std::min(Settled(row),
                  row.last_sent.value_or(context_.parts.clock.Now()) + kFirstLookAfter);
}

// What is found as being sent was cut off: by a crash, or by a disk that would not keep the end.
Result<void> CommandWorker::Recover() {
  PONS_ASSIGN(
      const auto cut_off,
      reader_->Commands({connection_.key, static_cast<int>(State::kSending), true, 100000}));
  if (!cut_off.empty()) {
    PONS_TRY(context_.store.Write([&](store::Transaction& tx) -> Result<void> {
      for (const auto& before : cut_off) {
        Row row = before;
        row.due = FirstLook(row);
        context_.ledger.Step(tx, row, Event::kUnclear, "cut off while it was being sent");
        context_.ledger.Write(tx, before, row, *snapshot_);
      }
      return Ok();
    }));
  }
  recovered_ = true;
  return Ok();
}

// Grants may have been revoked, or switches switched off, since the commands were accepted.
Result<void> CommandWorker::CancelUngranted() {
  PONS_ASSIGN(
      const auto waiting,
      reader_->Commands({connection_.key, static_cast<int>(State::kAccepted), true, 100000}));
  for (const auto& row : waiting) {
    if (auto why = Ungranted(row); !why.empty()) End(row, Event::kWithdraw, std::move(why));
  }
  return Ok();
}

unsigned CommandWorker::KindsThatMayGo() const {
  if (connection_.paused) return 0;
  const Instant now = context_.parts.clock.Now();
  unsigned kinds = 0;
  for (std::size_t i = 0; i < paused_.size(); ++i) {
    if (paused_[i] <= now) kinds |= 1u << i;
  }
  return kinds;
}

std::optional<CommandWorker::Row> CommandWorker::Pick() {
  const Instant now = context_.parts.clock.Now();
  auto picked = reader_->NextCommand({connection_.key, now, now, kWorkedStates, KindsThatMayGo()});
  return picked ? std::move(*picked) : std::nullopt;
}

std::optional<Instant> CommandWorker::NextMoment() {
  std::optional<Instant> next;
  const auto sooner = [&next](std::optional<Instant> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  const auto moments =
      reader_->NextCommandMoments(connection_.key, connection_.paused ? 0u : kAllKinds);
  if (!moments) return context_.parts.clock.Now() + kWhenTheDiskWillNot;
  const Instant now = context_.parts.clock.Now();
  const bool paused =
      std::any_of(paused_.begin(), paused_.end(), [now](Instant until) { return until > now; });
  if (moments->due && *moments->due < kNever && !paused) {
    sooner(moments->due);
  } else if (moments->due && *moments->due < kNever) {
    // Paused kinds wait until their pause is over, the others need not.
    for (std::size_t i = 0; i < paused_.size(); ++i) {
      const auto of_kind = reader_->NextCommandMoments(connection_.key, 1u << i);
      if (of_kind && of_kind->due && *of_kind->due < kNever) {
        sooner(std::max(*of_kind->due, paused_[i]));
      }
    }
  }
  sooner(moments->expires);
  return next;
}

// ---- sending ------------------------------------------------------------------------------------

std::string CommandWorker::Ungranted(const Row& row) const {
  const auto* grant = snapshot_->Find(row.grant);
  if (grant == nullptr) return kRevoked;
  if (Allowed(*grant, row.kind)) return {};
  return "the practice has switched off " + std::string(SwitchFor(row.kind));
}

bool CommandWorker::StillGranted(store::Transaction& tx, const Row& row) const {
  if (!Ungranted(row).empty()) return false;
  const auto seeing = tx.GrantsSeeing(store::KeyOf(row.id));  // its Task; revoked ones see nothing
  return std::find(seeing.begin(), seeing.end(), row.grant) != seeing.end();
}

void CommandWorker::MarkSending(store::Transaction& tx, Row& row) {
  const Row before = row;
  ++row.attempts;
  if (!row.first_sent) row.first_sent = tx.now();
  row.last_sent = tx.now();
  context_.ledger.Step(tx, row, Event::kSend, {});
  context_.ledger.Write(tx, before, row, *snapshot_);
}

std::optional<CommandWorker::Row> CommandWorker::BeginSending(const Row& row) {
  if (row.deadline <= context_.parts.clock.Now()) {
    End(row, Event::kDeadline,
        row.reason.empty() ? "its time was over before it could be sent" : row.reason);
    return std::nullopt;
  }
  // It may have been in doubt when the grant was taken away, and is known now to have had no
  // effect.
  if (auto why = Ungranted(row); !why.empty()) {
    End(row, Event::kWithdraw, std::move(why));
    return std::nullopt;
  }
  if (const auto opened = session_.EnsureOpen(); !opened) {
    Row later = row;
    const auto reaction = ReactToWrite(opened.error(), ++failures_[0], context_.parts.clock.Now(),
                                       context_.parts.random);
    auto whole = reaction;
    whole.reach = Reach::kAll;
    if (reaction.final) whole.again = context_.parts.clock.Now() + std::chrono::seconds(60);
    later.fault = opened.error().fault;
    later.reason = opened.error().summary;
    Touch(row, later);
    Pause(opened.error(), row.kind, whole);
    return std::nullopt;
  }
  std::optional<Row> marked;
  bool granted = true;
  const auto saved = context_.store.Write([&](store::Transaction& tx) -> Result<void> {
    // It may have been withdrawn meanwhile.
    auto now = tx.FindCommand(row.id);
    if (!now || StateOf(*now) != State::kAccepted) return Ok();
    granted = StillGranted(tx, *now);
    if (!granted) return Ok();
    MarkSending(tx, *now);
    marked = std::move(now);
    return Ok();
  });
  if (!saved) recovered_ = false;
  if (!granted) End(row, Event::kWithdraw, kRevoked);
  return saved ? std::move(marked) : std::nullopt;
}

Result<Command> CommandWorker::Compose(const Row& row) {
  PONS_ASSIGN(auto body, ReadBody(row.kind, row.body));
  Command command;
  command.id = row.id;
  command.reference = ReferenceOf(row.id);
  const bool document = row.kind == CommandKind::kAttachDocument;
  if (document) {
    PONS_ASSIGN(auto content, reader_->DocumentContent(row.id));
    if (!content) return MakeError(Fault::kInternal, "the document is not kept any more");
    std::get<model::AttachDocument>(body).content = std::move(content);
  }
  command.body = std::make_shared<const model::CommandBody>(std::move(body));
  command.expected_version = row.expected_version;
  const Instant now = context_.parts.clock.Now();
  command.first_sent = row.first_sent.value_or(now);
  command.deadline = now + (document ? seconds(60) : seconds(15));
  return command;
}

std::optional<CommandWorker::Row> CommandWorker::Send(Row row, bool go_on) {
  Outcome outcome{row, {}, std::nullopt};
  const auto command = Compose(row);
  if (!command) {
    outcome.row.fault = command.error().fault;
    outcome.row.reason = command.error().summary;
    outcome.events.emplace_back(Event::kSaidNo, command.error().summary);
  } else {
    const auto applied = session_.sink().Apply(*command);
    if (applied) {
      SaidYes(outcome, *command, Event::kSaidYes, *applied);
    } else {
      Refused(outcome, *command, applied.error());
    }
  }
  std::optional<Row> next;
  if (!Commit(row, outcome, go_on ? &next : nullptr)) return std::nullopt;
  return next;
}

void CommandWorker::Refused(Outcome& outcome, const Command& command, const Error& error) {
  auto& row = outcome.row;
  const Instant now = context_.parts.clock.Now();
  row.fault = error.fault;
  row.vendor_code = error.vendor_code;
  row.reason = error.summary;
  if (error.effect == Effect::kUnknown) {
    row.due = FirstLook(row);
    outcome.events.emplace_back(Event::kUnclear, error.summary);
    return;
  }
  const auto route = static_cast<std::size_t>(row.kind == CommandKind::kAttachDocument);
  const auto reaction = ReactToWrite(error, std::max(++failures_[route], row.failures + 1), now,
                                     context_.parts.random);
  if (!reaction.final) {
    ++row.failures;
    row.due = reaction.again;
    outcome.events.emplace_back(Event::kSaidLater, error.summary);
    Pause(error, row.kind, reaction);
    return;
  }
  // The practice answered, and that is all that its health is about.
  WentWell(row.kind);
  outcome.events.emplace_back(Event::kSaidNo, error.summary);
  if (error.fault == Fault::kConflict &&
      (row.kind == CommandKind::kBookAppointment || row.kind == CommandKind::kMoveAppointment)) {
    const auto slots = free_times_.Near(session_.session(), session_.zone(), *command.body);
    if (!slots.empty()) row.alternatives = WriteSlots(slots);
  }
}

// ---- in doubt -----------------------------------------------------------------------------------

void CommandWorker::LookUp(const Row& row) {
  Outcome outcome{row, {}, std::nullopt};
  const auto opened = session_.EnsureOpen();
  const auto command = Compose(row);
  if (!opened) return Later(outcome, opened.error());
  if (!command) {
    outcome.events.emplace_back(Event::kCannotTell, command.error().summary);
    Commit(row, outcome, nullptr);
    return;
  }
  const auto trace = session_.sink().FindEffect(*command);
  if (!trace) return Later(outcome, trace.error());
  WentWell(row.kind);
  outcome.row.failures = 0;
  if (trace->kind != Trace::Kind::kFound && context_.parts.clock.Now() < Settled(row)) {
    // It may still take effect: only what is there proves anything yet.
    outcome.row.due = Settled(row);
    Commit(row, outcome, nullptr);
    return;
  }
  switch (trace->kind) {
    case Trace::Kind::kFound:
      SaidYes(outcome, *command, Event::kEffectFound, trace->applied);
      if (!trace->evidence.empty()) outcome.row.evidence = trace->evidence;
      break;
    case Trace::Kind::kNone:
      outcome.row.due = context_.parts.clock.Now();
      outcome.row.fault.reset();
      outcome.row.reason.clear();
      outcome.events.emplace_back(Event::kNoEffect, trace->evidence);
      break;
    case Trace::Kind::kCannotTell:
      outcome.row.evidence = trace->evidence;
      outcome.row.reason =
          "sent, and there is no telling whether it took effect: somebody has to look at the "
          "practice's system";
      outcome.events.emplace_back(Event::kCannotTell, trace->evidence);
      break;
  }
  Commit(row, outcome, nullptr);
}

// Neither found out nor read back: again after a while. The state stays.
void CommandWorker::Later(Outcome& outcome, const Error& error) {
  constexpr int kPatience = 8;
  const Row before = outcome.row;
  auto& row = outcome.row;
  const Instant now = context_.parts.clock.Now();
  if (error.fault == Fault::kCancelled) return;
  ++row.failures;
  const auto reaction = ReactToWrite(error, row.failures, now, context_.parts.random);
  row.due =
      reaction.final ? now + WriteBackoff(row.failures, context_.parts.random) : reaction.again;
  if (StateOf(row) == State::kInDoubt && reaction.reach == Reach::kCommand &&
      row.failures >= kPatience) {
    row.evidence = error.summary;
    row.fault = error.fault;
    row.reason = "sent, and looking for its effect fails: somebody has to look";
    outcome.events.emplace_back(Event::kCannotTell, error.summary);
    Commit(before, outcome, nullptr);
    return;
  }
  Touch(before, row);
  if (!reaction.final) Pause(error, row.kind, reaction);
}

// ---- reading back -------------------------------------------------------------------------------

void CommandWorker::SaidYes(Outcome& outcome, const Command& command, Event event,
                            const Applied& applied) {
  auto& row = outcome.row;
  WentWell(row.kind);
  row.fault.reset();
  row.vendor_code.clear();
  row.reason.clear();
  row.failures = 0;
  row.result = applied.ref;
  row.result_id = row.kind == CommandKind::kAttachDocument ? ResourceId(row.document_id)
                                                           : session_.builder().IdOf(applied.ref);
  row.existed = applied.existed;
  row.similar.clear();
  for (const auto& ref : applied.similar) row.similar.push_back(ref.id);
  row.evidence = applied.evidence;
  row.due = context_.parts.clock.Now();
  outcome.events.emplace_back(event, applied.evidence);
  Confirm(outcome, command, applied);
}

void CommandWorker::ReadBack(const Row& row) {
  Outcome outcome{row, {}, std::nullopt};
  const auto opened = session_.EnsureOpen();
  const auto command = Compose(row);
  if (!opened) return Later(outcome, opened.error());
  if (!command) return Later(outcome, command.error());
  Applied applied{row.result, row.existed, {}, row.evidence};
  for (const auto& id : row.similar) applied.similar.push_back({model::Stream::kPatients, id});
  Confirm(outcome, *command, applied);
  if (outcome.events.empty()) {
    Touch(row, outcome.row);
    return;
  }
  Commit(row, outcome, nullptr);
}

void CommandWorker::Confirm(Outcome& outcome, const Command& command, const Applied& applied) {
  constexpr std::chrono::seconds kLookAgain{5};
  auto& row = outcome.row;
  auto confirmation = session_.sink().Confirm(command, applied);
  // After the answer: a pause counts from the end of a wait, not from its beginning.
  const Instant now = context_.parts.clock.Now();
  if (!confirmation) {
    const auto& error = confirmation.error();
    ++row.failures;
    const auto reaction = ReactToWrite(error, row.failures, now, context_.parts.random);
    row.due = std::max(reaction.final ? now : reaction.again,
                       now + WriteBackoff(row.failures, context_.parts.random));
    row.reason = "done; reading it back waits: " + error.summary;
    if (!reaction.final) Pause(error, row.kind, reaction);
    return;
  }
  switch (confirmation->kind) {
    case Confirmation::Kind::kConfirmed:
      Confirmed(outcome, std::move(*confirmation));
      return;
    case Confirmation::Kind::kWaiting:
      row.due =
          std::max(confirmation->look_again.value_or(now + kLookAgain), now + milliseconds(100));
      row.reason = confirmation->note;
      if (confirmation->needs_attention) {
        Trouble trouble{ReadState::kAttention, {}, confirmation->note};
        troubles_[row.kind] = std::move(trouble);
        ShowHealth();
      } else {
        WentWell(row.kind);
      }
      return;
    case Confirmation::Kind::kFailed:
      row.fault = Fault::kRejected;
      row.reason = confirmation->note;
      outcome.events.emplace_back(Event::kTakenUpBadly, confirmation->note);
      return;
  }
}

void CommandWorker::Confirmed(Outcome& outcome, Confirmation confirmation) {
  auto& row = outcome.row;
  WentWell(row.kind);
  row.reason = confirmation.needs_attention ? confirmation.note : std::string();
  row.fault.reset();
  outcome.events.emplace_back(Event::kReadBack, confirmation.note);
  if (!confirmation.change) return;
  std::vector<sync::Share> shares;
  if (const auto* grant = snapshot_->Find(row.grant)) {
    std::string location;
    if (confirmation.change->record) {
      if (const auto* a = std::get_if<model::Appointment>(confirmation.change->record.get())) {
        location = a->location.id;
      }
    }
    std::string arrives = grant->all_locations_to.value_or(std::string());
    if (grant->locations.size() == 1) arrives = grant->locations.front().app_location;
    for (const auto& mapping : grant->locations) {
      if (mapping.vendor_id == location) arrives = mapping.app_location;
    }
    shares.push_back({grant->key, std::move(arrives)});
  }
  outcome.record = session_.applier().Prepare(std::move(*confirmation.change), std::move(shares),
                                              context_.parts.clock.Now());
  outcome.record->news = true;
  row.result = outcome.record->change.ref;
  row.result_id = outcome.record->id;
}

}  // namespace pons::commands
