// SPDX-License-Identifier: Apache-2.0
#include "commands/free_times.h"

#include <algorithm>

namespace pons::commands {
namespace {

constexpr std::size_t kMost = 5;
constexpr std::chrono::seconds kKeep{1};
constexpr std::chrono::seconds kCallTime{5};
constexpr std::chrono::hours kDays{8 * 24};

}  // namespace

std::optional<FreeTimes::Wanted> FreeTimes::WantedBy(Session& session,
                                                     const model::CommandBody& body,
                                                     Instant deadline) {
  if (const auto* book = std::get_if<model::BookAppointment>(&body)) {
    return Wanted{book->practitioner, book->location, book->service, book->length, book->start};
  }
  const auto* move = std::get_if<model::MoveAppointment>(&body);
  if (move == nullptr) return std::nullopt;
  Wanted wanted{move->practitioner, move->location, {}, std::chrono::minutes(0), move->start};
  if (session.records() == nullptr) return std::nullopt;
  // What stays as it is has to be read from the appointment itself.
  const auto read = session.records()->Read(move->ref.stream, {&move->ref.id, 1}, deadline);
  if (!read || read->changes.empty() || !read->changes.front().record) return std::nullopt;
  const auto* is = std::get_if<model::Appointment>(read->changes.front().record.get());
  if (is == nullptr) return std::nullopt;
  if (wanted.practitioner.empty()) wanted.practitioner = is->practitioner;
  if (wanted.location.empty()) wanted.location = is->location;
  wanted.service = is->service;
  wanted.length = std::chrono::duration_cast<std::chrono::minutes>(is->end - is->start);
  return wanted;
}

std::vector<model::Slot> FreeTimes::Near(Session& session, const PracticeZone& zone,
                                         const model::CommandBody& body) {
  if (session.slots() == nullptr) return {};
  const Instant now = clock_.Now();
  const auto wanted = WantedBy(session, body, now + kCallTime);
  if (!wanted || wanted->practitioner.empty()) return {};

  const Date day = zone.ToLocal(wanted->start).day();
  const Instant midnight = zone.ToInstant(LocalTime::At(day, seconds(0)));
  const std::string key = wanted->practitioner.id + '\n' + wanted->location.id + '\n' +
                          wanted->service.id + '\n' + std::to_string(wanted->length.count()) +
                          '\n' + FormatDate(day);
  std::erase_if(kept_, [now](const auto& entry) { return entry.second.until <= now; });
  auto found = kept_.find(key);
  if (found == kept_.end()) {
    SlotQuery query{wanted->practitioner,    wanted->location, wanted->service, wanted->length,
                    std::max(midnight, now), midnight + kDays, now + kCallTime};
    if (query.from >= query.to) return {};
    auto answer = session.slots()->ReadSlots(query);
    if (!answer) return {};
    found = kept_.emplace(key, Kept{clock_.Now() + kKeep, std::move(answer->slots)}).first;
  }
  std::vector<model::Slot> near;
  for (const auto& slot : found->second.slots) {
    // The one that was just refused is no alternative to itself.
    if (slot.start >= now && slot.start != wanted->start) near.push_back(slot);
  }
  const auto distance = [&](const model::Slot& slot) {
    return slot.start < wanted->start ? wanted->start - slot.start : slot.start - wanted->start;
  };
  std::stable_sort(near.begin(), near.end(),
                   [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (near.size() > kMost) near.resize(kMost);
  std::sort(near.begin(), near.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  return near;
}

}  // namespace pons::commands
