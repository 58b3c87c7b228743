// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "crypto/crypto.h"

namespace pons::simulation {
namespace {

using namespace std::chrono_literals;

constexpr const char* kZones[] = {"Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe",
                                  "Australia/Brisbane", "America/New_York"};

// Sydney's clocks go back at 16:00 UTC on 2026-04-04.
Instant StartOf(bool dst) {
  return *ParseInstant(dst ? "2026-04-04T15:10:00Z" : "2026-04-05T22:00:00Z");
}

}  // namespace

// Sessions of this vendor dial nobody.
class Simulation::NoHttp final : public net::HttpTransport {
 public:
  Result<net::HttpResponse> Send(const net::HttpRequest&, const CancelToken&) override {
    throw Violation{"I8: a session dials a host that is not declared"};
  }
};

Simulation::Simulation(Options options)
    : options_(options),
      dice_(options.seed * 2654435761u + 17),
      truth_(StartOf(options.seed % 4 == 0)),
      clock_(truth_),
      receiver_(dice_, clock_),
      http_(std::make_unique<NoHttp>()) {
  crypto::InitCrypto();
  weather_.dst = options.seed % 4 == 0;
  weather_.trouble = static_cast<std::uint64_t>(dice_.Between(2, 30));
  weather_.crash = static_cast<std::uint64_t>(dice_.Between(4, 30));
  weather_.receiver = static_cast<std::uint64_t>(dice_.Between(3, 20));
  weather_.grant_change = static_cast<std::uint64_t>(dice_.Between(3, 20));
  weather_.clock_jump = static_cast<std::uint64_t>(dice_.Between(10, 60));
  static constexpr std::uint32_t kSizes[] = {1, 2, 5, 500};
  engine_options_.page_size = kSizes[dice_.Below(4)];
  engine_options_.sweep_page_size = kSizes[dice_.Below(4)];
  folder_ = (std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp");
  folder_ += "/pons-simulation-" + std::to_string(getpid()) + "-" + std::to_string(options.seed);
  std::filesystem::remove_all(folder_);
  registry_.Add(connector_);
  receiver_.set_listener([this](const Told& told) { CheckTold(told); });
}

Simulation::~Simulation() {
  Close();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Simulation::Say(const std::string& what) const {
  if (options_.verbose) std::cerr << FormatInstant(truth_.Now()) << " " << what << "\n";
}

// ---- the process under test ---------------------------------------------------------------------

void Simulation::Open() {
  store::StoreOptions options;
  options.path = folder_;
  options.writer_thread = false;
  options.at_commit_point = [this](std::uint64_t) {
    if (crash_in_ && --*crash_in_ == 0) {
      crash_in_.reset();
      throw Crash{};
    }
  };
  auto store = store::Store::Open(options, clock_, dice_.random(), log_);
  Hold(store.has_value(), "the store does not open");
  store_ = std::move(*store);
  book_ = std::make_unique<grants::GrantBook>(*store_);
  dispatcher_ = std::make_unique<delivery::DeliveryDispatcher>(*store_, receiver_, clock_,
                                                               dice_.random(), log_);
  engine_ = std::make_unique<sync::SyncEngine>(*store_, *book_, registry_, clock_, dice_.random(),
                                               log_, http_.get(), engine_options_);
  desk_ = std::make_unique<commands::CommandEngine>(*store_, *book_, registry_, clock_,
                                                    dice_.random(), log_, http_.get());
  auto reader = store_->OpenReader();
  Hold(reader.has_value(), "no reader");
  reader_ = std::move(*reader);
}

void Simulation::Close() {
  desk_.reset();
  engine_.reset();
  dispatcher_.reset();
  book_.reset();
  reader_.reset();
  store_.reset();
}

bool Simulation::Guarded(const std::function<void()>& act) {
  if (dice_.OneIn(weather_.crash)) crash_in_ = 1 + dice_.Below(6);
  try {
    act();
    crash_in_.reset();
    return true;
  } catch (const Crash&) {
    ++counts_.crashes;
    Say("crash");
    Close();
    Open();
    return false;
  }
}

void Simulation::Write(const std::function<void(store::Transaction&)>& work) {
  const auto written = store_->Write([&](store::Transaction& tx) -> Result<void> {
    work(tx);
    return Ok();
  });
  Hold(written.has_value(), "the store refuses a write of the admin's");
}

void Simulation::SetUp() {
  Open();
  organization_ = OrganizationId("org-1");
  Write([&](store::Transaction& tx) { tx.Insert(store::Organization{organization_, "Org", {}}); });
  const auto practices = static_cast<int>(dice_.Between(1, 3));
  for (int i = 0; i < practices; ++i) {
    Connected at;
    at.practice = std::make_unique<PracticeSim>(
        i, i == 0 ? kZones[0] : kZones[dice_.Below(std::size(kZones))], truth_, dice_);
    world_.Add(at.practice->key(), at.practice->shared());
    at.id = ConnectionId("con-" + std::to_string(i));
    store::Connection connection;
    connection.id = at.id;
    connection.organization = organization_;
    connection.name = at.practice->key();
    connection.vendor = "memory";
    connection.time_zone = at.practice->zone().name();
    connection.settings_json = R"({"practice":")" + at.practice->key() + R"("})";
    connection.secrets_json = Sensitive<std::string>(
        R"({"password":")" + at.practice->practice().options().password + R"("})");
    Write([&](store::Transaction& tx) { at.key = tx.Insert(connection); });
    connected_.push_back(std::move(at));
  }
  const auto apps = static_cast<int>(dice_.Between(1, 2));
  for (int i = 0; i < apps; ++i) {
    AppSim sim;
    sim.id = AppId("app-" + std::to_string(i));
    store::App app;
    app.id = sim.id;
    app.name = "App";
    store::Webhook webhook;
    webhook.id = WebhookId("hook-" + std::to_string(i));
    webhook.url = "https://apps.example.invalid/" + sim.id.value;
    webhook.secret = Sensitive<std::string>("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    Write([&](store::Transaction& tx) {
      sim.key = tx.Insert(app);
      webhook.app = sim.key;
      sim.webhook = tx.Insert(webhook);
    });
    apps_.push_back(sim);
  }
  for (int i = 0; i < 2; ++i) ChangeGrants();
}

// ---- the run ------------------------------------------------------------------------------------

void Simulation::RunEngine(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    Guarded([this] { static_cast<void>(engine_->RunDue()); });
    SettleVisits();
    Guarded([this] { static_cast<void>(desk_->RunDue()); });
    NoteAppointments();  // commands have added to the diary
    CheckCommands();
    CheckLog();
    if (dice_.OneIn(2)) {
      Guarded([this] {
        const auto sent = dispatcher_->RunOnce();
        Hold(sent.has_value(), "the outbox cannot be emptied");
      });
    }
  }
}

void Simulation::Step() {
  ++counts_.steps;
  for (auto at = dice_.Between(0, 3); at > 0; --at) {
    auto& practice = *connected_[dice_.Below(connected_.size())].practice;
    practice.Work();
    if (dice_.OneIn(weather_.trouble)) practice.Trouble();
  }
  for (auto& at : connected_) {
    const auto troubles = at.practice->TakeTroubles();
    if (!troubles.empty()) Say(at.practice->key() + " has trouble:" + troubles);
  }
  NoteVisits();
  NoteAppointments();
  NoteDirectory();
  const auto step = static_cast<int>(counts_.steps);
  for (auto& at : ask_at_) {
    // Where nobody may ask yet, the wish waits.
    if (at > 0 && at <= step && Ask()) at = 0;
  }
  if (dice_.OneIn(8)) AskAgain();
  if (dice_.OneIn(15)) TakeBack();
  if (dice_.OneIn(10) && !wishes_.empty()) PersonLooks(dice_.Pick(wishes_));
  if (dice_.OneIn(weather_.grant_change)) ChangeGrants();
  const bool under_way = std::any_of(connected_.begin(), connected_.end(), [](const auto& at) {
    return at.practice->practice().Delayed();
  });
  // How long a lost request may still take effect is told by the clock: it must not jump meanwhile.
  if (!under_way && dice_.OneIn(weather_.clock_jump)) {
    static constexpr milliseconds kSkews[] = {0s, 0s, 61s, -61s, 2h, -2h};
    clock_.set_skew(kSkews[dice_.Below(std::size(kSkews))]);
    Say("the server's clock jumps");
  }
  truth_.Step(
      milliseconds(dice_.OneIn(12) ? dice_.Between(1, 3 * 3'600'000) : dice_.Between(0, 3000)));
  receiver_.set_trouble(weather_.receiver);
  RunEngine(static_cast<int>(dice_.Between(0, 6)));
}

void Simulation::Rest(int down) {
  ++counts_.rests;
  Say("rest");
  receiver_.set_trouble(0);
  for (auto& at : connected_) {
    if (at.practice->number() != down) at.practice->Recover();
  }
  NoteAppointments();
  NoteDirectory();
  for (const auto& wish : wishes_) {
    if (dice_.OneIn(2)) PersonLooks(wish);
  }
  // Long enough for the longest retry of a delivery, and for whole streams to be read again.
  for (int round = 0; round < 14; ++round) {
    for (int turn = 0; turn < 2000; ++turn) {
      const auto next = engine_->RunDue();
      SettleVisits();
      if (!next || *next > clock_.Now()) break;
      Hold(turn < 1999, "the engine does not come to rest");
    }
    for (int turn = 0; turn < 2000; ++turn) {
      const auto next = desk_->RunDue();
      NoteAppointments();
      CheckCommands();
      if (!next || *next > clock_.Now()) break;
      if (turn == 1999) {
        for (const auto& wish : wishes_) TellCommand(wish);
      }
      Hold(turn < 1999, "the desk does not come to rest");
    }
    CheckLog();
    for (int turn = 0; turn < 2000; ++turn) {
      const auto sent = dispatcher_->RunOnce();
      Hold(sent.has_value(), "the outbox cannot be emptied");
      if (*sent == 0) break;
    }
    truth_.Step(round < 4 ? milliseconds(61s) : milliseconds(3h));
  }
  CheckCommandsAtRest(down);
  CheckAtRest(down);
}

void Simulation::Run() {
  SetUp();
  for (int i = 0; i < options_.commands; ++i) {
    ask_at_.push_back(static_cast<int>(dice_.Between(1, options_.steps)));
  }
  for (int step = 0; step < options_.steps; ++step) {
    Step();
    if (dice_.OneIn(40)) Rest(-1);
  }
  if (connected_.size() > 1) {
    // One practice is out of reach; the others must not feel it.
    auto& down = *connected_[0].practice;
    down.practice().ClearFaults();
    down.practice().Plan({.kind = memory::FaultKind::kSilent, .times = 1'000'000});
    Rest(0);
  }
  Rest(-1);
  CheckSaid();
  for (const auto& at : connected_) {
    counts_.lost_writes += at.practice->practice().lost_writes();
  }
}

}  // namespace pons::simulation
