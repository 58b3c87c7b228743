// SPDX-License-Identifier: Apache-2.0
// R: reading single records.
#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

void RequireReader(Bench& bench) {
  if (!bench.can().reads_records) throw NotApplicable{"the vendor reads no single records"};
}

}  // namespace

void RecordsReadSingly(Bench& bench) {
  RequireReader(bench);
  bench.Seed(4);
  const auto session = bench.Open();
  for (const auto& support : bench.can().streams) {
    const auto stream = support.stream;
    const auto truth = session->Drain(stream).known;
    std::vector<std::string> ids;
    for (const auto& [id, known] : truth) {
      // Conditions are asked for by their patient.
      ids.push_back(stream == Stream::kConditions
                        ? std::get<model::Condition>(*known.record).patient.id
                        : id);
    }
    const auto answer = session->Read(stream, ids);
    // A stream's records need not be readable one by one, except those that visits point to.
    if (!answer && answer.error().fault == Fault::kUnsupported && stream != Stream::kPatients) {
      continue;
    }
    const auto read = Need(answer, "read " + Name(stream));
    Require(read.unreadable.empty(), Name(stream) + ": good records cannot be read");
    Knowledge known;
    for (const auto& change : read.changes) {
      known[change.ref.id] = {change.version, change.kind == ChangeKind::kTombstone, change.record};
    }
    RequireSame(known, truth, Name(stream) + " read singly");
    for (const auto& [id, was] : truth) {
      Require(*known.at(id).record == *was.record, Name(stream) + ": read singly, it differs");
    }
  }
}

void MissingRecordsReadSingly(Bench& bench) {
  RequireReader(bench);
  bench.Seed(3);
  const auto session = bench.Open();
  const auto stream = Stream::kPatients;
  const auto living = bench.Ids(stream);
  const std::string gone = *living.begin();
  const std::string there = *living.rbegin();
  Need(bench.clinic().Delete(stream, gone), "delete a patient");
  const auto read = Need(session->Read(stream, {gone, there}), "read patients");
  bool told = false;
  bool came = false;
  for (const auto& change : read.changes) {
    const bool tombstone = change.kind == ChangeKind::kTombstone;
    told = told || (change.ref.id == gone && tombstone);
    came = came || (change.ref.id == there && !tombstone);
    Require(change.ref.id != gone || tombstone, "a deleted record is read as if it were there");
  }
  Require(told, "a deleted record is not read as gone");
  Require(came, "the record beside it does not come");
}

}  // namespace pons::conformance
