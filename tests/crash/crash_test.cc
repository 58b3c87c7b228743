// SPDX-License-Identifier: Apache-2.0
// A process is killed at each commit point in turn and started again: at the end the store is, row
// for row, what it is when nothing goes wrong, and the app was told of everything.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/clock_fake.h"
#include "store/store.h"
#include "sync/scope.h"
#include "tests/crash/crash_fixture.h"

namespace pons::crash {
namespace {

constexpr char kWorker[] = "crash-worker";

using CrashTest = CrashFixture;

// All that must be the same however the run went.
struct Outcome {
  std::multiset<std::string> records;
  std::multiset<std::string> log;
  std::multiset<std::string> outbox;
  std::map<std::string, std::string> cursors;
  std::multiset<std::string> visits;
  std::size_t quarantined = 0;
  std::size_t untold = 0;  // delivered, by the store's word, and unknown to the app

  bool operator==(const Outcome&) const = default;
};

template <typename T>
T Read(Result<T> result) {
  EXPECT_TRUE(result.has_value());
  return std::move(result).value();
}

std::string Text(const store::LoggedChange& change) {
  return change.id.value + " " + std::to_string(change.version) + " " +
         std::string(store::ChangeKindName(change.kind));
}

Outcome Look(const std::string& folder) {
  Outcome outcome;
  FakeClock clock(*ParseInstant("2026-03-10T00:00:00Z"));
  SeededRandom random(1);
  MemoryLogger log;
  store::StoreOptions options;
  options.path = folder + "/store";
  const auto store = store::Store::Open(options, clock, random, log);
  EXPECT_TRUE(store.has_value());
  const auto reader = Read((*store)->OpenReader());
  static_cast<void>(reader->ForEachRecord([&](const store::ServedRecord& record,
                                              const store::Source& source) {
    // When it was read may differ; what was read may not.
    std::string body = record.deleted ? "deleted" : *record.body;
    if (const auto at = body.find("\"lastUpdated\":\""); at != std::string::npos) {
      body.erase(at, body.find('"', at + 15) - at + 1);
    }
    outcome.records.insert(record.id.value + " " + source.vendor_id + " " + source.vendor_version +
                           " " + std::to_string(record.version) + " " + body);
  }));
  const store::GrantKey grants[] = {Read(reader->Grants())[0].key};
  // The order between records is nobody's business; the multiset shows what is lost or doubled.
  for (const auto& change : Read(reader->Changes(grants, 0, 100'000)))
    outcome.log.insert(Text(change));

  std::set<std::string> told;
  std::ifstream file(folder + "/told");
  for (std::string line; std::getline(file, line);) told.insert(line);
  const auto webhook = Read(reader->Webhooks())[0].key;
  for (const auto& row : Read(reader->Deliveries(webhook, 100'000))) {
    const bool delivered = row.state == store::DeliveryState::kDelivered;
    outcome.outbox.insert(Text(row.change) + (delivered ? " delivered" : " not delivered"));
    if (!told.contains(row.event_id)) ++outcome.untold;
  }
  const auto connection = Read(reader->Connections())[0].key;
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    const auto stream = static_cast<model::Stream>(i);
    const auto state = Read(reader->Stream(connection, stream));
    // Directories are swept again by every process; the others stand where they stood.
    const bool follows = stream == model::Stream::kPatients ||
                         stream == model::Stream::kConditions ||
                         stream == model::Stream::kEncounters;
    const auto token = sync::ReadSavedCursor(state.cursor).token.value_or("none");
    outcome.cursors[std::string(model::StreamName(stream))] =
        (follows ? token : "") + (state.sweeping ? " sweeping" : "");
  }
  for (const auto& visit : Read(reader->Visits(connection, 1000))) {
    outcome.visits.insert(visit.vendor_id + " " + visit.outcome + " " + visit.waiting_patient);
  }
  outcome.quarantined = Read(reader->Quarantined(connection)).size();
  return outcome;
}

TEST_F(CrashTest, NothingIsLostOrDoubledWhereverTheProcessIsKilled) {
  const auto smooth = At("smooth");
  ASSERT_EQ(RunWorker(kWorker, smooth, 0), 0);
  const auto expected = Look(smooth);
  ASSERT_GT(expected.records.size(), 10u);
  ASSERT_GT(expected.outbox.size(), 10u);
  ASSERT_EQ(expected.untold, 0u);
  ASSERT_EQ(expected.quarantined, 0u);

  int point = 1;
  for (; point < kMostPoints; ++point) {
    const auto folder = At("killed");
    const int killed = RunWorker(kWorker, folder, point);
    if (killed == 0) break;  // came to the end before that point
    ASSERT_EQ(killed, -1) << "at commit point " << point;
    ASSERT_EQ(RunWorker(kWorker, folder, 0), 0) << "after a kill at commit point " << point;
    const auto outcome = Look(folder);
    EXPECT_EQ(outcome.records, expected.records) << "commit point " << point;
    EXPECT_EQ(outcome.log, expected.log) << "commit point " << point;
    EXPECT_EQ(outcome.outbox, expected.outbox) << "commit point " << point;
    EXPECT_EQ(outcome.cursors, expected.cursors) << "commit point " << point;
    EXPECT_EQ(outcome.visits, expected.visits) << "commit point " << point;
    EXPECT_EQ(outcome.untold, 0u) << "commit point " << point;
    ASSERT_FALSE(HasFailure());
    std::filesystem::remove_all(folder);
  }
  ASSERT_LT(point, kMostPoints);
  RecordProperty("commit_points", point - 1);
  std::cout << "killed at " << point - 1 << " commit points\n";
}

}  // namespace
}  // namespace pons::crash
