// SPDX-License-Identifier: Apache-2.0
// The made-up practice's diary: who works where on which day, and one day's appointments. A day of
// a seed is always the same day, so that half a million appointments need not be remembered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace pons::best_practice::sandbox::made_up {

enum class Work : std::uint8_t { kGeneral, kSkin, kNurse };

struct Type {
  std::string_view name;
  int minutes;
  int general, skin, nurse;  // how often each books it, of 100
};
inline constexpr Type kTypes[] = {
    {"Standard consultation", 15, 55, 0, 0},
    {"Long consultation", 30, 14, 4, 0},
    {"Skin check", 30, 4, 46, 0},
    {"Skin procedure", 45, 0, 22, 6},
    {"New patient", 30, 6, 12, 0},
    {"Immunisation", 15, 5, 0, 46},
    {"Telehealth", 15, 10, 4, 0},
    {"Follow-up", 15, 6, 12, 48},
};

struct Booking {
  int practitioner = 0, location = 0, type = 0;  // counted from 0
  int start_minutes = 0, minutes = 0;
};

// How a day relates to the one that the sandbox calls today.
struct DayPlan {
  Date date{};
  bool is_today = false;  // open whatever day of the week it is
  int fill_per_mille = 1000;
  int days_ahead = 0;
};

// In order of practitioner, then time; nobody is booked twice at once, and everything lies between
// 8:00 and 17:30 and around the breaks. Sundays are closed, Saturdays end at 12:30.
std::vector<Booking> BookDay(std::uint64_t seed, const DayPlan& day);

// Where practitioner `p` works on that day; -1: at home.
int LocationOn(int practitioner, const DayPlan& day);

// Hours at work, breaks left out, whatever the day.
struct Hours {
  int from_minutes = 0, to_minutes = 0;
};
std::vector<Hours> HoursOf(int practitioner, bool saturday);

// The next time that a practitioner is away, counted in days from the sandbox's today, both
// included; {0, 0}: not soon.
struct AwayDays {
  int from = 0, to = 0;
  std::string_view reason;
};
AwayDays AwayOf(int practitioner);

inline constexpr int kPractitioners = 8;
inline constexpr int kLocations = 3;
extern const Work kWorkOf[kPractitioners];

}  // namespace pons::best_practice::sandbox::made_up
