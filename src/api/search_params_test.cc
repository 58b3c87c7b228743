// SPDX-License-Identifier: Apache-2.0
// What a query means, without a store.
#include "api/search_params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "api/page_token.h"
#include "api/rate_limit.h"
#include "api/scopes.h"
#include "crypto/crypto.h"

namespace pons::api {
namespace {

using model::Stream;
using store::Comparison;
using store::SearchField;
using ::testing::HasSubstr;
using ::testing::Not;

std::int64_t At(std::string_view instant) { return ToMillis(*ParseInstant(instant)); }

struct MomentCase {
  const char* text;
  Comparison comparison;
  const char* low;
  const char* high;
};

TEST(ParseMoment, AValueIsTheIntervalOfItsPrecision) {
  const MomentCase cases[] = {
      {"2026", Comparison::kEq, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
      {"ge2026-02", Comparison::kGe, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"},
      {"ne2026-12", Comparison::kNe, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
      {"lt2024-02-29", Comparison::kLt, "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
      {"sa2026-03-09T15:05", Comparison::kSa, "2026-03-09T15:05:00Z", "2026-03-09T15:06:00Z"},
      {"eb2026-03-09T15:05:06+11:00", Comparison::kEb, "2026-03-09T04:05:06Z",
       "2026-03-09T04:05:07Z"},
      {"le2026-03-09T15:05:06.250-03:30", Comparison::kLe, "2026-03-09T18:35:06.250Z",
       "2026-03-09T18:35:06.251Z"},
      {"gt2026-03-09T15:05:06.2Z", Comparison::kGt, "2026-03-09T15:05:06.2Z",
       "2026-03-09T15:05:06.3Z"},
      // An unescaped '+' arrives as a blank.
      {"2026-03-09T15:05:06 11:00", Comparison::kEq, "2026-03-09T04:05:06Z",
       "2026-03-09T04:05:07Z"},
  };
  for (const auto& expected : cases) {
    const auto moment = ParseMoment(expected.text, Instant());
    ASSERT_TRUE(moment) << expected.text;
    EXPECT_EQ(moment->comparison, expected.comparison) << expected.text;
    EXPECT_EQ(moment->low, At(expected.low)) << expected.text;
    EXPECT_EQ(moment->high, At(expected.high)) << expected.text;
  }
}

TEST(ParseMoment, ApproximatelyIsATenthOfTheDistance) {
  const auto moment = ParseMoment("ap2026-03-09", *ParseInstant("2026-03-19T12:00:00Z"));
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->low, At("2026-03-08T00:00:00Z"));
  EXPECT_EQ(moment->high, At("2026-03-11T00:00:00Z"));
}

TEST(ParseMoment, WhatIsNoDateIsRefused) {
  for (const char* text : {"",
                           "ge",
                           "20",
                           "202",
                           "20260309",
                           "2026-3-9",
                           "2026-13",
                           "2026-02-29",
                           "2026-03-09T",
                           "2026-03-09T15",
                           "2026-03-09T25:00",
                           "2026-03-09T15:60",
                           "2026-03-09T15:05:06.",
                           "2026-03-09T15:05:06+11",
                           "2026-03-09T15:05:06Zx",
                           "xx2026",
                           "0000",
                           "-2026",
                           "2026-",
                           "2026-03-09 15:05"}) {
    EXPECT_FALSE(ParseMoment(text, Instant())) << text;
  }
}

Result<ParsedSearch> Parse(Stream stream, const net::FormFields& fields, bool strict = false) {
  SearchContext context;
  context.base_url = "https://pons.example/fhir/R4";
  context.strict = strict;
  return ParseSearch(stream, fields, context);
}

TEST(ParseSearch, RepeatedIsAndCommaIsOr) {
  const auto parsed = Parse(Stream::kPatients, {{"name", "a,b"}, {"name", "c"}});
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->query.clauses.size(), 2u);
  EXPECT_EQ(parsed->query.clauses[0].texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parsed->query.clauses[1].texts, (std::vector<std::string>{"c"}));
}

TEST(ParseSearch, EscapesKeepSeparatorsInValues) {
  const auto parsed =
      Parse(Stream::kPatients, {{"family", R"(a\,b\\,c)"}, {"identifier", R"(sys\|tem|1\$2)"}});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->query.clauses[0].texts, (std::vector<std::string>{"a,b\\", "c"}));
  EXPECT_EQ(parsed->query.clauses[1].tokens[0].system, "sys|tem");
  EXPECT_EQ(parsed->query.clauses[1].tokens[0].value, "1$2");
}

TEST(ParseSearch, IdentifiersTakeEveryFormOfToken) {
  const auto token = [](const char* value) {
    return Parse(Stream::kPatients, {{"identifier", value}})->query.clauses[0].tokens[0];
  };
  EXPECT_EQ(token("2950 1275 51").value, "2950127551");
  EXPECT_EQ(token("2950 1275 51").system, std::nullopt);
  EXPECT_EQ(token("sys|ab").value, "AB");
  EXPECT_EQ(token("|ab").system, "");
  EXPECT_EQ(token("sys|").value, "");
}

TEST(ParseSearch, ControlsAreNotFilters) {
  const auto parsed =
      Parse(Stream::kEncounters,
            {{"_count", "7"}, {"_sort", "-date"}, {"_total", "accurate"}, {"_format", "json"}});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->query.clauses.empty());
  EXPECT_EQ(parsed->query.limit, 7u);
  EXPECT_EQ(parsed->query.sort, store::SortField::kStart);
  EXPECT_TRUE(parsed->query.descending);
  EXPECT_TRUE(parsed->query.with_total);
  EXPECT_EQ(Parse(Stream::kPatients, {{"_count", "100000"}})->query.limit, kLargestPage);
  EXPECT_EQ(Parse(Stream::kPatients, {})->query.limit, kDefaultPage);
  EXPECT_FALSE(Parse(Stream::kPatients, {{"_count", "99999999999"}}).has_value());
}

TEST(ParseSearch, LenientDropsAndStrictRefuses) {
  const net::FormFields fields = {
      {"family", "a"}, {"patient.name", "b"}, {"_sort", "shoe"}, {"_include", "x"}};
  const auto lenient = Parse(Stream::kPatients, fields);
  ASSERT_TRUE(lenient);
  EXPECT_EQ(lenient->used, (net::FormFields{{"family", "a"}}));
  for (const auto& field : fields) {
    const auto strict = Parse(Stream::kPatients, {field}, true);
    EXPECT_EQ(strict.has_value(), field.first == "family") << field.first;
  }
}

TEST(ParseSearch, ErrorsNeverRepeatAValue) {
  for (const net::FormFields& fields :
       {net::FormFields{{"birthdate", "SECRET"}}, net::FormFields{{"family:contains", "SECRET"}},
        net::FormFields{{"_count", "SECRET"}}, net::FormFields{{"identifier", "a|b|SECRET"}},
        net::FormFields{{"_total", "SECRET"}}}) {
    const auto parsed = Parse(Stream::kPatients, fields);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_THAT(parsed.error().summary, Not(HasSubstr("SECRET")));
  }
}

TEST(ParseSearch, TooMuchIsRefused) {
  EXPECT_FALSE(Parse(Stream::kPatients, net::FormFields(51, {"family", "a"})).has_value());
  std::string values = "a";
  for (int i = 0; i < 100; ++i) values += ",a";
  EXPECT_FALSE(Parse(Stream::kPatients, {{"family", values}}).has_value());
}

TEST(SearchParams, AreThoseOfTheReference) {
  std::ifstream in(std::string(PONS_SOURCE_DIR) + "/docs/reference/api.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    const auto stream = static_cast<Stream>(i);
    std::string row = "\n| " + std::string(model::ResourceTypeOf(stream)) + " |";
    for (const auto& param : SearchParamsOf(stream)) row += " `" + std::string(param.name) + "`";
    row += " |";
    for (const auto name : SortNamesOf(stream)) row += " `" + std::string(name) + "`";
    EXPECT_THAT(page, HasSubstr(row + " |\n"));
  }
}

TEST(PageToken, OpensOnlyWithItsKey) {
  crypto::InitCrypto();
  const std::string key(32, 'k');
  PageToken token;
  token.stream = Stream::kAppointments;
  token.app = 7;
  token.after = {"1234&=%", 99};
  token.search = {{"family", "Nguyễn & Co"}, {"_count", "5"}};
  const std::string text = SealPageToken(token, key, SystemRandom());
  EXPECT_THAT(text, Not(HasSubstr("Nguy")));
  const auto opened = OpenPageToken(text, key);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(*opened == token);
  EXPECT_FALSE(OpenPageToken(text, std::string(32, 'x')).has_value());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (const auto other = OpenPageToken(changed, key)) {
      // The last character's spare bits are not part of the bytes.
      EXPECT_EQ(i, text.size() - 1);
    }
  }
  EXPECT_FALSE(OpenPageToken("", key).has_value());
}

TEST(Scopes, AreReadInBothVersions) {
  EXPECT_EQ(Scopes::Parse("").Text(), "system/*.crus");
  EXPECT_EQ(Scopes::Parse("system/*.read").Text(), "system/*.rs");
  EXPECT_EQ(Scopes::Parse("system/*.cruds").Text(), "system/*.crus");
  EXPECT_EQ(Scopes::Parse("system/*.*").Text(), "system/*.crus");
  EXPECT_EQ(Scopes::Parse("system/Patient.write system/Encounter.cruds system/Task.u").Text(),
            "system/Patient.cu system/Encounter.rs system/Task.u");
  EXPECT_EQ(Scopes::Parse("system/Patient.r system/Patient.s").Text(), "system/Patient.rs");
  EXPECT_EQ(Scopes::Parse("system/Patient.s launch openid system/Encounter.read").Text(),
            "system/Patient.s system/Encounter.rs");
  for (const char* none :
       {"system/Patient.d", "system/Location.write", "user/Patient.rs", "system/Spaceship.rs",
        "system/Patient.sr", "system/Patient.", "system/", "system/Patient.rsx", "Patient.rs"}) {
    EXPECT_TRUE(Scopes::Parse(none).empty()) << none;
  }
  const auto scopes = Scopes::Parse("system/Patient.s");
  EXPECT_FALSE(scopes.MayRead(Stream::kPatients));
  EXPECT_TRUE(scopes.MaySearch(Stream::kPatients));
  EXPECT_FALSE(scopes.MaySearch(Stream::kEncounters));
  EXPECT_FALSE(scopes.MayCreate(Stream::kPatients));
  const auto writes = Scopes::Parse("system/Patient.c");
  EXPECT_TRUE(writes.MayCreate(Stream::kPatients));
  EXPECT_FALSE(writes.MayUpdate(Stream::kPatients));
  EXPECT_FALSE(writes.MayCreate(Stream::kAppointments));
  // What is written down with a token means the same when it is read again.
  for (const char* text : {"", "system/*.rs", "system/Patient.crus system/Task.rs"}) {
    const auto once = Scopes::Parse(text).Text();
    EXPECT_EQ(Scopes::Parse(once).Text(), once);
  }
}

TEST(RateBucket, GivesTheBurstAndThenTheRate) {
  RateBucket bucket(10, 5);
  Instant now = FromMillis(1'000'000);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(bucket.Take(now)) << i;
  EXPECT_EQ(bucket.Take(now), milliseconds(100));
  now += milliseconds(99);
  EXPECT_TRUE(bucket.Take(now));
  now += milliseconds(1);
  EXPECT_FALSE(bucket.Take(now));
  EXPECT_TRUE(bucket.Take(now));
  now += milliseconds(60'000);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(bucket.Take(now)) << i;
  EXPECT_TRUE(bucket.Take(now));
}

TEST(FailureLimit, BlocksAndForgets) {
  FailureLimit limit(3);
  Instant now = FromMillis(1'000'000);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(limit.Blocked("a", now));
    limit.Failed("a", now);
  }
  EXPECT_EQ(limit.Blocked("a", now), milliseconds(60'000));
  EXPECT_FALSE(limit.Blocked("b", now));
  EXPECT_FALSE(limit.Blocked("a", now + milliseconds(60'000)));
  for (int i = 0; i < 2; ++i) limit.Failed("b", now);
  limit.Succeeded("b");
  limit.Failed("b", now);
  EXPECT_FALSE(limit.Blocked("b", now));
  for (int i = 0; i < 50'000; ++i) limit.Failed(std::to_string(i), now);
  EXPECT_FALSE(limit.Blocked("x", now));
}

}  // namespace
}  // namespace pons::api
