// SPDX-License-Identifier: Apache-2.0
// The control port's view of reports and documents: part of BpPractice.
#include "base/text.h"
#include "vendors/best_practice/sandbox/bp_edits.h"
#include "vendors/best_practice/sandbox/bp_practice.h"
#include "vendors/best_practice/sandbox/documents.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr const char* kReports =
    "SELECT CAST(R.REPORTID AS TEXT) AS id, iif(coalesce(R.INTERNALID, 0) = 0, NULL, "
    "CAST(R.INTERNALID AS TEXT)) AS patient, trim(R.FIRSTNAME || ' ' || R.SURNAME) AS "
    "patient_name, coalesce(substr(R.DOB, 1, 10), '') AS birth_date, R.ADDRESSEDTO AS "
    "addressed_to, coalesce((SELECT rtrim(coalesce(T.TITLE, '') || ' ' || U.FIRSTNAME || ' ' || "
    "U.SURNAME) FROM USERS U LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE WHERE U.USERID = "
    "R.USERID), '') AS allocated_to, R.PROVIDERNO AS provider_number, R.TESTNAME AS title, "
    "R.PROVIDERNAME AS sender, R.PROVIDERREFERENCE AS report_id, coalesce(D.control_id, '') AS "
    "control_id, replace(substr(coalesce(R.UPDATED, R.CREATED), 1, 19), ' ', 'T') AS received, "
    "iif(coalesce(R.INTERNALID, 0) <> 0 AND coalesce(R.USERID, 0) <> 0, 'unchecked', 'incoming') "
    "AS state, coalesce(D.content_type, '') AS content_type, coalesce(D.bytes, 0) AS bytes, "
    "coalesce(D.sha256, '') AS sha256, coalesce(D.file, '') AS file FROM INCOMINGREPORTS R LEFT "
    "JOIN sandbox_documents D ON D.kind = 'report' AND D.key = R.REPORTID";

constexpr const char* kImages =
    "SELECT CAST(C.DOCUMENTID AS TEXT) AS id, CAST(C.INTERNALID AS TEXT) AS patient, "
    "trim(coalesce(P.FIRSTNAME, '') || ' ' || coalesce(P.SURNAME, '')) AS patient_name, C.SUBJECT "
    "AS title, C.CATEGORY AS category, coalesce((SELECT rtrim(coalesce(T.TITLE, '') || ' ' || "
    "U.FIRSTNAME || ' ' || U.SURNAME) FROM USERS U LEFT JOIN TITLES T ON T.TITLECODE = U.TITLECODE "
    "WHERE U.USERID = C.USERID), '') AS added_by, substr(C.CORRESPONDENCEDATE, 1, 10) AS date, "
    "replace(substr(C.CREATED, 1, 19), ' ', 'T') AS received, coalesce(D.content_type, '') AS "
    "content_type, coalesce(D.bytes, 0) AS bytes, coalesce(D.sha256, '') AS sha256 FROM "
    "CORRESPONDENCEIN C LEFT JOIN PATIENTS P ON P.INTERNALID = C.INTERNALID LEFT JOIN "
    "sandbox_documents D ON D.kind = 'image' AND D.key = C.DOCUMENTID WHERE C.CLINICALIMAGE = 1";

}  // namespace

Result<json::Value> BpPractice::Reports(const json::Value& query) const {
  std::string sql = kReports;
  std::vector<SqlValue> values;
  if (const auto patient = IntegerIn(query, "patient")) {
    sql += " WHERE R.INTERNALID = ?";
    values.emplace_back(*patient);
  }
  PONS_ASSIGN(json::Array rows, Query(sql + " ORDER BY R.REPORTID DESC LIMIT 1000", values));
  return json::Value(json::Object{{"reports", std::move(rows)}});
}

Result<json::Value> BpPractice::Images(const json::Value& query) const {
  std::string sql = kImages;
  std::vector<SqlValue> values;
  if (const auto patient = IntegerIn(query, "patient")) {
    sql += " AND C.INTERNALID = ?";
    values.emplace_back(*patient);
  }
  PONS_ASSIGN(json::Array rows, Query(sql + " ORDER BY C.DOCUMENTID DESC LIMIT 1000", values));
  return json::Value(json::Object{{"images", std::move(rows)}});
}

Result<sandboxkit::PageFile> BpPractice::Document(std::string_view kind, std::string_view id) {
  const auto key = IntegerIn(json::Object{{"id", std::string(id)}}, "id");
  if (!key || (kind != "reports" && kind != "images"))
    return MakeError(Fault::kNotFound, "there is no document of that id");
  PONS_ASSIGN(auto reader, database_.OpenReader());
  PONS_ASSIGN(KeptDocument document,
              FindDocument(*reader, kind == "reports" ? "report" : "image", *key));
  // What a sender calls HTML or a script is shown, never run.
  const std::string& type = document.content_type;
  const bool shown = type == "application/pdf" || type.starts_with("text/plain") ||
                     type == "image/png" || type == "image/jpeg";
  return sandboxkit::PageFile{shown ? type : "application/octet-stream",
                              std::move(document.content)};
}

}  // namespace pons::best_practice::sandbox
