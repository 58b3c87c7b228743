// SPDX-License-Identifier: Apache-2.0
// The example exchanges in vendors/halo_connect/wire: every request there is what the client sends,
// and every response there is read.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "vendors/halo_connect/connector/halo_facade.h"
#include "vendors/halo_connect/connector/halo_test_kit.h"
#include "vendors/halo_connect/connector/halo_transport.h"
#include "vendors/halo_connect/connector/halo_watch.h"
#include "vendors/halo_connect/connector/halo_webhook.h"

namespace pons::halo_connect {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = fs::path(PONS_SOURCE_DIR) / "vendors/halo_connect/wire";

std::string Load(const std::string& name) {
  std::ifstream in(kFolder / name);
  EXPECT_TRUE(in) << name;
  std::stringstream text;
  text << in.rdbuf();
  return std::string(Trim(text.str()));
}

// The line before the empty line, and what follows it.
std::pair<std::string, std::string> Parts(const std::string& text) {
  const auto gap = text.find("\n\n");
  if (gap == std::string::npos) return {text, {}};
  return {text.substr(0, gap), text.substr(gap + 2)};
}

class HaloExchanges : public HaloTest {
 protected:
  // The next request is to be this example's, and gets its response.
  void Expect(const std::string& name) {
    const auto [status, body] = Parts(Load(name + ".response"));
    http_.Then(std::stoi(status), body);
    names_.push_back(name);
  }
  void TearDown() override {
    ASSERT_EQ(http_.sent.size(), names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto [line, body] = Parts(Load(names_[i] + ".request"));
      EXPECT_EQ(http_.Line(i), line) << names_[i];
      if (body.empty()) {
        EXPECT_EQ(http_.sent[i].body, "") << names_[i];
        continue;
      }
      const auto expected = json::Parse(body);
      ASSERT_TRUE(expected) << names_[i];
      EXPECT_EQ(json::Write(http_.Body(i)), json::Write(*expected)) << names_[i];
    }
  }
  std::unique_ptr<net::SqlTransport> Transport() {
    return MakeHaloTransport(TestAccess(), {kGuid, "90001"}, Context());
  }
  Result<void> Read(net::SqlTransport& transport) {
    static constexpr std::string_view kColumns[] = {"InternalID", "Surname", "Firstname"};
    net::SqlStatement statement;
    statement.text = "SELECT InternalID, Surname, Firstname FROM BPS_Patients WHERE InternalID = ?";
    statement.parameters = {std::int64_t{41}};
    statement.columns = kColumns;
    statement.reads_only = true;
    return transport.Query(
        statement, nullptr,
        [this](net::SqlRow row) {
          rows_.emplace_back(row.begin(), row.end());
          return true;
        },
        cancel_);
  }
  static WatchQuery Query() {
    WatchQuery query;
    query.name = "appointments";
    query.statement.text = "SELECT COUNT(*) AS N FROM APPOINTMENTS";
    return query;
  }

  const std::vector<std::vector<net::SqlValue>> ada_ = {
      {std::int64_t{41}, std::string("Sample"), std::string("Ada")}};
  std::vector<std::vector<net::SqlValue>> rows_;
  std::vector<std::string> names_;
};

TEST_F(HaloExchanges, Sites) {
  Expect("01-pair");
  EXPECT_EQ(PairSite(TestAccess(), "90001", Sensitive<std::string>("ABC123"), Context(), Soon())
                ->practice_name,
            "Harbour Street Clinic");
  Expect("02-pair-again");
  EXPECT_EQ(PairSite(TestAccess(), "90001", Sensitive<std::string>("ABC123"), Context(), Soon())
                .error()
                .fault,
            Fault::kRejected);
  Expect("03-resolve");
  EXPECT_EQ(ResolveSite(TestAccess(), "90001", Context(), Soon())->guid, kGuid);
  Expect("04-site");
  EXPECT_EQ(ReadSite(TestAccess(), kGuid, Context(), Soon())->catalogues.size(), 1u);
  Expect("05-facade");
  EXPECT_NE(DiscoverFacade(TestAccess(), {kGuid, "90001"}, Context(), Soon())->Find("Patient"),
            nullptr);
}

TEST_F(HaloExchanges, AtOnce) {
  const auto transport = Transport();
  Expect("10-at-once");
  ASSERT_TRUE(Read(*transport));
  EXPECT_EQ(rows_, ada_);
  Expect("11-missing-right");
  EXPECT_EQ(Read(*transport).error().fault, Fault::kForbidden);
  Expect("12-offline");
  EXPECT_EQ(Read(*transport).error().fault, Fault::kUnavailable);
  Expect("13-slow-down");
  EXPECT_EQ(Read(*transport).error().fault, Fault::kRateLimited);
}

TEST_F(HaloExchanges, InPages) {
  const auto transport = Transport();
  Expect("14-too-long");
  Expect("15-in-the-background");
  Expect("16-pages");
  Expect("17-page");
  ASSERT_TRUE(Read(*transport));
  EXPECT_EQ(rows_, ada_);
}

TEST_F(HaloExchanges, Watching) {
  Watch watch(TestAccess(), {kGuid, "90001"}, Query(), Context());
  Expect("20-registered");
  Expect("21-register");
  ASSERT_TRUE(watch.Ensure(Soon()));
  Expect("22-look");
  EXPECT_EQ(watch.Look(Soon())->kind, Sight::Kind::kChanged);
  Expect("23-end");
  EXPECT_TRUE(watch.Cancel(Soon()));
}

TEST_F(HaloExchanges, ACall) {
  const auto [head, body] = Parts(Load("30-call.request"));
  net::Headers headers;
  for (const auto line : Split(head, '\n')) {
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos) {
      headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  EXPECT_EQ(ReadWebhook(TestAccess(), {headers, body, clock_.Now()})->value, kGuid);
}

TEST(HaloExchangesFolder, EveryExampleIsPlayed) {
  std::size_t requests = 0;
  for (const auto& file : fs::directory_iterator(kFolder)) {
    requests += file.path().extension() == ".request" ? 1 : 0;
  }
  EXPECT_EQ(requests, 18u);
}

}  // namespace
}  // namespace pons::halo_connect
