// SPDX-License-Identifier: Apache-2.0
// O: opening a connection, and the ways in which that fails.
#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

std::size_t Requests(Bench& bench) { return Need(bench.clinic().Journal(), "journal").size(); }

Stream FirstStream(Bench& bench) {
  Require(!bench.can().streams.empty(), "no streams are declared");
  return bench.can().streams.front().stream;
}

}  // namespace

void GoodSettingsProbe(Bench& bench) {
  const auto session = bench.Open();
  const auto report = Need(session->Probe(), "Probe");
  Require(report.practice_name == bench.clinic().practice_name(),
          "Probe does not name the practice");
  Require(report.missing_rights.empty(), "Probe misses rights that are there");
  Require(report.clock_ahead.has_value() == bench.can().tells_clock,
          "tells_clock is declared and not so, or the reverse");
}

void WrongCredentials(Bench& bench) {
  Need(bench.clinic().ClearJournal(), "journal");
  const auto session = bench.Open(bench.clinic().WrongPassword());
  const auto report = session->Probe();
  Require(!report.has_value(), "Probe succeeds with a wrong password");
  Require(report.error().fault == Fault::kUnauthenticated,
          "a wrong password is not kUnauthenticated but " +
              std::string(FaultName(report.error().fault)));
  const auto after_probe = Requests(bench);
  Require(after_probe <= 2, "more than one refresh after a refusal");
  const auto page = session->Pull(FirstStream(bench), {});
  Require(!page.has_value(), "Pull succeeds with a wrong password");
  Require(page.error().fault == Fault::kUnauthenticated, "Pull hides that it was refused");
  Require(Requests(bench) <= after_probe + 1, "traffic goes on after a refusal");
}

void NobodyThere(Bench& bench) {
  for (const auto kind : {Nowhere::kNobodyListens, Nowhere::kAcceptsAndIsSilent}) {
    const std::string what = kind == Nowhere::kNobodyListens ? "nobody listens" : "silence";
    const auto session = bench.Open(bench.clinic().Unreachable(kind));
    const auto begun = bench.clinic().clock().Now();
    const auto report = session->Probe();
    const auto took = bench.clinic().clock().Now() - begun;
    Require(!report.has_value(), what + ": Probe succeeds");
    Require(report.error().fault == Fault::kUnavailable,
            what + ": not kUnavailable but " + std::string(FaultName(report.error().fault)));
    Require(took <= seconds(5) + bench.clinic().patience(), what + ": the deadline is not kept");
  }
}

void MissingRight(Bench& bench) {
  bench.Seed(1);
  const auto stream = Stream::kPatients;
  Require(bench.Support(stream) != nullptr, "patients are not declared");
  Need(bench.clinic().Forbid(stream, true), "take a right away");
  const auto session = bench.Open();
  const auto report = Need(session->Probe(), "Probe with a right missing");
  Require(!report.missing_rights.empty(), "Probe does not name the missing right");
  const auto page = session->Pull(stream, {});
  Require(!page.has_value(), "Pull succeeds without the right");
  Require(page.error().fault == Fault::kForbidden,
          "not kForbidden but " + std::string(FaultName(page.error().fault)));
  bool named = false;
  for (const auto& right : report.missing_rights) {
    named = named || page.error().summary.find(right) != std::string::npos;
  }
  Require(named, "the error does not name the right: " + page.error().summary);
  Need(bench.clinic().Forbid(stream, false), "give it back");
  Need(session->Pull(stream, {}), "Pull once the right is back");
}

void TokenRunsOut(Bench& bench) {
  bench.Seed(6);
  const auto session = bench.Open();
  const auto stream = Stream::kPatients;
  const auto truth = session->Drain(stream).known;
  Need(bench.clinic().ClearJournal(), "journal");
  auto page = Need(session->Pull(stream, {}, 2), "first page");
  Knowledge known;
  Learn(known, page);
  Need(bench.clinic().Plan(Trouble::kExpireToken, 0), "let the sign-in run out");
  Learn(known, session->Drain(stream, page.next, 2).known);
  RequireSame(known, truth, Name(stream));
  std::size_t sign_ins = 0;
  for (const auto& seen : Need(bench.clinic().Journal(), "journal")) sign_ins += seen.sign_in;
  Require(sign_ins == 1, "signed in " + std::to_string(sign_ins) + " times instead of once");
}

}  // namespace pons::conformance
