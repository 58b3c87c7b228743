// SPDX-License-Identifier: Apache-2.0
// Rows of any cells at all, as a practice's database or a broken driver may answer: each becomes a
// record or is named unreadable, and what is named is never a value.
#include "fuzz.h"
#include "vendors/best_practice/connector/best_practice_page.h"

namespace {

using pons::LocalTime;
using pons::net::SqlNull;
using pons::net::SqlValue;

// One cell a line: "n", "i<number>", "d<seconds>", "r<number>", or text.
std::vector<SqlValue> CellsOf(std::string_view text) {
  std::vector<SqlValue> row;
  while (!text.empty() && row.size() < 64) {
    const auto line = pons::TakeLine(text);
    std::int64_t number = 0;
    for (const char c : line.substr(line.empty() ? 0 : 1)) {
      number = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) * 10 +
                                         static_cast<unsigned char>(c - '0') % 16);
    }
    if (line == "n") {
      row.emplace_back(SqlNull{});
    } else if (line.starts_with('i')) {
      row.emplace_back(number);
    } else if (line.starts_with('d')) {
      // What DATETIME columns can hold: 1753 to 9999.
      const auto span = 253'402'300'799 + 6'847'804'800;
      const auto seconds = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) %
                                                     static_cast<std::uint64_t>(span)) -
                           6'847'804'800;
      row.emplace_back(LocalTime{std::chrono::time_point<std::chrono::system_clock, pons::seconds>(
          pons::seconds(seconds))});
    } else if (line.starts_with('r')) {
      row.emplace_back(static_cast<double>(number) / 3);
    } else {
      row.emplace_back(std::string(line));
    }
  }
  return row;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace bp = pons::best_practice;
  using pons::model::Stream;
  static const auto zone = *pons::PracticeZone::Named("Australia/Lord_Howe");
  static const bp::Codes codes;
  const auto row = CellsOf(pons::AsText(data, size));
  for (const auto stream :
       {Stream::kLocations, Stream::kPractitioners, Stream::kHealthcareServices, Stream::kPatients,
        Stream::kConditions, Stream::kAppointments, Stream::kEncounters}) {
    bp::PageBuilder page(stream, codes, zone);
    page.AddLive(1, row);
    page.AddCandidate(row);
    page.Finish();
    PONS_CHECK(page.changes().size() + page.unreadable().size() <= 1);
    for (const auto& change : page.changes()) {
      PONS_CHECK(change.record != nullptr && !change.version.empty());
      PONS_CHECK(change.version == bp::VersionOf(*change.record));
    }
    for (const auto& bad : page.unreadable()) {
      PONS_CHECK(!bad.field.empty() && (bad.reason.starts_with("is ")));
    }
  }
  return 0;
}
