// SPDX-License-Identifier: Apache-2.0
// crash-worker FOLDER N: reads the practice of script.h into the store in FOLDER, tells the app of
// it, and goes on from where the last run of the folder ended. At the Nth commit point the process
// kills itself (0: never). Exit code 0: it came to the end.
//
// Beside the store lie `phase` (how far the practice has got) and `told` (a line for each message
// that the app has received).
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <string>

#include "crypto/crypto.h"
#include "delivery/dispatcher.h"
#include "sync/engine.h"
#include "tests/crash/script.h"

namespace pons::crash {
namespace {

// The app: writes down what it is told before it answers.
class App final : public net::HttpTransport {
 public:
  explicit App(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  ~App() override { close(file_); }
  Result<net::HttpResponse> Send(const net::HttpRequest& request, const CancelToken&) override {
    const auto line = std::string(net::FindHeader(request.headers, "webhook-id")) + "\n";
    if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      return MakeError(Fault::kUnavailable, "the app cannot write");
    }
    net::HttpResponse response;
    response.status = 200;
    return response;
  }

 private:
  int file_;
};

int PhaseIn(const std::string& folder) {
  std::ifstream file(folder + "/phase");
  int phase = 0;
  file >> phase;
  return phase;
}

// In one breath: a file that is half written would lie about the practice.
void SavePhase(const std::string& folder, int phase) {
  std::ofstream(folder + "/phase.new") << phase;
  rename((folder + "/phase.new").c_str(), (folder + "/phase").c_str());
}

// Connection, app, webhook and a grant, together.
Result<void> SetUp(store::Store& store, Instant now) {
  return store.Write([now](store::Transaction& tx) -> Result<void> {
    const OrganizationId organization("org");
    tx.Insert(store::Organization{organization, "Org", now});
    store::Connection connection;
    connection.id = ConnectionId("con");
    connection.organization = organization;
    connection.vendor = "memory";
    connection.time_zone = "Australia/Sydney";
    connection.settings_json = R"({"practice":"lane"})";
    connection.secrets_json = Sensitive<std::string>(R"({"password":"correct horse"})");
    store::Grant grant;
    grant.connection = tx.Insert(connection);
    store::App app;
    app.id = AppId("app");
    grant.app = tx.Insert(app);
    store::Webhook webhook;
    webhook.id = WebhookId("hook");
    webhook.app = grant.app;
    webhook.url = "https://app.example.invalid/hook";
    webhook.secret = Sensitive<std::string>("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    tx.Insert(webhook);
    grant.id = GrantId("grant");
    grant.organization = organization;
    grant.created = now;
    grant.switches.read_clinical_data = true;
    grant.all_locations_to = "everywhere";
    tx.Insert(grant);
    return Ok();
  });
}

bool Settle(sync::SyncEngine& engine, delivery::DeliveryDispatcher& dispatcher, Clock& clock) {
  for (int i = 0; i < 500; ++i) {
    const auto next = engine.RunDue();
    const auto sent = dispatcher.RunOnce();
    if (!sent) return false;
    if (*sent == 0 && (!next || *next > clock.Now())) return true;
  }
  return false;
}

int Run(const std::string& folder, std::uint64_t crash_at) {
  crypto::InitCrypto();
  FakeClock clock(*ParseInstant("2026-03-09T01:00:00Z"));
  SeededRandom random(7);
  const auto log = StderrLogger(LogLevel::kError);
  Script script(clock);
  memory::MemoryWorld world;
  world.Add("lane", script.practice());
  const memory::MemoryConnector connector(world);
  Registry registry;
  registry.Add(connector);

  // The practice as the last run left it.
  int phase = PhaseIn(folder);
  for (int past = 0; past < phase; ++past) script.Play(past);

  store::StoreOptions options;
  options.path = folder + "/store";
  options.at_commit_point = [crash_at](std::uint64_t point) {
    if (point == crash_at) kill(getpid(), SIGKILL);
  };
  auto store = store::Store::Open(options, clock, random, *log);
  if (!store) return 3;
  auto reader = (*store)->OpenReader();
  if (!reader) return 3;
  if ((*reader)->Connections()->empty() && !SetUp(**store, clock.Now())) return 4;

  App app(folder + "/told");
  grants::GrantBook book(**store);
  delivery::DeliveryDispatcher dispatcher(**store, app, clock, random, *log);
  sync::EngineOptions engine_options;
  engine_options.page_size = 2;
  engine_options.sweep_page_size = 2;
  sync::SyncEngine engine(**store, book, registry, clock, random, *log, nullptr, engine_options);
  for (;;) {
    if (!Settle(engine, dispatcher, clock)) return 5;
    if (phase == kPhases) {
      // What was put off for a while has its turn.
      clock.Step(std::chrono::hours(1));
      return Settle(engine, dispatcher, clock) ? 0 : 5;
    }
    script.Play(phase);
    SavePhase(folder, ++phase);
  }
}

}  // namespace
}  // namespace pons::crash

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "crash-worker FOLDER N\n";
    return 2;
  }
  return pons::crash::Run(argv[1], std::stoull(argv[2]));
}
