// SPDX-License-Identifier: Apache-2.0
// C: clinical data, read when it is asked for.
#include <algorithm>

#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

using model::ClinicalKind;

void RequireClinical(Bench& bench) {
  if (bench.can().clinical.empty()) throw NotApplicable{"the vendor gives no clinical data"};
}

std::string NameOf(ClinicalKind kind) { return std::string(model::ClinicalKindName(kind)); }

Result<ClinicalAnswer> Ask(Bench& bench, OpenSession& session, ClinicalKind kind,
                           const std::string& patient) {
  auto* reader = session.session().clinical();
  Require(reader != nullptr, "the session has no ClinicalReader");
  auto answer = reader->ReadClinical({patient, kind, session.Deadline()});
  if (!answer) {
    bench.Heard(answer.error());
  } else {
    for (const auto& row : answer->unreadable) bench.Heard(row);
  }
  return answer;
}

ClinicalAnswer Read(Bench& bench, OpenSession& session, ClinicalKind kind,
                    const std::string& patient) {
  return Need(Ask(bench, session, kind, patient), "read " + NameOf(kind));
}

// The resource that an item of that kind is.
bool Fits(ClinicalKind kind, const model::ClinicalItem& item) {
  switch (kind) {
    case ClinicalKind::kConditions:
      return std::holds_alternative<model::Condition>(item.record);
    case ClinicalKind::kMedications:
      return std::holds_alternative<model::MedicationStatement>(item.record);
    case ClinicalKind::kAllergies:
      return std::holds_alternative<model::AllergyIntolerance>(item.record);
    case ClinicalKind::kVitalSigns:
    case ClinicalKind::kSocialHistory: {
      const auto* one = std::get_if<model::Observation>(&item.record);
      return one != nullptr && one->category == NameOf(kind);
    }
    case ClinicalKind::kFamilyHistory:
      return std::holds_alternative<model::FamilyMemberHistory>(item.record);
    case ClinicalKind::kDocuments:
      return std::holds_alternative<model::ClinicalDocument>(item.record);
  }
  return false;
}

std::set<std::string> IdsOf(const ClinicalAnswer& answer, ClinicalKind kind) {
  std::set<std::string> ids;
  for (const auto& item : answer.items) {
    Require(Fits(kind, item), NameOf(kind) + ": an item of another kind");
    Require(!item.id.empty(), NameOf(kind) + ": an item without an id");
    Require(ids.insert(item.id).second, NameOf(kind) + ": two items of the same id");
  }
  return ids;
}

std::string NewPatient(Bench& bench) {
  return Need(bench.clinic().Add(Stream::kPatients), "add a patient");
}

}  // namespace

void EveryClinicalKindIsRead(Bench& bench) {
  RequireClinical(bench);
  const auto patient = NewPatient(bench);
  const auto session = bench.Open();
  for (const auto kind : bench.can().clinical) {
    Require(Read(bench, *session, kind, patient).items.empty(),
            NameOf(kind) + ": somebody with nothing has something");
    Need(bench.clinic().AddClinical(kind, patient), "enter " + NameOf(kind));
    const auto first = Read(bench, *session, kind, patient);
    Require(!first.items.empty(), NameOf(kind) + ": what staff entered does not come");
    Require(first.unreadable.empty(), NameOf(kind) + ": a good row cannot be read");
    const auto ids = IdsOf(first, kind);
    Require(Read(bench, *session, kind, patient).items == first.items,
            NameOf(kind) + ": asked again, it differs");
    Require(Read(bench, *bench.Open(), kind, patient).items == first.items,
            NameOf(kind) + ": asked in another session, it differs");
    Need(bench.clinic().AddClinical(kind, patient), "enter more " + NameOf(kind));
    const auto later = IdsOf(Read(bench, *session, kind, patient), kind);
    Require(std::includes(later.begin(), later.end(), ids.begin(), ids.end()),
            NameOf(kind) + ": an item's id changes when another is entered");
  }
}

void ClinicalDataIsThePatients(Bench& bench) {
  RequireClinical(bench);
  const auto ada = NewPatient(bench);
  const auto eve = NewPatient(bench);
  const auto session = bench.Open();
  for (const auto kind : bench.can().clinical) {
    Need(bench.clinic().AddClinical(kind, ada), "enter " + NameOf(kind));
    Require(!Read(bench, *session, kind, ada).items.empty(), NameOf(kind) + ": it does not come");
    Require(Read(bench, *session, kind, eve).items.empty(),
            NameOf(kind) + ": somebody else's is given");
    for (const auto* nobody : {"999999999", "", "nobody", "1 OR 1=1"}) {
      const auto answer = Ask(bench, *session, kind, nobody);
      Require(!answer && answer.error().fault == Fault::kNotFound,
              NameOf(kind) + ": nobody is taken for somebody");
    }
  }
  Need(bench.clinic().Delete(Stream::kPatients, ada), "delete a patient");
  for (const auto kind : bench.can().clinical) {
    const auto answer = Ask(bench, *session, kind, ada);
    Require(!answer && answer.error().fault == Fault::kNotFound,
            NameOf(kind) + ": of a patient who was deleted it is given");
  }
}

void OddClinicalRows(Bench& bench) {
  RequireClinical(bench);
  const auto patient = NewPatient(bench);
  const auto session = bench.Open();
  bool any = false;
  for (const auto kind : bench.can().clinical) {
    Need(bench.clinic().AddClinical(kind, patient), "enter " + NameOf(kind));
    const auto good = Read(bench, *session, kind, patient).items.size();
    const auto row = Need(bench.clinic().AddClinical(kind, patient), "enter " + NameOf(kind));
    const auto spoilt = bench.clinic().SpoilClinical(kind, row);
    if (!spoilt && spoilt.error().fault == Fault::kUnsupported) continue;
    Need(spoilt, "spoil a row of " + NameOf(kind));
    any = true;
    const auto answer = Read(bench, *session, kind, patient);
    Require(answer.items.size() == good, NameOf(kind) + ": one bad row hides others, or is taken");
    Require(answer.unreadable.size() == 1, NameOf(kind) + ": a bad row is lost in silence");
    Require(!answer.unreadable[0].field.empty() && !answer.unreadable[0].reason.empty(),
            NameOf(kind) + ": a bad row is told without its field or reason");
  }
  Require(any, "the stand-in can spoil no row at all");
}

void ClinicalReadingWritesNothing(Bench& bench) {
  RequireClinical(bench);
  const auto patient = NewPatient(bench);
  for (const auto kind : bench.can().clinical) {
    Need(bench.clinic().AddClinical(kind, patient), "enter " + NameOf(kind));
  }
  Need(bench.clinic().ClearJournal(), "clear the journal");
  const auto session = bench.Open();
  for (const auto kind : bench.can().clinical) Read(bench, *session, kind, patient);
  for (const auto* item : {"999999999", "report-999999999", "nonsense", ""}) {
    const auto content =
        session->session().clinical()->ReadContent(patient, item, session->Deadline());
    Require(!content, "a document that is not there is given");
    Require(
        content.error().fault == Fault::kNotFound || content.error().fault == Fault::kUnsupported,
        "a document that is not there is not said to be so");
  }
  for (const auto kind : bench.can().commands) {
    Require(Need(bench.clinic().Effects(kind), "count effects") == 0,
            "reading has written: " + std::string(model::CommandKindName(kind)));
  }
}

}  // namespace pons::conformance
