// SPDX-License-Identifier: Apache-2.0
// S1 and S2: the times that are offered are those that are free.
#include <algorithm>

#include "tests/conformance/checks.h"
#include "tests/conformance/writing.h"

namespace pons::conformance {
namespace {

struct Window {
  Bookable who;
  std::string open;
};

std::vector<model::Slot> Slots(Scene& scene, const Window& at, std::chrono::minutes length,
                               bool by_service, int minutes = 180) {
  auto* reader = scene.session().session().slots();
  Require(reader != nullptr, "the session has no SlotReader");
  SlotQuery query;
  query.practitioner = {Stream::kPractitioners, at.who.practitioner};
  if (!at.who.location.empty()) query.location = {Stream::kLocations, at.who.location};
  if (by_service) query.service = {Stream::kHealthcareServices, at.who.service};
  query.length = length;
  query.from = scene.Moment(at.open);
  query.to = scene.Moment(Later(at.open, minutes));
  query.deadline = scene.session().Deadline();
  auto answer = Need(reader->ReadSlots(query), "read slots");
  Require(ToMillis(answer.as_of) > 0, "slots without a time that they were read at");
  for (std::size_t i = 0; i < answer.slots.size(); ++i) {
    const auto& slot = answer.slots[i];
    Require(slot.start >= query.from && slot.start < query.to, "a slot outside the window");
    Require(i == 0 || answer.slots[i - 1].start < slot.start, "slots out of order, or twice");
    Require(slot.practitioner == query.practitioner, "another practitioner's slot");
    Require(slot.service == query.service, "a slot of another type");
    Require(length.count() == 0 || slot.end - slot.start == length, "a slot of another length");
  }
  return std::move(answer.slots);
}

bool Offers(const std::vector<model::Slot>& slots, Instant start) {
  return std::any_of(slots.begin(), slots.end(),
                     [&](const model::Slot& slot) { return slot.start == start; });
}

void RequireNoneOver(Scene& scene, const std::vector<model::Slot>& slots, const std::string& from,
                     int minutes, const std::string& what) {
  const auto begin = scene.Moment(from);
  const auto end = scene.Moment(Later(from, minutes));
  for (const auto& slot : slots) {
    Require(slot.end <= begin || slot.start >= end, "a slot is offered over " + what);
  }
}

void RequireSlots(Bench& bench) {
  if (!bench.can().reads_slots) throw NotApplicable{"the vendor tells no slots"};
}

}  // namespace

void SlotsAreFree(Bench& bench) {
  RequireSlots(bench);
  Scene scene(bench);
  auto& clinic = scene.clinic();
  const Window at{Need(clinic.AddBookable(), "add somebody who can be booked"),
                  Need(clinic.OpenTime(), "an opening time")};
  const auto& who = at.who.practitioner;
  const auto all = Slots(scene, at, std::chrono::minutes(15), false);
  Require(Offers(all, scene.Moment(at.open)), "an empty diary does not offer its opening time");
  Need(clinic.Book({scene.NewPatient(), who, Later(at.open, 30), 30}), "book as staff");
  Need(clinic.Book({"", who, Later(at.open, 90), 15}), "block as staff");
  for (const int length : {15, 30}) {
    const auto slots = Slots(scene, at, std::chrono::minutes(length), false);
    RequireNoneOver(scene, slots, Later(at.open, 30), 30, "an appointment");
    RequireNoneOver(scene, slots, Later(at.open, 90), 15, "a break");
    Require(Offers(slots, scene.Moment(at.open)), "the time before an appointment is not offered");
    Require(Offers(slots, scene.Moment(Later(at.open, 105))),
            "the time after a break is not offered");
    const auto few = Slots(scene, at, std::chrono::minutes(length), false, 30);
    Require(!few.empty() && few.size() < slots.size(), "the window makes no difference");
  }
  if (!at.who.service.empty()) {
    const auto service = scene.Now(Stream::kHealthcareServices, at.who.service);
    Require(service.record != nullptr, "the appointment type does not come");
    const auto usual = std::get<model::HealthcareService>(*service.record).usual_length;
    for (const auto& slot : Slots(scene, at, std::chrono::minutes(0), true)) {
      Require(slot.end - slot.start == usual, "a slot has not the usual length of its type");
    }
  }
  Need(clinic.SetAway(who, at.open, Later(at.open, 180)), "set away");
  Require(Slots(scene, at, std::chrono::minutes(15), false).empty(),
          "somebody who is away is offered");
}

void BookedIsNotOffered(Bench& bench) {
  RequireSlots(bench);
  Scene scene(bench);
  scene.Needs(CommandKind::kBookAppointment);
  scene.Needs(CommandKind::kCancelAppointment);
  auto booking = scene.PrepareBooking();
  const Window at{booking.who, booking.local};
  const auto start = scene.Moment(booking.local);
  Require(Offers(Slots(scene, at, kBookingLength, false), start), "a free time is not offered");
  const auto booked = scene.Done(scene.Make(booking));
  RequireNoneOver(scene, Slots(scene, at, kBookingLength, false), booking.local, 30,
                  "what was just booked");
  Case cancel = booking;
  cancel.kind = CommandKind::kCancelAppointment;
  cancel.body = std::make_shared<const model::CommandBody>(
      model::CancelAppointment{booked.ref, "Patient is unwell"});
  scene.Done(scene.Make(cancel));
  Require(Offers(Slots(scene, at, kBookingLength, false), start),
          "what was cancelled is not offered again");
}

}  // namespace pons::conformance
