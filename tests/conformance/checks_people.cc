// SPDX-License-Identifier: Apache-2.0
// W9, W11 and W12: documents byte for byte, people who are there already, and who leads.
#include <algorithm>

#include "model/patient_match.h"
#include "tests/conformance/checks.h"
#include "tests/conformance/writing.h"

namespace pons::conformance {
namespace {

Case Creating(model::Patient patient) {
  Case of;
  of.kind = CommandKind::kCreatePatient;
  of.body = std::make_shared<const model::CommandBody>(model::CreatePatient{std::move(patient)});
  return of;
}

Case WithContent(const Case& of, std::string content) {
  auto attach = std::get<model::AttachDocument>(*of.body);
  attach.content = std::make_shared<const std::string>(std::move(content));
  auto other = of;
  other.body = std::make_shared<const model::CommandBody>(std::move(attach));
  return other;
}

}  // namespace

void DocumentsComeIdentical(Bench& bench) {
  Scene scene(bench);
  scene.Needs(CommandKind::kAttachDocument);
  auto& clinic = scene.clinic();
  const auto of = scene.Prepare(CommandKind::kAttachDocument);
  const auto& attach = std::get<model::AttachDocument>(*of.body);
  Need(clinic.HoldImporter(true), "hold the importer");
  const auto command = scene.Make(of);
  const auto applied = scene.Done(command);
  const auto waiting = scene.Confirm(command, applied);
  Require(waiting.kind == Confirmation::Kind::kWaiting,
          "a document that has not been taken up is not said to wait");
  Require(waiting.look_again.has_value(), "a document waits, and nothing says when to look again");
  const auto found = scene.Find(command);
  Require(found.kind == Trace::Kind::kFound, "a document that waits is not found");
  Need(clinic.RunImporter(), "run the importer");
  Require(scene.Confirm(command, applied).kind == Confirmation::Kind::kConfirmed,
          "a document that was taken up is not confirmed");
  const auto filed = Need(clinic.Documents(of.patient), "list the documents");
  Require(filed.size() == 1 && filed.front().imported, "it is not with the patient");
  Require(filed.front().bytes == *attach.content, "its bytes are not those that were sent");
  Require(filed.front().title == attach.title, "its title is not the one that was sent");

  const auto most = bench.can().max_document_bytes;
  scene.Forget();
  const auto large = WithContent(of, "%PDF-1.4\n" + std::string(most, ' '));
  scene.Refused(scene.Make(large), {Fault::kRejected}, true);
  for (const auto& seen : Need(clinic.Journal(), "read the journal")) {
    Require(seen.sign_in, "a document over the limit is refused only after something was sent");
  }
  scene.Refused(scene.Make(WithContent(of, "")), {Fault::kRejected}, true);
  Need(clinic.RunImporter(), "run the importer");
  scene.RequireEffects(of, 1, "with others refused");
}

void NobodyTwice(Bench& bench) {
  Scene scene(bench);
  scene.Needs(CommandKind::kCreatePatient);
  PatientForm form;
  form.given = "Kathryn";
  form.family = "Wattlebird";
  form.birth_date = "1984-07-02";
  const auto there = Need(scene.clinic().AddPatient(form), "add a patient");
  const auto same = Creating(MadeUp("kathryn", "WATTLEBIRD", form.birth_date));
  scene.Forget();
  const auto command = scene.Make(same);
  const auto existed = scene.Done(command);
  Require(existed.existed && existed.ref.id == there,
          "somebody who is there is not recognised, or not named");
  scene.RequireEffects(same, 0, "for somebody who is there");
  const auto confirmed = scene.Confirm(command, existed);
  Require(confirmed.change.has_value() && confirmed.change->ref == existed.ref,
          "somebody who is there is not read back");

  const auto similar = Creating(MadeUp("Cathryn", "Wattlebird", form.birth_date));
  const auto created = scene.Done(scene.Make(similar));
  Require(!created.existed && created.ref.id != there, "somebody similar is taken for the same");
  scene.RequireEffects(similar, 1, "for somebody similar");
  const model::VendorRef ref{Stream::kPatients, there};
  Require(std::find(created.similar.begin(), created.similar.end(), ref) != created.similar.end(),
          "somebody similar is created, and nobody is told");

  const auto other = Creating(MadeUp("Otto", "Unlikely", "1950-01-31"));
  Require(scene.Done(scene.Make(other)).similar.empty(), "a stranger is called similar");
}

void PracticeLeadsAfterAVisit(Bench& bench) {
  Scene scene(bench);
  scene.Needs(CommandKind::kUpdatePatient);
  const auto before = scene.Prepare(CommandKind::kUpdatePatient);
  const auto of = scene.Prepare(CommandKind::kUpdatePatient);
  Need(scene.clinic().Visit(of.target), "open a patient for a visit");
  scene.Forget();
  const auto error = scene.Refused(scene.Make(of), {Fault::kRejected}, true);
  Require(error.vendor_code == "opened-in-practice", "the refusal does not say why");
  scene.RequireEffects(of, 0, "after a visit");
  scene.Done(scene.Make(before));
  scene.RequireEffects(before, 1, "before any visit");
}

}  // namespace pons::conformance
