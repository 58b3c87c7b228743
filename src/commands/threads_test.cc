// SPDX-License-Identifier: Apache-2.0
// The engine on its own threads, with the machine's clock: many clients at once.
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <thread>

#include "commands/engine.h"
#include "crypto/crypto.h"
#include "vendors/memory/connector/memory.h"

namespace pons::commands {
namespace {

using memory::Table;
using model::Stream;

class ThreadsTest : public testing::Test {
 protected:
  ThreadsTest() {
    crypto::InitCrypto();
    memory::PracticeOptions options;
    options.opens_hour = 0;
    options.closes_hour = 24;
    practice_ = std::make_shared<memory::MemoryPractice>(options, SystemClock());
    world_.Add("lane", practice_);
    registry_.Add(connector_);
    site_ = practice_->Add(Table::kSites, {{"name", "North"}});
    staff_ = practice_->Add(Table::kStaff, {{"title", "Dr"}, {"last", "Nguyen"}});
    practice_->Add(Table::kPosts, {{"staff", staff_}, {"site", site_}});
    reason_ = practice_->Add(Table::kReasons, {{"label", "Skin check"}});
    for (int i = 0; i < 50; ++i) {
      patients_.push_back(practice_->Add(
          Table::kPatients, {{"first", "P"}, {"last", "Sample"}, {"born", "1980-02-29"}}));
    }
    store_ = store::Store::Open({.path = ":memory:"}, SystemClock(), SystemRandom(), log_).value();
    book_ = std::make_unique<grants::GrantBook>(*store_);
    EXPECT_TRUE(store_->Write([&](store::Transaction& tx) -> Result<void> {
      tx.Insert(store::Organization{OrganizationId("org"), "Org", {}});
      store::Connection connection;
      connection.id = ConnectionId("con");
      connection.organization = OrganizationId("org");
      connection.vendor = "memory";
      connection.time_zone = "Australia/Sydney";
      connection.settings_json = R"({"practice":"lane"})";
      connection.secrets_json = Sensitive<std::string>(R"({"password":"correct horse"})");
      connection_ = tx.Insert(connection);
      store::App app;
      app.id = AppId("app");
      app_ = tx.Insert(app);
      store::Grant grant;
      grant.id = GrantId("grant");
      grant.organization = OrganizationId("org");
      grant.connection = connection_;
      grant.app = app_;
      grant.switches.take_bookings = true;
      grant_ = tx.Insert(grant);
      return Ok();
    }));
    engine_ = std::make_unique<CommandEngine>(*store_, *book_, registry_, SystemClock(),
                                              SystemRandom(), log_, nullptr);
    engine_->Start();
  }
  ~ThreadsTest() override { engine_->Stop(); }

  Submission Booking(int number, Instant start) {
    model::BookAppointment book;
    book.patient = {Stream::kPatients, patients_[static_cast<std::size_t>(number) % 50]};
    book.practitioner = {Stream::kPractitioners, staff_};
    book.location = {Stream::kLocations, site_};
    book.service = {Stream::kHealthcareServices, reason_};
    book.start = start;
    book.length = std::chrono::minutes(15);
    Submission out;
    out.connection = connection_;
    out.grant = grant_;
    out.app = app_;
    out.body = book;
    out.idempotency_key = "key-" + std::to_string(number);
    out.patient = ResourceId("p" + std::to_string(number % 50));
    return out;
  }

  // Asks for all at once and waits for every answer.
  std::map<State, int> AskAll(int from, int to, const std::function<Instant(int)>& start) {
    std::mutex mutex;
    std::condition_variable told;
    std::map<State, int> states;
    int answers = 0;
    std::vector<std::thread> clients;
    for (int c = 0; c < 8; ++c) {
      clients.emplace_back([&, c] {
        for (int i = from + c; i < to; i += 8) {
          const auto submitted = engine_->Submit(Booking(i, start(i)));
          if (!submitted) continue;
          engine_->WhenSettled(submitted->command.id, SystemClock().Now() + seconds(30),
                               [&](const CommandView& view) {
                                 const std::lock_guard lock(mutex);
                                 ++states[view.state];
                                 ++answers;
                                 told.notify_all();
                               });
        }
      });
    }
    for (auto& client : clients) client.join();
    std::unique_lock lock(mutex);
    told.wait_for(lock, seconds(60), [&] { return answers == to - from; });
    return states;
  }

  MemoryLogger log_;
  memory::MemoryWorld world_;
  memory::MemoryConnector connector_{world_};
  std::shared_ptr<memory::MemoryPractice> practice_;
  Registry registry_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<grants::GrantBook> book_;
  std::unique_ptr<CommandEngine> engine_;
  store::ConnectionKey connection_ = 0;
  store::AppKey app_ = 0;
  store::GrantKey grant_ = 0;
  std::string site_, staff_, reason_;
  std::vector<std::string> patients_;
};

Instant OnAQuarter(int quarter) {
  const auto now = SystemClock().Now().time_since_epoch();
  const auto days = std::chrono::ceil<std::chrono::hours>(now) + std::chrono::hours(72);
  return Instant(std::chrono::duration_cast<milliseconds>(days)) +
         std::chrono::minutes(15 * quarter);
}

TEST_F(ThreadsTest, TwoHundredWantOneTimeAndOneGetsIt) {
  const auto start = OnAQuarter(0);
  const auto states = AskAll(0, 200, [&](int) { return start; });
  EXPECT_EQ(states.at(State::kConfirmed), 1);
  EXPECT_EQ(states.at(State::kRejected), 199);
}

TEST_F(ThreadsTest, TwoHundredWantTheirOwnTimesAndAllGetThem) {
  const auto states = AskAll(0, 200, OnAQuarter);
  EXPECT_EQ(states.at(State::kConfirmed), 200);
  int effects = 0;
  for (const auto& effect : practice_->Effects()) effects += effect.happened ? 1 : 0;
  EXPECT_EQ(effects, 200);
}

TEST_F(ThreadsTest, AStopInTheMiddleLosesNothing) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(engine_->Submit(Booking(i, OnAQuarter(i))));
  engine_->Stop();
  engine_ = std::make_unique<CommandEngine>(*store_, *book_, registry_, SystemClock(),
                                            SystemRandom(), log_, nullptr);
  engine_->Start();
  const auto states = AskAll(0, 50, OnAQuarter);  // the same keys: the same commands
  EXPECT_EQ(states.at(State::kConfirmed), 50);
  int effects = 0;
  for (const auto& effect : practice_->Effects()) effects += effect.happened ? 1 : 0;
  EXPECT_EQ(effects, 50);
}

}  // namespace
}  // namespace pons::commands
