// SPDX-License-Identifier: Apache-2.0
// Many apps' users want one time in one diary, while receptionists book the same diary in the
// practice's own system: round after round, exactly one of all of them may have it.
//
//   bench-booking-race [CLIENTS [ROUNDS]]     200 and 100 unless given
//
// A round is well where the practice's diary holds that time once, where an app was told "booked"
// exactly if that one is the app's, and where everybody else was refused with 409 and other times.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "crypto/crypto.h"
#include "rehearsal/world.h"

namespace pons {
namespace {

using rehearsal::LocalIdentifier;
using rehearsal::World;

struct Round {
  int winners = 0;  // in the practice's diary, whoever booked them
  int told_yes = 0;
  int by_staff = 0;
  int refused = 0;
  int with_alternatives = 0;
  int other = 0;  // neither: what must not be
  std::string problem;
};

struct Slot {
  rehearsal::Listed practitioner;
  std::string start;
};

// One time a round, each in a day of its own: staff fill the rest of that day meanwhile.
Result<std::vector<Slot>> FindSlots(World& world, std::size_t wanted) {
  std::vector<Slot> out;
  for (int day = 1; day < 200 && out.size() < wanted; ++day) {
    const auto date = rehearsal::DayAfter(world.today(), day);
    for (const auto& practitioner : world.practitioners()) {
      const auto times = world.FreeTimes(practitioner, date);
      if (!times || times->size() < 12) continue;
      out.push_back({practitioner, (*times)[out.size() % (times->size() - 8)]});
    }
  }
  if (out.size() >= wanted) return out;
  return MakeError(Fault::kNotFound, "the sandbox's diary has too few free times");
}

int Minutes(const std::string& time) {
  return std::atoi(time.c_str()) * 60 + std::atoi(time.c_str() + 3);
}

// How many live appointments of the diary overlap others of the same practitioner, and how many
// begin at a time.
struct Diary {
  int overlaps = 0;
  std::map<std::string, std::vector<std::string>> at;  // practitioner + time: numbers
};
Result<Diary> ReadDiary(World& world, const std::string& date) {
  Diary out;
  PONS_ASSIGN(const auto diary, world.control().Get("/clinic/diary?date=" + date));
  for (const auto& practitioner : *diary.Find("practitioners")->array()) {
    std::vector<std::pair<int, int>> taken;
    for (const auto& entry : *practitioner.Find("appointments")->array()) {
      if (entry.Text("status") == "cancelled") continue;
      const std::string time(entry.Text("time").substr(0, 5));
      const int from = Minutes(time);
      taken.emplace_back(from, from + static_cast<int>(entry.Integer("minutes").value_or(0)));
      out.at[std::string(practitioner.Text("id")) + " " + time].emplace_back(entry.Text("id"));
    }
    std::sort(taken.begin(), taken.end());
    for (std::size_t i = 1; i < taken.size(); ++i) {
      if (taken[i].first < taken[i - 1].second) ++out.overlaps;
    }
  }
  return out;
}

// A receptionist at a keyboard: books the contested time or one nearby.
bool BookAsStaff(World& world, const Slot& slot, const std::string& time) {
  return world.control()
      .Post("/clinic/appointments", json::Object{{"patient", "11"},
                                                 {"practitioner", slot.practitioner.vendor_id},
                                                 {"location", world.locations().front().vendor_id},
                                                 {"type", world.services().front().vendor_id},
                                                 {"date", slot.start.substr(0, 10)},
                                                 {"time", time},
                                                 {"minutes", 15},
                                                 {"reason", "By phone"}})
      .has_value();
}

// As a polite app does: told to go more slowly, it waits as long as it is told and asks again.
Result<rehearsal::Answer> Book(World& world, const json::Value& appointment,
                               const std::string& key) {
  while (true) {
    auto answer = world.api().SendJson("POST", "/fhir/R4/Appointment", appointment,
                                       {.key = key, .prefer = "wait=30"});
    if (!answer || answer->status != 429) return answer;
    const int seconds = std::max(1, std::atoi(answer->header("Retry-After").c_str()));
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
  }
}

Round Play(World& world, const Slot& slot, const std::string& patient, int clients, int number) {
  Round round;
  std::mutex mutex;
  std::atomic<bool> go{false};
  std::atomic<bool> over{false};
  std::vector<std::string> booked;  // numbers that apps were told
  std::vector<std::thread> threads;
  const auto wait = [&go] {
    while (!go) std::this_thread::yield();
  };
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&, c] {
      wait();
      const auto answer = Book(world, world.Booking(patient, slot.practitioner, slot.start),
                               "race-" + std::to_string(number) + "-" + std::to_string(c));
      const std::lock_guard lock(mutex);
      if (answer && answer->status == 201) {
        ++round.told_yes;
        booked.push_back(LocalIdentifier(answer->body));
      } else if (answer && answer->status == 409) {
        ++round.refused;
        const auto offered = answer->alternatives();
        const auto own = world.WithOffset(slot.start);
        const bool usable =
            !offered.empty() && std::count(offered.begin(), offered.end(), own) == 0;
        round.with_alternatives += usable ? 1 : 0;
      } else {
        ++round.other;
        round.problem = answer ? std::to_string(answer->status) + " " + answer->reason()
                               : answer.error().summary;
      }
    });
  }
  const bool staff_wants_it = number % 3 == 0;
  threads.emplace_back([&] {
    wait();
    if (staff_wants_it && BookAsStaff(world, slot, slot.start.substr(11, 5))) ++round.by_staff;
    // Other times of the same diary, as fast as a keyboard never is; none that reaches into the
    // contested one, which would then be nobody's.
    const int wanted = Minutes(slot.start.substr(11, 5));
    for (int minute = 8 * 60; minute < 18 * 60 && !over; minute += 35) {
      char time[24];
      std::snprintf(time, sizeof time, "%02d:%02d", minute / 60, minute % 60);
      if (std::abs(minute - wanted) >= 60) static_cast<void>(BookAsStaff(world, slot, time));
    }
  });
  go = true;
  for (std::size_t i = 0; i + 1 < threads.size(); ++i) threads[i].join();
  over = true;
  threads.back().join();
  const auto diary = ReadDiary(world, slot.start.substr(0, 10));
  if (!diary) {
    round.problem = diary.error().summary;
    return round;
  }
  const auto found = diary->at.find(slot.practitioner.vendor_id + " " + slot.start.substr(11, 5));
  if (found == diary->at.end()) return round;
  round.winners = static_cast<int>(found->second.size());
  for (const auto& one : booked) {
    if (std::count(found->second.begin(), found->second.end(), one) == 0) {
      round.problem = "an app was told of a booking that the diary does not have";
      round.other++;
    }
  }
  return round;
}

int Run(int clients, int rounds) {
  const auto log = StderrLogger(LogLevel::kWarn);
  rehearsal::WorldOptions options;
  options.vendor = "best_practice";
  options.appointments = 100;
  options.shares_all = true;
  options.webhook = false;
  auto started = World::Start(options, *log);
  if (!started) {
    std::fprintf(stderr, "booking-race: %s\n", started.error().summary.c_str());
    return 1;
  }
  World& world = **started;
  auto patient = world.FindPatient("7");
  World::Eventually([&] { return (patient = world.FindPatient("7")) && !patient->is_null(); });
  const auto slots = FindSlots(world, static_cast<std::size_t>(rounds));
  if (!patient || patient->is_null() || !slots) {
    std::fprintf(stderr, "booking-race: %s\n",
                 slots ? "patient 7 cannot be read" : slots.error().summary.c_str());
    return 1;
  }
  const std::string patient_id(patient->Text("id"));
  int well = 0, least = clients + 1, most = 0, others = 0, offered = 0, by_staff = 0;
  std::map<std::string, int> days;
  for (int i = 0; i < rounds; ++i) {
    const auto& slot = (*slots)[static_cast<std::size_t>(i)];
    const auto round = Play(world, slot, patient_id, clients, i);
    ++days[slot.start.substr(0, 10)];
    least = std::min(least, round.winners);
    most = std::max(most, round.winners);
    others += round.refused;
    offered += round.with_alternatives;
    by_staff += round.by_staff;
    const bool ok = round.winners == 1 && round.told_yes + round.by_staff == 1 &&
                    round.refused == clients - round.told_yes &&
                    round.with_alternatives == round.refused && round.other == 0;
    well += ok ? 1 : 0;
    if (!ok) {
      std::fprintf(stderr,
                   "booking-race: round %d: %d in the diary, %d told yes, %d by staff, %d refused, "
                   "%d with other times, %d otherwise: %s\n",
                   i, round.winners, round.told_yes, round.by_staff, round.refused,
                   round.with_alternatives, round.other, round.problem.c_str());
    }
  }
  int doubles = 0;
  for (const auto& [date, count] : days) {
    const auto diary = ReadDiary(world, date);
    doubles += diary ? diary->overlaps : 1;
  }
  std::printf(
      "{\"bench\":\"booking-race\",\"figures\":{\"clients\":%d,\"rounds\":%d,\"rounds_ok\":%d,"
      "\"min_winners\":%d,\"max_winners\":%d,\"won_by_staff\":%d,\"others_409\":%d,"
      "\"with_alternatives\":%d,\"double_bookings\":%d},\"targets\":{\"rounds_ok\":%d,"
      "\"min_winners\":1,\"max_winners\":1,\"double_bookings\":0}}\n",
      clients, rounds, well, least, most, by_staff, others, offered, doubles, rounds);
  return well == rounds && doubles == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pons

int main(int argc, char** argv) {
  const int clients = argc > 1 ? std::atoi(argv[1]) : 200;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 100;
  if (clients < 1 || rounds < 1) {
    std::fprintf(stderr, "usage: bench-booking-race [CLIENTS [ROUNDS]]\n");
    return 2;
  }
  pons::crypto::InitCrypto();
  return pons::Run(clients, rounds);
}
