// SPDX-License-Identifier: Apache-2.0
// The conformance suite's clinic: the connector over its real wire to a sandbox process, which the
// suite plays staff in through the control port. Which process that is, which settings lead to it
// and what its troubles are, each way of connecting says by itself.
#pragma once

#include "tests/conformance/conformance.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <map>
#include <set>
#include <thread>

#include "base/text.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"
#include "tests/support/tcp_proxy.h"
#include "vendors/best_practice/connector/best_practice.h"
#include "vendors/best_practice/connector/best_practice_cursor.h"

namespace pons::conformance {

using json::Array;
using json::Object;
using json::Value;
using model::Stream;

inline constexpr char kPassword[] = "hidden-horse-battery";

// Runs with the machine's clock, and can be moved on as the sandbox's can.
class MovedClock final : public Clock {
 public:
  Instant Now() const override { return SystemClock().Now() + milliseconds(offset_.load()); }
  void SleepUntil(Instant until, const CancelToken& cancel) override {
    SystemClock().SleepUntil(until - milliseconds(offset_.load()), cancel);
  }
  void Move(milliseconds by) { offset_ += by.count(); }
  std::int64_t offset() const { return offset_; }

 private:
  std::atomic<std::int64_t> offset_{0};
};

// A port of this machine that takes connections and says nothing, or that takes none.
class MutePort {
 public:
  explicit MutePort(bool listening) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && listening) {
      listen(socket_, 16);
    }
    socklen_t size = sizeof at;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~MutePort() { close(socket_); }
  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

// Where a stream's rows live: what they cannot do without, what they can, and something to edit.
struct Row {
  std::string table, due, optional;
};
inline Row RowOf(Stream stream) {
  switch (stream) {
    case Stream::kLocations:
      return {"LOCATIONS", "LOCATIONNAME", "PHONE"};
    case Stream::kPractitioners:
      return {"USERS", "SURNAME", "EMAIL"};
    case Stream::kPractitionerRoles:
      return {"USERS", "SURNAME", "PROVIDERNO"};
    case Stream::kHealthcareServices:
      return {"APPOINTMENTTYPES", "DESCRIPTION", "APPOINTMENTLENGTH"};
    case Stream::kPatients:
      return {"PATIENTS", "SURNAME", "MIDDLENAME"};
    case Stream::kAppointments:
      return {"APPOINTMENTS", "APPOINTMENTDATE", "REASON"};
    case Stream::kEncounters:
      return {"VISITS", "VISITDATE", "LOCATION"};
    case Stream::kConditions:
      return {"BPS_History", "Condition", "SNOMED"};
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return {};
}

// What staff enter of each kind, and what its row cannot do without.
struct ClinicalRow {
  std::string kind, table, due;
};
inline ClinicalRow ClinicalRowOf(model::ClinicalKind kind) {
  switch (kind) {
    case model::ClinicalKind::kConditions:
      return {"", "PASTHISTORY", "CONDITION"};
    case model::ClinicalKind::kMedications:
      return {"medication", "CURRENTRX", "DRUGNAME"};
    case model::ClinicalKind::kAllergies:
      return {"reaction", "REACTIONS", "ITEMNAME"};
    case model::ClinicalKind::kVitalSigns:
      return {"observation", "OBSERVATIONS", "OBSERVATIONVALUE"};
    case model::ClinicalKind::kSocialHistory:
      return {"social", "TOBACCO", ""};
    case model::ClinicalKind::kFamilyHistory:
      return {"family", "FAMILYHISTORYDETAIL", "CONDITION"};
    case model::ClinicalKind::kDocuments:
      return {"letter", "CORRESPONDENCEIN", ""};
  }
  return {};
}

inline std::string Collection(Stream stream) {
  switch (stream) {
    case Stream::kLocations:
      return "/clinic/locations";
    case Stream::kPractitioners:
    case Stream::kPractitionerRoles:
      return "/clinic/practitioners";
    case Stream::kHealthcareServices:
      return "/clinic/appointment_types";
    case Stream::kPatients:
      return "/clinic/patients";
    case Stream::kAppointments:
      return "/clinic/appointments";
    case Stream::kEncounters:
      return "/clinic/visits";
    case Stream::kConditions:
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return {};
}

// The id of the row behind a ref: a role's is its user's.
inline std::string RowId(const std::string& id) { return id.substr(0, id.find('-')); }

class BestPracticeClinic : public Clinic {
 public:
  BestPracticeClinic(std::shared_ptr<MovedClock> clock,
                     std::unique_ptr<sandboxes::SandboxProcess> sandbox, int wire_port)
      : clock_(std::move(clock)),
        sandbox_(std::move(sandbox)),
        control_(sandbox_->control()),
        wire_port_(wire_port),
        wire_(wire_port) {}

  std::string practice_name() const override { return name_; }
  std::vector<std::string> AllowedPeers() const override {
    const auto at = sandbox_->control().rfind('/');
    std::vector<std::string> peers = {sandbox_->control().substr(at + 1),
                                      "127.0.0.1:" + std::to_string(wire_port_),
                                      "127.0.0.1:" + std::to_string(wire_.port())};
    // The wire runs through this process.
    for (const int client : wire_.clients()) peers.push_back("127.0.0.1:" + std::to_string(client));
    return peers;
  }
  Clock& clock() override { return *clock_; }
  std::shared_ptr<void> CancelSoon(CancelToken& cancel) override {
    auto* thread = std::make_unique<std::thread>([&cancel] {
                     cancel.WaitFor(milliseconds(50));
                     cancel.Cancel();
                   }).release();
    return {thread, [](std::thread* running) {
              running->join();
              delete running;
            }};
  }
  // The clock runs while this machine does other things too.
  milliseconds patience() const override { return milliseconds(500); }
  // The sandbox's clock cannot stand, but it can be put back before each edit.
  Result<void> HoldClock(bool hold) override {
    held_.clear();
    if (!hold) return Step(milliseconds(0));
    PONS_ASSIGN(const auto state, control_.Get("/state"));
    held_ = std::string(state.Text("today")) + "T" + std::string(state.Text("now"));
    return Ok();
  }
  Result<void> Step(milliseconds by) override {
    clock_->Move(by);
    return Say("POST", "/clock", Object{{"offset_ms", clock_->offset()}});
  }

  Result<std::string> Add(Stream stream) override;
  Result<void> Edit(Stream stream, const std::string& id) override;
  Result<void> Delete(Stream stream, const std::string& id) override;
  Result<std::vector<std::string>> Ids(Stream stream) override;
  Result<std::string> AddPatient(const PatientForm& form) override {
    Object body = {{"given", form.given}, {"family", form.family}};
    if (!form.birth_date.empty()) body.emplace_back("birth_date", form.birth_date);
    if (!form.medicare.empty()) body.emplace_back("medicare", form.medicare);
    if (!form.phone.empty()) body.emplace_back("mobile_phone", form.phone);
    if (!form.email.empty()) body.emplace_back("email", form.email);
    return Make(Stream::kPatients, std::move(body));
  }
  // SURNAME and FIRSTNAME are CHAR(40).
  std::size_t longest_name() const override { return 40; }
  Result<std::string> AddAppointmentAt(const std::string& local) override {
    return BookAnybody(local.substr(0, 10), local.substr(11, 5));
  }

  Result<Bookable> AddBookable() override;
  // Tomorrow at nine, an hour after the practice opens.
  Result<std::string> OpenTime() override {
    PONS_ASSIGN(const auto state, control_.Get("/state"));
    const auto today = ParseDate(state.Text("today"));
    if (!today) return MakeError(Fault::kProtocol, "the sandbox has no date");
    return FormatDate(Date(std::chrono::sys_days(*today) + std::chrono::days(1))) + "T09:00:00";
  }
  Result<std::string> Book(const BookingForm& form) override;
  // Best Practice knows whole days away.
  Result<void> SetAway(const std::string& practitioner, const std::string& from,
                       const std::string& to) override {
    return Say("POST", "/clinic/away",
               Object{{"practitioner", practitioner},
                      {"from", from.substr(0, 10)},
                      {"to", to.substr(0, 10)},
                      {"reason", "leave"}});
  }
  Result<std::string> Visit(const std::string& patient) override {
    PONS_ASSIGN(const auto practitioner, AnyOf(Stream::kPractitioners));
    return Make(Stream::kEncounters, {{"patient", patient}, {"practitioner", practitioner}});
  }
  Result<std::vector<FiledDocument>> Documents(const std::string& patient) override;
  Result<void> HoldImporter(bool held) override {
    return Say("POST", "/clinic/importer", Object{{"running", !held}});
  }
  Result<void> RunImporter() override {
    return Say("POST", "/clinic/importer", Object{{"run_now", true}});
  }
  Result<int> Effects(model::CommandKind kind) override;
  std::optional<Settings> SettingsWithout(model::CommandKind kind) override {
    if (kind != model::CommandKind::kAttachDocument) return std::nullopt;
    auto settings = GoodSettings();
    settings.Set("report_folder", "");
    return settings;
  }
  Result<std::string> AddClinical(model::ClinicalKind kind, const std::string& patient) override {
    if (kind == model::ClinicalKind::kConditions) {
      PONS_ASSIGN(const auto made, control_.Post("/clinic/patients/" + patient + "/history",
                                                 Object{{"text", "Asthma"}, {"year", 2011}}));
      return std::string(made.Text("id"));
    }
    PONS_ASSIGN(const auto made,
                control_.Post("/clinic/clinical",
                              Object{{"patient", patient}, {"kind", ClinicalRowOf(kind).kind}}));
    return std::string(made.Text("id"));
  }
  Result<void> SpoilClinical(model::ClinicalKind kind, const std::string& row) override {
    const auto where = ClinicalRowOf(kind);
    if (where.due.empty()) return Cannot();
    return Say(
        "POST", "/clinic/raw",
        Object{{"table", where.table}, {"key", row}, {"column", where.due}, {"value", Value()}});
  }
  // Whatever writes is a call of one of these; those that do not come are planned anew next time.
  Result<void> PlanWrite(WriteTrouble trouble) override {
    PONS_TRY(Say("DELETE", "/faults", {}));
    for (const auto* writes : {"Add", "Update", "Move", "Cancel", "Arrive", "Unarrive"}) {
      PONS_TRY(Say("POST", "/faults",
                   Object{{"match", std::string("EXEC @result = BP_") + writes},
                          {"action", trouble == WriteTrouble::kLoseAnswer ? "drop_after_effect"
                                                                          : "drop_before_effect"},
                          {"times", 1}}));
    }
    return Ok();
  }

  Result<void> Spoil(Stream stream, const std::string& id) override {
    return Raw(stream, id, RowOf(stream).due, Value());
  }
  Result<void> Mend(Stream stream, const std::string& id) override {
    const bool date = stream == Stream::kAppointments || stream == Stream::kEncounters;
    PONS_ASSIGN(const auto state, control_.Get("/state"));
    return Raw(stream, id, RowOf(stream).due,
               date ? Value(std::string(state.Text("today"))) : Value("Mended"));
  }
  // A SELECT that names its columns cannot meet one that it does not know.
  Result<void> AddUnknownField(Stream) override { return Ok(); }
  Result<void> ClearOptional(Stream stream, const std::string& id) override {
    return Raw(stream, id, RowOf(stream).optional, Value());
  }
  Result<void> Forbid(Stream stream, bool forbidden) override {
    return Say("POST", "/rights", Object{{"object", RowOf(stream).table}, {"select", !forbidden}});
  }
  std::optional<Cursor> FutureCursor(Stream stream) const override {
    for (const auto& support : connector().descriptor().can.streams) {
      if (support.stream != stream || support.delta != DeltaStyle::kModifiedSince) continue;
      best_practice::Place place;
      place.kind = best_practice::Place::Kind::kDelta;
      place.newest = place.deep = 253'402'000'000;  // at the end of 9999
      place.highest = 2'000'000'000;
      return best_practice::ToCursor(place);
    }
    return std::nullopt;
  }

  Result<void> Plan(Trouble trouble, std::int64_t amount) override;
  Result<void> ClearTroubles() override {
    wire_.Heal();
    return Say("DELETE", "/faults", {});
  }
  // TDS carries no checksum.
  bool answers_are_checked() const override { return false; }
  // Each damaged answer costs a connection.
  std::int64_t damage_step() const override { return 29; }
  Result<std::vector<Seen>> Journal() override {
    PONS_ASSIGN(const auto journal, control_.Get("/journal"));
    std::vector<Seen> seen;
    const auto* entries = journal.Find("entries");
    if (entries == nullptr || entries->array() == nullptr) {
      return MakeError(Fault::kProtocol, "the journal has no entries");
    }
    for (const auto& entry : *entries->array()) {
      seen.push_back(
          {FromMillis(entry.Integer("at_ms").value_or(0)), entry.Text("kind") == "login"});
    }
    return seen;
  }
  Result<void> ClearJournal() override { return Say("DELETE", "/journal", {}); }

 protected:
  // Once the process runs.
  Result<void> Begin() {
    PONS_ASSIGN(const auto practice, control_.Get("/clinic/practice"));
    name_ = practice.Text("name");
    if (clock_->offset() != 0) PONS_TRY(Step(milliseconds(0)));
    return Ok();
  }
  Result<void> PutClockBack() {
    if (held_.empty()) return Ok();
    PONS_ASSIGN(const auto answer, control_.Post("/clock", Object{{"now", held_}}));
    static_cast<void>(answer);
    return Ok();
  }
  Result<void> Say(std::string_view method, std::string_view path, const Value& body) {
    PONS_TRY(PutClockBack());
    PONS_ASSIGN(const auto answer, control_.Call(method, path, body.is_null() ? nullptr : &body));
    static_cast<void>(answer);
    return Ok();
  }
  Result<void> Raw(Stream stream, const std::string& id, const std::string& column, Value value) {
    return Say("POST", "/clinic/raw",
               Object{{"table", RowOf(stream).table},
                      {"key", RowId(id)},
                      {"column", column},
                      {"value", std::move(value)}});
  }
  // Sets a column as an edit would: the row's time of change moves too.
  Result<void> RawEdit(Stream stream, const std::string& id, const std::string& column,
                       Value value) {
    PONS_TRY(Raw(stream, id, column, std::move(value)));
    PONS_ASSIGN(const auto state, control_.Get("/state"));
    return Raw(stream, id, "UPDATED",
               std::string(state.Text("today")) + "T" + std::string(state.Text("now")));
  }
  Result<std::string> Make(Stream stream, Object body) {
    PONS_TRY(PutClockBack());
    PONS_ASSIGN(const auto made, control_.Post(Collection(stream), std::move(body)));
    const std::string id(made.Text("id"));
    made_[stream].insert(id);
    return id;
  }
  Result<std::string> AnyOf(Stream stream) {
    PONS_ASSIGN(const auto ids, Ids(stream));
    if (!ids.empty()) return ids[static_cast<std::size_t>(++count_) % ids.size()];
    return Add(stream);
  }
  Result<std::string> BookAnybody(const std::string& date, const std::string& time) {
    PONS_ASSIGN(const auto patient, AnyOf(Stream::kPatients));
    PONS_ASSIGN(const auto practitioner, AnyOf(Stream::kPractitioners));
    PONS_ASSIGN(const auto location, AnyOf(Stream::kLocations));
    PONS_ASSIGN(const auto type, AnyOf(Stream::kHealthcareServices));
    return Make(Stream::kAppointments, {{"patient", patient},
                                        {"practitioner", practitioner},
                                        {"location", location},
                                        {"type", type},
                                        {"date", date},
                                        {"time", time},
                                        {"minutes", 15},
                                        {"force", true},
                                        {"reason", "as usual"}});
  }

  std::shared_ptr<MovedClock> clock_;
  std::unique_ptr<sandboxes::SandboxProcess> sandbox_;
  sandboxes::JsonClient control_;
  const int wire_port_;
  test::TcpProxy wire_;

 private:
  std::string name_;
  std::map<Stream, std::set<std::string>> made_;
  std::string held_;
  int count_ = 0;
};

inline Result<std::string> BestPracticeClinic::Add(Stream stream) {
  const auto n = std::to_string(++count_);
  switch (stream) {
    case Stream::kLocations:
      return Make(stream, {{"name", "Clinic " + n}, {"phone", "02 5550 0001"}});
    case Stream::kPractitioners:
      return Make(stream, {{"title", "Dr"}, {"given", "Ada"}, {"family", "Sample" + n}});
    case Stream::kPractitionerRoles: {
      PONS_ASSIGN(const auto location, AnyOf(Stream::kLocations));
      PONS_ASSIGN(const auto id, Make(Stream::kPractitioners, {{"given", "Alex"},
                                                               {"family", "Placed" + n},
                                                               {"locations", Array{location}}}));
      return id + "-" + location;
    }
    case Stream::kHealthcareServices:
      return Make(stream, {{"name", "Type " + n}, {"minutes", 15}});
    case Stream::kPatients:
      return Make(stream,
                  {{"given", "Pat"}, {"family", "Sample" + n}, {"birth_date", "1980-02-29"}});
    case Stream::kAppointments: {
      PONS_ASSIGN(const auto state, control_.Get("/state"));
      const auto minute = std::to_string(10 + count_ % 50);
      return BookAnybody(std::string(state.Text("today")),
                         std::to_string(10 + count_ / 50 % 8) + ":" + minute);
    }
    case Stream::kEncounters: {
      PONS_ASSIGN(const auto patient, AnyOf(Stream::kPatients));
      PONS_ASSIGN(const auto practitioner, AnyOf(Stream::kPractitioners));
      PONS_ASSIGN(const auto location, AnyOf(Stream::kLocations));
      return Make(stream,
                  {{"patient", patient}, {"practitioner", practitioner}, {"location", location}});
    }
    case Stream::kConditions:
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return MakeError(Fault::kUnsupported, "past history is no stream of this vendor");
}

inline Result<void> BestPracticeClinic::Edit(Stream stream, const std::string& id) {
  const auto text = "Edited " + std::to_string(++count_);
  const auto path = Collection(stream) + "/" + RowId(id);
  switch (stream) {
    case Stream::kLocations:
    case Stream::kHealthcareServices:
      return Say("PATCH", path, Object{{"name", text}});
    case Stream::kPractitioners:
    case Stream::kPractitionerRoles:
    case Stream::kPatients:
      return Say("PATCH", path, Object{{"given", text}});
    case Stream::kAppointments: {
      const auto minute = std::to_string(10 + count_ % 50);
      return Say("PATCH", path, Object{{"time", "08:" + minute}});
    }
    case Stream::kEncounters:
      return RawEdit(stream, id, "STARTTIME", 30000 + count_);
    case Stream::kConditions:
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return MakeError(Fault::kUnsupported, "past history is no stream of this vendor");
}

inline Result<void> BestPracticeClinic::Delete(Stream stream, const std::string& id) {
  made_[stream].erase(id);
  if (stream == Stream::kEncounters) return RawEdit(stream, id, "RECORDSTATUS", 2);
  return Say("DELETE", Collection(stream) + "/" + RowId(id), {});
}

inline Result<std::vector<std::string>> BestPracticeClinic::Ids(Stream stream) {
  if (stream == Stream::kPatients || stream == Stream::kAppointments ||
      stream == Stream::kEncounters) {
    return std::vector<std::string>(made_[stream].begin(), made_[stream].end());
  }
  PONS_ASSIGN(const auto list, control_.Get(Collection(stream)));
  std::vector<std::string> ids;
  if (list.array() == nullptr) return MakeError(Fault::kProtocol, "the control port gives no list");
  for (const auto& one : *list.array()) {
    const std::string id(one.Text("id"));
    if (stream != Stream::kPractitionerRoles) {
      ids.push_back(id);
      continue;
    }
    const auto* places = one.Find("locations");
    if (places == nullptr || places->array() == nullptr || places->array()->empty()) {
      ids.push_back(id + "-0");
      continue;
    }
    for (const auto& place : *places->array()) ids.push_back(id + "-" + *place.string());
  }
  return ids;
}

inline Result<Bookable> BestPracticeClinic::AddBookable() {
  const auto n = std::to_string(++count_);
  Bookable who;
  PONS_ASSIGN(who.location, Make(Stream::kLocations, {{"name", "Rooms " + n}}));
  PONS_ASSIGN(who.practitioner, Make(Stream::kPractitioners, {{"title", "Dr"},
                                                              {"given", "Ada"},
                                                              {"family", "Booked" + n},
                                                              {"locations", Array{who.location}}}));
  PONS_ASSIGN(who.service,
              Make(Stream::kHealthcareServices, {{"name", "Long " + n}, {"minutes", 45}}));
  return who;
}

inline Result<std::string> BestPracticeClinic::Book(const BookingForm& form) {
  PONS_ASSIGN(const auto type, AnyOf(Stream::kHealthcareServices));
  Object body = {{"practitioner", form.practitioner},
                 {"type", type},
                 {"date", form.local.substr(0, 10)},
                 {"time", form.local.substr(11, 5)},
                 {"minutes", form.minutes}};
  if (!form.patient.empty()) {
    body.emplace_back("patient", form.patient);
    return Make(Stream::kAppointments, std::move(body));
  }
  // A time that staff keep free of patients is an appointment of nobody.
  PONS_ASSIGN(const auto anybody, AnyOf(Stream::kPatients));
  body.emplace_back("patient", anybody);
  PONS_ASSIGN(const auto made, Make(Stream::kAppointments, std::move(body)));
  PONS_TRY(Raw(Stream::kAppointments, made, "INTERNALID", 0));
  return made;
}

inline Result<std::vector<FiledDocument>> BestPracticeClinic::Documents(
    const std::string& patient) {
  PONS_ASSIGN(const auto list, control_.Get("/clinic/reports?patient=" + patient));
  std::vector<FiledDocument> filed;
  const auto* reports = list.Find("reports");
  if (reports == nullptr || reports->array() == nullptr) {
    return MakeError(Fault::kProtocol, "the control port gives no reports");
  }
  for (const auto& report : *reports->array()) {
    PONS_ASSIGN(auto bytes,
                control_.Bytes("/clinic/reports/" + std::string(report.Text("id")) + "/document"));
    filed.push_back({std::string(report.Text("title")), std::move(bytes), true});
  }
  return filed;
}

inline Result<int> BestPracticeClinic::Effects(model::CommandKind kind) {
  const auto procedure = [&]() -> std::string_view {
    switch (kind) {
      case model::CommandKind::kCreatePatient:
        return "BP_AddPatient";
      case model::CommandKind::kUpdatePatient:
        return "BP_UpdatePatient";
      case model::CommandKind::kBookAppointment:
        return "BP_AddAppointment";
      case model::CommandKind::kMoveAppointment:
        return "BP_MoveAppointment";
      case model::CommandKind::kCancelAppointment:
        return "BP_CancelAppointment";
      case model::CommandKind::kSetAppointmentStatus:
        return "BP_ArriveAppointment";
      case model::CommandKind::kAttachDocument:
        break;
    }
    return "none";
  }();
  PONS_ASSIGN(const auto journal, control_.Get("/journal"));
  const auto* entries = journal.Find("entries");
  if (entries == nullptr || entries->array() == nullptr) {
    return MakeError(Fault::kProtocol, "the journal has no entries");
  }
  int count = 0;
  for (const auto& entry : *entries->array()) {
    const bool written = entry.Text("effect") == "write";
    if (written && entry.Text("procedure").starts_with(procedure)) ++count;
  }
  return count;
}

inline Result<void> BestPracticeClinic::Plan(Trouble trouble, std::int64_t amount) {
  const auto plan = [&](std::string_view action, std::int64_t how_much) {
    return Say("POST", "/faults",
               Object{{"match", ""}, {"action", action}, {"amount", how_much}, {"times", 1}});
  };
  switch (trouble) {
    case Trouble::kUnavailable:
      return plan("drop_before_effect", 0);
    case Trouble::kSilent:
      return plan("silent", 0);
    case Trouble::kSlow:
      return plan("delay", amount);
    case Trouble::kDrip:
      wire_.DripAfter(0);
      return Ok();
    case Trouble::kCut:
      wire_.CutAfter(amount);
      return Ok();
    case Trouble::kFlip:
      wire_.FlipAt(amount);
      return Ok();
    case Trouble::kGarbage:
      return plan("garbage", 0);
    case Trouble::kRateLimit:
    case Trouble::kExpireToken:
      break;
  }
  return MakeError(Fault::kUnsupported, "a SQL server has no such trouble");
}

}  // namespace pons::conformance
