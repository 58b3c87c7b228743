// SPDX-License-Identifier: Apache-2.0
// One world for all tests of a story, and what its tests ask of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/log.h"
#include "crypto/crypto.h"
#include "rehearsal/world.h"

namespace pons::scenarios {

using rehearsal::Answer;
using rehearsal::DayAfter;
using rehearsal::LocalIdentifier;
using rehearsal::SendOptions;
using rehearsal::World;

// Each story sets its options in a static function Options() and derives from Story<itself>.
template <typename Kind>
class Story : public testing::Test {
 public:
  static void SetUpTestSuite() {
    crypto::InitCrypto();
    log_ = StderrLogger(LogLevel::kWarn);
    auto world = World::Start(Kind::Options(), *log_);
    ASSERT_TRUE(world) << world.error().summary;
    world_ = std::move(*world);
  }
  static void TearDownTestSuite() { world_.reset(); }

 protected:
  void SetUp() override { ASSERT_NE(world_, nullptr); }
  static World& world() { return *world_; }

  static std::string NewKey() {
    static int last = 0;
    return "story-" + std::to_string(++last);
  }
  static Answer Must(Result<Answer> answer) {
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().summary);
    return answer ? std::move(*answer) : Answer{};
  }
  static Answer Create(const std::string& type, const json::Value& body,
                       const std::string& key = NewKey()) {
    return Must(world().api().SendJson("POST", "/fhir/R4/" + type, body, {.key = key}));
  }
  static Answer Get(const std::string& path) { return Must(world().api().Get("/fhir/R4/" + path)); }
  static Answer Put(const std::string& path, json::Value body, const std::string& etag) {
    body.Set("id", path.substr(path.find('/') + 1));
    return Must(world().api().SendJson("PUT", "/fhir/R4/" + path, body,
                                       {.key = NewKey(), .if_match = etag}));
  }
  static json::Value Practice(const std::string& path) {
    auto answer = world().control().Get(path);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().summary);
    return answer ? std::move(*answer) : json::Value();
  }
  static json::Value Staff(const std::string& method, const std::string& path,
                           const json::Value& body) {
    auto answer = world().control().Call(method, path, &body);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().summary);
    return answer ? std::move(*answer) : json::Value();
  }
  // A free time of the first practitioner, some days ahead; each call gives another.
  static std::string FreeTime() {
    static int taken = 0;
    for (int day = 1; day < 30; ++day) {
      const auto times =
          world().FreeTimes(world().practitioners()[0], DayAfter(world().today(), day));
      // Some at the ends of a day are left out: nothing may follow them.
      if (times && times->size() > 12) return (*times)[static_cast<std::size_t>(2 + taken++ % 8)];
    }
    ADD_FAILURE() << "nobody is free for a month";
    return {};
  }
  // A patient whom the app has been shown.
  static std::string PatientId() {
    static std::string id;
    if (id.empty()) {
      const auto shared = world().Share("5");
      EXPECT_TRUE(shared) << shared.error().summary;
      if (shared) id = shared->Text("id");
    }
    return id;
  }
  static bool Told(std::string_view type, const std::string& id) {
    return World::Eventually([&] {
      for (const auto& event : world().receiver().events()) {
        if (event.type == type && event.resource_id == id && event.verified) return true;
      }
      return false;
    });
  }

 private:
  static inline std::unique_ptr<Logger> log_;
  static inline std::unique_ptr<World> world_;
};

inline json::Value Without(const json::Value& resource, std::string_view member) {
  json::Object kept;
  for (const auto& [name, value] : *resource.object()) {
    if (name != member) kept.emplace_back(name, value);
  }
  return kept;
}

inline json::Value Person(const std::string& given, const std::string& family,
                          const std::string& birth_date, const std::string& phone = {}) {
  json::Value out = json::Object{
      {"resourceType", "Patient"},
      {"name", json::Array{json::Object{
                   {"use", "official"}, {"family", family}, {"given", json::Array{given}}}}},
      {"gender", "female"},
      {"birthDate", birth_date},
  };
  if (!phone.empty()) {
    out.Set("telecom",
            json::Array{json::Object{{"system", "phone"}, {"use", "mobile"}, {"value", phone}}});
  }
  return out;
}

}  // namespace pons::scenarios
