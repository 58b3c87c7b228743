// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/bench.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace pons::conformance {
namespace {

constexpr std::size_t kManyPages = 300;

}  // namespace

void Require(bool holds, const std::string& why) {
  if (!holds) throw Failed{why};
}

OpenSession::OpenSession(Bench& bench, const Connector& connector, const Settings& settings,
                         std::string_view zone)
    : bench_(bench) {
  http_.real = bench.clinic().http();
  Need(connector.Check(settings), "Check refuses the settings");
  opened_ =
      Need(pons::OpenSession(connector, settings,
                             {bench.clinic().clock(), &http_, nullptr, random_, cancel_,
                              bench.log(), Need(PracticeZone::Named(zone), "the practice's zone")}),
           "Open fails");
}

Instant OpenSession::Deadline() const { return bench_.clinic().clock().Now() + seconds(5); }

Result<ProbeReport> OpenSession::Probe() {
  auto report = opened_.session->Probe(Deadline());
  if (!report) bench_.Heard(report.error());
  return report;
}

Result<ChangePage> OpenSession::Pull(Stream stream, const std::optional<Cursor>& since,
                                     std::uint32_t max_changes) {
  auto* changes = opened_.session->changes();
  Require(changes != nullptr, "the session has no ChangeSource");
  PullRequest request;
  request.stream = stream;
  request.since = since;
  request.max_changes = max_changes;
  request.deadline = Deadline();
  auto page = changes->Pull(request);
  if (!page) {
    bench_.Heard(page.error());
    return page;
  }
  for (const auto& unreadable : page->unreadable) bench_.Heard(unreadable);
  for (const auto& change : page->changes) {
    Require(change.ref.stream == stream && !change.ref.empty(),
            Name(stream) + ": a change without a ref of its stream");
    const bool upsert = change.kind == ChangeKind::kUpsert;
    Require(upsert == (change.record != nullptr), "a record goes with an upsert and only with it");
    if (upsert) {
      Require(model::StreamOf(*change.record) == stream, "the record is of another stream");
      Require(!change.version.empty(), Name(stream) + ": an upsert without a version");
      Require(!change.origin.empty(), Name(stream) + ": an upsert without an origin");
    }
  }
  Require(!page->next.token.empty(), Name(stream) + ": a page without a cursor");
  return page;
}

Result<RecordReader::Answer> OpenSession::Read(Stream stream, const std::vector<std::string>& ids) {
  auto* records = opened_.session->records();
  Require(records != nullptr, "the session has no RecordReader");
  auto answer = records->Read(stream, ids, Deadline());
  if (!answer) bench_.Heard(answer.error());
  if (answer) {
    for (const auto& unreadable : answer->unreadable) bench_.Heard(unreadable);
  }
  return answer;
}

Drained OpenSession::Drain(Stream stream, const std::optional<Cursor>& since,
                           std::uint32_t max_changes) {
  Drained drained;
  std::optional<Cursor> at = since;
  while (drained.pages.size() < kManyPages) {
    auto page = Need(Pull(stream, at, max_changes), "pull " + Name(stream));
    at = page.next;
    Learn(drained.known, page);
    for (const auto& bad : page.unreadable) drained.unreadable.insert(bad.ref.id);
    drained.pages.push_back(std::move(page));
    if (drained.pages.back().end == PageEnd::kCaughtUp) {
      drained.end = *at;
      return drained;
    }
  }
  throw Failed{Name(stream) + ": not caught up after " + std::to_string(kManyPages) + " pages"};
}

Bench::Bench(std::string vendor, Clinic& clinic) : vendor_(std::move(vendor)), clinic_(clinic) {
  // A zone that no practice of the suite is in: local times read in the server's zone come out
  // wrong.
  setenv("TZ", "America/New_York", 1);
  tzset();
}

std::unique_ptr<OpenSession> Bench::Open() { return Open(clinic_.GoodSettings()); }

std::unique_ptr<OpenSession> Bench::Open(const Settings& settings, std::string_view zone) {
  return std::make_unique<OpenSession>(*this, connector(), settings, zone);
}

void Bench::Seed(int count) {
  for (const auto& support : can().streams) {
    for (int i = 0; i < count; ++i) {
      Need(clinic_.Add(support.stream), "add to " + Name(support.stream));
    }
  }
}

std::set<std::string> Bench::Ids(Stream stream) {
  const auto ids = Need(clinic_.Ids(stream), "list " + Name(stream));
  return {ids.begin(), ids.end()};
}

const StreamSupport* Bench::Support(Stream stream) const {
  for (const auto& support : can().streams) {
    if (support.stream == stream) return &support;
  }
  return nullptr;
}

void Bench::Heard(const Error& error) {
  said_ +=
      std::string(FaultName(error.fault)) + " " + error.vendor_code + " " + error.summary + "\n";
}

void Bench::Heard(const Unreadable& unreadable) {
  said_ += unreadable.field + " " + unreadable.reason + "\n";
}

void Bench::Heard(const std::string& words) { said_ += words + "\n"; }

std::string Name(Stream stream) { return std::string(model::StreamName(stream)); }

void Learn(Knowledge& into, const ChangePage& page) {
  for (const auto& change : page.changes) {
    into[change.ref.id] = {change.version, change.kind == ChangeKind::kTombstone, change.record};
  }
}

void Learn(Knowledge& into, const Knowledge& later) {
  for (const auto& [id, known] : later) into[id] = known;
}

std::set<std::string> Living(const Knowledge& known) {
  std::set<std::string> ids;
  for (const auto& [id, last] : known) {
    if (!last.gone) ids.insert(id);
  }
  return ids;
}

void RequireSame(const Knowledge& known, const Knowledge& truth, const std::string& what) {
  for (const auto& [id, last] : truth) {
    if (last.gone) continue;
    const auto found = known.find(id);
    Require(found != known.end(), what + ": record " + id + " never came");
    Require(!found->second.gone, what + ": record " + id + " was said to be gone");
    Require(found->second.version == last.version,
            what + ": record " + id + " was left at version " + found->second.version +
                " where it stands at " + last.version);
  }
  for (const auto& [id, last] : known) {
    if (last.gone) continue;
    const auto found = truth.find(id);
    Require(found != truth.end() && !found->second.gone,
            what + ": record " + id + " should be gone");
  }
}

}  // namespace pons::conformance
