// SPDX-License-Identifier: Apache-2.0
#include "model/patient_match.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "model/au_identifiers.h"

namespace pons::model {
namespace {

// Made-up numbers whose check digits hold; the eleventh digit is the line on the card.
constexpr char kMedicare[] = "29999901811";
constexpr char kMedicareReissued[] = "29999901821";
constexpr char kMedicareNextLine[] = "29999901812";
constexpr char kMedicareCardOnly[] = "2999990181";
constexpr char kOtherMedicare[] = "32788511952";
constexpr char kBadMedicare[] = "29999901911";
constexpr char kIhi[] = "8003609900000017";
constexpr char kOtherIhi[] = "8003609900000025";

struct Who {
  std::string given;
  std::string family;
  std::string birth;
  std::string medicare = {};
  std::string maiden = {};
  std::string preferred = {};
  std::string middle = {};
  Gender gender = Gender::kUnknown;
  std::string phone = {};
  std::string ihi = {};
  bool deceased = false;
};

Patient Make(const Who& who) {
  Patient patient;
  HumanName name;
  name.given = who.given;
  name.middle = who.middle;
  name.family = who.family;
  patient.names.push_back(name);
  if (!who.preferred.empty()) {
    HumanName usual;
    usual.use = "usual";
    usual.given = who.preferred;
    patient.names.push_back(usual);
  }
  if (!who.maiden.empty()) {
    HumanName maiden;
    maiden.use = "maiden";
    maiden.family = who.maiden;
    patient.names.push_back(maiden);
  }
  patient.birth_date = ParseDate(who.birth);
  const auto add = [&](std::string_view system, const std::string& value) {
    if (value.empty()) return;
    Identifier identifier;
    identifier.system = std::string(system);
    identifier.value = value;
    patient.identifiers.push_back(identifier);
  };
  add(au::kMedicareSystem, who.medicare);
  add(au::kIhiSystem, who.ihi);
  patient.gender = who.gender;
  patient.deceased = who.deceased;
  if (!who.phone.empty()) patient.telecoms.push_back({"phone", who.phone, "mobile"});
  return patient;
}

struct Case {
  const char* what;
  Who a;
  Who b;
  MatchGrade expected;
};

constexpr auto kNot = MatchGrade::kCertainlyNot;
constexpr auto kPossible = MatchGrade::kPossible;
constexpr auto kProbable = MatchGrade::kProbable;
constexpr auto kCertain = MatchGrade::kCertain;
constexpr char kDay[] = "1984-07-02";

void ExpectAll(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    const auto forth = Compare(Make(c.a), Make(c.b));
    const auto back = Compare(Make(c.b), Make(c.a));
    EXPECT_EQ(MatchGradeCode(forth.grade), MatchGradeCode(c.expected)) << c.what;
    EXPECT_EQ(forth, back) << c.what << ": the other way round";
  }
}

TEST(PatientMatch, TheSameNameHoweverItIsTyped) {
  ExpectAll({
      {"equal", {"Ann", "Walker", kDay}, {"Ann", "Walker", kDay}, kCertain},
      {"capitals", {"ANN", "WALKER", kDay}, {"Ann", "Walker", kDay}, kCertain},
      {"blanks", {" Ann ", "Walker  ", kDay}, {"Ann", "Walker", kDay}, kCertain},
      {"hyphen", {"Ann", "Smith-Jones", kDay}, {"Ann", "Smith Jones", kDay}, kCertain},
      {"typographic hyphen", {"Ann", "Smith‐Jones", kDay}, {"Ann", "Smith-Jones", kDay}, kCertain},
      {"apostrophe", {"Ann", "O'Brien", kDay}, {"Ann", "OBrien", kDay}, kCertain},
      {"curly apostrophe", {"Ann", "O’Brien", kDay}, {"Ann", "O'Brien", kDay}, kCertain},
      {"blank in Mc", {"Ann", "Mc Donald", kDay}, {"Ann", "McDonald", kDay}, kCertain},
      {"accents", {"Zoë", "Müller", kDay}, {"Zoe", "Muller", kDay}, kCertain},
      {"combining accent",
       {"Zoe\xCC\x88", "Nguye\xCC\x82\xCC\x83n", kDay},
       {"Zoë", "Nguyễn", kDay},
       kCertain},
      {"another script", {"明", "王", kDay}, {"明", "王", kDay}, kCertain},
      {"another script, another name", {"明", "王", kDay}, {"明", "黄", kDay}, kPossible},
  });
}

TEST(PatientMatch, GivenNames) {
  ExpectAll({
      {"second given name missing",
       {"Ann", "Walker", kDay},
       {"Ann Marie", "Walker", kDay},
       kCertain},
      {"second given name as middle",
       {.given = "Ann", .family = "Walker", .birth = kDay, .middle = "Marie"},
       {"Ann Marie", "Walker", kDay},
       kCertain},
      {"hyphenated", {"Ann-Marie", "Walker", kDay}, {"Annmarie", "Walker", kDay}, kCertain},
      {"middle initial",
       {.given = "Ann", .family = "Walker", .birth = kDay, .middle = "M"},
       {.given = "Ann", .family = "Walker", .birth = kDay, .middle = "Marie"},
       kCertain},
      {"preferred name",
       {.given = "Robert", .family = "Walker", .birth = kDay, .preferred = "Bob"},
       {"Bob", "Walker", kDay},
       kCertain},
      {"initial only", {"A", "Walker", kDay}, {"Ann", "Walker", kDay}, kProbable},
      {"one letter off", {"Cathryn", "Walker", kDay}, {"Kathryn", "Walker", kDay}, kProbable},
      {"two letters swapped", {"Micheal", "Walker", kDay}, {"Michael", "Walker", kDay}, kProbable},
      {"given and family swapped", {"Tran", "Minh", kDay}, {"Minh", "Tran", kDay}, kProbable},
      {"no given name on one side", {"", "Walker", kDay}, {"Ann", "Walker", kDay}, kPossible},
  });
}

// Twins share family name, birth date, address, phone and card: that alone may never be taken for
// one person, and what makes it "similar" must be in the given names.
TEST(PatientMatch, TwinsAreTwoPeople) {
  ExpectAll({
      {"other given names", {"Ann", "Walker", kDay}, {"Beth", "Walker", kDay}, kPossible},
      {"the same phone",
       {.given = "Ann", .family = "Walker", .birth = kDay, .phone = "0412 345 678"},
       {.given = "Beth", .family = "Walker", .birth = kDay, .phone = "0412345678"},
       kPossible},
      {"the next line of the same card",
       {"Ann", "Walker", kDay, kMedicare},
       {"Beth", "Walker", kDay, kMedicareNextLine},
       kNot},
      {"the same card without its line",
       {"Ann", "Walker", kDay, kMedicareCardOnly},
       {"Beth", "Walker", kDay, kMedicareCardOnly},
       kPossible},
      {"a shared first name, other second names",
       {"Mohammed Ali", "Haddad", kDay},
       {"Mohammed Hassan", "Haddad", kDay},
       kProbable},
      {"given names that begin alike",
       {"Chris", "Walker", kDay},
       {"Christine", "Walker", kDay},
       kProbable},
  });
}

TEST(PatientMatch, FamilyNamesThatChange) {
  ExpectAll({
      {"maiden name on record",
       {.given = "Ann", .family = "Jones", .birth = kDay, .maiden = "Smith"},
       {"Ann", "Smith", kDay},
       kProbable},
      {"maiden name on record, the same card and line",
       {.given = "Ann", .family = "Jones", .birth = kDay, .medicare = kMedicare, .maiden = "Smith"},
       {"Ann", "Smith", kDay, kMedicare},
       kCertain},
      {"half of a double name", {"Ann", "Smith-Jones", kDay}, {"Ann", "Jones", kDay}, kProbable},
      {"another name", {"Ann", "Smith", kDay}, {"Ann", "Jones", kDay}, kPossible},
      {"another name, the same phone",
       {.given = "Ann", .family = "Smith", .birth = kDay, .phone = "+61 412 345 678"},
       {.given = "Ann", .family = "Jones", .birth = kDay, .phone = "0412 345 678"},
       kProbable},
      {"another name, the same card and line",
       {"Ann", "Smith", kDay, kMedicare},
       {"Ann", "Jones", kDay, kMedicare},
       kProbable},
      {"one letter off", {"Ann", "Jonson", kDay}, {"Ann", "Johnson", kDay}, kProbable},
      {"short names one letter off", {"Ann", "Lee", kDay}, {"Ann", "Lew", kDay}, kPossible},
  });
}

TEST(PatientMatch, BirthDates) {
  ExpectAll({
      {"off by one day", {"Ann", "Walker", kDay}, {"Ann", "Walker", "1984-07-03"}, kProbable},
      {"off by one day over a month's end",
       {"Ann", "Walker", "1984-06-30"},
       {"Ann", "Walker", "1984-07-01"},
       kProbable},
      {"day and month swapped",
       {"Ann", "Walker", kDay},
       {"Ann", "Walker", "1984-02-07"},
       kProbable},
      {"one digit", {"Ann", "Walker", kDay}, {"Ann", "Walker", "1994-07-02"}, kProbable},
      {"two digits swapped", {"Ann", "Walker", kDay}, {"Ann", "Walker", "1948-07-02"}, kProbable},
      {"near, and a near name",
       {"Ann", "Walker", kDay},
       {"Ann", "Walkers", "1984-07-03"},
       kPossible},
      {"near, and another given name",
       {"Ann", "Walker", kDay},
       {"Beth", "Walker", "1984-07-03"},
       kNot},
      {"another day", {"Ann", "Walker", kDay}, {"Ann", "Walker", "1951-11-23"}, kNot},
      {"father and son with one phone",
       {.given = "John", .family = "Walker", .birth = "1951-11-23", .phone = "02 9999 1234"},
       {.given = "John", .family = "Walker", .birth = kDay, .phone = "(02) 9999-1234"},
       kPossible},
      {"not known", {"Ann", "Walker", ""}, {"Ann", "Walker", kDay}, kPossible},
      {"not known on both sides", {"Ann", "Walker", ""}, {"Ann", "Walker", ""}, kPossible},
      {"not known, the same phone",
       {.given = "Ann", .family = "Walker", .birth = "", .phone = "0412 345 678"},
       {.given = "Ann", .family = "Walker", .birth = kDay, .phone = "0412 345 678"},
       kProbable},
  });
}

TEST(PatientMatch, Identifiers) {
  ExpectAll({
      {"the same card and line",
       {"Ann", "Walker", kDay, kMedicare},
       {"Ann", "Walker", kDay, kMedicare},
       kCertain},
      {"the card re-issued",
       {"Ann", "Jones", kDay, kMedicare},
       {"Ann", "Walker", kDay, kMedicareReissued},
       kProbable},
      {"another line of the card",
       {"Ann", "Walker", kDay, kMedicare},
       {"Ann", "Walker", kDay, kMedicareNextLine},
       kProbable},
      {"another card",
       {"Ann", "Walker", kDay, kMedicare},
       {"Ann", "Walker", kDay, kOtherMedicare},
       kProbable},
      {"similar, and another card",
       {"Ann", "Walker", kDay, kMedicare},
       {"Ann", "Walker", "1984-07-03", kOtherMedicare},
       kPossible},
      {"a number whose check fails says nothing",
       {"Ann", "Walker", kDay, kBadMedicare},
       {"Ann", "Walker", kDay, kMedicare},
       kCertain},
      {"a number whose check fails does not match people",
       {"Cleo", "Hart", "1951-11-23", kBadMedicare},
       {"Ann", "Walker", kDay, kBadMedicare},
       kNot},
      {"only the number agrees",
       {"Cleo", "Hart", "1951-11-23", kMedicare},
       {"Ann", "Walker", kDay, kMedicare},
       kPossible},
      {"one number says yes, another no",
       {.given = "Ann", .family = "Walker", .birth = kDay, .medicare = kMedicare, .ihi = kIhi},
       {.given = "Ann", .family = "Walker", .birth = kDay, .medicare = kMedicare, .ihi = kOtherIhi},
       kProbable},
  });
}

TEST(PatientMatch, SexAndDeathAskForALook) {
  ExpectAll({
      {"sexes differ",
       {.given = "Kim", .family = "Walker", .birth = kDay, .gender = Gender::kFemale},
       {.given = "Kim", .family = "Walker", .birth = kDay, .gender = Gender::kMale},
       kProbable},
      {"one sex is not known",
       {.given = "Kim", .family = "Walker", .birth = kDay, .gender = Gender::kFemale},
       {"Kim", "Walker", kDay},
       kCertain},
      {"one has died",
       {.given = "Kim", .family = "Walker", .birth = kDay, .deceased = true},
       {"Kim", "Walker", kDay},
       kProbable},
  });
}

TEST(PatientMatch, NothingIsKnownOfNobody) {
  EXPECT_EQ(Compare(Patient{}, Patient{}).grade, kNot);
  EXPECT_EQ(Compare(Patient{}, Make({"Ann", "Walker", kDay})).grade, kNot);
  EXPECT_EQ(Compare(Make({"", "", ""}), Make({"", "", ""})).grade, kNot);
  EXPECT_EQ(Compare(Make({"--", "''", kDay}), Make({"Ann", "Walker", kDay})).grade, kNot);
}

// Random people from a small pool and names of arbitrary bytes: the answer does not depend on the
// order, scores never contradict grades, and whoever has a name and a birth date is themselves.
TEST(PatientMatch, HoldsForAnybody) {
  const std::vector<std::string> names = {
      "Ann",         "Ann Marie", "Anne",     "A",        "O'Brien", "OBrien",
      "Smith-Jones", "Jones",     "Müller",   "王",       "",        " ",
      "-",           "\xC3",      "\xE2\x80", "\xFF\xFE", "Nguyễn",  std::string(300, 'x')};
  const std::vector<std::string> days = {"", kDay, "1984-07-03", "1984-02-07", "1951-11-23"};
  const std::vector<std::string> numbers = {"", kMedicare, kMedicareNextLine, kBadMedicare};
  std::mt19937 random(7);
  const auto pick = [&random](const auto& from) { return from[random() % from.size()]; };
  const auto anybody = [&] {
    auto patient = Make({pick(names), pick(names), pick(days), pick(numbers), pick(names),
                         pick(names), pick(names), static_cast<Gender>(random() % 4)});
    patient.deceased = random() % 8 == 0;
    return patient;
  };
  constexpr double kFloor[] = {0, 0.4, 0.7, 0.95};
  for (int i = 0; i < 20000; ++i) {
    const Patient a = anybody();
    const Patient b = anybody();
    const auto match = Compare(a, b);
    ASSERT_EQ(match, Compare(b, a));
    const auto grade = static_cast<std::size_t>(match.grade);
    ASSERT_GE(match.score, kFloor[grade]);
    ASSERT_LE(match.score, grade == 3 ? 1.0 : kFloor[grade + 1] - 0.005);
    const bool named = a.names[0].family == "Jones" && a.names[0].given == "Ann" && a.birth_date;
    if (named) {
      ASSERT_EQ(Compare(a, a).grade, kCertain);
    }
  }
}

}  // namespace
}  // namespace pons::model
