// SPDX-License-Identifier: Apache-2.0
// Patients that apps send: looked for before they are added, and changed only until their first
// visit.
#include <algorithm>

#include "model/patient_match.h"
#include "vendors/best_practice/connector/best_practice_desk.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_session.h"
#include "vendors/best_practice/connector/best_practice_streams.h"

namespace pons::best_practice {
namespace {

using model::Stream;
using net::SqlRow;

struct Judged {
  const Change* change;
  model::PatientMatch match;
};

// Those who may be this person, the likeliest first.
std::vector<Judged> Judge(const std::vector<Change>& records, const model::Patient& patient) {
  std::vector<Judged> judged;
  for (const auto& change : records) {
    const auto* held = change.record ? std::get_if<model::Patient>(&*change.record) : nullptr;
    if (held != nullptr) judged.push_back({&change, model::Compare(*held, patient)});
  }
  std::stable_sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) {
    return a.match.grade != b.match.grade ? a.match.grade > b.match.grade
                                          : a.match.score > b.match.score;
  });
  return judged;
}

}  // namespace

Result<std::vector<std::int64_t>> Desk::Keys(const net::SqlStatement& statement, Instant deadline) {
  constexpr std::string_view kKey[] = {"INTERNALID"};
  std::vector<std::int64_t> keys;
  PONS_TRY(session_.Ask(statement, Reading(kPatients.name), deadline, [&](SqlRow row) {
    CellReader in(row, kKey);
    const auto key = in.DueInt();
    if (!in.bad()) keys.push_back(key);
  }));
  return keys;
}

Result<std::vector<Change>> Desk::Records(const std::vector<std::int64_t>& keys, Instant deadline) {
  if (keys.empty()) return std::vector<Change>();
  std::vector<std::string> ids;
  for (const auto key : keys) ids.push_back(std::to_string(key));
  PONS_ASSIGN(auto answer, session_.Read(Stream::kPatients, ids, deadline));
  auto& changes = answer.changes;
  changes.erase(
      std::remove_if(changes.begin(), changes.end(),
                     [](const Change& one) { return one.kind == ChangeKind::kTombstone; }),
      changes.end());
  return std::move(changes);
}

// BP_AddPatient adds whoever it is given (best-practice sheet §5), so everybody who may be the same
// person is compared first: all who were born that day, all of that name, all of that card.
Result<Applied> Desk::Create(const Command& command, const model::CreatePatient& create) {
  PONS_ASSIGN(auto form, FormOf(create.patient, session_.codes()));
  if (settings_.patient_reference) {
    form.external_id = command.reference;
    PONS_ASSIGN(const auto ours,
                Keys(SelectPatientsByReference(command.reference), command.deadline));
    if (!ours.empty())
      return Applied{
          RefOf(Stream::kPatients, ours.front()), false, {}, "our reference in EXTERNALID"};
  }
  const auto name = SearchNameOf(create.patient);
  PONS_ASSIGN(const auto keys, Keys(SelectLikePatients(create.patient.birth_date, name.surname,
                                                       name.given, MedicareStartOf(create.patient)),
                                    command.deadline));
  PONS_ASSIGN(const auto records, Records(keys, command.deadline));
  Applied applied;
  for (const auto& one : Judge(records, create.patient)) {
    if (one.match.grade == model::MatchGrade::kCertain && applied.ref.empty()) {
      applied.ref = one.change->ref;
    } else if (one.match.grade >= model::MatchGrade::kProbable) {
      applied.similar.push_back(one.change->ref);
    }
  }
  if (!applied.ref.empty()) {
    applied.existed = true;
    applied.evidence = "the same name and birth date, and nothing that speaks against it";
    return applied;
  }
  PONS_ASSIGN(const auto result, session_.Tell(AddPatient(form), command.deadline));
  if (!result || *result <= 0) {
    return Refused("0", "Best Practice did not add the patient; it gives no reason");
  }
  applied.ref = RefOf(Stream::kPatients, *result);
  applied.evidence = "the return value of BP_AddPatient";
  return applied;
}

Result<PatientForm> Desk::FormRow(std::int64_t patient, const model::Patient& held,
                                  Instant deadline) {
  std::optional<Decoded<PatientForm>> row;
  PONS_TRY(session_.Ask(SelectPatientForm(patient), Reading(kPatients.name), deadline,
                        [&](SqlRow cells) { row = DecodePatientForm(cells); }));
  if (!row) return MakeError(Fault::kNotFound, "Best Practice no longer has this patient");
  if (const auto* bad = std::get_if<BadCell>(&*row)) {
    return MakeError(Fault::kProtocol, "the patient's row cannot be read: its " +
                                           std::string(bad->field) + " " +
                                           std::string(bad->reason));
  }
  auto form = std::get<PatientForm>(*std::move(row));
  for (const auto& telecom : held.telecoms) {
    if (telecom.system != "email") continue;
    form.email = telecom.value;
    break;
  }
  return form;
}

Result<Applied> Desk::Update(const Command& command, const model::UpdatePatient& update) {
  const auto key = KeyOf(update.ref.id);
  if (!key) return MakeError(Fault::kNotFound, "Best Practice has no patient of this number");
  bool opened = false;
  PONS_TRY(session_.Ask(SelectVisitOf(*key), Reading(kVisits.name), command.deadline,
                        [&](SqlRow) { opened = true; }));
  if (opened) {
    return Refused("opened-in-practice",
                   "the patient has been opened for a visit in Best Practice, which leads from "
                   "then on; change the patient there");
  }
  PONS_ASSIGN(const auto present, session_.Present(update.ref, command.deadline));
  const auto& held = std::get<model::Patient>(*present.record);
  PONS_ASSIGN(const auto row, FormRow(*key, held, command.deadline));
  PONS_ASSIGN(const auto merged, Merge(row, held, update.patient, session_.codes()));
  // What is there already needs no version: a repeat of this command finds its own work.
  if (merged.changes.count() == 0) {
    return Applied{update.ref, true, {}, "the patient's row holds what was asked for"};
  }
  if (command.expected_version && *command.expected_version != present.version) {
    const auto again = session_.PresentAt(update.ref, command.expected_version, command.deadline);
    if (!again) return again.error();
  }
  const auto call = [&] {
    const auto& changes = merged.changes;
    // INFERRED: the procedure for the e-mail address alone may leave the patient's own row as it
    // is, by which everybody else notices a change.
    if (changes.person || changes.email || changes.count() > 1) {
      return UpdatePatient(*key, merged.form);
    }
    if (changes.medicare) return UpdatePatientMedicare(*key, merged.form);
    if (changes.address) return UpdatePatientAddress(*key, merged.form);
    return UpdatePatientContacts(*key, merged.form);
  }();
  // INFERRED: what the updating procedures return is not documented; the row read back tells.
  PONS_TRY(session_.Tell(call, command.deadline));
  const auto after = session_.Present(update.ref, command.deadline);
  if (!after) return Afterwards(after.error());
  if (after->version == present.version) {
    return Refused("0", "Best Practice did not change the patient; it gives no reason");
  }
  return Applied{update.ref,
                 false,
                 {},
                 std::string(call.procedure()) + " went through, and the row has changed"};
}

Result<Trace> Desk::FindCreated(const Command& command, const model::CreatePatient& create) {
  Trace trace;
  if (settings_.patient_reference) {
    PONS_ASSIGN(const auto ours,
                Keys(SelectPatientsByReference(command.reference), command.deadline));
    trace.evidence = "no patient has our reference in EXTERNALID";
    if (ours.empty()) return trace;
    trace.kind = Trace::Kind::kFound;
    trace.evidence = trace.applied.evidence = "our reference in EXTERNALID";
    trace.applied.ref = RefOf(Stream::kPatients, ours.front());
    return trace;
  }
  trace.evidence = "no such patient was added since";
  if (!create.patient.birth_date) return trace;
  const auto& context = session_.context();
  const auto from = MadeSince(command.first_sent, context.clock.Now(), context.zone);
  PONS_ASSIGN(const auto keys,
              Keys(SelectPatientsMadeSince(*create.patient.birth_date, from), command.deadline));
  PONS_ASSIGN(const auto records, Records(keys, command.deadline));
  std::vector<model::VendorRef> same;
  for (const auto& one : Judge(records, create.patient)) {
    if (one.match.grade == model::MatchGrade::kCertain) same.push_back(one.change->ref);
  }
  if (same.empty()) return trace;
  if (same.size() > 1) {
    trace.kind = Trace::Kind::kCannotTell;
    trace.evidence = std::to_string(same.size()) +
                     " patients of this name and birth date were added since; any may be ours";
    return trace;
  }
  trace.kind = Trace::Kind::kFound;
  trace.applied.ref = same.front();
  trace.evidence = trace.applied.evidence =
      "the only patient of this name and birth date that was added since (no reference is kept)";
  return trace;
}

Result<Trace> Desk::FindUpdated(const Command& command, const model::UpdatePatient& update) {
  Trace trace;
  trace.evidence = "the patient's row does not hold what was asked for";
  const auto key = KeyOf(update.ref.id);
  if (!key) return trace;
  auto present = session_.Present(update.ref, command.deadline);
  if (!present && present.error().fault == Fault::kNotFound) return trace;
  if (!present) return present.error();
  const auto& held = std::get<model::Patient>(*present->record);
  PONS_ASSIGN(const auto row, FormRow(*key, held, command.deadline));
  PONS_ASSIGN(const auto merged, Merge(row, held, update.patient, session_.codes()));
  if (merged.changes.count() > 0) return trace;
  trace.kind = Trace::Kind::kFound;
  trace.applied.ref = update.ref;
  trace.evidence = trace.applied.evidence = "the patient's row holds what was asked for";
  return trace;
}

}  // namespace pons::best_practice
