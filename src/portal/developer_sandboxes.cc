// SPDX-License-Identifier: Apache-2.0
// Practices to try things in: a sandbox program of its own for each, seeded, with an organization
// and a connection for the developer who asked, and buttons for what happens in a practice.
//
// A sandbox ends with the server. Its organization's id begins with "sandbox-", so that the next
// start finds what it left behind.
#include <algorithm>
#include <map>
#include <mutex>

#include "admin/parts.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "portal/developer.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"
#include "store/accounts.h"

namespace pons::portal {
namespace {

constexpr char kZone[] = "Australia/Sydney";
constexpr char kPrefix[] = "sandbox-";
constexpr int kMostOfOne = 3;
constexpr char kPassword[] = "sandbox-practice";  // of made-up people on this machine alone

struct Sandbox {
  std::string id;
  std::string owner;
  std::string vendor;
  std::string name;
  Instant created{};
  OrganizationId organization;
  std::string connection;
  std::string page_token;  // whoever knows it reaches the page
  std::unique_ptr<sandboxes::SandboxProcess> process;
  std::unique_ptr<sandboxes::JsonClient> control;
};
using SandboxPtr = std::shared_ptr<Sandbox>;

bool IsSandbox(const OrganizationId& organization) {
  return organization.value.starts_with(kPrefix);
}

}  // namespace

// Threads: any.
class SandboxKeeper {
 public:
  // Counts one that is being started as well; false where the developer has enough.
  bool Begin(const std::string& owner) {
    const std::lock_guard lock(mutex_);
    const auto own = std::count_if(all_.begin(), all_.end(),
                                   [&](const auto& entry) { return entry.second->owner == owner; });
    if (own + starting_[owner] >= kMostOfOne) return false;
    ++starting_[owner];
    return true;
  }
  void End(const std::string& owner, SandboxPtr started) {
    const std::lock_guard lock(mutex_);
    --starting_[owner];
    if (started) all_[started->id] = std::move(started);
  }
  std::vector<SandboxPtr> Of(const PortalCall& call) const {
    std::vector<SandboxPtr> own;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, sandbox] : all_) {
      if (sandbox->owner == call.caller.user()) own.push_back(sandbox);
    }
    return own;
  }
  // Null where there is none or it is another's.
  SandboxPtr Find(const PortalCall& call, std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(std::string(id));
    if (found == all_.end() || found->second->owner != call.caller.user()) return nullptr;
    return found->second;
  }
  // Empty where no sandbox has that token.
  std::optional<std::string> ControlOf(std::string_view token) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, sandbox] : all_) {
      if (crypto::EqualInConstantTime(sandbox->page_token, token))
        return sandbox->process->control();
    }
    return std::nullopt;
  }
  void Forget(const std::string& id) {
    SandboxPtr gone;  // its process ends outside the lock
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(id);
    if (found == all_.end()) return;
    gone = std::move(found->second);
    all_.erase(found);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, SandboxPtr> all_;
  std::map<std::string, int> starting_;
};

namespace {

Answer NoSandboxes() {
  return Problem(404, "no-sandboxes",
                 "This server has no sandboxes. Its operator can start it with "
                 "--sandbox-program.");
}

Error NoSuch() { return MakeError(Fault::kNotFound, "this sandbox is not there, or not yours"); }

json::Value SandboxJson(const PortalCall& call, const Sandbox& sandbox) {
  json::Value out;
  out.Set("id", sandbox.id);
  out.Set("vendor", sandbox.vendor);
  out.Set("name", sandbox.name);
  out.Set("state", "running");
  out.Set("page_url", call.base + "/portal/sandbox/" + sandbox.page_token + "/");
  out.Set("organization", sandbox.organization.value);
  out.Set("connection", sandbox.connection);
  out.Set("created_at", FormatInstant(sandbox.created));
  return out;
}

// Takes away what a sandbox left: its connection, its grants, and who belonged to it.
Result<void> CleanUp(
    PortalContext& context, const OrganizationId& organization,
    const std::function<Result<json::Value>(std::string_view, const json::Value&)>& run) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  for (const auto& connection : names.connections) {
    if (connection.organization != organization || admin::IsRemoved(connection)) continue;
    PONS_TRY(
        run("connection remove", json::Object{{"connection", connection.id.value}, {"yes", true}}));
  }
  return context.store.Write([&](store::Transaction& tx) {
    for (const auto& member : tx.accounts().MembersOf(organization)) {
      tx.accounts().DropMembership(organization, member.user);
    }
    return Ok();
  });
}

// The settings that this vendor knows, of those that a sandbox can tell.
Result<json::Value> SettingsFor(PortalContext& context, const Sandbox& sandbox) {
  const auto* connector = context.admin.vendors.Find(sandbox.vendor);
  if (connector == nullptr) {
    return MakeError(Fault::kMisconfigured, "there is no such system to connect");
  }
  const std::pair<std::string_view, std::string> known[] = {
      {"server", "127.0.0.1"},
      {"port", sandbox.process->wire_port()},
      {"report_folder", sandbox.process->reports()},
  };
  json::Value set{json::Object{}};
  for (const auto& spec : connector->descriptor().settings) {
    for (const auto& [key, value] : known) {
      if (spec.key == key && !value.empty()) set.Set(key, value);
    }
  }
  return set;
}

Result<void> GrantApps(PortalContext& context, const PortalCall& call, const Sandbox& sandbox) {
  PONS_ASSIGN(const auto own, context.accounts.AppsOf(call.caller.session->user.id));
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  const auto wanted = call.Text("app");
  for (const auto& app : names.apps) {
    const bool mine = std::find(own.begin(), own.end(), app.id) != own.end();
    if (!mine || app.disabled || (!wanted.empty() && app.id.value != wanted)) continue;
    const json::Object switches = {{"patients_out", "on"},
                                   {"take_bookings", "on"},
                                   {"reports_out", "on"},
                                   {"read_clinical_data", "on"}};
    PONS_TRY(RunCommand(context, call, "grant add",
                        json::Object{{"app", app.id.value},
                                     {"connection", sandbox.connection},
                                     {"all_locations_to", "sandbox"},
                                     {"switch", switches}}));
  }
  return Ok();
}

Result<void> StartProgram(PortalContext& context, Sandbox* sandbox) {
  PONS_ASSIGN(sandbox->process,
              sandboxes::SandboxProcess::Start(
                  context.sandbox_program,
                  {sandbox->vendor, "--patients", "300", "--appointments", "300", "--seed",
                   std::to_string(1 + context.random.Next() % 1000), "--password", kPassword,
                   "--zone", kZone, "--report-interval-ms", "5000"}));
  sandbox->control = std::make_unique<sandboxes::JsonClient>(sandbox->process->control());
  PONS_ASSIGN(const auto practice, sandbox->control->Get("/clinic/practice"));
  sandbox->name = std::string(practice.Text("name")) + " (sandbox)";
  return Ok();
}

// Its organization, with whoever asked as its admin, its connection and its grants.
Result<void> SetUp(PortalContext& context, const PortalCall& call, Sandbox* sandbox) {
  PONS_ASSIGN(auto set, SettingsFor(context, *sandbox));
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Insert(store::Organization{sandbox->organization, sandbox->name, sandbox->created});
    return Ok();
  }));
  PONS_TRY(context.accounts.AddMember(call.actor(), sandbox->organization,
                                      call.caller.session->user.id, accounts::Role::kAdmin));
  PONS_ASSIGN(const auto connection,
              RunCommand(context, call, "connection add",
                         json::Object{{"org", sandbox->organization.value},
                                      {"vendor", sandbox->vendor},
                                      {"name", sandbox->name},
                                      {"time_zone", kZone},
                                      {"set", std::move(set)},
                                      {"secret", json::Object{{"password", kPassword}}}}));
  sandbox->connection = connection.Text("id");
  return GrantApps(context, call, *sandbox);
}

Result<SandboxPtr> Start(PortalContext& context, const PortalCall& call,
                         const std::string& vendor) {
  auto sandbox = std::make_shared<Sandbox>();
  sandbox->id = NewId("sandbox", context.random);
  sandbox->organization = OrganizationId(sandbox->id);
  sandbox->owner = call.caller.user();
  sandbox->vendor = vendor;
  sandbox->created = context.clock.Now();
  std::string bytes(32, '\0');
  context.random.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  sandbox->page_token = crypto::Base64Url(bytes);
  PONS_TRY(StartProgram(context, sandbox.get()));
  const auto ready = SetUp(context, call, sandbox.get());
  if (ready) return sandbox;
  // Nobody is left the admin of half a practice.
  PONS_TRY(CleanUp(context, sandbox->organization,
                   [&](std::string_view command, const json::Value& arguments) {
                     return RunCommand(context, call, command, arguments);
                   }));
  return ready.error();
}

// ---- what happens in it

// The id that was given under `name`, or the first of a list of the practice's.
Result<std::string> Chosen(const PortalCall& call, Sandbox& sandbox, std::string_view name,
                           std::string_view list) {
  if (!call.Text(name).empty()) return std::string(call.Text(name));
  PONS_ASSIGN(const auto answer, sandbox.control->Get(list));
  const auto* items =
      answer.is_array() ? &answer : answer.Find(name == "patient" ? "patients" : name);
  if (items == nullptr || items->array() == nullptr || items->array()->empty()) {
    return MakeError(Fault::kRejected, "the practice has none to choose from; give one");
  }
  return std::string(items->array()->front().Text("id"));
}

// Another person each time, so that a second press shows a second patient.
Result<std::string> SomePatient(PortalContext& context, const PortalCall& call, Sandbox& sandbox) {
  const auto offset = std::to_string(context.random.Next() % 300);
  return Chosen(call, sandbox, "patient", "/clinic/patients?limit=1&offset=" + offset);
}

Result<std::string> Visit(PortalContext& context, const PortalCall& call, Sandbox& sandbox) {
  PONS_ASSIGN(const auto patient, SomePatient(context, call, sandbox));
  PONS_ASSIGN(const auto practitioner,
              Chosen(call, sandbox, "practitioner", "/clinic/practitioners"));
  PONS_ASSIGN(const auto location, Chosen(call, sandbox, "location", "/clinic/locations"));
  PONS_TRY(sandbox.control->Post(
      "/clinic/visits",
      json::Object{{"patient", patient}, {"practitioner", practitioner}, {"location", location}}));
  return std::string("A visit has begun.");
}

Result<std::string> Appointment(PortalContext& context, const PortalCall& call, Sandbox& sandbox) {
  PONS_ASSIGN(const auto patient, SomePatient(context, call, sandbox));
  PONS_ASSIGN(const auto type, Chosen(call, sandbox, "type", "/clinic/appointment_types"));
  PONS_ASSIGN(const auto location, Chosen(call, sandbox, "location", "/clinic/locations"));
  PONS_ASSIGN(const auto practitioners, sandbox.control->Get("/clinic/practitioners"));
  PONS_ASSIGN(const auto state, sandbox.control->Get("/state"));
  const auto today = ParseDate(state.Text("today"));
  if (!today || practitioners.array() == nullptr) {
    return MakeError(Fault::kProtocol, "the sandbox did not say which day it is");
  }
  // The first free time of anybody, within two weeks from tomorrow.
  for (int days = 1; days <= 14; ++days) {
    const auto date = FormatDate(Date(std::chrono::sys_days(*today) + std::chrono::days(days)));
    for (const auto& practitioner : *practitioners.array()) {
      const std::string id(practitioner.Text("id"));
      const auto free = sandbox.control->Get("/clinic/free?practitioner=" + id + "&date=" + date);
      const auto* slots = free ? free->Find("slots") : nullptr;
      if (slots == nullptr || slots->array() == nullptr || slots->array()->empty()) continue;
      const auto& slot = slots->array()->front();
      PONS_TRY(sandbox.control->Post("/clinic/appointments",
                                     json::Object{{"patient", patient},
                                                  {"practitioner", id},
                                                  {"location", location},
                                                  {"type", type},
                                                  {"date", date},
                                                  {"time", std::string(slot.Text("time"))},
                                                  {"minutes", slot.Integer("minutes").value_or(15)},
                                                  {"reason", "Booked from the portal"}}));
      return "An appointment is booked on " + date + " at " + std::string(slot.Text("time")) + ".";
    }
  }
  return MakeError(Fault::kRejected, "nobody has a free time within two weeks");
}

Result<std::string> Patient(PortalContext& context, const PortalCall& call, Sandbox& sandbox) {
  constexpr std::string_view kGiven[] = {"Ada", "Bruno", "Clara", "Denis", "Elena", "Farid"};
  constexpr std::string_view kFamily[] = {"Sample", "Example", "Trial", "Specimen"};
  const auto or_some = [&](std::string_view name, std::string_view some) {
    return std::string(call.Text(name).empty() ? some : call.Text(name));
  };
  const auto given = or_some("given", kGiven[context.random.Next() % std::size(kGiven)]);
  const auto family = or_some("family", kFamily[context.random.Next() % std::size(kFamily)]);
  PONS_TRY(sandbox.control->Post("/clinic/patients",
                                 json::Object{{"given", given},
                                              {"family", family},
                                              {"birth_date", or_some("birth_date", "1980-02-29")},
                                              {"sex", or_some("sex", "female")}}));
  return given + " " + family + " is a new patient of the practice.";
}

// The sandbox's own words for faults, as far as they make sense from outside.
Result<std::string> InjectFault(PortalContext&, const PortalCall& call, Sandbox& sandbox) {
  constexpr std::string_view kFaults[] = {"delay",
                                          "delay_after_effect",
                                          "drop_before_effect",
                                          "error",
                                          "drop_after_effect",
                                          "refuse_login",
                                          "silent",
                                          "garbage"};
  const auto wanted = call.Text("fault");
  if (std::find(std::begin(kFaults), std::end(kFaults), wanted) == std::end(kFaults)) {
    return MakeError(Fault::kMisconfigured,
                     "\"fault\" is delay, delay_after_effect, drop_before_effect, "
                     "drop_after_effect, error, refuse_login, silent or garbage");
  }
  json::Object fault = {{"match", std::string(call.Text("match"))},
                        {"action", std::string(wanted)},
                        {"times", call.body.Integer("times").value_or(1)}};
  if (const auto amount = call.body.Integer("amount")) fault.emplace_back("amount", *amount);
  PONS_TRY(sandbox.control->Post("/faults", std::move(fault)));
  return std::string("The fault is planned.");
}

Result<std::string> ClearFaults(PortalContext&, const PortalCall&, Sandbox& sandbox) {
  PONS_TRY(sandbox.control->Call("DELETE", "/faults", nullptr));
  return std::string("The practice is well again.");
}

}  // namespace

std::shared_ptr<SandboxKeeper> MakeSandboxKeeper(PortalContext& context) {
  const auto run = [&context](std::string_view command, const json::Value& arguments) {
    return admin::RunAdminCommand(context.admin, command, arguments);
  };
  const auto names = admin::LoadNames(context.admin);
  for (const auto& organization :
       names ? names->organizations : std::vector<store::Organization>()) {
    if (!IsSandbox(organization.id)) continue;
    if (const auto cleaned = CleanUp(context, organization.id, run); !cleaned) {
      context.log.Warn("an old sandbox cannot be removed", {{"organization", organization.id.value},
                                                            {"cause", cleaned.error().summary}});
    }
  }
  if (context.sandbox_program.empty()) return nullptr;
  return std::make_shared<SandboxKeeper>();
}

std::optional<std::string> SandboxControl(PortalContext& context, std::string_view token) {
  const auto& keeper = StateOf(context).sandboxes;
  return keeper == nullptr ? std::nullopt : keeper->ControlOf(token);
}

Handled ListSandboxes(PortalContext& context, PortalCall& call) {
  const auto& keeper = StateOf(context).sandboxes;
  if (keeper == nullptr) return NoSandboxes();
  json::Array items;
  for (const auto& sandbox : keeper->Of(call)) items.push_back(SandboxJson(call, *sandbox));
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Handled AddSandbox(PortalContext& context, PortalCall& call) {
  const auto& keeper = StateOf(context).sandboxes;
  if (keeper == nullptr) return NoSandboxes();
  const std::string vendor(call.Text("vendor"));
  if (context.admin.vendors.Find(vendor) == nullptr) {
    return Problem(422, "missing", "Choose the system that the sandbox stands in for.", "vendor");
  }
  const auto owner = call.caller.user();
  if (!keeper->Begin(owner)) {
    return MakeError(Fault::kRejected, "you have three sandboxes already: end one first");
  }
  auto started = Start(context, call, vendor);
  keeper->End(owner, started ? *started : nullptr);
  if (!started) return started.error();
  return Created(SandboxJson(call, **started));
}

Handled ActInSandbox(PortalContext& context, PortalCall& call) {
  const auto& keeper = StateOf(context).sandboxes;
  if (keeper == nullptr) return NoSandboxes();
  const auto sandbox = keeper->Find(call, call.Path("sandbox"));
  if (sandbox == nullptr) return NoSuch();
  struct Action {
    std::string_view name;
    Result<std::string> (*run)(PortalContext&, const PortalCall&, Sandbox&);
  };
  constexpr Action kActions[] = {{"visit", Visit},
                                 {"appointment", Appointment},
                                 {"patient", Patient},
                                 {"fault", InjectFault},
                                 {"clear_faults", ClearFaults}};
  for (const auto& action : kActions) {
    if (action.name != call.Text("action")) continue;
    PONS_ASSIGN(auto says, action.run(context, call, *sandbox));
    json::Value body;
    body.Set("detail", std::move(says));
    return Ok(std::move(body));
  }
  return Problem(400, "not_understood",
                 "\"action\" is visit, appointment, patient, fault or clear_faults.", "action");
}

Handled RemoveSandbox(PortalContext& context, PortalCall& call) {
  const auto& keeper = StateOf(context).sandboxes;
  if (keeper == nullptr) return NoSandboxes();
  const auto sandbox = keeper->Find(call, call.Path("sandbox"));
  if (sandbox == nullptr) return NoSuch();
  PONS_TRY(CleanUp(context, sandbox->organization,
                   [&](std::string_view command, const json::Value& arguments) {
                     return RunCommand(context, call, command, arguments);
                   }));
  keeper->Forget(sandbox->id);
  return NoContent();
}

}  // namespace pons::portal
