// SPDX-License-Identifier: Apache-2.0
// Bundles and OperationOutcomes.
#include <gtest/gtest.h>

#include "fhir/bundle.h"
#include "fhir/operation_outcome.h"
#include "json/value.h"

namespace pons::fhir {
namespace {

TEST(Searchset, HoldsResourcesAsTheyAre) {
  std::string out;
  SearchsetWriter bundle(out, "https://x/Patient?name=a\"b", "https://x/next", 2);
  bundle.Match("https://x/Patient/1", R"({"resourceType":"Patient","id":"1"})");
  bundle.Include("https://x/Practitioner/2", R"({"resourceType":"Practitioner","id":"2"})");
  bundle.Outcome(OperationOutcome("warning", "informational", "one parameter was ignored"));
  bundle.Finish();
  const auto json = json::Parse(out);
  ASSERT_TRUE(json) << out;
  EXPECT_EQ(json->Text("type"), "searchset");
  EXPECT_EQ(json->Integer("total"), 2);
  const auto& links = *json->Find("link")->array();
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].Text("url"), "https://x/Patient?name=a\"b");
  EXPECT_EQ(links[1].Text("relation"), "next");
  const auto& entries = *json->Find("entry")->array();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].Text("fullUrl"), "https://x/Patient/1");
  EXPECT_EQ(entries[0].Find("resource")->Text("id"), "1");
  EXPECT_EQ(entries[1].Find("search")->Text("mode"), "include");
  EXPECT_EQ(entries[2].Find("search")->Text("mode"), "outcome");
  EXPECT_EQ(entries[2].Find("fullUrl"), nullptr);
}

TEST(Searchset, WithNothingFoundHasNoEntries) {
  std::string out;
  SearchsetWriter bundle(out, "https://x/Patient", "", std::nullopt);
  bundle.Finish();
  EXPECT_EQ(out, R"({"resourceType":"Bundle","type":"searchset","link":[{"relation":"self",)"
                 R"("url":"https://x/Patient"}]})");
}

TEST(OperationOutcome, SaysWhatWentWrong) {
  const auto json = json::Parse(OperationOutcome(
      {{"error", "invalid", "birthdate is no date; write 1984-07-02", "Patient.birthdate"},
       {"warning", "not-supported", "", ""}}));
  ASSERT_TRUE(json);
  const auto& issues = *json->Find("issue")->array();
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_EQ(issues[0].Text("code"), "invalid");
  EXPECT_EQ(issues[0].Find("details")->Text("text"), "birthdate is no date; write 1984-07-02");
  EXPECT_EQ(*issues[0].Find("expression")->array()->at(0).string(), "Patient.birthdate");
  EXPECT_EQ(issues[1].Find("details"), nullptr);
  EXPECT_EQ(issues[1].Find("expression"), nullptr);
}

TEST(OperationOutcome, NamesTheFaultInFhirsWords) {
  const auto json = json::Parse(OperationOutcome(MakeError(Fault::kRateLimited, "wait 3 s")));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("issue")->array()->at(0).Text("code"), "throttled");
  EXPECT_EQ(IssueCodeOf(Fault::kNotFound), "not-found");
}

}  // namespace
}  // namespace pons::fhir
