// SPDX-License-Identifier: Apache-2.0
// What follows from a command's kind and body alone: its lane, its deadline, its reference, the
// switch it needs, and the words people read.
//
// Pure; threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "commands/desk.h"
#include "model/commands.h"
#include "store/commands.h"
#include "store/entities.h"

namespace pons::commands {

// Ten capital letters and digits made from the id; none that are mistaken for one another.
std::string ReferenceOf(std::string_view command_id);

// Commands of one lane are carried out in the order in which they were accepted: all on one target,
// all that is new for one patient, and the same new person.
std::string LaneOf(const Submission& submission);

// An hour for bookings and never after the appointment's start, a week for documents, a day for
// all else.
Instant DefaultDeadline(const model::CommandBody& body, Instant now);

// Whether the grant's switches still allow it.
bool Allowed(const store::Grant& grant, model::CommandKind kind);
std::string_view SwitchFor(model::CommandKind kind);  // "take_bookings"

// What a command of that kind makes or changes.
model::Stream ResultStreamOf(model::CommandKind kind);

std::string_view TaskStatusOf(State state);  // FHIR task-status
std::string_view StateWords(State state);    // "sent, not yet known whether it took effect"

inline State StateOf(const store::CommandRow& row) { return static_cast<State>(row.state); }
constexpr unsigned Bit(State state) { return 1u << static_cast<unsigned>(state); }
constexpr unsigned Bit(model::CommandKind kind) { return 1u << static_cast<unsigned>(kind); }

}  // namespace pons::commands
