// SPDX-License-Identifier: Apache-2.0
// Whether the settings work: three statements where every right is there, one more per table where
// one is missing.
#include "net/folder.h"

#include "vendors/best_practice/connector/best_practice_fault.h"
#include "vendors/best_practice/connector/best_practice_session.h"
#include "vendors/best_practice/connector/best_practice_streams.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::best_practice {
namespace {

using net::SqlRow;

constexpr std::string_view kTables[] = {"PATIENTS",
                                        "EMAIL",
                                        "APPOINTMENTS",
                                        "APPOINTMENTTYPES",
                                        "VISITS",
                                        "USERS",
                                        "LOCATIONS",
                                        "PRACTICE",
                                        "PROVIDER_LOCATION",
                                        "SEX",
                                        "TITLES",
                                        "ETHNICITY",
                                        "PATIENTSTATUS",
                                        "APPOINTMENTCODES",
                                        "VISITTYPE",
                                        "BPS_History",
                                        "BPS_PracticeLocations"};

}  // namespace

Result<BestPracticeSession::ServerClock> BestPracticeSession::AskClock(Instant deadline) {
  const auto statement = SelectClock();
  std::optional<ServerClock> clock;
  PONS_TRY(Ask(statement, "read the server's clock", deadline, [&](SqlRow row) {
    CellReader in(row, statement.columns);
    const ServerClock read{in.DueTime(), in.DueTime()};
    if (!in.bad()) clock = read;
  }));
  if (!clock) return MakeError(Fault::kProtocol, "the database server told no time");
  return *clock;
}

Result<void> BestPracticeSession::AskRights(std::vector<std::string>& missing, Instant deadline) {
  const auto together = Ask(ProbeTables(kTables), "read the tables", deadline, [](SqlRow) {});
  if (together) return Ok();
  if (together.error().fault != Fault::kForbidden) return together.error();
  for (std::size_t i = 0; i < std::size(kTables); ++i) {
    const auto probed = Ask(ProbeTables(std::span(kTables).subspan(i, 1)), Reading(kTables[i]),
                            deadline, [](SqlRow) {});
    if (probed) continue;
    if (probed.error().fault != Fault::kForbidden) return probed.error();
    missing.push_back(MissingRight(kTables[i]));
  }
  return Ok();
}

// Whether the practice can be reached is known at Halo, and asking that is not charged.
Result<void> BestPracticeSession::AskSite(ProbeReport& report, Instant deadline) {
  const auto& [access, way] = *relay_;
  auto site = halo_connect::ReadSite(access, way.site.guid, context_, deadline);
  if (!site &&
      (site.error().fault == Fault::kNotFound || site.error().fault == Fault::kForbidden)) {
    // A practice that has moved its server has another GUID; the transport finds and keeps it.
    site = halo_connect::ResolveSite(access, way.site.pms_id, context_, deadline);
  }
  if (!site) return site.error();
  PONS_TRY(halo_connect::CheckReachable(*site));
  report.vendor_version = site->pms_version;
  return Ok();
}

Result<ProbeReport> BestPracticeSession::Probe(Instant deadline) {
  ProbeReport report;
  if (relay_) PONS_TRY(AskSite(report, deadline));
  // Half a second is what the server's answer, cut to whole seconds, lacks on average.
  const auto before = context_.clock.Now();
  PONS_ASSIGN(const auto clock, AskClock(deadline));
  const auto after = context_.clock.Now();
  const Instant server(clock.utc.reading.time_since_epoch() + milliseconds(500));
  report.clock_ahead = server - (before + (after - before) / 2);

  PONS_TRY(AskRights(report.missing_rights, deadline));
  const auto name = SelectPracticeName();
  const auto named = Ask(name, Reading("PRACTICE"), deadline, [&](SqlRow row) {
    CellReader in(row, name.columns);
    report.practice_name = in.Text();
  });
  if (!named && named.error().fault != Fault::kForbidden) return named.error();
  if (context_.folder != nullptr) {
    const auto writable = context_.folder->Check();
    if (!writable) report.missing_rights.push_back("report_folder: " + writable.error().summary);
  }
  return report;
}

}  // namespace pons::best_practice
