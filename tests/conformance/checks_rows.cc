// SPDX-License-Identifier: Apache-2.0
// P11 to P13: what is in a row.
#include "tests/conformance/checks.h"

namespace pons::conformance {

void OddRows(Bench& bench) {
  bench.Seed(5);
  for (const auto& support : bench.can().streams) {
    const auto stream = support.stream;
    const auto all = bench.Ids(stream);
    Need(bench.clinic().AddUnknownField(stream), "a field nobody has heard of, " + Name(stream));
    Need(bench.clinic().ClearOptional(stream, *all.begin()), "a field is missing, " + Name(stream));
    const auto session = bench.Open();
    Require(Living(session->Drain(stream, {}, 2).known) == all,
            Name(stream) + ": an unknown or a missing field loses records");
    // In the middle, so that there is something to lose on either side.
    const auto bad = *std::next(all.begin(), 2);
    Need(bench.clinic().Spoil(stream, bad), "spoil a row of " + Name(stream));
    for (const std::uint32_t size : {1u, 2u, 500u}) {
      const auto drained = session->Drain(stream, {}, size);
      auto rest = all;
      rest.erase(bad);
      Require(Living(drained.known) == rest,
              Name(stream) + ": one bad row hides others, or is taken");
      Require(drained.unreadable.contains(bad), Name(stream) + ": a bad row is lost in silence");
    }
    Need(bench.clinic().Mend(stream, bad), "mend the row");
    Require(Living(session->Drain(stream).known) == all,
            Name(stream) + ": a mended row stays away");
  }
}

void NamesComeUnchanged(Bench& bench) {
  const auto longest = bench.clinic().longest_name();
  const std::pair<std::string, std::string> names[] = {
      {"Zo\u00eb", "D'Arcy-O\u2019Brien"},
      {"\u00c5ngstr\u00f6m", "N\u00fa\u00f1ez"},
      {"\u674e", "\u5c0f\u9f99"},
      {"\u0645\u062d\u0645\u062f", "\u0627\u0644\u0641\u0627\u0631\u0633\u064a"},
      {"\u0391\u03bb\u03ad\u03be\u03b7\u03c2", "\u0416\u0443\u043a\u043e\u0432"},
      {"X", "Y"},
      {"  Leading", "  Blanks"},
      {"Tab\tand \"quotes\"", "50% \\ <b>&amp;</b>"},
      {std::string(longest, 'n'), std::string(longest, 'm')},
  };
  std::map<std::string, std::pair<std::string, std::string>> expected;
  for (const auto& [given, family] : names) {
    PatientForm form;
    form.given = given;
    form.family = family;
    form.birth_date = "1970-01-01";
    expected[Need(bench.clinic().AddPatient(form), "add a patient")] = {given, family};
  }
  const auto known = bench.Open()->Drain(Stream::kPatients).known;
  int n = 0;
  for (const auto& [id, name] : expected) {
    const std::string which = "name " + std::to_string(++n);
    Require(known.contains(id) && known.at(id).record != nullptr, which + " does not come");
    const auto& patient = std::get<model::Patient>(*known.at(id).record);
    Require(!patient.names.empty(), which + " comes without a name");
    Require(patient.names[0].given == name.first && patient.names[0].family == name.second,
            which + " comes changed");
  }
}

void TimesAroundTheClockChange(Bench& bench) {
  if (bench.Support(Stream::kAppointments) == nullptr) {
    throw NotApplicable{"the vendor has no appointments"};
  }
  struct Case {
    const char* zone;
    const char* local;
    const char* instant;
  };
  // Sydney's clocks went back at 03:00 on 2026-04-05 and forward at 02:00 on 2026-10-04; Lord
  // Howe's move by half an hour; Brisbane's do not move.
  const Case cases[] = {
      {"Australia/Sydney", "2026-07-01T09:00:00", "2026-06-30T23:00:00Z"},
      {"Australia/Sydney", "2026-01-01T09:00:00", "2025-12-31T22:00:00Z"},
      {"Australia/Sydney", "2026-04-05T02:30:00", "2026-04-04T15:30:00Z"},
      {"Australia/Sydney", "2026-10-04T02:30:00", "2026-10-03T16:30:00Z"},
      {"Australia/Adelaide", "2026-07-01T09:00:00", "2026-06-30T23:30:00Z"},
      {"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z"},
      {"Australia/Brisbane", "2026-01-01T09:00:00", "2025-12-31T23:00:00Z"},
  };
  for (const auto& c : cases) {
    const auto id = Need(bench.clinic().AddAppointmentAt(c.local), "add an appointment");
    const auto known =
        bench.Open(bench.clinic().GoodSettings(), c.zone)->Drain(Stream::kAppointments).known;
    Require(known.contains(id) && known.at(id).record != nullptr, "the appointment does not come");
    const auto start = std::get<model::Appointment>(*known.at(id).record).start;
    Require(start == *ParseInstant(c.instant),
            std::string(c.local) + " in " + c.zone + " is read as " + FormatInstant(start));
  }
}

}  // namespace pons::conformance
