// SPDX-License-Identifier: Apache-2.0
// The memory vendor's rows as records: pure functions, no I/O, no clock. Members this file does not
// name are ignored; a member that is due and absent, or of a wrong kind, makes the row unreadable.
#pragma once

#include <optional>
#include <variant>

#include "base/time.h"
#include "connector/connector.h"
#include "model/records.h"
#include "vendors/memory/connector/memory_wire.h"

namespace pons::memory {

// What apps may say about a patient (docs/reference/ownership.md), as members of its row. What they
// may say and do not is empty text; what is not theirs to say is left out.
json::Object FromPatient(const model::Patient& patient);

Table TableFor(model::CommandKind kind);
// Documents are no stream that is read; their rows go by kDocumentReferences.
model::VendorRef RefOf(Table table, std::string id);

Table TableOf(model::Stream stream);
model::Stream StreamOf(Table table);

// Requires: a row that is not deleted. Local times are read in `zone`; where the hour happens
// twice, the first is meant.
std::variant<model::Record, Unreadable> ToRecord(Table table, const Row& row,
                                                 const PracticeZone& zone);

// "2026-03-09T09:30:00", nothing else.
std::optional<LocalTime> ParseLocal(std::string_view text);

}  // namespace pons::memory
