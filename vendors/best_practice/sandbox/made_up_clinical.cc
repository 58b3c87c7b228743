// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/made_up_clinical.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "vendors/best_practice/sandbox/bp_edits.h"
#include "vendors/best_practice/sandbox/documents.h"
#include "vendors/best_practice/sandbox/made_up_dice.h"

namespace pons::best_practice::sandbox {
namespace {

using made_up::Dice;

constexpr std::int64_t kOne = 1, kZero = 0;

struct Medicine {
  const char* name;
  const char* dose;
  const char* frequency;
  const char* food;
  const char* reason;
  bool as_needed;
};
constexpr Medicine kMedicines[] = {
    {"Perindopril 5mg Tablet", "1", "In the morning", "", "Hypertension", false},
    {"Amlodipine 5mg Tablet", "1", "Daily", "", "Hypertension", false},
    {"Metformin 500mg Tablet", "1", "b.d.", "with meals", "Type 2 diabetes", false},
    {"Atorvastatin 20mg Tablet", "1", "At night", "", "Hypercholesterolaemia", false},
    {"Salbutamol 100mcg Inhaler", "2 puffs", "q.i.d.", "", "Asthma", true},
    {"Paracetamol 500mg Tablet", "2", "q.i.d.", "", "Pain", true},
    {"Pantoprazole 20mg Tablet", "1", "In the morning", "before food", "Reflux", false},
    {"Sertraline 50mg Tablet", "1", "Daily", "", "Depression", false},
    {"Levothyroxine 75mcg Tablet", "1", "In the morning", "before food", "Hypothyroidism", false},
    {"Fluorouracil 5% Cream", "1", "b.d.", "", "Solar keratoses", false},
    {"Cefalexin 500mg Capsule", "1", "b.d.", "", "Cellulitis", false},
};
struct Reacts {
  const char* item;
  const char* reaction;
};
constexpr Reacts kReactions[] = {{"Penicillins", "Rash"},     {"Amoxicillin", "Urticaria"},
                                 {"Sulfonamides", "Rash"},    {"Codeine", "Nausea"},
                                 {"Aspirin", "Bronchospasm"}, {"Elastoplast", "Contact dermatitis"},
                                 {"Peanut", "Anaphylaxis"}};
constexpr const char* kSeverities[] = {"Mild", "Moderate", "Severe"};
constexpr const char* kSmoking[] = {"Non smoker", "Non smoker", "Ex smoker", "Smoker"};
constexpr const char* kMarital[] = {"Married", "Single", "De facto", "Widowed", "Divorced"};
constexpr const char* kWork[] = {"Retired teacher",
                                 "Works as an electrician",
                                 "Nurse",
                                 "Farmer, outdoors all year",
                                 "Office work",
                                 "Student",
                                 "Lifeguard for ten summers",
                                 ""};
constexpr const char* kHobbies[] = {"Surfing", "Gardening", "Lawn bowls", "Bushwalking", ""};
constexpr const char* kRelatives[] = {"Brother", "Sister", "Maternal grandmother",
                                      "Paternal grandfather", "Aunt"};
constexpr const char* kFamilyTrouble[] = {"Melanoma", "Breast cancer", "Bowel cancer",
                                          "Ischaemic heart disease", "Type 2 diabetes"};
constexpr const char* kTests[] = {"Full blood count", "Liver function test", "Skin biopsy",
                                  "Lipids", "Chest X-ray"};
constexpr const char* kLetters[] = {"Dermatology review", "Cardiology opinion",
                                    "Physiotherapy progress", "Discharge summary"};
constexpr const char* kReports[] = {"GP Management Plan", "Team Care Arrangements",
                                    "Health assessment 75+"};

std::string DaysAgo(Connection& writer, std::int64_t days) {
  auto now = writer.database().LocalNow();
  now.days -= static_cast<decltype(now.days)>(days);
  now.ticks = 0;
  return FormatDateTime(now);
}

Cells For(std::int64_t patient, Cells cells) {
  cells.insert(cells.begin(), {{"INTERNALID", patient}, {"RECORDSTATUS", kOne}});
  return cells;
}

std::string Text(const char* text) { return text; }

Result<std::int64_t> AddMedicine(Connection& writer, Dice& dice, std::int64_t patient,
                                 const std::string& name = "") {
  const auto& one = dice.Pick(kMedicines);
  const int first = dice.Between(60, 2500);
  return InsertRow(writer, "CURRENTRX",
                   For(patient, {{"DRUGNAME", name.empty() ? Text(one.name) : name},
                                 {"DOSE", Text(one.dose)},
                                 {"FREQUENCY", Text(one.frequency)},
                                 {"FOOD", Text(one.food)},
                                 {"OTHERDETAIL", std::string()},
                                 {"PRN", std::int64_t{one.as_needed}},
                                 {"INSTRUCTIONS", std::string()},
                                 {"ROUTE", kOne},
                                 {"QUANTITY", std::int64_t{30}},
                                 {"PRODUCTUNIT", std::string("Tablet")},
                                 {"REPEATS", std::int64_t{5}},
                                 {"INDICATION", name.empty() ? Text(one.reason) : std::string()},
                                 {"FIRSTDATE", DaysAgo(writer, first)},
                                 {"LASTDATE", DaysAgo(writer, dice.Between(0, 59))},
                                 {"PRODUCTID", std::int64_t{dice.Between(1000, 9000)}}}));
}

Result<std::int64_t> AddReaction(Connection& writer, Dice& dice, std::int64_t patient,
                                 const std::string& item = "") {
  const auto& one = dice.Pick(kReactions);
  return InsertRow(writer, "REACTIONS",
                   For(patient, {{"ITEMNAME", item.empty() ? Text(one.item) : item},
                                 {"REACTION", Text(one.reaction)},
                                 {"SEVERITY", Text(dice.Pick(kSeverities))},
                                 {"COMMENT", std::string()}}));
}

Result<std::int64_t> AddObservation(Connection& writer, std::int64_t patient, std::int64_t days,
                                    std::int64_t time, std::int64_t code, const char* name,
                                    std::string value) {
  return InsertRow(writer, "OBSERVATIONS",
                   For(patient, {{"USERID", kOne},
                                 {"OBSERVATIONDATE", DaysAgo(writer, days)},
                                 {"OBSERVATIONTIME", time},
                                 {"OBSERVATIONNAME", std::string(name)},
                                 {"OBSERVATIONCODE", code},
                                 {"OBSERVATIONVALUE", std::move(value)}}));
}

Result<std::int64_t> AddPressure(Connection& writer, Dice& dice, std::int64_t patient,
                                 std::int64_t days) {
  const std::int64_t time = 9 * 3600 + dice.Below(480) * 60;
  const int systolic = dice.Between(105, 165);
  PONS_TRY(AddObservation(writer, patient, days, time, 3, "Systolic BP", std::to_string(systolic)));
  return AddObservation(writer, patient, days, time, 4, "Diastolic BP",
                        std::to_string(systolic * 6 / 10 + dice.Between(-6, 8)));
}

std::string OneDecimal(int tenths) {
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

Result<std::int64_t> AddSocial(Connection& writer, Dice& dice, std::int64_t patient, bool adult,
                               const char* allergies) {
  const std::string smoking = adult ? Text(dice.Pick(kSmoking)) : std::string("Non smoker");
  const bool smokes = smoking == "Smoker";
  PONS_TRY(InsertRow(writer, "TOBACCO",
                     For(patient, {{"SMOKINGSTATUS", smoking},
                                   {"SMOKESPERDAY", std::int64_t{smokes ? dice.Between(2, 25) : 0}},
                                   {"YEARSTARTED", std::int64_t{smokes ? 1998 : 0}}})));
  const bool drinks = adult && dice.PerMille(600);
  PONS_TRY(
      InsertRow(writer, "ALCOHOL",
                For(patient, {{"NONDRINKER", std::int64_t{!drinks}},
                              {"DAYSPERWEEK", std::int64_t{drinks ? dice.Between(1, 6) : 0}},
                              {"DRINKSPERDAY", std::int64_t{drinks ? dice.Between(1, 4) : 0}}})));
  return InsertRow(
      writer, "CLINICAL",
      For(patient, {{"KNOWNALLERGIES", Text(allergies)},
                    {"SMOKINGSTATUS", smoking},
                    {"BLOODGROUP", std::string()},
                    {"MARITALSTATUSNAME", adult ? Text(dice.Pick(kMarital)) : std::string()},
                    {"SOCIALHISTORY", adult ? Text(dice.Pick(kWork)) : std::string()},
                    {"RECREATION", Text(dice.Pick(kHobbies))},
                    {"ACCOMODATIONTEXT", std::string(adult ? "Own home" : "")},
                    {"LIVESWITHTEXT", std::string(adult ? "Spouse" : "Family")},
                    {"HASCARER", std::string("No")},
                    {"ISCARER", std::string("No")}}));
}

Result<std::int64_t> AddRelative(Connection& writer, Dice& dice, std::int64_t patient) {
  return InsertRow(writer, "FAMILYHISTORYDETAIL",
                   For(patient, {{"RELATIONNAME", Text(dice.Pick(kRelatives))},
                                 {"CONDITION", Text(dice.Pick(kFamilyTrouble))},
                                 {"DISEASECODE", kZero},
                                 {"COMMENT", std::string()}}));
}

Result<std::int64_t> AddParents(Connection& writer, Dice& dice, std::int64_t patient, bool old) {
  const bool gone = old && dice.PerMille(700);
  return InsertRow(
      writer, "FAMILYHISTORY",
      For(patient, {{"UNKNOWN", std::int64_t{dice.PerMille(60)}},
                    {"FATHERALIVE", std::string(gone ? "No" : "Yes")},
                    {"FATHERSAGEATDEATH", std::int64_t{gone ? dice.Between(58, 91) : 0}},
                    {"FATHERSCAUSEOFDEATH", std::string(gone ? "Myocardial infarction" : "")},
                    {"MOTHERALIVE", std::string("Yes")},
                    {"MOTHERSAGEATDEATH", kZero},
                    {"MOTHERSCAUSEOFDEATH", std::string()},
                    {"COMMENT", std::string()}}));
}

Result<std::int64_t> AddInvestigation(Connection& writer, Dice& dice, std::int64_t patient) {
  const int days = dice.Between(5, 900);
  // A report that staff file keeps the number it came in under; those count from 1.
  const auto number = AskInteger(
      writer, "SELECT max(1000000, coalesce(max(REPORTID), 0)) + 1 FROM INVESTIGATIONS", {});
  return InsertRow(writer, "INVESTIGATIONS",
                   {{"REPORTID", number},
                    {"INTERNALID", patient},
                    {"USERID", kOne},
                    {"PROVIDERNAME", std::string("Coastal Pathology (made up)")},
                    {"COLLECTIONDATE", DaysAgo(writer, days)},
                    {"TESTNAME", Text(dice.Pick(kTests))},
                    {"REPORTDATE", DaysAgo(writer, days - 2)},
                    {"REPORTTIME", std::int64_t{36000}},
                    {"NORMALFLAG", kOne},
                    {"COMPLETIONFLAG", kOne},
                    {"STORED", kOne}});
}

Result<std::int64_t> AddLetterIn(Connection& writer, Dice& dice, std::int64_t patient) {
  return InsertRow(writer, "CORRESPONDENCEIN",
                   {{"STORED", kOne},
                    {"ORIGIN", kZero},
                    {"INTERNALID", patient},
                    {"USERID", kOne},
                    {"CORRESPONDENCEDATE", DaysAgo(writer, dice.Between(3, 1200))},
                    {"CONTACTID", kZero},
                    {"CONTACTNAME", std::string("Dr Morgan Ellis (made up)")},
                    {"CATEGORY", std::string("Specialist letter")},
                    {"SUBJECT", Text(dice.Pick(kLetters))},
                    {"DETAIL", std::string()},
                    {"CONFIDENTIALFLAG", std::int64_t{dice.PerMille(60)}},
                    {"USERREFERENCE", std::string()},
                    {"COMMENT", std::string()},
                    {"CLINICALIMAGE", kZero},
                    {"LOCATIONID", kOne}});
}

Result<std::int64_t> AddLetterOut(Connection& writer, Dice& dice, std::int64_t patient) {
  return InsertRow(writer, "CORRESPONDENCEOUT",
                   For(patient, {{"USERID", kOne},
                                 {"CORRESPONDENCEDATE", DaysAgo(writer, dice.Between(3, 1200))},
                                 {"CONTACTNAME", std::string("Dr Morgan Ellis (made up)")},
                                 {"SUBJECT", std::string("Referral")},
                                 {"STORED", kOne},
                                 {"COMMENT", std::string()},
                                 {"CONFIDENTIALFLAG", kZero},
                                 {"DRAFT", std::int64_t{dice.PerMille(100)}}}));
}

Result<std::int64_t> AddCareReport(Connection& writer, Dice& dice, std::int64_t patient) {
  return InsertRow(writer, "EPCREPORTS",
                   For(patient, {{"USERID", kOne},
                                 {"REPORTDATE", DaysAgo(writer, dice.Between(3, 700))},
                                 {"REPORTTYPE", Text(dice.Pick(kReports))},
                                 {"STORED", kOne},
                                 {"FINALISED", std::int64_t{!dice.PerMille(150)}}}));
}

// The first error of many.
class First {
 public:
  void operator()(const Result<std::int64_t>& added) {
    if (!added && !error_) error_ = added.error();
  }
  Result<void> Told() const { return error_ ? Result<void>(*error_) : Ok(); }

 private:
  std::optional<Error> error_;
};

Result<void> MakeUpOne(Connection& writer, Dice& dice, std::int64_t patient, int age) {
  First add;
  const bool adult = age >= 18;
  const int medicines = std::max(0, dice.Between(-1, age > 60 ? 5 : 2));
  for (int i = 0; i < medicines; ++i) add(AddMedicine(writer, dice, patient));
  const bool reacts = dice.PerMille(280);
  const int reactions = reacts ? dice.Between(1, 2) : 0;
  for (int i = 0; i < reactions; ++i) add(AddReaction(writer, dice, patient));
  const bool asked = dice.PerMille(800);
  add(AddSocial(writer, dice, patient, adult,
                reacts  ? "Some recorded"
                : asked ? "Nil known"
                        : "Not recorded"));
  if (adult) {
    const int pressures = dice.Between(0, 3);
    for (int i = 0; i < pressures; ++i) {
      add(AddPressure(writer, dice, patient, dice.Between(1, 900)));
    }
  }
  const int days = dice.Between(1, 400);
  const int height = adult ? dice.Between(150, 196) : 60 + age * 6;
  const int weight_tenths = adult ? dice.Between(480, 1180) : 60 + age * 28;
  add(AddObservation(writer, patient, days, 0, 7, "Height", std::to_string(height)));
  add(AddObservation(writer, patient, days, 0, 8, "Weight", OneDecimal(weight_tenths)));
  add(AddObservation(writer, patient, days, 0, 9, "BMI",
                     OneDecimal(weight_tenths * 10'000 / (height * height))));
  if (dice.PerMille(300)) {
    add(AddObservation(writer, patient, dice.Between(1, 300), 36'000, 1, "Temperature",
                       OneDecimal(dice.Between(361, 389))));
  }
  add(AddParents(writer, dice, patient, age > 50));
  if (dice.PerMille(350)) add(AddRelative(writer, dice, patient));
  if (dice.PerMille(500)) add(AddInvestigation(writer, dice, patient));
  if (dice.PerMille(400)) add(AddLetterIn(writer, dice, patient));
  if (dice.PerMille(300)) add(AddLetterOut(writer, dice, patient));
  if (adult && dice.PerMille(200)) add(AddCareReport(writer, dice, patient));
  return add.Told();
}

}  // namespace

Result<void> MakeUpClinical(Connection& writer, std::uint64_t seed, std::int64_t most) {
  struct Person {
    std::int64_t id = 0;
    int born = 0;
  };
  std::vector<Person> people;
  std::string error;
  sqlite3_stmt* statement = writer.Prepare(
      "SELECT INTERNALID, CAST(substr(coalesce(DOB, '1980'), 1, 4) AS INTEGER) FROM PATIENTS "
      "ORDER BY INTERNALID LIMIT ?",
      error);
  if (statement == nullptr) return MakeError(Fault::kInternal, "sandbox database: " + error);
  sqlite3_bind_int64(statement, 1, most);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    people.push_back({sqlite3_column_int64(statement, 0), sqlite3_column_int(statement, 1)});
  }
  sqlite3_reset(statement);
  const int year = static_cast<int>(std::strtol(TodayText(writer.database()).c_str(), nullptr, 10));
  for (const auto& person : people) {
    Dice dice(seed ^ 0xc11c, static_cast<std::uint64_t>(person.id));
    PONS_TRY(MakeUpOne(writer, dice, person.id, std::clamp(year - person.born, 0, 105)));
  }
  return Ok();
}

Result<std::int64_t> AddClinical(Connection& writer, const json::Value& body) {
  const auto patient = IntegerIn(body, "patient").value_or(0);
  if (AskInteger(writer, "SELECT COUNT(*) FROM PATIENTS WHERE INTERNALID = ? AND RECORDSTATUS = 1",
                 {patient}) == 0) {
    return MakeError(Fault::kNotFound, "there is no such patient");
  }
  const std::string text(body.Text("text"));
  const auto kind = body.Text("kind");
  // What there is already makes the next one another.
  Dice dice(static_cast<std::uint64_t>(patient),
            static_cast<std::uint64_t>(AskInteger(writer,
                                                  "SELECT (SELECT COUNT(*) FROM CURRENTRX) + "
                                                  "(SELECT COUNT(*) FROM OBSERVATIONS)",
                                                  {})));
  if (kind == "medication") return AddMedicine(writer, dice, patient, text);
  if (kind == "reaction") return AddReaction(writer, dice, patient, text);
  if (kind == "pressure") return AddPressure(writer, dice, patient, 0);
  if (kind == "observation") {
    return AddObservation(writer, patient, 0, SecondsOfDay(writer.database()) / 60 * 60,
                          IntegerIn(body, "code").value_or(8),
                          text.empty() ? "Weight" : text.c_str(),
                          body.Text("value").empty() ? "71.5" : std::string(body.Text("value")));
  }
  if (kind == "social") return AddSocial(writer, dice, patient, true, "Not recorded");
  if (kind == "family") return AddRelative(writer, dice, patient);
  if (kind == "investigation") return AddInvestigation(writer, dice, patient);
  if (kind == "letter") return AddLetterIn(writer, dice, patient);
  if (kind == "letter_out") return AddLetterOut(writer, dice, patient);
  if (kind == "report") return AddCareReport(writer, dice, patient);
  return MakeError(Fault::kRejected,
                   "kind: medication, reaction, observation, pressure, social, family, "
                   "investigation, letter, letter_out or report");
}

// ---- Documents ----------------------------------------------------------------------------------

namespace {

struct Home {
  std::string_view kind;
  const char* table;
  const char* key;
  const char* title;
};
constexpr Home kHomes[] = {{"investigation", "INVESTIGATIONS", "REPORTID", "TESTNAME"},
                           {"correspondence-in", "CORRESPONDENCEIN", "DOCUMENTID", "SUBJECT"},
                           {"correspondence-out", "CORRESPONDENCEOUT", "RECORDID", "SUBJECT"},
                           {"report", "EPCREPORTS", "REPORTID", "REPORTTYPE"},
                           {"image", "CORRESPONDENCEIN", "DOCUMENTID", "SUBJECT"}};

// A page that says what it is; the smallest PDF that readers open.
std::string PdfSaying(const std::string& title) {
  const std::string draw = "BT /F1 18 Tf 60 760 Td (" + title + " - made up) Tj ET";
  const std::array<std::string, 5> objects = {
      "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 "
      "R>>>>>>",
      "<</Length " + std::to_string(draw.size()) + ">>\nstream\n" + draw + "\nendstream",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"};
  std::string out = "%PDF-1.4\n", table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char entry[32];
    std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", out.size());
    table += entry;
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const auto start = std::to_string(out.size());
  return out + "xref\n0 6\n" + table + "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n" + start +
         "\n%%EOF\n";
}

}  // namespace

Result<MadeUpDocument> ReadClinicalDocument(Connection& reader, std::string_view kind,
                                            std::int64_t patient, std::int64_t key) {
  const auto home = std::find_if(std::begin(kHomes), std::end(kHomes),
                                 [&](const Home& one) { return one.kind == kind; });
  if (home == std::end(kHomes)) return MakeError(Fault::kRejected, "@Kind: not known");
  const std::string where =
      std::string(" FROM ") + home->table + " WHERE " + home->key + " = ? AND INTERNALID = ?";
  if (AskInteger(reader, "SELECT COUNT(*)" + where, {key, patient}) == 0) {
    return MakeError(Fault::kNotFound, "there is no document of that id");
  }
  if (kind == "image") {
    if (auto kept = FindDocument(reader, "image", key)) {
      return MadeUpDocument{kept->content_type, std::move(kept->content)};
    }
  }
  const auto title = AskText(reader, std::string("SELECT ") + home->title + where, {key, patient});
  if (kind == "investigation") {
    return MadeUpDocument{"text/plain", title + "\nWithin the usual range. (made up)\n"};
  }
  if (kind == "correspondence-in") {
    return MadeUpDocument{"text/rtf", "{\\rtf1\\ansi " + title + " \\par (made up)}"};
  }
  if (kind == "correspondence-out") {
    return MadeUpDocument{"text/html",
                          "<html><body><h1>" + title + "</h1><p>Made up.</p></body></html>"};
  }
  return MadeUpDocument{"application/pdf", PdfSaying(title)};
}

}  // namespace pons::best_practice::sandbox
