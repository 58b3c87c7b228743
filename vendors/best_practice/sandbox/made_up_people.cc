// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/made_up_people.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "base/text.h"
#include "vendors/best_practice/sandbox/au_numbers.h"
#include "vendors/best_practice/sandbox/made_up_dice.h"
#include "vendors/best_practice/sandbox/made_up_names.h"

namespace pons::best_practice::sandbox::made_up {
namespace {

using sandboxkit::ClinicAddress;
using sandboxkit::ClinicCondition;
using sandboxkit::ClinicPatient;

std::string Digits(std::uint64_t number, int width) {
  std::string text = std::to_string(number);
  if (text.size() < static_cast<std::size_t>(width)) {
    text.insert(0, static_cast<std::size_t>(width) - text.size(), '0');
  }
  return text;
}

std::string DayBefore(Date today, int days) {
  return FormatDate(Date(std::chrono::sys_days(today) - std::chrono::days(days)));
}

// 5550 and 7010 are the ranges kept for fiction in each area.
std::string Landline(Dice& dice, std::string_view area_code) {
  const std::string_view range = dice.PerMille(500) ? "5550" : "7010";
  return std::string(area_code) + ' ' + std::string(range) + ' ' +
         Digits(static_cast<std::uint64_t>(dice.Below(10000)), 4);
}

std::string MailName(std::string_view name) {
  std::string out;
  for (const char c : AsciiLower(FoldForSearch(name))) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

const Community& PickCommunity(Dice& dice) {
  int left = dice.Below(1000);
  for (const Community& community : kCommunities) {
    left -= community.weight;
    if (left < 0) return community;
  }
  return kCommunities[0];
}

// What a household has in common.
struct Home {
  const Community* community = nullptr;
  ClinicAddress address;
  std::string area_code, phone;
  std::string family;
  std::string card, card_expiry;  // empty: none (visitors from abroad)
};

Home MakeUpHome(Dice& dice, std::uint64_t seed, std::int64_t n, Date today) {
  Home home;
  home.community = &PickCommunity(dice);
  const bool far = dice.PerMille(60);
  const Suburb& suburb = far ? dice.Pick(kFarSuburbs) : dice.Pick(kHomeSuburbs);
  std::string& line = home.address.line1;
  const int shape = dice.Below(10);
  if (shape < 3) {
    line = std::to_string(dice.Between(1, 24)) + '/';
  } else if (shape == 3) {
    home.address.line1 = "Unit " + std::to_string(dice.Between(1, 90));
  }
  std::string& street = shape == 3 ? home.address.line2 : line;
  street += std::to_string(dice.Between(1, 220)) + ' ';
  street += dice.Pick(kStreets);
  street += ' ';
  street += dice.Pick(kStreetKinds);
  home.address.city = suburb.city;
  home.address.postcode = suburb.postcode;
  home.area_code = suburb.area_code;
  if (dice.PerMille(550)) home.phone = Landline(dice, suburb.area_code);
  home.family = dice.Pick(home.community->families);

  if (!dice.PerMille(30)) {
    // Households walk through the five million bases that have a 9 as second digit; the step has no
    // factor in common with them, so no two households of a practice share a card.
    constexpr std::uint64_t kBases = 5'000'000;
    const std::uint64_t place =
        (static_cast<std::uint64_t>(n) * 1'234'577 + seed % kBases) % kBases;
    const std::string base =
        std::to_string(2 + place / 1'000'000) + '9' + Digits(place % 1'000'000, 6);
    home.card = MedicareCard(base, dice.Between(1, 4));
    const int months = static_cast<int>(today.year()) * 12 +
                       static_cast<int>(static_cast<unsigned>(today.month())) - 1 +
                       dice.Between(-2, 58);
    home.card_expiry =
        Digits(static_cast<std::uint64_t>(months % 12 + 1), 2) + '/' + std::to_string(months / 12);
  }
  return home;
}

std::string TitleOf(Dice& dice, bool woman, int age, bool married) {
  if (age >= 28 && dice.PerMille(15)) return "Dr.";
  if (!woman) return age < 13 ? "Mast." : "Mr.";
  if (age < 18) return "Miss";
  if (married) return dice.PerMille(700) ? "Mrs." : "Ms.";
  return age < 35 && dice.PerMille(400) ? "Miss" : "Ms.";
}

void AddContacts(Dice& dice, const Home& home, Person& person) {
  ClinicPatient& patient = person.patient;
  patient.home_phone = home.phone;
  if (person.age >= 13 && dice.PerMille(930)) patient.mobile_phone = dice.Pick(kMobiles);
  if (person.age >= 20 && person.age < 67 && dice.PerMille(200)) {
    patient.work_phone = Landline(dice, home.area_code);
  }
  if (person.age >= 15 && dice.PerMille(person.age < 75 ? 850 : 450)) {
    patient.email = MailName(patient.given) + '.' + MailName(patient.family) + '@';
    patient.email += dice.Pick(kMailDomains);
  }
}

void AddCards(Dice& dice, const Home& home, int line, std::int64_t number, Person& person) {
  ClinicPatient& patient = person.patient;
  if (!home.card.empty() && line <= 9) {
    patient.medicare = home.card;
    patient.medicare_line = std::to_string(line);
    patient.medicare_expiry = home.card_expiry;
  }
  const auto unique = static_cast<std::uint64_t>(number) % 10'000'000;
  if (dice.PerMille(850)) patient.individual_number = HealthNumber("80036099" + Digits(unique, 7));
  if (person.age >= 25 && dice.PerMille(person.age >= 70 ? 25 : 6)) {
    constexpr std::string_view kWars[] = {"X", "X", "SM", "CN"};
    const std::string_view war = dice.Pick(kWars);
    patient.dva_number = std::string(1, "NVQ"[dice.Below(3)]) + std::string(war) + '9' +
                         Digits(unique % 10'000, war.size() == 1 ? 5 : 4);
    const int color = dice.Below(10);
    patient.dva_color = color < 6 ? "Gold" : color < 9 ? "White" : "Orange";
  }
  if (person.age >= 67 && dice.PerMille(620)) {
    patient.pension_kind = "Pensioner Concession Card";
  } else if (person.age >= 67 && dice.PerMille(300)) {
    patient.pension_kind = "Commonwealth Seniors Health Card";
  } else if (dice.PerMille(70)) {
    patient.pension_kind = "Health Care Card";
  }
  if (!patient.pension_kind.empty()) {
    patient.pension_number = "29" + Digits(unique, 7) + "ABCHJKLSTVX"[unique % 11];
  }
}

void AddHistory(Dice& dice, Date today, Person& person) {
  for (const Condition& condition : kConditions) {
    if (person.age < condition.from_age || !dice.PerMille(condition.per_mille)) continue;
    if (!condition.sex.empty() && condition.sex != person.patient.sex) continue;
    ClinicCondition found;
    found.text = condition.text;
    found.snomed = condition.snomed;
    const int years_ago = dice.Between(0, std::min(person.age - condition.from_age, 25));
    found.year = static_cast<int>(today.year()) - years_ago;
    // A doctor often knows the year only; this year's months must not lie ahead of today.
    if (years_ago > 0 && dice.PerMille(600)) {
      found.month = dice.Between(1, 12);
      if (dice.PerMille(500)) found.day = dice.Between(1, 28);
    }
    found.active = condition.stays || (years_ago == 0 && dice.PerMille(700));
    person.patient.history.push_back(std::move(found));
  }
}

// Some choose an English name beside their own; some go by the first half of it.
void AddPreferredName(Dice& dice, const Home& home, bool woman, Person& person) {
  const bool adopts =
      home.community->ethnicity == "Chinese" || home.community->ethnicity == "Vietnamese";
  if (dice.PerMille(adopts ? 220 : 15)) {
    person.patient.preferred = woman ? dice.Pick(kAngloWomen) : dice.Pick(kAngloMen);
  }
}

struct Role {
  bool woman = false, married = false;
  int age = 0;
  std::string family;
};

Person MakeUpPerson(Dice& dice, const Home& home, const Role& role, int line, std::int64_t number,
                    Date today) {
  Person person;
  ClinicPatient& patient = person.patient;
  person.age = role.age;
  const Words names = role.woman ? home.community->women : home.community->men;
  patient.given = dice.Pick(names);
  if (dice.PerMille(450)) patient.middle = dice.Pick(names);
  if (patient.middle == patient.given) patient.middle.clear();
  patient.family = role.family;
  patient.sex = role.woman ? "Female" : "Male";
  if (dice.PerMille(6)) patient.sex = "Other";
  patient.title = TitleOf(dice, role.woman, role.age, role.married);
  AddPreferredName(dice, home, role.woman, person);
  // 365.25 days a year; one year of days to choose from.
  const int days = role.age * 1461 / 4 + dice.Between(1, 363);
  patient.birth_date = DayBefore(today, days);
  patient.ethnicity = dice.PerMille(120) ? "Not provided" : home.community->ethnicity;
  patient.address = home.address;
  if (role.age >= 18 && dice.PerMille(40)) {
    patient.postal.line1 = "PO Box " + std::to_string(dice.Between(10, 2200));
    patient.postal.city = home.address.city;
    patient.postal.postcode = home.address.postcode;
  }
  patient.country = "Australia";
  patient.record_number = std::to_string(10'000 + number);
  AddContacts(dice, home, person);
  AddCards(dice, home, line, number, person);
  AddHistory(dice, today, person);
  if (role.age >= 75 && dice.PerMille(40)) {
    person.alive = false;
    patient.death_date = DayBefore(today, dice.Between(20, 300));
    patient.active = false;
  } else if (dice.PerMille(20)) {
    patient.active = false;  // moved away
  }
  return person;
}

// Who lives here: one age and sex per person, parents first.
std::vector<Role> MakeUpRoles(Dice& dice, const std::string& family) {
  std::vector<Role> roles;
  const int kind = dice.Below(100);
  const bool woman = dice.PerMille(530);
  if (kind < 32) {  // alone
    roles.push_back({woman, false, dice.Between(19, 93), family});
    return roles;
  }
  if (kind < 56) {  // a couple without children at home
    const int age = dice.Between(24, 88);
    roles.push_back({false, true, age, family});
    roles.push_back({true, true, std::clamp(age + dice.Between(-7, 3), 20, 92), family});
    return roles;
  }
  const int age = dice.Between(25, 52);
  roles.push_back({woman, kind < 90, age, family});
  if (kind < 90) {
    roles.push_back({!woman, true, std::clamp(age + dice.Between(-5, 5), 22, 58), family});
  }
  const int children =
      dice.Between(1, 2) + (dice.PerMille(300) ? 1 : 0) + (dice.PerMille(60) ? 1 : 0);
  for (int i = 0; i < children; ++i) {
    const int oldest = std::max(0, std::min(17, age - 20));
    roles.push_back({dice.PerMille(490), false, dice.Between(0, oldest), family});
  }
  return roles;
}

}  // namespace

std::vector<Person> MakeUpHousehold(std::uint64_t seed, std::int64_t n, std::int64_t first_number,
                                    Date today) {
  Dice dice(seed, static_cast<std::uint64_t>(n));
  const Home home = MakeUpHome(dice, seed, n, today);
  std::vector<Role> roles = MakeUpRoles(dice, home.family);
  // One in six partners keeps another name; half of those give the children both.
  if (roles.size() >= 2 && roles[1].married && dice.PerMille(170)) {
    const std::string other(dice.Pick(home.community->families));
    const bool both = dice.PerMille(500) && other != home.family &&
                      other.find('-') == std::string::npos &&
                      home.family.find('-') == std::string::npos;
    roles[1].family = other;
    for (std::size_t i = 2; both && i < roles.size(); ++i) {
      roles[i].family = home.family + '-' + other;
    }
  }
  std::vector<Person> people;
  people.reserve(roles.size());
  for (const Role& role : roles) {
    const int line = static_cast<int>(people.size()) + 1;
    const auto number = first_number + static_cast<std::int64_t>(people.size());
    people.push_back(MakeUpPerson(dice, home, role, line, number, today));
  }
  return people;
}

}  // namespace pons::best_practice::sandbox::made_up
