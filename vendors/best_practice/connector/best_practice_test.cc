// SPDX-License-Identifier: Apache-2.0
// Settings and the descriptor.
#include "vendors/best_practice/connector/best_practice.h"

#include <gtest/gtest.h>

#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice_fault.h"

namespace pons::best_practice {
namespace {

Settings Good() {
  Settings settings;
  settings.Set("server", "BPSERVER\\BPSINSTANCE");
  settings.SetSecret("password", "not a real one");
  return settings;
}

std::string Refusal(const Settings& settings) {
  const auto checked = BestPracticeConnector().Check(settings);
  if (checked) return "accepted";
  EXPECT_EQ(checked.error().fault, Fault::kMisconfigured);
  return checked.error().summary;
}

TEST(BestPractice, SettingsAreJudgedByThemselves) {
  EXPECT_EQ(Refusal(Good()), "accepted");
  const auto with = [](std::string_view key, std::string value) {
    auto settings = Good();
    settings.Set(std::string(key), std::move(value));
    return Refusal(settings);
  };
  EXPECT_NE(with("server", " ").find("\"server\""), std::string::npos);
  EXPECT_NE(with("server", "a;UID=sa").find("\"server\""), std::string::npos);
  EXPECT_NE(with("port", "70000").find("\"port\""), std::string::npos);
  EXPECT_NE(with("port", "many").find("\"port\""), std::string::npos);
  EXPECT_NE(with("encryption", "maybe").find("\"encryption\""), std::string::npos);
  EXPECT_NE(with("visit_poll_interval_ms", "1").find("visit_poll"), std::string::npos);
  EXPECT_NE(with("colour", "blue").find("\"colour\""), std::string::npos);
  EXPECT_EQ(with("port", "1433"), "accepted");

  Settings no_password;
  no_password.Set("server", "localhost");
  EXPECT_NE(Refusal(no_password).find("\"password\""), std::string::npos);
}

TEST(BestPractice, TransportOnlyForSettingsThatPass) {
  SeededRandom random{1};
  const CancelToken cancel;
  MemoryLogger log;
  const SessionContext context{SystemClock(),
                               nullptr,
                               nullptr,
                               random,
                               cancel,
                               log,
                               *PracticeZone::Named("Australia/Sydney")};
  EXPECT_NE(BestPracticeConnector().MakeSql(Good(), context), nullptr);
  EXPECT_EQ(BestPracticeConnector().MakeSql(Settings(), context), nullptr);
}

TEST(BestPractice, RefusalsSayTheNextStep) {
  auto error = MakeError(Fault::kUnauthenticated, "refused");
  EXPECT_NE(Explained(error, "read VISITS").summary.find("Database browser password"),
            std::string::npos);
  error = MakeError(Fault::kRejected, "the database has no such column");
  error.vendor_code = "207";
  EXPECT_EQ(Explained(error, "read VISITS").fault, Fault::kProtocol);
  error = MakeError(Fault::kMisconfigured, "no");
  error.vendor_code = "4060";
  EXPECT_NE(Explained(error, "read VISITS").summary.find("BPSPatients"), std::string::npos);
  error = MakeError(Fault::kForbidden, "the database user lacks a right on VISITS");
  EXPECT_NE(Explained(error, "read VISITS").summary.find(MissingRight("VISITS")),
            std::string::npos);
}

}  // namespace
}  // namespace pons::best_practice
