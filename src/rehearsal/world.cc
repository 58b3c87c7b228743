// SPDX-License-Identifier: Apache-2.0
#include "rehearsal/world.h"

#include <algorithm>
#include <thread>

#include "admin/admin_server.h"
#include "base/time.h"

namespace pons::rehearsal {
namespace {

constexpr char kZone[] = "Australia/Sydney";

json::Value Reference(std::string_view type, const std::string& id) {
  return json::Object{
      {"actor", json::Object{{"reference", std::string(type) + "/" + id}}},
      {"status", "needs-action"},
  };
}

std::string LastWord(const std::string& line) { return line.substr(line.rfind(' ') + 1); }

}  // namespace

std::string DayAfter(const std::string& date, int days) {
  const auto day = ParseDate(date);
  if (!day) return date;
  return FormatDate(Date(std::chrono::sys_days(*day) + std::chrono::days(days)));
}

bool World::Eventually(const std::function<bool()>& is_so, std::chrono::milliseconds patience) {
  const Instant give_up = SystemClock().Now() + patience;
  while (!is_so()) {
    if (SystemClock().Now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return true;
}

Result<std::unique_ptr<World>> World::Start(const WorldOptions& options, Logger& log) {
  std::unique_ptr<World> world(new World());
  PONS_TRY(world->folder_.Make());
  std::vector<std::string> arguments = {options.sandbox.empty() ? options.vendor : options.sandbox,
                                        "--patients",
                                        std::to_string(options.patients),
                                        "--appointments",
                                        std::to_string(options.appointments),
                                        "--seed",
                                        "7",
                                        "--password",
                                        kPracticePassword,
                                        "--zone",
                                        kZone};
  if (options.import_every.count() > 0) {
    arguments.insert(arguments.end(),
                     {"--report-interval-ms", std::to_string(options.import_every.count())});
  }
  arguments.insert(arguments.end(), options.sandbox_arguments.begin(),
                   options.sandbox_arguments.end());
  const auto beside = [](const std::string& given, const char* name) {
    return given.empty() ? sandboxes::ProgramBesideThis(name) : given;
  };
  PONS_ASSIGN(world->sandbox_, sandboxes::SandboxProcess::Start(
                                   beside(options.sandbox_program, "pons-sandbox"), arguments));
  world->control_ = std::make_unique<sandboxes::JsonClient>(world->sandbox_->control());
  Reach reach;
  if (options.reach) {
    PONS_ASSIGN(reach, options.reach(*world->sandbox_));
  } else {
    reach.settings = {{"server", "127.0.0.1"},
                      {"port", world->sandbox_->wire_port()},
                      {"report_folder", world->sandbox_->reports()}};
    reach.secrets = {{"password", kPracticePassword}};
  }
  PONS_ASSIGN(world->receiver_, WebhookReceiver::Start(SystemClock(), log));
  sandboxes::ChildOptions serve;
  serve.program = beside(options.pons_program, "pons");
  serve.arguments = {"serve",    "--data",      world->DataFolder(),
                     "--listen", "127.0.0.1:0", "--development"};
  serve.arguments.insert(serve.arguments.end(), reach.serve.begin(), reach.serve.end());
  serve.environment = reach.environment;
  PONS_ASSIGN(world->pons_, sandboxes::ChildProcess::Start(serve));
  world->url_ = LastWord(world->pons_->ready_line());
  world->api_ = std::make_unique<AppClient>(world->url_);
  PONS_TRY(world->SetUp(options, std::move(reach)));
  PONS_TRY(world->WaitUntilReading());
  return world;
}

Result<json::Value> World::Order(std::string_view command, json::Object arguments) {
  const CancelToken cancel;
  PONS_ASSIGN(auto answer,
              admin::AskServer(DataFolder(), command, json::Value(std::move(arguments)), cancel));
  if (!answer) return MakeError(Fault::kUnavailable, "no server runs on the data folder");
  return std::move(*answer);
}

Result<void> World::SetUp(const WorldOptions& options, Reach reach) {
  PONS_ASSIGN(zone_, PracticeZone::Named(kZone));
  PONS_ASSIGN(const auto state, control_->Get("/state"));
  today_ = state.Text("today");
  PONS_ASSIGN(const auto organization, Order("org add", {{"name", "Rehearsal Clinic"}}));
  json::Object settings = options.settings;
  for (auto& [key, value] : reach.settings) settings.emplace_back(key, std::move(value));
  PONS_ASSIGN(const auto connection,
              Order("connection add", {{"org", std::string(organization.Text("id"))},
                                       {"vendor", options.vendor},
                                       {"name", "Practice"},
                                       {"time_zone", kZone},
                                       {"set", std::move(settings)},
                                       {"secret", std::move(reach.secrets)}}));
  connection_ = connection.Text("id");
  PONS_ASSIGN(const auto app, Order("app add", {{"name", "Rehearsal app"}}));
  const std::string client(app.Text("client_id"));
  PONS_ASSIGN(const auto grant,
              Order("grant add", {{"app", client},
                                  {"connection", connection_},
                                  {"all_locations_to", "clinic-a"},
                                  {"mode", options.shares_all ? "all" : "on_visit"},
                                  {"switch", options.switches}}));
  grant_ = grant.Text("id");
  if (options.webhook) {
    PONS_ASSIGN(const auto webhook,
                Order("webhook add", {{"app", client}, {"url", receiver_->url()}}));
    receiver_->set_secret(Sensitive<std::string>(std::string(webhook.Text("secret"))));
  }
  return api_->SignIn(client, std::string(app.Text("client_secret")));
}

Result<std::vector<Listed>> World::ListOf(std::string_view type) {
  std::vector<Listed> out;
  PONS_ASSIGN(const auto bundle, api_->Read("/fhir/R4/" + std::string(type) + "?_count=500"));
  const auto* entries = bundle.Find("entry");
  if (entries == nullptr || !entries->array()) return out;
  for (const auto& entry : *entries->array()) {
    const auto* resource = entry.Find("resource");
    if (resource == nullptr) continue;
    out.push_back({LocalIdentifier(*resource), std::string(resource->Text("id"))});
  }
  // In the practice's own order.
  std::sort(out.begin(), out.end(), [](const Listed& a, const Listed& b) {
    return std::pair(a.vendor_id.size(), a.vendor_id) < std::pair(b.vendor_id.size(), b.vendor_id);
  });
  return out;
}

// The lists are read before the first visit is looked for, in this order.
Result<void> World::WaitUntilReading() {
  std::optional<Error> error;
  const bool ready = Eventually(
      [&] {
        auto services = ListOf("HealthcareService");
        auto practitioners = ListOf("Practitioner");
        auto locations = ListOf("Location");
        for (const auto* list : {&services, &practitioners, &locations}) {
          if (!*list) error = list->error();
        }
        if (!services || !practitioners || !locations) return false;
        services_ = std::move(*services);
        practitioners_ = std::move(*practitioners);
        locations_ = std::move(*locations);
        return !services_.empty() && practitioners_.size() > 1 && !locations_.empty();
      },
      std::chrono::seconds(60));
  if (ready) return Ok();
  return error.value_or(
      MakeError(Fault::kUnavailable, "the practice's lists cannot be read after 60 s"));
}

Result<json::Value> World::FindPatient(const std::string& vendor_id) {
  return api_->FindFirst("/fhir/R4/Patient?identifier=https://pons.health/connections/" +
                         connection_ + "/patient-id%7C" + vendor_id);
}

Result<json::Value> World::Share(const std::string& patient_vendor_id) {
  json::Value found;
  for (int attempt = 0; attempt < 5 && found.is_null(); ++attempt) {
    PONS_TRY(control_->Post("/clinic/visits",
                            json::Object{{"patient", patient_vendor_id},
                                         {"practitioner", practitioners_.front().vendor_id},
                                         {"location", locations_.front().vendor_id}}));
    // The very first visit may come before visits are followed.
    Eventually(
        [&] {
          auto patient = FindPatient(patient_vendor_id);
          if (patient) found = std::move(*patient);
          return !found.is_null();
        },
        std::chrono::seconds(5));
  }
  if (!found.is_null()) return found;
  return MakeError(Fault::kUnavailable, "the app was not shown the patient");
}

Result<std::vector<std::string>> World::FreeTimes(const Listed& practitioner,
                                                  const std::string& date) {
  PONS_ASSIGN(const auto free, control_->Get("/clinic/free?practitioner=" + practitioner.vendor_id +
                                             "&date=" + date));
  std::vector<std::string> times;
  const auto* slots = free.Find("slots");
  if (slots == nullptr || !slots->array()) return times;
  for (const auto& slot : *slots->array()) {
    times.push_back(date + "T" + std::string(slot.Text("time")).substr(0, 5) + ":00");
  }
  return times;
}

std::string World::WithOffset(const std::string& local) const {
  const auto day = ParseDate(local.substr(0, 10));
  if (!day || local.size() < 19) return local;
  const auto number = [&local](std::size_t at) { return std::stoi(local.substr(at, 2)); };
  const LocalTime reading =
      LocalTime::At(*day, std::chrono::seconds(number(11) * 3600 + number(14) * 60 + number(17)));
  return FormatInstantIn(zone_->ToInstant(reading), *zone_);
}

json::Value World::Booking(const std::string& patient_id, const Listed& practitioner,
                           const std::string& local_start, int minutes) const {
  return json::Object{
      {"resourceType", "Appointment"},
      {"status", "booked"},
      {"start", WithOffset(local_start)},
      {"minutesDuration", minutes},
      {"description", "Skin check"},
      {"participant",
       json::Array{Reference("Patient", patient_id), Reference("Practitioner", practitioner.id),
                   Reference("Location", locations_.front().id),
                   Reference("HealthcareService", services_.front().id)}},
  };
}

}  // namespace pons::rehearsal
