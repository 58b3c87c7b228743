// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/made_up_diary.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "vendors/best_practice/sandbox/made_up_dice.h"

namespace pons::best_practice::sandbox::made_up {

const Work kWorkOf[kPractitioners] = {Work::kGeneral, Work::kGeneral, Work::kSkin,  Work::kGeneral,
                                      Work::kSkin,    Work::kGeneral, Work::kNurse, Work::kGeneral};

namespace {

constexpr int kOpen = 8 * 60;
constexpr int kClose = 17 * 60 + 30;
constexpr int kSaturdayClose = 12 * 60 + 30;
constexpr int kGrid = 15;

// Per practitioner, Monday to Saturday: the location counted from 0, or '-'.
constexpr std::string_view kRoster[kPractitioners] = {
    "00000-", "0011--", "00220-", "1111-1", "-12-1-", "222220", "00000-", "--2222",
};

struct Span {
  int from, to;
};

// Morning tea and lunch, each doctor a little apart so that somebody is always there.
Span Tea(int practitioner) {
  const int from = 10 * 60 + 15 + practitioner % 3 * kGrid;
  return {from, from + kGrid};
}
Span Lunch(int practitioner) {
  const int from = 12 * 60 + practitioner % 4 * 2 * kGrid;
  return {from, from + 45};
}

int Opens(int practitioner) { return kOpen + (practitioner % 3 == 2 ? 30 : 0); }

int WeekdayIndex(Date date) {  // Monday 0 … Sunday 6
  const std::chrono::weekday day{std::chrono::sys_days(date)};
  return static_cast<int>(day.iso_encoding()) - 1;
}

int PickType(Dice& dice, Work work) {
  int left = dice.Below(100);
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    const Type& type = kTypes[i];
    left -= work == Work::kGeneral ? type.general : work == Work::kSkin ? type.skin : type.nurse;
    if (left < 0) return static_cast<int>(i);
  }
  return 0;
}

}  // namespace

AwayDays AwayOf(int practitioner) {
  if (practitioner == 3) return {14, 20, "Annual leave"};
  if (practitioner == 6) return {9, 9, "Training day"};
  return {};
}

std::vector<Hours> HoursOf(int practitioner, bool saturday) {
  const Span tea = Tea(practitioner), lunch = Lunch(practitioner);
  const int close = saturday ? kSaturdayClose : kClose;
  std::vector<Hours> hours{{Opens(practitioner), tea.from}, {tea.to, std::min(lunch.from, close)}};
  if (lunch.to < close) hours.push_back({lunch.to, close});
  return hours;
}

int LocationOn(int practitioner, const DayPlan& day) {
  const AwayDays away = AwayOf(practitioner);
  if (away.to > 0 && day.days_ahead >= away.from && day.days_ahead <= away.to) return -1;
  const std::string_view week = kRoster[practitioner];
  int weekday = WeekdayIndex(day.date);
  // Today is a working day whatever the calendar says: a demonstration on a Sunday shows a Monday.
  if (day.is_today && weekday >= 5) weekday = 0;
  if (weekday > 5) return -1;
  char place = week[static_cast<std::size_t>(weekday)];
  // And everybody is in, at the location where they are most often first in the week.
  if (day.is_today && place == '-') place = week[week.find_first_not_of('-')];
  return place == '-' ? -1 : place - '0';
}

std::vector<Booking> BookDay(std::uint64_t seed, const DayPlan& day) {
  std::vector<Booking> bookings;
  const auto number = std::chrono::sys_days(day.date).time_since_epoch().count();
  const bool saturday = !day.is_today && WeekdayIndex(day.date) == 5;
  const int close = saturday ? kSaturdayClose : kClose;
  for (int p = 0; p < kPractitioners; ++p) {
    const int location = LocationOn(p, day);
    if (location < 0) continue;
    Dice dice(seed ^ 0xd1a2u, static_cast<std::uint64_t>(number * kPractitioners + p));
    const Span breaks[] = {Tea(p), Lunch(p), {close, 24 * 60}};
    int at = Opens(p);
    while (at < close) {
      const auto next = std::find_if(std::begin(breaks), std::end(breaks),
                                     [at](const Span& span) { return span.to > at; });
      const int type = PickType(dice, kWorkOf[p]);
      const int minutes = kTypes[static_cast<std::size_t>(type)].minutes;
      if (at >= next->from) {
        at = next->to;
      } else if (at + minutes > next->from || !dice.PerMille(day.fill_per_mille)) {
        at += kGrid;
      } else {
        bookings.push_back({p, location, type, at, minutes});
        at += minutes;
      }
    }
  }
  return bookings;
}

}  // namespace pons::best_practice::sandbox::made_up
