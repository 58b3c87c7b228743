// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/sandbox.h"

#include "sandboxkit/control.h"
#include "vendors/best_practice/sandbox/bp_practice.h"
#include "vendors/best_practice/sandbox/procedures.h"
#include "vendors/best_practice/sandbox/schema.h"

namespace pons::best_practice::sandbox {
namespace {

class RunningSandbox final : public Sandbox {
 public:
  Result<void> Open(const SandboxOptions& options, Logger& log) {
    PONS_ASSIGN(database_, Database::Open({options.database, options.zone}, clock_));
    PONS_TRY(CreateSchema(*database_));
    PONS_TRY(AddProcedures(*database_, procedures_));
    PONS_TRY(Fill(options));
    accounts_.Set(options.user, {options.password, options.rights});
    Rights all;
    all.write_tables = true;
    accounts_.Set("sa", {options.password, all});
    user_ = options.user;
    integrations_ = std::make_unique<Integrations>(clock_, options.site_id);
    importer_ = std::make_unique<Importer>(*database_, log);
    PONS_TRY(importer_->Start(options.reports));
    practice_ = std::make_unique<BpPractice>(*database_, accounts_, *importer_, *integrations_,
                                             options.user, options.fill);
    practice_->set_further(options.further);
    shared_ = std::make_unique<TdsShared>(
        TdsShared{*database_, procedures_, compiled_, accounts_, faults_, journal_});
    PONS_ASSIGN(wire_, TdsServer::Start(options.wire, *shared_, log));
    PONS_ASSIGN(control_,
                sandboxkit::StartControlServer({options.control_port, options.framed_by},
                                               {*practice_, faults_, journal_, clock_}, log));
    return Ok();
  }

  std::uint16_t wire_port() const override { return wire_->port(); }
  std::uint16_t control_port() const override { return control_->port(); }
  const std::string& report_folder() const override { return importer_->folder(); }
  const TdsShared& shared() const override { return *shared_; }
  const std::string& user() const override { return user_; }
  Integrations& integrations() override { return *integrations_; }
  std::string ReadyLine() const override {
    const std::string control = "http://127.0.0.1:" + std::to_string(control_->port());
    return "ready wire=tds://127.0.0.1:" + std::to_string(wire_->port()) + " control=" + control +
           " page=" + control + "/ reports=" + importer_->folder();
  }

 private:
  // A database file that already holds a practice is kept as it is.
  Result<void> Fill(const SandboxOptions& options) {
    Database::Lease writer = database_->BorrowWriter(nullptr);
    const bool filled = AskInteger(*writer, "SELECT COUNT(*) FROM USERS", {}) > 0;
    writer.Reset();
    if (filled) return Ok();
    FillOptions fill = options.fill;
    if (!options.load_fhir.empty()) fill.patients = fill.appointments = 0;  // staff only
    PONS_TRY(FillPractice(*database_, fill));
    if (options.load_fhir.empty()) return Ok();
    auto loaded = LoadFhir(*database_, options.load_fhir);
    if (!loaded) return std::move(loaded).error();
    return Ok();
  }

  // In the order of need: what stands later uses what stands before.
  sandboxkit::SandboxClock clock_;
  sandboxkit::FaultPlan faults_;
  sandboxkit::Journal journal_;
  std::unique_ptr<Database> database_;
  ProcedureTable procedures_;
  CompiledBatches compiled_;
  Accounts accounts_;
  std::string user_;
  std::unique_ptr<Integrations> integrations_;
  std::unique_ptr<TdsShared> shared_;
  std::unique_ptr<Importer> importer_;
  std::unique_ptr<BpPractice> practice_;
  std::unique_ptr<TdsServer> wire_;
  std::unique_ptr<sandboxkit::ControlServer> control_;
};

}  // namespace

Result<std::unique_ptr<Sandbox>> Sandbox::Start(const SandboxOptions& options, Logger& log) {
  auto sandbox = std::make_unique<RunningSandbox>();
  PONS_TRY(sandbox->Open(options, log));
  return std::unique_ptr<Sandbox>(std::move(sandbox));
}

}  // namespace pons::best_practice::sandbox
