// SPDX-License-Identifier: Apache-2.0
// A Best Practice of one's own for a test: the sandbox as a process, the connector over its real
// wire, and staff through its control port.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "connector/opened.h"
#include "sandboxes/json_client.h"
#include "sandboxes/sandbox_process.h"
#include "tests/support/tcp_proxy.h"
#include "vendors/best_practice/connector/best_practice.h"

namespace pons::best_practice {

using json::Array;
using json::Object;
using json::Value;
using model::Stream;

// With what would end a value in a connection string.
inline constexpr char kPassword[] = "not; a {real} one=";

// A practice with one of each, and a session to it.
class BestPracticeLive : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = sandboxes::SandboxProcess::Start(
        std::string(PONS_BINARY_DIR) + "/bin/pons-sandbox", SandboxArguments());
    ASSERT_TRUE(started) << started.error().summary;
    sandbox_ = std::move(started).value();
    control_ = std::make_unique<sandboxes::JsonClient>(sandbox_->control());
    Say("POST", "/reset", Object{});
    location_ = Made("/clinic/locations", {{"name", "Harbour Clinic"}});
    practitioner_ = Made(
        "/clinic/practitioners",
        {{"title", "Dr"}, {"given", "Sam"}, {"family", "Tester"}, {"locations", Array{location_}}});
    type_ = Made("/clinic/appointment_types", {{"name", "Skin check"}, {"minutes", 15}});
  }

  virtual std::vector<std::string> SandboxArguments() {
    return {"best_practice", "--password", kPassword};
  }

  Value Ask(std::string_view method, std::string_view path, const Value& body = {}) {
    auto answer = control_->Call(method, path, body.is_null() ? nullptr : &body);
    EXPECT_TRUE(answer) << answer.error().summary;
    return answer ? *answer : Value();
  }
  void Say(std::string_view method, std::string_view path, const Value& body = {}) {
    Ask(method, path, body);
  }
  std::string Made(std::string_view path, Object body) {
    return std::string(Ask("POST", path, std::move(body)).Text("id"));
  }
  std::string Patient(std::string given, std::string family) {
    return Made("/clinic/patients", {{"given", std::move(given)},
                                     {"family", std::move(family)},
                                     {"birth_date", "1984-07-02"},
                                     {"sex", "Female"}});
  }
  void Raw(std::string_view table, const std::string& key, std::string_view column, Value value) {
    Say("POST", "/clinic/raw",
        Object{{"table", table}, {"key", key}, {"column", column}, {"value", std::move(value)}});
  }
  int port() const { return std::stoi(sandbox_->wire_port()); }
  std::string Today() { return std::string(Ask("GET", "/state").Text("today")); }

  Settings SettingsFor(int port, std::string password = kPassword) {
    Settings settings;
    settings.Set("server", "127.0.0.1");
    settings.Set("port", std::to_string(port));
    settings.SetSecret("password", std::move(password));
    return settings;
  }

  Opened Open(const Settings& settings) {
    auto opened = OpenSession(connector_, settings,
                              {*clock_, nullptr, nullptr, random_, cancel_, log_,
                               *PracticeZone::Named("Australia/Sydney")});
    EXPECT_TRUE(opened);
    return std::move(opened).value();
  }
  Opened Open() { return Open(SettingsFor(port())); }

  static Instant In(milliseconds time) { return SystemClock().Now() + time; }

  Result<ChangePage> Pull(Session& session, Stream stream, std::optional<Cursor> since = {},
                          milliseconds time = seconds(10)) {
    PullRequest request;
    request.stream = stream;
    request.since = std::move(since);
    request.deadline = In(time);
    return session.changes()->Pull(request);
  }
  // Everything until the stream is caught up; moves `at` on.
  std::vector<Change> Drain(Session& session, Stream stream, std::optional<Cursor>& at,
                            std::vector<Unreadable>* unreadable = nullptr) {
    std::vector<Change> all;
    while (true) {
      auto page = Pull(session, stream, at);
      EXPECT_TRUE(page) << page.error().summary;
      if (!page) return all;
      at = page->next;
      std::move(page->changes.begin(), page->changes.end(), std::back_inserter(all));
      if (unreadable != nullptr) {
        std::move(page->unreadable.begin(), page->unreadable.end(),
                  std::back_inserter(*unreadable));
      }
      if (page->end == PageEnd::kCaughtUp) return all;
    }
  }
  const model::Patient* PatientIn(const std::vector<Change>& changes, const std::string& id) {
    for (const auto& change : changes) {
      if (change.ref.id == id && change.record) return std::get_if<model::Patient>(&*change.record);
    }
    return nullptr;
  }

  const BestPracticeConnector connector_;
  Clock* clock_ = &SystemClock();
  std::unique_ptr<sandboxes::SandboxProcess> sandbox_;
  std::unique_ptr<sandboxes::JsonClient> control_;
  SeededRandom random_{1};
  CancelToken cancel_;
  MemoryLogger log_;
  std::string location_, practitioner_, type_;
};

}  // namespace pons::best_practice
