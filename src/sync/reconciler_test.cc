// SPDX-License-Identifier: Apache-2.0
// Runs the cases in reconciler_cases/; README.md there says how they are written.
#include "sync/reconciler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/text.h"
#include "grants/rules.h"

namespace pons::sync {
namespace {

struct Case {
  std::string why;
  std::map<std::string, store::Grant> grants;
  std::optional<grants::Facts> facts;
  std::set<std::string> sees;
  std::optional<store::Head> stored;
  std::string version;
  ChangeKind kind = ChangeKind::kUpsert;
  std::map<std::string, std::string> verdicts;
  std::string decision;
};

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> out;
  for (const auto word : Split(text, ' ')) {
    if (!Trim(word).empty()) out.emplace_back(Trim(word));
  }
  return out;
}

store::Filter FilterOf(const std::vector<std::string>& words) {
  if (words.at(1) == "all") return {};
  store::Filter filter{store::FilterKind::kThese, {}};
  if (words.at(1) != "none") filter.vendor_ids.assign(words.begin() + 1, words.end());
  return filter;
}

store::Grant GrantOf(std::string_view text) {
  store::Grant grant;
  for (const auto part : Split(text, ';')) {
    const auto words = Words(part);
    const auto& word = words.at(0);
    if (word == "on_visit") {
      grant.mode = store::GrantMode::kOnVisit;
    } else if (word == "all") {
      grant.mode = store::GrantMode::kAll;
    } else if (word == "revoked") {
      grant.revoked = true;
    } else if (word == "patients_in") {
      grant.switches.patients_in = words.at(1) != "off";
    } else if (word == "practitioners") {
      grant.practitioners = FilterOf(words);
    } else if (word == "types") {
      grant.appointment_types = FilterOf(words);
    } else if (word == "locations") {
      for (std::size_t i = 1; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        const auto from = words[i].substr(0, equals);
        const auto to = words[i].substr(equals + 1);
        if (from == "all") {
          grant.all_locations_to = to;
        } else {
          grant.locations.push_back({from, to});
        }
      }
    } else {
      ADD_FAILURE() << "unknown word in a grant: " << word;
    }
  }
  return grant;
}

grants::Facts FactsFrom(std::string_view text) {
  grants::Facts facts;
  for (const auto part : Split(text, ';')) {
    const auto words = Words(part);
    if (words.at(0) == "location") {
      facts.location_id = words.at(1);
    } else if (words.at(0) == "practitioner") {
      facts.practitioner_id = words.at(1);
    } else if (words.at(0) == "type") {
      facts.service_id = words.at(1);
    } else {
      ADD_FAILURE() << "unknown fact: " << words.at(0);
    }
  }
  return facts;
}

void ReadLine(Case& c, const std::string& key, const std::string& value) {
  const auto words = Words(value);
  if (key == "why") {
    c.why = value;
  } else if (key.starts_with("grant ")) {
    c.grants[key.substr(6)] = GrantOf(value);
  } else if (key == "facts") {
    c.facts = FactsFrom(value);
  } else if (key == "sees") {
    c.sees.insert(words.begin(), words.end());
  } else if (key == "stored") {
    if (words.at(0) == "nothing") return;
    c.stored = store::Head{1, words.size() > 1 ? words[1] : "", words[0] == "deleted"};
  } else if (key == "change") {
    c.kind = words.at(0) == "tombstone" ? ChangeKind::kTombstone : ChangeKind::kUpsert;
    c.version = words.size() > 1 ? words[1] : "";
  } else if (key.starts_with("expect ")) {
    c.verdicts[key.substr(7)] = value;
  } else if (key == "expect") {
    c.decision = value;
  } else {
    ADD_FAILURE() << "unknown line: " << key;
  }
}

Case ReadCase(const std::filesystem::path& path) {
  Case c;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto text = Trim(line);
    if (text.empty() || text.starts_with('#')) continue;
    const auto colon = text.find(':');
    ReadLine(c, std::string(Trim(text.substr(0, colon))),
             std::string(Trim(text.substr(colon + 1))));
  }
  return c;
}

std::string Told(const grants::Verdict& verdict) {
  return verdict.shared ? "shared at " + verdict.app_location
                        : "not shared: " + std::string(verdict.reason);
}

std::vector<std::filesystem::path> CaseFiles() {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(PONS_SOURCE_DIR) / "src/sync/reconciler_cases";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ReconcilerCase : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ReconcilerCase, IsDecidedAsWritten) {
  const auto c = ReadCase(GetParam());
  SCOPED_TRACE(c.why);
  ASSERT_FALSE(c.why.empty());
  ASSERT_FALSE(c.decision.empty());
  Incoming incoming{c.kind, c.version, false, false};
  for (const auto& [name, grant] : c.grants) {
    if (c.sees.contains(name) && !grant.revoked) incoming.seen = true;
    if (grants::SharesEveryone(grant)) incoming.shared = true;
    if (!c.facts) continue;
    const auto verdict = grants::Judge(grant, *c.facts);
    if (verdict.shared) incoming.shared = true;
    ASSERT_TRUE(c.verdicts.contains(name)) << "the case expects nothing of grant " << name;
    EXPECT_EQ(Told(verdict), c.verdicts.at(name)) << name;
    EXPECT_EQ(verdict.shared, verdict.reason.empty());
    EXPECT_EQ(verdict.app_location.empty(), !verdict.shared);
  }
  EXPECT_EQ(DecisionName(Reconcile(c.stored, incoming)), c.decision);
}

INSTANTIATE_TEST_SUITE_P(Cases, ReconcilerCase, testing::ValuesIn(CaseFiles()),
                         [](const auto& file) { return file.param.stem().string(); });

TEST(Reconciler, HasItsCases) { EXPECT_GE(CaseFiles().size(), 25u); }

// Over all inputs there are: who may see nothing causes no storing, and what is told matches what
// is stored.
TEST(Reconciler, HoldsItsRulesForEveryInput) {
  const std::optional<store::Head> states[] = {std::nullopt, store::Head{1, "v1", false},
                                               store::Head{2, "v1", true}};
  for (const auto& stored : states) {
    for (const auto kind : {ChangeKind::kUpsert, ChangeKind::kTombstone}) {
      for (const std::string_view version : {"v1", "v2"}) {
        for (const bool seen : {false, true}) {
          for (const bool shared : {false, true}) {
            const auto decision = Reconcile(stored, {kind, version, seen, shared});
            const bool live = stored && !stored->deleted;
            const bool stores = decision == Decision::kNew || decision == Decision::kChanged;
            if (stores) {
              EXPECT_TRUE(seen || shared) << "stored for nobody";
              EXPECT_EQ(kind, ChangeKind::kUpsert);
            }
            EXPECT_EQ(decision == Decision::kGone, kind == ChangeKind::kTombstone && live);
            if (decision == Decision::kSame) {
              EXPECT_TRUE(live);
              EXPECT_EQ(version, stored->vendor_version);
            }
            if (decision == Decision::kNew) {
              EXPECT_FALSE(live);
            }
            if (decision == Decision::kChanged) {
              EXPECT_NE(version, stored->vendor_version);
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace pons::sync
