// SPDX-License-Identifier: Apache-2.0
// The clinic fixture into Bp's tables: takes what the made-up practice or the FHIR loader tells,
// one piece at a time, and writes the rows that Bp would hold, codes looked up in Bp's own tables,
// text cut to its column. Threads: one at a time; holds the writing connection's prepared
// statements while it lives.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandboxkit/clinic.h"
#include "vendors/best_practice/sandbox/database.h"
#include "vendors/best_practice/sandbox/edits.h"

namespace pons::best_practice::sandbox {

class Inserter;

class ClinicStore {
 public:
  struct CutValue {
    std::string id;     // the patient's INTERNALID
    std::string field;  // column
  };

  explicit ClinicStore(Connection& writer);
  ~ClinicStore();
  ClinicStore(const ClinicStore&) = delete;
  ClinicStore& operator=(const ClinicStore&) = delete;

  // Valid while this lives.
  sandboxkit::ClinicSink Sink();

  // What went wrong on the way, if anything did.
  const std::string& failure() const { return failure_; }
  std::int64_t patients() const { return patients_; }
  const std::map<std::string, std::string>& ids() const { return ids_; }  // FHIR id to INTERNALID
  const std::vector<CutValue>& cuts() const { return cuts_; }

 private:
  using Codes = std::map<std::string, std::int64_t, std::less<>>;
  Codes CodesOf(const char* table, const char* code, const char* text);
  static std::int64_t Code(const Codes& codes, std::string_view text);
  void Keep(const Result<std::int64_t>& added);
  void Location(const sandboxkit::ClinicLocation& location);
  void Practitioner(const sandboxkit::ClinicPractitioner& practitioner);
  std::int64_t Patient(const sandboxkit::ClinicPatient& patient);
  void History(std::int64_t patient, const sandboxkit::ClinicCondition& condition,
               const std::string& created);
  void Appointment(const sandboxkit::ClinicAppointment& appointment);
  // A moment so many days before now, a little different for every `salt`.
  std::string Moment(std::int64_t days_ago, std::int64_t salt) const;
  std::string_view Cut(std::string_view text, std::size_t size, const char* column,
                       std::int64_t id);

  Connection& writer_;
  DateTime now_;
  Codes titles_, sexes_, ethnicities_, dva_, pensions_, groups_, statuses_;
  std::map<std::int64_t, std::string> doctors_;
  std::unique_ptr<Inserter> patient_, email_, history_, appointment_, visit_;
  std::int64_t last_patient_ = 0, last_visit_ = 0, patients_ = 0, booked_ = 0;
  std::map<std::string, std::string> ids_;
  std::vector<CutValue> cuts_;
  std::string failure_;
};

struct FillOptions {
  std::int64_t patients = 2000;
  std::int64_t appointments = 4000;
  std::uint64_t seed = 7;
  std::string name = {};  // of the practice; empty: the one that the first made-up practice has
};

// Clears what is there and fills it anew with a made-up practice. Errors: kRejected.
Result<void> FillPractice(Database& database, const FillOptions& options);

struct LoadedFhir {
  std::int64_t loaded = 0;
  std::int64_t problems = 0;
  std::map<std::string, std::string> ids;  // FHIR id to INTERNALID
  std::vector<ClinicStore::CutValue> cuts;
  std::map<std::string, std::int64_t> no_column;
};
// Adds the patients of a folder (fhir_loader.h) to what is there.
Result<LoadedFhir> LoadFhir(Database& database, const std::string& folder);

}  // namespace pons::best_practice::sandbox
