// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/suite.h"

#include <algorithm>

#include "base/check.h"
#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

constexpr Check kChecks[] = {
    {"D1", "Descriptor is complete: id equals folder, help for every setting, secrets marked",
     DescriptorIsComplete},
    {"D2", "sample.toml parses and passes Check once filled in; a missing setting is named",
     SampleIsUsable},
    {"D3", "Facets are there exactly where Capabilities says so", FacetsAreAsDeclared},
    {"O1", "Good settings: Probe succeeds and names the practice", GoodSettingsProbe},
    {"O2", "Wrong credentials: said so, at most one refresh, no further traffic", WrongCredentials},
    {"O3", "Nobody listening, or silent: unavailable within the deadline", NobodyThere},
    {"O4", "Missing right: forbidden, and the right is named", MissingRight},
    {"O5", "Sign-in runs out in mid-stream: renewed once, nothing lost", TokenRunsOut},
    {"P1", "From the beginning: everything that is there, once by its ref",
     EverythingFromTheBeginning},
    {"P2", "Page sizes 1, 3 and large give the same records", PageSizesAgree},
    {"P3", "Every intermediate cursor, in a fresh session, leads to the same end",
     EveryCursorLeadsToTheEnd},
    {"P4", "Caught up: nothing comes and the cursor stays, asked ten times", CaughtUpStaysCaughtUp},
    {"P5", "One edit: that record comes, in a new version; others keep theirs", OneEditOneChange},
    {"P6", "Edits while paging, ten rows with one timestamp: none lost", EditsWhilePaging},
    {"P7", "Deletions arrive as declared, and not otherwise", DeletionsAsDeclared},
    {"P8", "A sweep broken off half-way proves nothing gone", BrokenSweepProvesNothing},
    {"P9", "Junk and older cursors are expired; a full pass then succeeds", JunkCursorsExpire},
    {"P10", "A cursor far in the future: no records, no crash", CursorFromTheFuture},
    {"P11", "Unknown, missing and wrong fields: one bad row stops nothing else", OddRows},
    {"P12", "Names of every script and length come through unchanged", NamesComeUnchanged},
    {"P13", "Times in repeated and skipped hours, in the practice's zone",
     TimesAroundTheClockChange},
    {"P14", "Tip: nothing from before it, everything after it", TipStandsAtTheEnd},
    {"R1", "Records read singly equal those of the stream", RecordsReadSingly},
    {"R2", "Records that are not there are read as gone", MissingRecordsReadSingly},
    {"S1", "Free times: sorted, inside the window, of the right length, none over anything",
     SlotsAreFree},
    {"S2", "What is booked is no longer offered; what is cancelled is again", BookedIsNotOffered},
    {"C1",
     "Each declared kind of clinical data: empty for who has none, then what staff enter, the same "
     "each time",
     EveryClinicalKindIsRead},
    {"C2", "Clinical data is that patient's alone; nobody, and who was deleted, is not found",
     ClinicalDataIsThePatients},
    {"C3", "A row of clinical data that cannot be read is told, and hides no other",
     OddClinicalRows},
    {"C4", "Reading clinical data writes nothing; a document that is not there is said to be so",
     ClinicalReadingWritesNothing},
    {"W1", "Each declared command takes effect; the next pull brings it as it was asked",
     CommandsTakeEffect},
    {"W2", "The same command twice: one effect", TwiceIsOnce},
    {"W3", "Answer lost after the effect: not taken for a no, and the effect is found",
     LostAnswers},
    {"W4", "Request lost before the effect: nothing is found; sent again, it has one effect",
     LostRequests},
    {"W5", "The time was taken meanwhile: a conflict, and nothing is written", TakenMeanwhile},
    {"W6", "A rule of the vendor is broken: rejected, with its code", VendorsRules},
    {"W7", "The version has moved on: a conflict, and nothing is written", VersionsMoveOn},
    {"W8", "What is not possible is refused as such, and has no effect", UndeclaredCommands},
    {"W9", "A document's bytes and title come back identical; over the limit nothing is sent",
     DocumentsComeIdentical},
    {"W10", "What is read back is what the next pull brings, version and all",
     ReadBackIsTheNextPull},
    {"W11", "Somebody who is there is not created again; somebody similar is flagged", NobodyTwice},
    {"W12", "After a visit the practice leads: an update is refused, and says why",
     PracticeLeadsAfterAVisit},
    {"F1", "\"Slow down\": rate limited with a time, and silence until then", SlowDown},
    {"F2", "The declared rate is never exceeded", RateIsKept},
    {"F3", "Cancelling a slow answer returns at once", CancelReturnsAtOnce},
    {"F4", "Answers cut anywhere, altered, or replaced: an error each time", DamagedAnswers},
    {"F5", "A drip-fed answer ends at the deadline", DripEndsAtTheDeadline},
    {"F6", "Names, numbers and secrets appear in no log line or error", NothingSensitiveIsSaid},
    {"F7", "Nobody but the declared hosts is dialled", OnlyDeclaredHosts},
    {"F8", "Two practices at once: neither sees the other", PracticesStayApart},
};

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kNotApplicable:
      return "not applicable";
    case Outcome::kSkipped:
      return "skipped";
  }
  return "";
}

std::span<const Check> AllChecks() { return kChecks; }

CheckResult RunCheck(std::string_view id, const Subject& subject) {
  const auto check = std::find_if(std::begin(kChecks), std::end(kChecks),
                                  [&](const Check& c) { return c.id == id; });
  PONS_CHECK(check != std::end(kChecks));
  auto clinic = subject.open();
  if (!clinic) {
    return {Outcome::kFail, "the clinic does not open: " + clinic.error().summary};
  }
  try {
    Bench bench(subject.vendor, **clinic);
    check->run(bench);
    return {Outcome::kPass, ""};
  } catch (const NotApplicable& reason) {
    return {Outcome::kNotApplicable, reason.why};
  } catch (const Failed& failure) {
    return {Outcome::kFail, failure.why};
  }
}

}  // namespace pons::conformance
