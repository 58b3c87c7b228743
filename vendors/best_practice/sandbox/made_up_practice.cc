// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/made_up_practice.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/check.h"
#include "vendors/best_practice/sandbox/au_numbers.h"
#include "vendors/best_practice/sandbox/made_up_diary.h"
#include "vendors/best_practice/sandbox/made_up_dice.h"
#include "vendors/best_practice/sandbox/made_up_people.h"

namespace pons::best_practice::sandbox {
namespace {

using made_up::Dice;
using made_up::Work;
using sandboxkit::ClinicAppointment;
using sandboxkit::ClinicAppointmentType;
using sandboxkit::ClinicLocation;
using sandboxkit::ClinicPractitioner;
using sandboxkit::ClinicSink;

struct Place {
  std::string_view name, line1, city, postcode, phone, email;
};
constexpr Place kPlaces[made_up::kLocations] = {
    {"Marrickville", "18 Banksia Street", "Marrickville", "2204", "02 5550 4100",
     "marrickville@banksia.example"},
    {"Coogee Beach", "Level 1, 240 Beach Street", "Coogee", "2034", "02 5550 4200",
     "coogee@banksia.example"},
    {"Parramatta", "7/31 Station Street", "Parramatta", "2150", "02 5550 4300",
     "parramatta@banksia.example"},
};

struct Staff {
  std::string_view title, given, family, group, mail;
};
constexpr Staff kStaff[made_up::kPractitioners] = {
    {"Dr.", "Margaret", "O'Sullivan", "General practitioner", "m.osullivan"},
    {"Dr.", "Arjun", "Venkataraman", "General practitioner", "a.venkataraman"},
    {"Dr.", "Helena", "Papadopoulos", "Dermatologist", "h.papadopoulos"},
    {"Dr.", "Thi Minh Chau", "Nguyen", "General practitioner", "c.nguyen"},
    {"Dr.", "Callum", "Barrington-Hale", "Dermatologist", "c.barringtonhale"},
    {"Dr.", "Layla", "El-Masri", "General practitioner", "l.elmasri"},
    {"Ms.", "Siobhán", "Doyle", "Nurse", "s.doyle"},
    {"Dr.", "Wei", "Chen", "General practitioner", "w.chen"},
};

// What is remembered of a patient while the diary is told.
struct Known {
  std::int64_t id;
  std::uint8_t age;
  std::uint8_t visits;  // how often they come, 1 to 8
};

std::string Padded(std::uint64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

void TellLocations(std::uint64_t seed, const ClinicSink& sink) {
  for (std::size_t i = 0; i < made_up::kLocations; ++i) {
    const Place& place = kPlaces[i];
    ClinicLocation location;
    location.id = static_cast<std::int64_t>(i) + 1;
    location.name = place.name;
    location.phone = place.phone;
    location.email = place.email;
    location.address.line1 = place.line1;
    location.address.city = place.city;
    location.address.postcode = place.postcode;
    location.organization_number =
        HealthNumber("80036299" + Padded((seed * 97 + i + 1) % 10'000'000, 7));
    sink.location(location);
  }
}

// The locations where somebody works in an ordinary week, the most frequent first.
std::vector<int> PlacesOf(int practitioner) {
  int days[made_up::kLocations] = {};
  for (unsigned day = 3; day <= 8; ++day) {  // a Monday to Saturday
    const Date date{std::chrono::year{2025} / std::chrono::month{11} / std::chrono::day{day}};
    const int location = made_up::LocationOn(practitioner, {date, false, 1000, 0});
    if (location >= 0) ++days[location];
  }
  std::vector<int> places;
  for (int i = 0; i < made_up::kLocations; ++i) {
    if (days[i] > 0) places.push_back(i);
  }
  std::stable_sort(places.begin(), places.end(), [&](int a, int b) { return days[a] > days[b]; });
  return places;
}

// The week of a practitioner, an extra session where today is not of it, and the days away.
void TellHours(int p, Date today, ClinicPractitioner& person) {
  for (unsigned day = 3; day <= 8; ++day) {  // a Monday to Saturday
    const Date date{std::chrono::year{2025} / std::chrono::month{11} / std::chrono::day{day}};
    const int location = made_up::LocationOn(p, {date, false, 1000, 0});
    if (location < 0) continue;
    for (const made_up::Hours& hours : made_up::HoursOf(p, day == 8)) {
      person.sessions.push_back(
          {static_cast<int>(day) - 3, "", hours.from_minutes, hours.to_minutes, location + 1});
    }
  }
  if (made_up::LocationOn(p, {today, false, 1000, 0}) < 0) {
    const int location = made_up::LocationOn(p, {today, true, 1000, 0});
    for (const made_up::Hours& hours : made_up::HoursOf(p, false)) {
      person.sessions.push_back(
          {0, FormatDate(today), hours.from_minutes, hours.to_minutes, location + 1});
    }
  }
  const made_up::AwayDays away = made_up::AwayOf(p);
  if (away.to == 0) return;
  const auto after = [&](int days) {
    return FormatDate(Date(std::chrono::sys_days(today) + std::chrono::days(days)));
  };
  person.away.push_back({after(away.from), after(away.to), std::string(away.reason)});
}

void TellPractitioners(std::uint64_t seed, Date today, const ClinicSink& sink) {
  Dice dice(seed, 0x57aff);
  for (int p = 0; p < made_up::kPractitioners; ++p) {
    const Staff& staff = kStaff[p];
    const auto number = static_cast<std::uint64_t>(dice.Below(10'000));
    ClinicPractitioner person;
    person.id = p + 1;
    person.title = staff.title;
    person.given = staff.given;
    person.family = staff.family;
    person.group = staff.group;
    person.email = std::string(staff.mail) + "@banksia.example";
    person.phone = "02 5550 41" + Padded(static_cast<std::uint64_t>(p) + 10, 2);
    const bool nurse = made_up::kWorkOf[p] == Work::kNurse;
    person.registration = (nurse ? "NMW000" : "MED000") + Padded(9'900'000 + number, 7);
    if (!nurse) person.prescriber_number = "99" + Padded(number, 5);
    person.individual_number =
        HealthNumber("80036199" + Padded(number * 10 + static_cast<std::uint64_t>(p), 7));
    // Each place has a location character of its own, never 0.
    for (const int place : PlacesOf(p)) {
      person.places.push_back(
          {place + 1, ProviderNumber("99" + Padded(number, 4), 1 + place * 10 + p)});
    }
    TellHours(p, today, person);
    sink.practitioner(person);
  }
}

void TellTypes(const ClinicSink& sink) {
  std::int64_t id = 0;
  for (const made_up::Type& type : made_up::kTypes) {
    ClinicAppointmentType told;
    told.id = ++id;
    told.name = type.name;
    told.minutes = type.minutes;
    sink.appointment_type(told);
  }
}

std::vector<Known> TellPatients(const MadeUpOptions& options, const ClinicSink& sink) {
  std::vector<Known> known;
  known.reserve(static_cast<std::size_t>(options.patients));
  Dice dice(options.seed, 0x7e11);
  std::int64_t told = 0;
  for (std::int64_t household = 0; told < options.patients; ++household) {
    for (const made_up::Person& person :
         made_up::MakeUpHousehold(options.seed, household, told + 1, options.today)) {
      if (told == options.patients) break;
      ++told;
      const std::int64_t id = sink.patient(person.patient);
      if (!person.alive || !person.patient.active) continue;
      int visits = person.age >= 60 || person.age < 4 ? 4 : 2;
      if (!person.patient.history.empty()) visits *= 2;
      if (dice.PerMille(300)) visits = 1;
      known.push_back(
          {id, static_cast<std::uint8_t>(person.age), static_cast<std::uint8_t>(visits)});
    }
  }
  return known;
}

// Somebody who is not in that day's diary yet and could well book this.
const Known& PickPatient(Dice& dice, const std::vector<Known>& known, const std::string_view type,
                         std::unordered_set<std::int64_t>& seen) {
  const Known* pick = nullptr;
  for (int tries = 0; tries < 40; ++tries) {
    pick = &known[static_cast<std::size_t>(dice.Next() % known.size())];
    if (dice.Below(8) >= pick->visits && tries < 30) continue;
    const bool skin = type.starts_with("Skin");
    if (skin && pick->age < 16 && tries < 30) continue;
    if (seen.insert(pick->id).second) break;
  }
  return *pick;
}

std::string_view ReasonFor(Dice& dice, std::string_view type) {
  static constexpr std::string_view kSkinCheck[] = {"Full skin check", "Changing mole on back",
                                                    "Yearly skin check", "New spot on arm"};
  static constexpr std::string_view kProcedure[] = {"Excision, left forearm", "Punch biopsy",
                                                    "Shave biopsy, nose", "Removal of sutures",
                                                    "Cryotherapy"};
  static constexpr std::string_view kImmunisation[] = {"Flu vaccine", "COVID-19 booster",
                                                       "Childhood vaccines", "Travel vaccines"};
  static constexpr std::string_view kFollowUp[] = {"Results", "Wound check", "Dressing",
                                                   "Blood pressure"};
  static constexpr std::string_view kOther[] = {"",
                                                "",
                                                "",
                                                "Repeat scripts",
                                                "Referral",
                                                "Cough and fever",
                                                "Medical certificate",
                                                "Back pain",
                                                "Rash",
                                                "Care plan review"};
  if (type == "Skin check") return dice.Pick(kSkinCheck);
  if (type == "Skin procedure") return dice.Pick(kProcedure);
  if (type == "Immunisation") return dice.Pick(kImmunisation);
  if (type == "Follow-up") return dice.Pick(kFollowUp);
  return dice.Pick(kOther);
}

// How far an appointment has got. A finished day has a few who did not come; today the room fills
// half an hour ahead, and who is due now is still waiting.
std::string_view StatusOf(Dice& dice, const MadeUpOptions& options, Date date,
                          const made_up::Booking& booking) {
  const int roll = dice.Below(1000);
  if (date > options.today) return "Booked";
  if (date < options.today) return roll < 45 ? "DNA" : "Completed";
  // Somebody is always still to come: a demonstration at night shows the afternoon. But nothing is
  // done that lies ahead of the real clock.
  const int real = options.now_seconds / 60;
  const int now = std::clamp(real, 9 * 60, 15 * 60 + 30);
  if (booking.start_minutes + booking.minutes <= std::min(now, real) - 10) {
    return roll < 40 ? "DNA" : roll < 80 ? "At billing" : "Completed";
  }
  if (booking.start_minutes <= now) return roll < 80 ? "Booked" : "Waiting";
  if (booking.start_minutes <= now + 30) return roll < 300 ? "Waiting" : "Booked";
  return "Booked";
}

made_up::DayPlan PlanOf(const MadeUpOptions& options, int distance) {
  made_up::DayPlan day;
  day.date = Date(std::chrono::sys_days(options.today) + std::chrono::days(distance));
  day.is_today = distance == 0;
  day.days_ahead = distance;
  // The near future is nearly full, three months ahead is nearly empty.
  day.fill_per_mille = distance == 0 ? 900 : distance < 0 ? 860 : std::max(30, 720 - distance * 12);
  return day;
}

constexpr int kFarthestFuture = 90;

// The first and last day so that the diary in between holds at least as many appointments as asked
// for: today first, then outwards, and backwards alone once the future is told.
struct Range {
  int first = 0, last = 0;
};
Range RangeFor(const MadeUpOptions& options) {
  Range range;
  std::int64_t held = 0;
  const auto add = [&](int distance) {
    held +=
        static_cast<std::int64_t>(made_up::BookDay(options.seed, PlanOf(options, distance)).size());
  };
  add(0);
  while (held < options.appointments) {
    if (range.last < kFarthestFuture) add(++range.last);
    if (held < options.appointments) add(--range.first);
  }
  return range;
}

class DiaryTeller {
 public:
  DiaryTeller(const MadeUpOptions& options, const ClinicSink& sink, std::vector<Known> known)
      : options_(options), sink_(sink), known_(std::move(known)) {}

  // Tells at most `limit` of a day's appointments, spread over all practitioners.
  std::int64_t TellDay(int distance, std::int64_t limit) {
    const made_up::DayPlan day = PlanOf(options_, distance);
    std::vector<made_up::Booking> bookings = made_up::BookDay(options_.seed, day);
    const auto number = std::chrono::sys_days(day.date).time_since_epoch().count();
    Dice dice(options_.seed ^ 0xb00cu, static_cast<std::uint64_t>(number));
    const std::string date = FormatDate(day.date);
    seen_.clear();
    const auto total = static_cast<std::int64_t>(bookings.size());
    const std::int64_t wanted = std::min(limit, total);
    std::int64_t told = 0;
    for (std::int64_t i = 0; i < total; ++i) {
      const made_up::Booking& booking = bookings[static_cast<std::size_t>(i)];
      const std::string_view type = made_up::kTypes[static_cast<std::size_t>(booking.type)].name;
      const Known& patient = PickPatient(dice, known_, type, seen_);
      const std::string_view status = StatusOf(dice, options_, day.date, booking);
      const std::string_view reason = ReasonFor(dice, type);
      if (i * wanted / total == (i + 1) * wanted / total) continue;
      ClinicAppointment appointment;
      appointment.patient = patient.id;
      appointment.practitioner = booking.practitioner + 1;
      appointment.location = booking.location + 1;
      appointment.type = booking.type + 1;
      appointment.date = date;
      appointment.start_seconds = booking.start_minutes * 60;
      appointment.length_seconds = booking.minutes * 60;
      appointment.status = status;
      appointment.reason = reason;
      sink_.appointment(appointment);
      ++told;
    }
    return told;
  }

 private:
  const MadeUpOptions& options_;
  const ClinicSink& sink_;
  std::vector<Known> known_;
  std::unordered_set<std::int64_t> seen_;
};

}  // namespace

void MakeUpPractice(const MadeUpOptions& options, const ClinicSink& sink) {
  PONS_CHECK(options.today.ok());
  sink.practice(options.name, HealthNumber("80036299" + Padded(options.seed * 97 % 10'000'000, 7)));
  TellLocations(options.seed, sink);
  TellPractitioners(options.seed, options.today, sink);
  TellTypes(sink);
  std::vector<Known> known = TellPatients(options, sink);
  if (options.appointments <= 0 || known.empty()) return;

  const Range range = RangeFor(options);
  DiaryTeller teller(options, sink, std::move(known));
  // Oldest first, as they would have been booked. The day farthest from today takes the remainder,
  // so it is told last, when it is known how many are left.
  const int edge =
      range.last < kFarthestFuture && range.last > -range.first ? range.last : range.first;
  std::int64_t left = options.appointments;
  for (int distance = range.first; distance <= range.last; ++distance) {
    if (distance != edge) left -= teller.TellDay(distance, left);
  }
  teller.TellDay(edge, left);
}

}  // namespace pons::best_practice::sandbox
