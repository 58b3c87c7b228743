// SPDX-License-Identifier: Apache-2.0
// Clinical data on demand: this vendor has past history, and nothing else.
#include <algorithm>

#include "vendors/memory/connector/memory_session.h"

namespace pons::memory {

using model::Stream;

Result<ClinicalAnswer> MemorySession::ReadClinical(const ClinicalQuery& query) {
  if (query.kind != model::ClinicalKind::kConditions) {
    return MakeError(Fault::kUnsupported, "this vendor has past history only");
  }
  const std::string ids[] = {query.patient};
  PONS_ASSIGN(const auto patients, Read(Stream::kPatients, ids, query.deadline));
  const bool there =
      std::any_of(patients.changes.begin(), patients.changes.end(),
                  [](const Change& change) { return change.kind == ChangeKind::kUpsert; });
  if (!there && patients.unreadable.empty()) {
    return MakeError(Fault::kNotFound, "the practice has no such patient");
  }
  PONS_ASSIGN(auto history, Read(Stream::kConditions, ids, query.deadline));
  ClinicalAnswer answer;
  answer.unreadable = std::move(history.unreadable);
  for (const auto& change : history.changes) {
    if (change.kind != ChangeKind::kUpsert || change.record == nullptr) continue;
    answer.items.push_back({change.ref.id, std::get<model::Condition>(*change.record)});
  }
  return answer;
}

Result<ClinicalContent> MemorySession::ReadContent(std::string_view, std::string_view, Instant) {
  return MakeError(Fault::kUnsupported, "this vendor has no documents to read");
}

}  // namespace pons::memory
