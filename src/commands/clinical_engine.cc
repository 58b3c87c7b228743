// SPDX-License-Identifier: Apache-2.0
#include "commands/clinical_engine.h"

#include <algorithm>

namespace pons::commands {
namespace {

constexpr std::chrono::minutes kCloseAfter{2};
constexpr std::chrono::minutes kRefusedFor{5};
constexpr int kMostInATurn = 8;
constexpr std::size_t kMostThreads = 8;

Error NoSuchKind(const Connector& connector, model::ClinicalKind kind) {
  return MakeError(Fault::kUnsupported, std::string(connector.descriptor().name) + " gives no " +
                                            std::string(model::ClinicalKindName(kind)) + ".");
}

bool Gives(const Connector& connector, model::ClinicalKind kind) {
  const auto kinds = connector.descriptor().can.clinical;
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

// ---- one practice -------------------------------------------------------------------------------

Result<void> ClinicalWorker::EnsureOpen() {
  if (refused_ && parts_.clock.Now() < try_again_) return *refused_;
  refused_.reset();
  if (door_.opened.session) return Ok();
  PONS_ASSIGN(door_, OpenDoor(parts_, connection_));
  return Ok();
}

ClinicalBoard::Outcome ClinicalWorker::Read(const ClinicalBoard::Job& job) {
  PONS_TRY(EnsureOpen());
  auto* reader = door_.opened.session->clinical();
  const auto& [patient, kind, document] = job.question;
  if (reader == nullptr) return NoSuchKind(*door_.connector, kind);
  auto reading = std::make_shared<ClinicalReading>();
  reading->as_of = parts_.clock.Now();
  if (document.empty()) {
    PONS_ASSIGN(reading->answer, reader->ReadClinical({patient, kind, job.until}));
  } else {
    PONS_ASSIGN(reading->content, reader->ReadContent(patient, document, job.until));
  }
  return std::shared_ptr<const ClinicalReading>(std::move(reading));
}

std::optional<Instant> ClinicalWorker::Step(const grants::Snapshot&) {
  for (int done = 0; !parts_.cancel.cancelled(); ++done) {
    if (done == kMostInATurn) return parts_.clock.Now();
    const auto job = board_.Take(connection_.key);
    if (!job) break;
    used_ = parts_.clock.Now();
    const auto outcome = Read(*job);
    if (!outcome && outcome.error().fault == Fault::kUnauthenticated && !refused_) {
      refused_ = outcome.error();
      try_again_ = parts_.clock.Now() + kRefusedFor;
      door_.opened.Close();
    }
    board_.Done(job->number, outcome);
  }
  if (!door_.opened.session) return std::nullopt;
  if (parts_.clock.Now() - used_ < kCloseAfter) return used_ + kCloseAfter;
  door_.opened.Close();
  return std::nullopt;
}

// ---- all of them --------------------------------------------------------------------------------

ClinicalEngine::ClinicalEngine(store::Store& store, grants::GrantBook& book,
                               const Registry& registry, Clock& clock, Random& random, Logger& log,
                               net::HttpTransport* http, ClinicalOptions options)
    : book_(book),
      registry_(registry),
      clock_(clock),
      identities_(store.identity_key()),
      parts_{registry, identities_, clock, random, log, cancel_, http, options.vendor_side},
      board_(options.queue),
      turns_(store, book, clock,
             {.make =
                  [this](const store::Connection& connection) {
                    return std::make_shared<ClinicalWorker>(parts_, board_, connection);
                  },
              .everyone = false,
              .by_commands = false,
              .threads = options.threads,
              .most_threads = kMostThreads,
              .beside =
                  [this] {
                    board_.TimeOut(clock_.Now());
                    return board_.next_until();
                  }}) {}

ClinicalEngine::~ClinicalEngine() { Stop(); }

void ClinicalEngine::Start() { turns_.Start(); }

void ClinicalEngine::Stop() {
  cancel_.Cancel();
  board_.Close(MakeError(Fault::kCancelled, "The server is stopping; try again in a moment."));
  turns_.Stop();
}

Result<store::Connection> ClinicalEngine::Find(store::ConnectionKey connection) {
  PONS_ASSIGN(const auto names, book_.Current());
  const auto found = names->connections.find(connection);
  if (found == names->connections.end()) {
    return MakeError(Fault::kNotFound, "there is no such connection");
  }
  return found->second;
}

Result<void> ClinicalEngine::Supports(store::ConnectionKey connection, model::ClinicalKind kind) {
  PONS_ASSIGN(const auto found, Find(connection));
  const auto* connector = registry_.Find(found.vendor);
  if (connector == nullptr) {
    return MakeError(Fault::kUnsupported, "This server has no such vendor.");
  }
  if (!Gives(*connector, kind)) return NoSuchKind(*connector, kind);
  return Ok();
}

void ClinicalEngine::Ask(const ClinicalAsk& ask, Told told) {
  const auto found = Find(ask.connection);
  if (!found) return told(found.error());
  if (found->paused) {
    return told(MakeError(Fault::kUnavailable,
                          "The practice has paused this connection; ask it to go on."));
  }
  if (!board_.Add(ask, told)) {
    return told(MakeError(Fault::kUnavailable,
                          "Too much is being asked of this practice; try again in a moment."));
  }
  turns_.Nudge(std::vector<store::ConnectionKey>{ask.connection});
}

}  // namespace pons::commands
