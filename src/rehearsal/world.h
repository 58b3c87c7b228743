// SPDX-License-Identifier: Apache-2.0
// A small world of real programs on this machine: a sandbox practice, `pons serve` on a data folder
// of its own, and one app with a grant and a webhook. For what is played through the public API.
// Threads: one at a time, but for what api(), control() and receiver() allow.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "json/value.h"
#include "rehearsal/app_client.h"
#include "rehearsal/temporary_folder.h"
#include "rehearsal/webhook_receiver.h"
#include "sandboxes/child_process.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"

namespace pons::rehearsal {

// What the sandbox practice of a rehearsal is reached with.
inline constexpr char kPracticePassword[] = "rehearsal-browser-password";

// How Pons reaches the practice, where that is not straight to its database.
struct Reach {
  // More of `pons serve`: arguments, and variables of its environment.
  std::vector<std::string> serve;
  std::vector<std::pair<std::string, std::string>> environment;
  json::Object settings, secrets;  // of the connection
};

struct WorldOptions {
  std::string vendor;        // its id, as the programs know it
  std::string sandbox = {};  // which sandbox plays it; empty: the vendor's own
  std::vector<std::string> sandbox_arguments = {};
  // Told the sandbox that runs; empty: straight to its database.
  std::function<Result<Reach>(sandboxes::SandboxProcess&)> reach = {};
  int patients = 200;
  int appointments = 200;
  // The practice's importer of reports; 0: the sandbox's own beat.
  std::chrono::milliseconds import_every{1000};
  bool shares_all = false;  // mode all; otherwise a patient is shared once a visit starts
  json::Object switches = {{"patients_out", "on"}, {"take_bookings", "on"}, {"reports_out", "on"}};
  json::Object settings = {};  // of the connection, beside where it is
  bool webhook = true;
  std::string sandbox_program;  // empty: beside the program that runs
  std::string pons_program;     // likewise
};

// One thing of the practice's lists: its own number, and its record in the API.
struct Listed {
  std::string vendor_id;
  std::string id;
};

class World {
 public:
  // Returns once the practice's own lists can be read through the API.
  // Errors: what kept a program from starting, or Pons from reading.
  static Result<std::unique_ptr<World>> Start(const WorldOptions& options, Logger& log);

  const AppClient& api() const { return *api_; }
  sandboxes::JsonClient& control() { return *control_; }
  WebhookReceiver& receiver() { return *receiver_; }
  sandboxes::SandboxProcess& sandbox() { return *sandbox_; }

  // An operator's command, through the running server's door.
  Result<json::Value> Order(std::string_view command, json::Object arguments = {});

  // Where the running Pons listens: "http://127.0.0.1:40125".
  const std::string& url() const { return url_; }
  const std::string& connection() const { return connection_; }
  const std::string& grant() const { return grant_; }
  // A folder that goes with the world, for what a test writes.
  const std::string& folder() const { return folder_.path(); }
  const std::vector<Listed>& practitioners() const { return practitioners_; }
  const std::vector<Listed>& locations() const { return locations_; }
  const std::vector<Listed>& services() const { return services_; }
  std::string today() const { return today_; }  // on the practice's clock, "2026-03-09"

  // Starts a visit of that patient and waits until the app sees the patient; gives the resource.
  Result<json::Value> Share(const std::string& patient_vendor_id);
  // The patient as the app sees it, by the practice's number; null where it does not.
  Result<json::Value> FindPatient(const std::string& vendor_id);
  // Free times of a practitioner on a day: "2026-03-10T09:15:00".
  Result<std::vector<std::string>> FreeTimes(const Listed& practitioner, const std::string& date);
  // An Appointment to book.
  json::Value Booking(const std::string& patient_id, const Listed& practitioner,
                      const std::string& local_start, int minutes = 15) const;
  // The same moment with the practice's offset: "2026-03-10T09:15:00+11:00".
  std::string WithOffset(const std::string& local) const;

  // Asks again and again until it is so; false after `patience`.
  static bool Eventually(const std::function<bool()>& is_so,
                         std::chrono::milliseconds patience = std::chrono::seconds(20));

 private:
  World() = default;
  std::string DataFolder() const { return folder_.path() + "/data"; }
  Result<void> SetUp(const WorldOptions& options, Reach reach);
  Result<void> WaitUntilReading();
  Result<std::vector<Listed>> ListOf(std::string_view type);

  TemporaryFolder folder_;
  std::string today_, url_;
  std::string connection_, grant_;
  std::unique_ptr<sandboxes::SandboxProcess> sandbox_;
  std::unique_ptr<sandboxes::JsonClient> control_;
  std::unique_ptr<WebhookReceiver> receiver_;
  std::unique_ptr<sandboxes::ChildProcess> pons_;
  std::unique_ptr<AppClient> api_;
  std::vector<Listed> practitioners_, locations_, services_;
  std::optional<PracticeZone> zone_;
};

// "2026-03-09" and so many days: "2026-03-10".
std::string DayAfter(const std::string& date, int days);

}  // namespace pons::rehearsal
