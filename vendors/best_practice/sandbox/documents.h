// SPDX-License-Identifier: Apache-2.0
// Reports that came in and documents in patients' files: their rows in Bp's tables and the bytes
// beside them, which are kept and given back as they came.
// Threads: as the connection given. Inside a transaction of the caller's.
#pragma once

#include <optional>
#include <string>

#include "vendors/best_practice/sandbox/edits.h"
#include "vendors/best_practice/sandbox/hl7_reading.h"

namespace pons::best_practice::sandbox {

struct KeptDocument {
  std::string content_type;
  std::string content;
};

// Replaces what is there under that kind ("report", "image") and key.
Result<void> KeepDocument(Connection& writer, const std::string& kind, std::int64_t key,
                          const KeptDocument& document, const std::string& control_id,
                          const std::string& file);
Result<KeptDocument> FindDocument(Connection& reader, const std::string& kind, std::int64_t key);

// One report into INCOMINGREPORTS and INCOMINGVALUES, its patient and doctor found where Bp would
// find them. A report of the same sender and number takes the earlier one's place. Gives REPORTID.
Result<std::int64_t> ImportReport(Connection& writer, const ReadMessage& message,
                                  const ReadReport& report, const std::string& file);

// The patient of exactly these names and that day of birth; 0 where there is none, or no one alone.
std::int64_t MatchPatient(Connection& connection, const std::string& family,
                          const std::string& given, const std::string& birth_date);
// The user with this provider number, or else of this name.
std::int64_t MatchUser(Connection& connection, const ReadPerson& person);

// A clinical image or another document in a patient's file; gives DOCUMENTID.
struct NewDocument {
  std::int64_t patient = 0, user = 0;
  std::string title;
  std::string date;  // empty: today
  KeptDocument content;
};
Result<std::int64_t> AddClinicalImage(Connection& writer, const NewDocument& document);

// What staff do with a report: `patient` allocates it, `checked` files it in the record.
Result<void> AllocateReport(Connection& writer, std::int64_t report, std::int64_t patient,
                            std::int64_t user);
Result<void> CheckReport(Connection& writer, std::int64_t report);

// "20260504101500+1000" as the practice's wall clock reads it; nullopt: not a time.
std::optional<DateTime> ReadHl7Time(const Database& database, std::string_view text);

std::string Sha256Hex(std::string_view bytes);

}  // namespace pons::best_practice::sandbox
