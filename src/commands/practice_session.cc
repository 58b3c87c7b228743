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

Result<void> PracticeSession::EnsureOpen() {
  used_ = parts_.clock.Now();
  if (opened_.session) return Ok();
  PONS_ASSIGN(auto resolved, sync::ResolveConnector(parts_.registry, connection_));
  connector_ = resolved.connector;
  PONS_ASSIGN(auto zone, PracticeZone::Named(connection_.time_zone));
  zone_ = zone;
  PONS_ASSIGN(opened_, OpenSession(*connector_, resolved.settings,
                                   {parts_.clock, parts_.http, nullptr, parts_.random,
                                    parts_.cancel, parts_.log, zone}));
  if (opened_.session->commands() == nullptr) {
    Close();
    return MakeError(Fault::kUnsupported, "this connection takes no commands");
  }
  builder_ = std::make_unique<sync::RecordBuilder>(parts_.identities, connection_.id,
                                                   connection_.key, zone);
  applier_ = std::make_unique<sync::Applier>(*builder_);
  const auto report = opened_.session->Probe(parts_.clock.Now() + kCallTime);
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
  opened_.Close();
}

void PracticeSession::Tidy() {
  const Instant now = parts_.clock.Now();
  if (!opened_.session) return;
  if (now - used_ > kCloseAfter) return Close();
  if (now - learnt_ < kLearnEvery) return;
  // Old names are better than none: where this fails it is tried again in a minute.
  if (!LearnNames()) learnt_ = now - kLearnEvery + std::chrono::minutes(1);
}

Result<void> PracticeSession::LearnNames() {
  auto* changes = opened_.session->changes();
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
