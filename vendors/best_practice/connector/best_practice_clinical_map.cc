// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_clinical_map.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "vendors/best_practice/connector/best_practice_hash.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_map.h"

namespace pons::best_practice {
namespace {

using model::ClinicalItem;
using net::SqlRow;
using net::SqlStatement;

// ---- Views: best-practice sheet §3 --------------------------------------------------------------

constexpr std::string_view kHistoryColumns[] = {"RECORDID", "Day",  "Month",   "Year",  "Condition",
                                                "Status",   "Side", "Details", "SNOMED"};
constexpr std::string_view kRxColumns[] = {"RECORDID",   "DrugName",    "Dose",    "Frequency",
                                           "Food",       "OtherDetail", "PRN",     "Instructions",
                                           "Indication", "FirstDate",   "LastDate"};
constexpr std::string_view kReactionColumns[] = {"ItemName", "Reaction", "Severity", "Comment",
                                                 "Created"};
constexpr std::string_view kKnownAllergiesColumns[] = {"KnownAllergies"};
constexpr std::string_view kObservationColumns[] = {
    "RECORDID",        "ObservationDate",  "ObservationTime", "ObservationCode",
    "ObservationName", "ObservationValue", "Provider"};
constexpr std::string_view kTobaccoColumns[] = {"SmokingStatus", "SmokesPerDay", "YearStarted"};
constexpr std::string_view kAlcoholColumns[] = {"NonDrinker", "DaysPerweek", "DrinksPerday"};
constexpr std::string_view kSocialColumns[] = {"SocialHistory", "Recreation", "AccomodationText",
                                               "LivesWithText", "MaritalStatusName"};
// INFERRED: the mother's columns are named as the father's (sheet §3, "Mother...").
constexpr std::string_view kFamilyColumns[] = {
    "Unknown",     "FatherAlive",       "FathersAgeAtDeath",   "FathersCauseOfDeath",
    "MotherAlive", "MothersAgeAtDeath", "MothersCauseOfDeath", "Comment"};
constexpr std::string_view kFamilyDetailColumns[] = {"RelationName", "Condition", "Comment"};
// Documents: number, date, title, category or contact, author, confidential, draft; an empty name
// stands for a column that the view lacks.
constexpr std::string_view kInvestigationColumns[] = {"ReportID", "Reported",     "Collected",
                                                      "TestName", "ProviderName", "Confidential"};
constexpr std::string_view kCorrespondenceInColumns[] = {
    "DocumentID", "CorrespondenceDate", "Subject", "Category", "ContactName", "Confidential"};
constexpr std::string_view kCorrespondenceOutColumns[] = {
    "RecordID", "CorrespondenceDate", "Subject", "Provider", "Confidential", "Draft"};
constexpr std::string_view kReportColumns[] = {"ReportID", "ReportDate", "ReportType", "Provider",
                                               "Finalised"};
constexpr std::string_view kImageColumns[] = {"DocumentID", "CorrespondenceDate", "Subject",
                                              "Category", "Provider"};

// "Yes/No"-style flags are text (sheet §3).
bool IsYes(std::string_view flag) {
  const auto text = Trim(flag);
  return EqualsIgnoringAsciiCase(text, "yes") || EqualsIgnoringAsciiCase(text, "true") ||
         text == "1" || EqualsIgnoringAsciiCase(text, "y");
}
bool IsNo(std::string_view flag) {
  const auto text = Trim(flag);
  return EqualsIgnoringAsciiCase(text, "no") || EqualsIgnoringAsciiCase(text, "false") ||
         text == "0" || EqualsIgnoringAsciiCase(text, "n");
}

void Append(std::string& out, std::string_view part, std::string_view between = ", ") {
  const auto text = Trim(part);
  if (text.empty()) return;
  if (!out.empty()) out += between;
  out += text;
}

// As AnyText, where 0 means that nothing was entered.
std::string Counted(SqlRow row, std::size_t at) {
  auto text = AnyText(row, at);
  return text == "0" ? std::string() : text;
}

// A name for what has no number, from what it says.
std::string NameFor(std::initializer_list<std::string_view> parts) {
  Hash64 hash;
  for (const auto part : parts) hash.Add(AsciiLower(part));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "n";
  for (auto left = hash.value(); left != 0; left >>= 4) out += kDigits[left & 15];
  return out;
}

std::string NameOf(std::int64_t key) { return std::to_string(key); }

ItemOrBad Finish(const CellReader& in, std::string id, auto record) {
  if (in.bad()) return *in.bad();
  return ClinicalItem{std::move(id), std::move(record)};
}

}  // namespace

const View kHistoryView = {"BPS_History", kHistoryColumns,
                           "Year DESC, Month DESC, Day DESC, RECORDID DESC"};
const View kRxView = {"BPS_CurrentRx", kRxColumns, "LastDate DESC, RECORDID DESC"};
const View kReactionsView = {"BPS_Reactions", kReactionColumns, "Created DESC, ItemName"};
const View kKnownAllergiesView = {"BPS_Clinical", kKnownAllergiesColumns, ""};
const View kObservationsView = {"BPS_Observations", kObservationColumns,
                                "ObservationDate DESC, ObservationTime DESC, RECORDID"};
const View kTobaccoView = {"BPS_Tobacco", kTobaccoColumns, ""};
const View kAlcoholView = {"BPS_Alcohol", kAlcoholColumns, ""};
const View kSocialView = {"BPS_Clinical", kSocialColumns, ""};
const View kFamilyView = {"BPS_FamilyHistory", kFamilyColumns, ""};
const View kFamilyDetailView = {"BPS_FamilyHistoryDetail", kFamilyDetailColumns,
                                "RelationName, Condition"};
const View kInvestigationsView = {"BPS_Investigations", kInvestigationColumns,
                                  "Reported DESC, ReportID DESC"};
const View kCorrespondenceInView = {"BPS_CorrespondenceIn", kCorrespondenceInColumns,
                                    "CorrespondenceDate DESC, DocumentID DESC"};
const View kCorrespondenceOutView = {"BPS_CorrespondenceOut", kCorrespondenceOutColumns,
                                     "CorrespondenceDate DESC, RecordID DESC"};
const View kReportsView = {"BPS_EPCReports", kReportColumns, "ReportDate DESC, ReportID DESC"};
const View kImagesView = {"BPS_ClinicalImages", kImageColumns,
                          "CorrespondenceDate DESC, DocumentID DESC"};

// ---- Statements ---------------------------------------------------------------------------------

// INFERRED: every view of a patient's data has InternalID, also those whose public column lists
// begin after it (sheet §3: BPS_FamilyHistory, BPS_Tobacco, BPS_Alcohol, BPS_Clinical).
SqlStatement SelectOf(const View& view, std::int64_t patient) {
  SqlStatement statement;
  statement.text = "SELECT TOP (1001) ";
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (i > 0) statement.text += ", ";
    statement.text += view.columns[i];
  }
  statement.text += " FROM " + std::string(view.name) +
                    " WHERE InternalID IN (SELECT INTERNALID FROM PATIENTS WHERE INTERNALID = ?"
                    " AND RECORDSTATUS = 1)";
  if (!view.order.empty()) statement.text += " ORDER BY " + std::string(view.order);
  statement.parameters = {patient};
  statement.columns = view.columns;
  statement.reads_only = true;
  return statement;
}

SqlStatement SelectIsThere(std::int64_t patient) {
  static constexpr std::string_view kColumns[] = {"TOTAL"};
  SqlStatement statement;
  statement.text =
      "SELECT COUNT(*) AS TOTAL FROM PATIENTS WHERE INTERNALID = ? AND RECORDSTATUS = 1";
  statement.parameters = {patient};
  statement.columns = kColumns;
  statement.reads_only = true;
  return statement;
}

SqlStatement SelectHasDocument(std::string_view view, std::string_view key, std::int64_t patient,
                               std::int64_t document) {
  auto statement = SelectIsThere(patient);
  statement.text = "SELECT COUNT(*) AS TOTAL FROM " + std::string(view) +
                   " WHERE InternalID IN (SELECT INTERNALID FROM PATIENTS WHERE INTERNALID = ?"
                   " AND RECORDSTATUS = 1) AND " +
                   std::string(key) + " = ?";
  statement.parameters.emplace_back(document);
  return statement;
}

// ---- Past history, medicines, reactions ---------------------------------------------------------

ItemOrBad ToHistory(SqlRow row) {
  CellReader in(row, kHistoryColumns);
  HistoryRow h;
  h.key = in.DueInt();
  h.day = in.Int();
  h.month = in.Int();
  h.year = in.Int();
  h.condition = in.DueText();
  h.status = in.Text();
  const auto side = in.Text();
  const auto details = in.Text();
  h.snomed = in.Text();
  if (!in.bad() && Trim(h.condition).empty()) return BadCell{"Condition", "is empty"};
  auto condition = ToCondition(h);
  condition.patient = {};
  if (!Trim(side).empty()) condition.note = "Side: " + std::string(Trim(side));
  Append(condition.note, PlainText(details), "\n");
  return Finish(in, NameOf(h.key), std::move(condition));
}

ItemOrBad ToMedication(SqlRow row) {
  CellReader in(row, kRxColumns);
  const auto key = in.DueInt();
  model::MedicationStatement rx;
  rx.medication.display = Trim(in.DueText());
  const auto dose = in.Text(), frequency = in.Text(), food = in.Text(), other = in.Text();
  rx.as_needed = IsYes(in.Text());
  const auto instructions = in.Text();
  Append(rx.dosage, dose);
  Append(rx.dosage, frequency, " ");
  Append(rx.dosage, food);
  Append(rx.dosage, other);
  Append(rx.dosage, PlainText(instructions), "; ");
  rx.reason = Trim(in.Text());
  rx.start = DayOf(in.Time());
  rx.last = DayOf(in.Time());
  if (!in.bad() && rx.medication.display.empty()) return BadCell{"DrugName", "is empty"};
  return Finish(in, NameOf(key), std::move(rx));
}

// INFERRED: Severity is one of FHIR's three words; anything else is told in the note.
ItemOrBad ToReaction(SqlRow row) {
  CellReader in(row, kReactionColumns);
  model::AllergyIntolerance reaction;
  reaction.substance.display = Trim(in.DueText());
  reaction.manifestation = Trim(in.Text());
  const auto severity = AsciiLower(Trim(in.Text()));
  reaction.note = PlainText(in.Text());
  reaction.recorded = DayOf(in.Time());
  if (severity == "mild" || severity == "moderate" || severity == "severe") {
    reaction.severity = severity;
  } else if (!severity.empty()) {
    reaction.note = "Severity: " + severity + (reaction.note.empty() ? "" : "\n") + reaction.note;
  }
  if (!in.bad() && reaction.substance.display.empty()) return BadCell{"ItemName", "is empty"};
  auto name = NameFor({reaction.substance.display, reaction.manifestation, reaction.recorded});
  return Finish(in, std::move(name), std::move(reaction));
}

// INFERRED: sheet §2 gives the code 1 as "unknown/nil known", the view gives text. Only words that
// say that there are none are believed: a wrong "none" could harm.
bool SaysNoneKnown(std::string_view known_allergies) {
  const auto text = AsciiLower(Trim(known_allergies));
  return text == "nil" || text == "none" || text.starts_with("nil known") ||
         text.starts_with("none known") || text.starts_with("no known");
}

// ---- Family -------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kRoles = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

model::Coding RelationOf(std::string_view name) {
  struct Known {
    std::string_view word, code;
  };
  constexpr Known kKnown[] = {{"father", "FTH"},
                              {"mother", "MTH"},
                              {"brother", "BRO"},
                              {"sister", "SIS"},
                              {"son", "SON"},
                              {"daughter", "DAU"},
                              {"uncle", "UNCLE"},
                              {"aunt", "AUNT"},
                              {"cousin", "COUSN"},
                              {"grandfather", "GRFTH"},
                              {"grandmother", "GRMTH"},
                              {"maternal grandmother", "MGRMTH"},
                              {"maternal grandfather", "MGRFTH"},
                              {"paternal grandmother", "PGRMTH"},
                              {"paternal grandfather", "PGRFTH"}};
  model::Coding out;
  out.display = Trim(name);
  for (const auto& known : kKnown) {
    if (!EqualsIgnoringAsciiCase(out.display, known.word)) continue;
    out.system = kRoles;
    out.code = known.code;
  }
  return out;
}

// INFERRED: FatherAlive and MotherAlive say Yes or No in words.
std::optional<bool> DeceasedOf(std::string_view alive) {
  const auto text = AsciiLower(Trim(alive));
  if (IsYes(text) || text == "alive") return false;
  if (IsNo(text) || text == "deceased" || text == "dead") return true;
  return std::nullopt;
}

void AddParent(std::vector<ClinicalItem>& out, std::string_view who, SqlRow row, std::size_t at) {
  model::FamilyMemberHistory parent;
  parent.relationship = RelationOf(who);
  parent.deceased = DeceasedOf(AnyText(row, at));
  parent.age_at_death = Counted(row, at + 1);
  if (!parent.age_at_death.empty()) parent.deceased = true;
  if (const auto cause = AnyText(row, at + 2); !cause.empty()) {
    parent.note = "Cause of death: " + cause;
  }
  if (!parent.deceased && parent.note.empty()) return;
  out.push_back({"parent-" + AsciiLower(who), std::move(parent)});
}

}  // namespace

std::vector<ClinicalItem> FromFamily(SqlRow row) {
  std::vector<ClinicalItem> out;
  if (IsYes(AnyText(row, 0))) {
    model::FamilyMemberHistory unknown;
    unknown.none_known = true;
    out.push_back({"unknown", std::move(unknown)});
    return out;
  }
  AddParent(out, "Father", row, 1);
  AddParent(out, "Mother", row, 4);
  const auto held = AnyText(row, 7);
  if (const auto comment = PlainText(held); !comment.empty()) {
    model::FamilyMemberHistory family;
    family.note = comment;
    out.push_back({"comment", std::move(family)});
  }
  return out;
}

ItemOrBad ToRelative(SqlRow row) {
  CellReader in(row, kFamilyDetailColumns);
  model::FamilyMemberHistory relative;
  relative.relationship = RelationOf(in.Text());
  const auto condition = Trim(in.DueText());
  relative.conditions.push_back({"", "", std::string(condition)});
  relative.note = PlainText(in.Text());
  if (!in.bad() && condition.empty()) return BadCell{"Condition", "is empty"};
  auto name = NameFor({relative.relationship.display, condition});
  return Finish(in, std::move(name), std::move(relative));
}

void NumberDoubles(std::vector<ClinicalItem>& items) {
  std::map<std::string, int> seen;
  for (auto& item : items) {
    const int times = ++seen[item.id];
    if (times > 1) item.id += "-" + std::to_string(times);
  }
}

// ---- Documents ----------------------------------------------------------------------------------

std::span<const Shelf> Shelves() {
  static const Shelf kShelves[] = {
      {"investigation", "Investigation", &kInvestigationsView, "ReportID"},
      {"correspondence-in", "Correspondence in", &kCorrespondenceInView, "DocumentID"},
      {"correspondence-out", "Correspondence out", &kCorrespondenceOutView, "RecordID"},
      {"report", "Enhanced primary care report", &kReportsView, "ReportID"},
      {"image", "Clinical image", &kImagesView, "DocumentID"}};
  return kShelves;
}

ItemOrBad ToDocument(const Shelf& shelf, SqlRow row, bool readable) {
  CellReader in(row, shelf.view->columns);
  const auto key = in.DueInt();
  model::ClinicalDocument document;
  document.type = {"", std::string(shelf.kind), std::string(shelf.display)};
  document.readable = readable;
  document.date = DayOf(in.Time());
  if (shelf.view == &kInvestigationsView) {
    const auto collected = DayOf(in.Time());
    if (document.date.empty()) document.date = collected;
  }
  document.title = Trim(in.Text());
  if (shelf.view == &kCorrespondenceInView || shelf.view == &kImagesView) {
    document.category = Trim(in.Text());
  }
  document.author = Trim(in.Text());
  if (shelf.view == &kReportsView) {
    document.draft = IsNo(in.Text());
  } else if (shelf.view != &kImagesView) {
    document.confidential = IsYes(in.Text());
    if (shelf.view == &kCorrespondenceOutView) document.draft = IsYes(in.Text());
  }
  return Finish(in, std::string(shelf.kind) + "-" + NameOf(key), std::move(document));
}

std::optional<DocumentId> ReadDocumentId(std::string_view item) {
  const auto dash = item.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = KeyOf(item.substr(dash + 1));
  for (const auto& shelf : Shelves()) {
    if (number && item.substr(0, dash) == shelf.kind) return DocumentId{&shelf, *number};
  }
  return std::nullopt;
}

// ---- Text ---------------------------------------------------------------------------------------

std::string AnyText(SqlRow row, std::size_t at) {
  if (at >= row.size()) return {};
  if (const auto* text = std::get_if<std::string>(&row[at])) return std::string(Trim(*text));
  if (const auto* number = std::get_if<std::int64_t>(&row[at])) return std::to_string(*number);
  const auto* real = std::get_if<double>(&row[at]);
  if (real == nullptr || !(std::abs(*real) < 1e15) || std::floor(*real) != *real) return {};
  return std::to_string(static_cast<std::int64_t>(*real));
}

std::string_view PlainText(std::string_view text) {
  const auto trimmed = Trim(text);
  // Documents in a text column: RTF, HTML, PDF.
  for (const std::string_view sign : {"{\\rtf", "<html", "<!DOCTYPE", "%PDF"}) {
    if (trimmed.size() >= sign.size() &&
        EqualsIgnoringAsciiCase(trimmed.substr(0, sign.size()), sign)) {
      return {};
    }
  }
  return trimmed;
}

std::string DayOf(const std::optional<LocalTime>& held) {
  if (!held) return {};
  const auto day = held->day();
  // 1900-01-01 and what comes before are the database's "nothing".
  const Date nothing(std::chrono::year(1900), std::chrono::month(1), std::chrono::day(1));
  return day <= nothing ? std::string() : FormatDate(day);
}

}  // namespace pons::best_practice
