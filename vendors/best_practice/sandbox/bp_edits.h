// SPDX-License-Identifier: Apache-2.0
// Edits asked of the control port, JSON in the words of its README, onto Bp's tables. Each runs
// inside the caller's transaction and gives the key of the row. Errors: kRejected, kNotFound,
// kConflict.
#pragma once

#include "json/value.h"
#include "vendors/best_practice/sandbox/edits.h"

namespace pons::best_practice::sandbox {

// A whole number given as a number or as text.
std::optional<std::int64_t> IntegerIn(const json::Value& body, std::string_view key);
// "2026-05-04" to DATETIME.
Result<std::string> DayIn(std::string_view text);

// `id` 0: a new one.
Result<std::int64_t> EditPatient(Connection& writer, std::int64_t id, const json::Value& body);
Result<std::int64_t> EditLocation(Connection& writer, std::int64_t id, const json::Value& body);
Result<std::int64_t> EditPractitioner(Connection& writer, std::int64_t id, const json::Value& body);
Result<std::int64_t> EditType(Connection& writer, std::int64_t id, const json::Value& body);
Result<std::int64_t> EditAppointment(Connection& writer, std::int64_t id, const json::Value& body);
Result<std::int64_t> BookAppointment(Connection& writer, const json::Value& body);
// {"patient","title","content_type","content" in base64,"practitioner"?,"date"?} into the file.
Result<std::int64_t> ScanDocument(Connection& writer, const json::Value& body);
// {"patient","practitioner"} allocates a report, {"checked":true} files it in the record.
Result<std::int64_t> EditReport(Connection& writer, std::int64_t id, const json::Value& body);
// {"practitioner","from","to","reason"}
Result<std::int64_t> AddAway(Connection& writer, const json::Value& body);
Result<std::int64_t> BeginVisit(Connection& writer, const json::Value& body);
Result<std::int64_t> AddCondition(Connection& writer, std::int64_t patient,
                                  const json::Value& body);

}  // namespace pons::best_practice::sandbox
