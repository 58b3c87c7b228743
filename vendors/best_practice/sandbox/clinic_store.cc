// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/clinic_store.h"

#include <algorithm>
#include <cctype>

#include "base/check.h"
#include "base/text.h"
#include "vendors/best_practice/sandbox/fhir_loader.h"
#include "vendors/best_practice/sandbox/made_up_clinical.h"
#include "vendors/best_practice/sandbox/made_up_practice.h"
#include "vendors/best_practice/sandbox/schema.h"

namespace pons::best_practice::sandbox {

using sandboxkit::ClinicAppointment;
using sandboxkit::ClinicCondition;
using sandboxkit::ClinicLocation;
using sandboxkit::ClinicPatient;
using sandboxkit::ClinicPractitioner;

// One INSERT kept prepared; values bound in order, text without copies.
class Inserter {
 public:
  Inserter(Connection& writer, const char* table, const char* columns) {
    std::string places = "?";
    for (const char* c = columns; *c != '\0'; ++c) {
      if (*c == ',') places += ",?";
    }
    const std::string sql =
        std::string("INSERT INTO ") + table + " (" + columns + ") VALUES (" + places + ")";
    sqlite3_prepare_v2(writer.handle(), sql.c_str(), -1, &statement_, nullptr);
    PONS_CHECK(statement_ != nullptr);
  }
  ~Inserter() { sqlite3_finalize(statement_); }
  Inserter(const Inserter&) = delete;
  Inserter& operator=(const Inserter&) = delete;

  Inserter& I(std::int64_t value) {
    sqlite3_bind_int64(statement_, ++place_, value);
    return *this;
  }
  // The text must live until Done.
  Inserter& T(std::string_view text) {
    sqlite3_bind_text64(statement_, ++place_, text.data() == nullptr ? "" : text.data(),
                        text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  // NULL where the text is empty.
  Inserter& N(std::string_view text = {}) {
    if (!text.empty()) return T(text);
    sqlite3_bind_null(statement_, ++place_);
    return *this;
  }
  bool Done() {
    place_ = 0;
    const int status = sqlite3_step(statement_);
    sqlite3_reset(statement_);
    return status == SQLITE_DONE;
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int place_ = 0;
};

namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

std::string DayText(std::string_view date) {
  const auto day = date.empty() ? std::nullopt : ParseDateTime(date);
  return day ? FormatDateTime({day->days, 0}) : std::string();
}

std::uint64_t Mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

std::string FoldedWord(std::string_view text) {
  std::string out = AsciiLower(Trim(text));
  while (!out.empty() && out.back() == '.') out.pop_back();
  return out;
}

}  // namespace

ClinicStore::ClinicStore(Connection& writer)
    : writer_(writer),
      now_(writer.database().LocalNow()),
      titles_(CodesOf("TITLES", "TITLECODE", "TITLE")),
      sexes_(CodesOf("SEX", "SEXCODE", "SEX")),
      ethnicities_(CodesOf("ETHNICITY", "ETHNICCODE", "ETHNICTYPE")),
      dva_(CodesOf("DVATYPE", "DVACODE", "DVATYPE")),
      pensions_(CodesOf("PENSIONTYPE", "PENSIONCODE", "PENSIONTYPE")),
      groups_(CodesOf("USERGROUPS", "GROUPCODE", "GROUPNAME")),
      statuses_(CodesOf("APPOINTMENTCODES", "APPOINTMENTCODE", "DESCRIPTION")) {
  last_patient_ =
      AskInteger(writer_, "SELECT seq FROM sqlite_sequence WHERE name = 'PATIENTS'", {});
  last_visit_ = AskInteger(writer_, "SELECT seq FROM sqlite_sequence WHERE name = 'VISITS'", {});
  patient_ = std::make_unique<Inserter>(writer, "PATIENTS",
                                        "INTERNALID,RECORDSTATUS,EXTERNALID,IHI,IHISTATUS,"
                                        "IHIRECORDSTATUS,PATIENTSTATUS,DATEOFDEATH,TITLECODE,"
                                        "FIRSTNAME,MIDDLENAME,SURNAME,PREFERREDNAME,ADDRESS1,"
                                        "ADDRESS2,CITY,POSTCODE,POSTALADDRESS,POSTALCITY,"
                                        "POSTALPOSTCODE,DOB,SEXCODE,ETHNICCODE,HOMEPHONE,WORKPHONE,"
                                        "MOBILEPHONE,MEDICARENO,MEDICARELINENO,"
                                        "MEDICAREEXPIRY,PENSIONCODE,PENSIONNO,PENSIONSTART,"
                                        "PENSIONEXPIRY,DVACODE,DVANO,RECORDNO,HEALTHFUNDNO,"
                                        "HEALTHFUNDNAME,HEADOFFAMILYID,NEXTOFKINID,EMERGENCYID,"
                                        "USERID,CONSENTSMSREMINDER,COUNTRY,CREATED,CREATEDBY");
  email_ = std::make_unique<Inserter>(writer, "EMAIL",
                                      "INTERNALID,EMAILCODE,EMAIL,RECORDSTATUS,CREATED,CREATEDBY");
  history_ = std::make_unique<Inserter>(writer, "PASTHISTORY",
                                        "INTERNALID,RECORDSTATUS,DAY,MONTH,YEAR,CONDITION,"
                                        "CONDITIONID,STATUSCODE,SIDE,SEVERITY,ACUTE,SUMMARY,"
                                        "FRACTURE,DETAILS,SNOMED,CREATED,CREATEDBY");
  appointment_ = std::make_unique<Inserter>(
      writer, "APPOINTMENTS",
      "INTERNALID,RECORDSTATUS,USERID,LOCATIONID,VISITID,APPOINTMENTDATE,APPOINTMENTTIME,"
      "APPOINTMENTLENGTH,"
      "APPOINTMENTCODE,APPOINTMENTTYPE,URGENT,REASON,ARRIVALTIME,CONSULTATIONTIME,VISITLENGTH,"
      "ROOMID,BOOKEDBY,"
      "ITEMLIST,COMMENT,ATTENDANCECONFIRMED,CREATED,CREATEDBY,UPDATED,UPDATEDBY,VIDEOURL");
  visit_ = std::make_unique<Inserter>(writer, "VISITS",
                                      "VISITID,INTERNALID,USERID,RECORDSTATUS,VISITCODE,DRNAME,"
                                      "VISITDATE,RECORDEDDATE,STARTTIME,ENDTIME,DURATION,"
                                      "LOCATION,VISITNOTES,CREATED,CREATEDBY,UPDATED,UPDATEDBY");
}

ClinicStore::~ClinicStore() = default;

ClinicStore::Codes ClinicStore::CodesOf(const char* table, const char* code, const char* text) {
  Codes codes;
  std::string error;
  sqlite3_stmt* statement =
      writer_.Prepare(std::string("SELECT ") + code + ", " + text + " FROM " + table, error);
  PONS_CHECK(statement != nullptr);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* word = reinterpret_cast<const char*>(sqlite3_column_text(statement, 1));
    codes.emplace(FoldedWord(word == nullptr ? "" : word), sqlite3_column_int64(statement, 0));
  }
  sqlite3_reset(statement);
  return codes;
}

std::int64_t ClinicStore::Code(const Codes& codes, std::string_view text) {
  const auto found = codes.find(FoldedWord(text));
  return found == codes.end() ? 0 : found->second;
}

void ClinicStore::Keep(const Result<std::int64_t>& added) {
  if (!added && failure_.empty()) failure_ = added.error().summary;
}

std::string ClinicStore::Moment(std::int64_t days_ago, std::int64_t salt) const {
  const std::uint64_t within =
      Mix(static_cast<std::uint64_t>(salt)) % static_cast<std::uint64_t>(kMsPerDay);
  return FormatDateTime(DateTime::FromUnixMillis(now_.UnixMillis() - days_ago * kMsPerDay -
                                                 static_cast<std::int64_t>(within) - 1000));
}

sandboxkit::ClinicSink ClinicStore::Sink() {
  sandboxkit::ClinicSink sink;
  sink.practice = [this](const std::string& name, const std::string& number) {
    Keep(InsertRow(writer_, "PRACTICE",
                   {{"PRACTICENAME", name},
                    {"HPIO", number},
                    {"ABN", std::string("51 824 753 556")},
                    {"SERIALNUMBER", std::string("SANDBOX0001")}}));
  };
  sink.location = [this](const ClinicLocation& location) { Location(location); };
  sink.practitioner = [this](const ClinicPractitioner& practitioner) {
    Practitioner(practitioner);
  };
  sink.appointment_type = [this](const sandboxkit::ClinicAppointmentType& type) {
    Keep(InsertRow(writer_, "APPOINTMENTTYPES",
                   {{"APPOINTMENTCODE", type.id},
                    {"RECORDSTATUS", std::int64_t{1}},
                    {"LISTORDER", type.id},
                    {"ICONINDEX", std::int64_t{0}},
                    {"APPOINTMENTLENGTH", std::int64_t{type.minutes} * 60},
                    {"DESCRIPTION", type.name}}));
  };
  sink.patient = [this](const ClinicPatient& patient) { return Patient(patient); };
  sink.appointment = [this](const ClinicAppointment& appointment) { Appointment(appointment); };
  return sink;
}

void ClinicStore::Location(const ClinicLocation& location) {
  Keep(InsertRow(writer_, "LOCATIONS",
                 {{"LOCATIONID", location.id},
                  {"LOCATIONNAME", location.name},
                  {"ADDRESS1", location.address.line1},
                  {"ADDRESS2", location.address.line2},
                  {"CITY", location.address.city},
                  {"POSTCODE", location.address.postcode},
                  {"HPIO", location.organization_number},
                  {"PHONE", location.phone},
                  {"AHPHONE", std::string()},
                  {"FAX", std::string()},
                  {"EMAIL", location.email},
                  {"ABN", std::string()},
                  {"RECORDSTATUS", std::int64_t{1}}}));
}

void ClinicStore::Practitioner(const ClinicPractitioner& who) {
  std::int64_t group = Code(groups_, who.group);
  if (group == 0 && !who.group.empty()) {
    const auto added = InsertRow(writer_, "USERGROUPS", {{"GROUPNAME", who.group}});
    Keep(added);
    if (added) groups_[FoldedWord(who.group)] = group = *added;
  }
  const std::int64_t home = who.places.empty() ? 0 : who.places[0].location;
  Keep(
      InsertRow(writer_, "USERS",
                {{"USERID", who.id},
                 {"RECORDSTATUS", std::int64_t{1}},
                 {"USERSTATUS", std::int64_t{1}},
                 {"LOCATIONID", home},
                 {"HPII", who.individual_number},
                 {"GROUPCODE", group},
                 {"TITLECODE", Code(titles_, who.title)},
                 {"SURNAME", who.family},
                 {"FIRSTNAME", who.given},
                 {"REGISTRATIONNO", who.registration},
                 {"PRESCRIBERNO", who.prescriber_number},
                 {"PROVIDERNO", who.places.empty() ? std::string() : who.places[0].provider_number},
                 {"HOMEPHONE", who.phone},
                 {"MOBILEPHONE", std::string()},
                 {"EMAIL", who.email},
                 {"APPOINTMENTS", std::int64_t{who.has_appointment_book}}}));
  doctors_[who.id] = std::string(Trim(who.title + " " + who.given + " " + who.family));
  for (const auto& place : who.places) {
    Keep(InsertRow(writer_, "PROVIDER_LOCATION",
                   {{"USERID", who.id},
                    {"LOCATIONID", place.location},
                    {"PROVIDERNUMBER", place.provider_number}}));
  }
  if (!who.has_appointment_book) return;
  for (const auto& away : who.away) {
    Keep(InsertRow(writer_, "DAYSAWAY",
                   {{"USERID", who.id},
                    {"STARTDATE", away.from + " 00:00:00.000"},
                    {"FINISHDATE", away.to + " 00:00:00.000"},
                    {"AWAYREASON", away.reason}}));
  }
  for (const auto& session : who.sessions) {
    const std::int64_t start = session.from_minutes * 60, end = session.to_minutes * 60;
    if (!session.date.empty()) {
      Keep(InsertRow(writer_, "EXTRASESSIONS",
                     {{"USERID", who.id},
                      {"LOCATIONID", session.location},
                      {"SESSIONDATE", session.date + " 00:00:00.000"},
                      {"STARTTIME", start},
                      {"ENDTIME", end},
                      {"LENGTH", std::int64_t{900}}}));
      continue;
    }
    // Sunday is day 1.
    Keep(InsertRow(writer_, "SESSIONS",
                   {{"USERID", who.id},
                    {"LOCATIONID", session.location},
                    {"DAYOFWEEK", std::int64_t{(session.weekday + 1) % 7 + 1}},
                    {"STARTTIME", start},
                    {"ENDTIME", end},
                    {"LENGTH", std::int64_t{900}},
                    {"SPECIAL", std::int64_t{0}},
                    {"LABEL", std::string()},
                    {"STARTDATE", {}},
                    {"ENDDATE", {}},
                    {"WEEKS", std::int64_t{1}},
                    {"CYCLEWEEK", std::int64_t{0}},
                    {"CYCLEDATE", {}},
                    {"RECORDSTATUS", std::int64_t{1}}}));
  }
}

std::string_view ClinicStore::Cut(std::string_view text, std::size_t size, const char* column,
                                  std::int64_t id) {
  if (text.size() <= size) return text;
  const std::size_t end = EndOfCharacters(text, size);
  if (end < text.size()) cuts_.push_back({std::to_string(id), column});
  return text.substr(0, end);
}

std::int64_t ClinicStore::Patient(const ClinicPatient& p) {
  const std::int64_t id = p.id != 0 ? p.id : ++last_patient_;
  last_patient_ = std::max(last_patient_, id);
  ++patients_;
  const auto cut = [&](const std::string& text, std::size_t size, const char* column) {
    return Cut(text, size, column, id);
  };
  const std::string born = DayText(p.birth_date), died = DayText(p.death_date);
  const std::string created =
      Moment(30 + static_cast<std::int64_t>(Mix(static_cast<std::uint64_t>(id)) % 2900), id * 7);
  const std::string address2 = p.address.line2;
  const bool fits = p.fhir_id.size() <= 12;
  patient_->I(id).I(1).T(fits ? std::string_view(p.fhir_id) : std::string_view());
  patient_->T(cut(p.individual_number, 16, "IHI"))
      .I(0)
      .I(0)
      .I(!died.empty() ? 3
         : p.active    ? 1
                       : 2)
      .N(died);
  patient_->I(Code(titles_, p.title))
      .T(cut(p.given, 40, "FIRSTNAME"))
      .T(cut(p.middle, 30, "MIDDLENAME"));
  patient_->T(cut(p.family, 40, "SURNAME")).T(cut(p.preferred, 30, "PREFERREDNAME"));
  patient_->T(cut(p.address.line1, 40, "ADDRESS1")).T(cut(address2, 40, "ADDRESS2"));
  patient_->T(cut(p.address.city, 40, "CITY")).T(cut(p.address.postcode, 4, "POSTCODE"));
  patient_->T(cut(p.postal.line1, 40, "POSTALADDRESS")).T(cut(p.postal.city, 40, "POSTALCITY"));
  patient_->T(cut(p.postal.postcode, 4, "POSTALPOSTCODE")).N(born).I(Code(sexes_, p.sex));
  patient_->I(Code(ethnicities_, p.ethnicity)).T(cut(p.home_phone, 14, "HOMEPHONE"));
  patient_->T(cut(p.work_phone, 14, "WORKPHONE")).T(cut(p.mobile_phone, 14, "MOBILEPHONE"));
  patient_->T(cut(p.medicare, 13, "MEDICARENO")).T(cut(p.medicare_line, 1, "MEDICARELINENO"));
  patient_->T(cut(p.medicare_expiry, 10, "MEDICAREEXPIRY")).I(Code(pensions_, p.pension_kind));
  patient_->T(cut(p.pension_number, 14, "PENSIONNO")).N().N().I(Code(dva_, p.dva_color));
  patient_->T(cut(p.dva_number, 14, "DVANO")).T(cut(p.record_number, 10, "RECORDNO")).T("").T("");
  patient_->I(id).I(0).I(0).I(0).I(1).T(cut(p.country, 60, "COUNTRY")).T(created).I(1);
  if (!patient_->Done()) failure_ = sqlite3_errmsg(writer_.handle());
  if (!p.email.empty()) {
    (void)email_->I(id).I(1).T(cut(p.email, 250, "EMAIL")).I(1).T(created).I(1).Done();
  }
  for (const ClinicCondition& condition : p.history) History(id, condition, created);
  if (!p.fhir_id.empty()) ids_[p.fhir_id] = std::to_string(id);
  return id;
}

void ClinicStore::History(std::int64_t patient, const ClinicCondition& condition,
                          const std::string& created) {
  (void)history_->I(patient)
      .I(1)
      .I(condition.day)
      .I(condition.month)
      .I(condition.year)
      .T(Cut(condition.text, 250, "CONDITION", patient))
      .I(0)
      .I(condition.active ? 1 : 0)
      .T("")
      .T("")
      .I(0)
      .I(1)
      .I(0)
      .T("")
      .T(Cut(condition.snomed, 20, "SNOMED", patient))
      .T(created)
      .I(1)
      .Done();
}

void ClinicStore::Appointment(const ClinicAppointment& a) {
  const auto parsed = ParseDateTime(a.date);
  if (!parsed) return;
  const std::int64_t days_ago = now_.days - parsed->days;
  const std::string day = FormatDateTime({parsed->days, 0});
  const std::int64_t status = std::max<std::int64_t>(1, Code(statuses_, a.status));
  const bool seen = status >= 3 && status <= 6;
  ++booked_;
  const std::string created =
      Moment(std::max<std::int64_t>(0, days_ago) + 1 + booked_ % 20, booked_ * 13);
  const bool touched = status != 1;
  const DateTime began{parsed->days, std::int64_t{a.start_seconds} * 10'000'000};
  const std::string changed =
      touched ? FormatDateTime(began.UnixMillis() < now_.UnixMillis() ? began : now_) : "";
  std::int64_t visit = 0;
  // The last month's visits are there; older ones would only make the sandbox slow to fill.
  if (seen && days_ago >= 0 && days_ago <= 31) {
    visit = ++last_visit_;
    (void)visit_->I(visit)
        .I(a.patient)
        .I(a.practitioner)
        .I(1)
        .I(1)
        .T(doctors_[a.practitioner])
        .T(day)
        .T(day)
        .I(a.start_seconds)
        .I(a.start_seconds + 720)
        .I(720)
        .I(a.location)
        .T("")
        .T(changed)
        .I(a.practitioner)
        .T(changed)
        .I(a.practitioner)
        .Done();
  }
  appointment_->I(a.patient)
      .I(1)
      .I(a.practitioner)
      .I(a.location)
      .I(visit)
      .T(day)
      .I(a.start_seconds);
  appointment_->I(a.length_seconds).I(status).I(a.type).I(0).T(a.reason);
  appointment_->I(touched && status != 10 ? a.start_seconds - 300 : 0)
      .I(seen ? a.start_seconds : 0);
  appointment_->I(seen ? 720 : 0).I(0).I(1).T("").T("").I(0).T(created).I(1).N(changed);
  if (touched)
    appointment_->I(1);
  else
    appointment_->N();
  if (!appointment_->T("").Done()) failure_ = sqlite3_errmsg(writer_.handle());
}

Result<void> FillPractice(Database& database, const FillOptions& options) {
  if (options.patients < 0 || options.patients > 5'000'000 || options.appointments < 0 ||
      options.appointments > 20'000'000 || (options.appointments > 0 && options.patients == 0)) {
    return MakeError(Fault::kRejected,
                     "patients must be 0 to 5,000,000, appointments 0 to 20,000,000, "
                     "and appointments need patients");
  }
  Database::Lease writer = database.BorrowWriter(nullptr);
  if (!writer) return MakeError(Fault::kUnavailable, "the database is busy; try again");
  PONS_TRY(writer->Run("BEGIN IMMEDIATE"));
  const auto fill = [&]() -> Result<void> {
    PONS_TRY(DropIndexes(*writer));
    PONS_TRY(ClearData(*writer));
    {
      ClinicStore store(*writer);
      const DateTime now = database.LocalNow();
      const CalendarDay day = ToCalendar(now.days);
      MadeUpOptions made_up;
      made_up.patients = options.patients;
      made_up.appointments = options.appointments;
      made_up.seed = options.seed;
      if (!options.name.empty()) made_up.name = options.name;
      made_up.today =
          Date(std::chrono::year(day.year), std::chrono::month(static_cast<unsigned>(day.month)),
               std::chrono::day(static_cast<unsigned>(day.day)));
      made_up.now_seconds = static_cast<int>(now.ticks / 10'000'000);
      MakeUpPractice(made_up, store.Sink());
      if (!store.failure().empty()) {
        return MakeError(Fault::kInternal, "sandbox database: " + store.failure());
      }
    }
    PONS_TRY(MakeUpClinical(*writer, options.seed));
    return CreateIndexes(*writer);
  };
  const auto filled = fill();
  PONS_TRY(writer->Run(filled ? "COMMIT" : "ROLLBACK"));
  if (!filled) return filled.error();
  PONS_TRY(writer->Run("PRAGMA analysis_limit=400; ANALYZE;"));
  return writer->Run("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<LoadedFhir> LoadFhir(Database& database, const std::string& folder) {
  Database::Lease writer = database.BorrowWriter(nullptr);
  if (!writer) return MakeError(Fault::kUnavailable, "the database is busy; try again");
  PONS_TRY(writer->Run("BEGIN IMMEDIATE"));
  LoadedFhir out;
  Result<FhirLoadReport> report = MakeError(Fault::kInternal, "");
  {
    ClinicStore store(*writer);
    report = LoadFhirFolder(folder, store.Sink());
    if (report && !store.failure().empty()) {
      report = MakeError(Fault::kInternal, "sandbox database: " + store.failure());
    }
    out.ids = store.ids();
    out.cuts = store.cuts();
  }
  PONS_TRY(writer->Run(report ? "COMMIT" : "ROLLBACK"));
  if (!report) return std::move(report).error();
  out.loaded = report->loaded;
  out.problems = report->problem_count;
  out.no_column = std::move(report->no_column);
  return out;
}

}  // namespace pons::best_practice::sandbox
