// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/main_job.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "admin/command.h"
#include "base/time.h"
#include "rehearsal/app_client.h"
#include "rehearsal/temporary_folder.h"
#include "rehearsal/webhook_receiver.h"
#include "rehearsal/world.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"
#include "server/runtime.h"
#include "sync/scope.h"

namespace pons::rehearsal {
namespace {

struct StartedVisit {
  std::string id;
  std::string patient;
  std::string family;
  Instant at{};
};

class MainJob {
 public:
  MainJob(const MainJobOptions& options, const Registry& registry, Logger& log)
      : options_(options), registry_(registry), log_(log), random_(1) {}

  Result<MainJobReport> Play() {
    PONS_TRY(StartPractice());
    PONS_TRY(StartPons());
    PONS_TRY(SetUp());
    PONS_TRY(WaitUntilReading());
    PONS_TRY(StartVisits());
    Say("waiting for the webhooks");
    receiver_->WaitFor("encounter.created", visits_.size(), std::chrono::seconds(30));
    // What should not come has had time to.
    std::this_thread::sleep_for(std::chrono::milliseconds(options_.other_visits > 0 ? 1500 : 0));
    PONS_TRY(ReadBack());
    report_.ok = report_.problems.empty();
    return report_;
  }

 private:
  void Say(const std::string& what) {
    if (options_.progress) options_.progress(what);
  }
  void Problem(std::string what) { report_.problems.push_back(std::move(what)); }

  Result<void> StartPractice() {
    Say("starting the sandbox practice");
    PONS_ASSIGN(sandbox_, sandboxes::SandboxProcess::Start(
                              options_.sandbox_program,
                              {options_.vendor, "--patients",
                               std::to_string(std::max(200, options_.visits * 2)), "--appointments",
                               "400", "--seed", "7", "--password", kPracticePassword}));
    control_ = std::make_unique<sandboxes::JsonClient>(sandbox_->control());
    return Ok();
  }

  Result<void> StartPons() {
    Say("starting Pons");
    PONS_ASSIGN(receiver_, WebhookReceiver::Start(SystemClock(), log_));
    PONS_TRY(folder_.Make());
    server::RuntimeOptions options;
    options.data_folder = folder_.path();
    options.development = true;
    PONS_ASSIGN(pons_,
                server::Runtime::Start(options, registry_, SystemClock(), SystemRandom(), log_));
    api_ = std::make_unique<AppClient>(pons_->url());
    return Ok();
  }

  Result<json::Value> Order(std::string_view command, json::Object arguments) {
    return admin::RunAdminCommand(pons_->admin(), command, json::Value(std::move(arguments)));
  }

  Result<std::string> AddConnection(const std::string& name) {
    PONS_ASSIGN(
        const auto made,
        Order("connection add",
              {{"org", organization_},
               {"vendor", options_.vendor},
               {"name", name},
               {"time_zone", "Australia/Sydney"},
               {"set", json::Object{{"server", "127.0.0.1"}, {"port", sandbox_->wire_port()}}},
               {"secret", json::Object{{"password", kPracticePassword}}},
               {"no_probe", true}}));
    return std::string(made.Text("id"));
  }

  // The first location, two practitioners and one appointment type are let through.
  Result<void> SetUp() {
    Say("making the connection and its filters");
    PONS_ASSIGN(const auto locations, control_->Get("/clinic/locations"));
    PONS_ASSIGN(const auto practitioners, control_->Get("/clinic/practitioners"));
    PONS_ASSIGN(const auto types, control_->Get("/clinic/appointment_types"));
    const auto id_at = [](const json::Value& list, std::size_t at) {
      return list.array() && at < list.array()->size() ? std::string((*list.array())[at].Text("id"))
                                                       : std::string();
    };
    location_ = id_at(locations, 0);
    practitioners_ = {id_at(practitioners, 0), id_at(practitioners, 1)};
    other_practitioner_ = id_at(practitioners, 2);
    type_ = id_at(types, 0);
    if (location_.empty() || other_practitioner_.empty() || type_.empty()) {
      return MakeError(Fault::kProtocol,
                       "the sandbox practice has too few locations, "
                       "practitioners or appointment types");
    }
    PONS_ASSIGN(const auto organization, Order("org add", {{"name", "Rehearsal Clinic"}}));
    organization_ = organization.Text("id");
    PONS_ASSIGN(const auto app, Order("app add", {{"name", "Rehearsal app"}}));
    client_id_ = app.Text("client_id");
    client_secret_ = app.Text("client_secret");
    PONS_ASSIGN(const auto connection, AddConnection("Practice"));
    PONS_TRY(
        Order("grant add", {{"app", client_id_},
                            {"connection", connection},
                            {"location", json::Object{{location_, "clinic-a"}}},
                            {"practitioner", json::Array{practitioners_[0], practitioners_[1]}},
                            {"appointment_type", json::Array{type_}}}));
    // The others are read at the same beat; nothing of theirs is mapped.
    for (int i = 1; i < options_.connections; ++i) {
      PONS_ASSIGN(const auto other, AddConnection("Practice " + std::to_string(i + 1)));
      PONS_TRY(Order("grant add", {{"app", client_id_},
                                   {"connection", other},
                                   {"location", json::Object{{"999999", "nowhere"}}}}));
    }
    PONS_ASSIGN(const auto webhook,
                Order("webhook add", {{"app", client_id_}, {"url", receiver_->url()}}));
    receiver_->set_secret(Sensitive<std::string>(std::string(webhook.Text("secret"))));
    return Ok();
  }

  Result<void> WaitUntilReading() {
    Say("waiting for the first reading");
    PONS_ASSIGN(auto reader, pons_->store().OpenReader());
    const Instant give_up = SystemClock().Now() + std::chrono::seconds(60);
    while (SystemClock().Now() < give_up) {
      PONS_ASSIGN(const auto snapshot, pons_->book().Current());
      int ready = 0;
      for (const auto& [key, connection] : snapshot->connections) {
        PONS_ASSIGN(const auto visits, reader->Stream(key, model::Stream::kEncounters));
        PONS_ASSIGN(const auto services, reader->Stream(key, model::Stream::kHealthcareServices));
        const bool tip = sync::ReadSavedCursor(visits.cursor).token.has_value();
        ready += tip && services.first_sweep_done ? 1 : 0;
      }
      if (ready >= options_.connections) return Ok();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::string cause = "it is not reading after 60 s";
    for (const auto& [key, health] : pons_->engine().health()) {
      if (!health.cause.empty()) cause = health.cause;
    }
    return MakeError(Fault::kUnavailable, cause);
  }

  Result<void> StartVisits() {
    PONS_ASSIGN(const auto list,
                control_->Get("/clinic/patients?limit=" +
                              std::to_string(options_.visits + options_.other_visits)));
    const auto* patients = list.Find("patients");
    const int wanted = options_.visits + options_.other_visits;
    if (!patients || !patients->array() ||
        patients->array()->size() < static_cast<std::size_t>(wanted)) {
      return MakeError(Fault::kProtocol, "the sandbox practice has too few patients");
    }
    Say("starting " + std::to_string(wanted) + " visits");
    PONS_ASSIGN(const auto state, control_->Get("/state"));
    const std::string today(state.Text("today"));
    for (int i = 0; i < wanted; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(
          random_.Below(static_cast<std::uint64_t>(options_.longest_pause.count()) + 1)));
      PONS_TRY(StartVisit((*patients->array())[static_cast<std::size_t>(i)], today, i));
    }
    report_.visits = static_cast<int>(visits_.size());
    return Ok();
  }

  Result<void> StartVisit(const json::Value& patient, const std::string& today, int number) {
    const bool other = number >= options_.visits;
    const std::string practitioner =
        other ? other_practitioner_ : practitioners_[static_cast<std::size_t>(number) % 2];
    char time[8];
    std::snprintf(time, sizeof time, "%02d:%02d", number / 12 % 24, number % 12 * 5);
    PONS_ASSIGN(const auto appointment,
                control_->Post("/clinic/appointments",
                               json::Object{{"patient", std::string(patient.Text("id"))},
                                            {"practitioner", practitioner},
                                            {"location", location_},
                                            {"type", type_},
                                            {"date", today},
                                            {"time", time},
                                            {"minutes", 5},
                                            {"force", true},
                                            {"reason", "Skin check"}}));
    PONS_ASSIGN(const auto visit,
                control_->Post("/clinic/visits",
                               json::Object{{"patient", std::string(patient.Text("id"))},
                                            {"practitioner", practitioner},
                                            {"location", location_},
                                            {"appointment", std::string(appointment.Text("id"))}}));
    const StartedVisit started{std::string(visit.Text("id")), std::string(patient.Text("id")),
                               std::string(patient.Text("family")),
                               FromMillis(visit.Integer("at_ms").value_or(0))};
    (other ? other_visits_ : visits_).emplace(started.id, started);
    return Ok();
  }

  // The app's side: each encounter told is read, then its patient, as any app would.
  Result<void> ReadBack() {
    Say("reading the patients back");
    PONS_TRY(api_->SignIn(client_id_, client_secret_));
    std::set<std::string> told;
    for (const auto& event : receiver_->events()) {
      if (event.type != "encounter.created") continue;
      if (event.verified) ++report_.verified;
      PONS_ASSIGN(const auto encounter, api_->Read("/fhir/R4/Encounter/" + event.resource_id));
      const std::string visit = LocalIdentifier(encounter);
      if (other_visits_.contains(visit)) {
        ++report_.leaked;
        continue;
      }
      const auto started = visits_.find(visit);
      if (started == visits_.end() || !told.insert(visit).second) continue;
      ++report_.webhooks;
      report_.visit_to_webhook_ms.push_back(
          static_cast<double>((event.at - started->second.at).count()));
      if (event.app_location != "clinic-a") Problem("a visit arrived at another app location");
      const auto* subject = encounter.Find("subject");
      PONS_ASSIGN(const auto patient,
                  api_->Read("/fhir/R4/" + std::string(subject ? subject->Text("reference") : "")));
      if (FamilyOf(patient) == started->second.family) {
        ++report_.patients_read_back;
      } else {
        Problem("a patient came back with another name");
      }
    }
    if (report_.webhooks != report_.visits) {
      Problem(std::to_string(report_.visits - report_.webhooks) + " visits were not told");
    }
    if (report_.verified < report_.webhooks) Problem("signatures that do not verify");
    if (report_.leaked > 0) Problem("visits were told that no filter lets through");
    return Ok();
  }

  static std::string FamilyOf(const json::Value& patient) {
    const auto* names = patient.Find("name");
    if (!names || !names->array() || names->array()->empty()) return {};
    return std::string((*names->array())[0].Text("family"));
  }

  const MainJobOptions& options_;
  const Registry& registry_;
  Logger& log_;
  SeededRandom random_;
  MainJobReport report_;
  TemporaryFolder folder_;
  std::unique_ptr<sandboxes::SandboxProcess> sandbox_;
  std::unique_ptr<sandboxes::JsonClient> control_;
  std::unique_ptr<WebhookReceiver> receiver_;
  std::unique_ptr<server::Runtime> pons_;
  std::unique_ptr<AppClient> api_;
  std::string organization_, client_id_, client_secret_;
  std::string location_, type_, other_practitioner_;
  std::vector<std::string> practitioners_;
  std::map<std::string, StartedVisit> visits_;
  std::map<std::string, StartedVisit> other_visits_;
};

}  // namespace

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::lround(share * last))];
}

Result<MainJobReport> PlayMainJob(const MainJobOptions& options, const Registry& registry,
                                  Logger& log) {
  return MainJob(options, registry, log).Play();
}

}  // namespace pons::rehearsal
