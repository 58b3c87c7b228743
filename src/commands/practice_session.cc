// SPDX-License-Identifier: Apache-2.0
#include "commands/practice_session.h"

#include <algorithm>

#include "sync/connection_settings.h"

namespace pons::commands {
namespace {

using model::Stream;

constexpr std::chrono::seconds kCallTime{15};
constexpr std::chrono::minutes kLearnEvery{10};
constexpr std::chrono::minutes kCloseAfter{15};
constexpr int kMostPages = 50;

constexpr Stream kNamed[] = {Stream::kLocations, Stream::kPractitioners,
                             Stream::kHealthcareServices};

}  // namespace

Result<Door> OpenDoor(const SessionParts& parts, const store::Connection& connection) {
  PONS_ASSIGN(auto resolved, sync::ResolveConnector(parts.registry, connection));
  PONS_ASSIGN(auto zone, PracticeZone::Named(connection.time_zone));
  Door door;
  door.connector = resolved.connector;
  SessionContext session{parts.clock,  parts.http, nullptr, parts.random,
                         parts.cancel, parts.log,  zone};
  if (parts.vendor_side != nullptr) {
    door.connection = std::make_unique<store::Connection>(connection);
    parts.vendor_side->Join(session, *door.connector, *door.connection);
  }
  PONS_ASSIGN(door.opened, OpenSession(*door.connector, resolved.settings, session));
  door.zone = std::move(zone);
  return door;
}

Result<void> PracticeSession::EnsureOpen() {
  used_ = parts_.clock.Now();
  if (door_.opened.session) return Ok();
  PONS_ASSIGN(door_, OpenDoor(parts_, connection_));
  if (door_.opened.session->commands() == nullptr) {
    Close();
    return MakeError(Fault::kUnsupported, "this connection takes no commands");
  }
  builder_ = std::make_unique<sync::RecordBuilder>(parts_.identities, connection_.id,
                                                   connection_.key, *door_.zone);
  applier_ = std::make_unique<sync::Applier>(*builder_);
  const auto report = door_.opened.session->Probe(parts_.clock.Now() + kCallTime);
  if (!report) {
    Close();
    return report.error();
  }
  builder_->set_practice_name(report->practice_name);
  if (auto learnt = LearnNames(); !learnt) {
    Close();
    return learnt;
  }
  return Ok();
}

void PracticeSession::Close() {
  applier_.reset();
  builder_.reset();
  // What the vendor changed by itself is what it is opened with again.
  if (door_.connection) connection_.settings_json = door_.connection->settings_json;
  door_.opened.Close();
}

void PracticeSession::Tidy() {
  const Instant now = parts_.clock.Now();
  if (!door_.opened.session) return;
  if (now - used_ > kCloseAfter) return Close();
  if (now - learnt_ < kLearnEvery) return;
  // Old names are better than none: where this fails it is tried again in a minute.
  if (!LearnNames()) learnt_ = now - kLearnEvery + std::chrono::minutes(1);
}

Result<void> PracticeSession::LearnNames() {
  auto* changes = door_.opened.session->changes();
  learnt_ = parts_.clock.Now();
  if (changes == nullptr) return Ok();
  for (const auto& support : can().streams) {
    if (std::find(std::begin(kNamed), std::end(kNamed), support.stream) == std::end(kNamed)) {
      continue;
    }
    PullRequest request;
    request.stream = support.stream;
    for (int page = 0; page < kMostPages; ++page) {
      request.deadline = parts_.clock.Now() + kCallTime;
      PONS_ASSIGN(const auto pulled, changes->Pull(request));
      for (const auto& change : pulled.changes) builder_->Learn(change);
      if (pulled.end == PageEnd::kCaughtUp) break;
      request.since = pulled.next;
    }
  }
  return Ok();
}

}  // namespace pons::commands
