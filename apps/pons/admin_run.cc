// SPDX-License-Identifier: Apache-2.0
#include "admin_run.h"

#include <filesystem>

#include "admin/admin_server.h"
#include "admin/audit.h"
#include "sync/vendor_side.h"

namespace pons {

Result<json::Value> RunOnFolder(const std::string& data_folder, const admin::CommandSpec& command,
                                const json::Value& arguments, const VendorOptions& vendor) {
  const CancelToken cancel;
  PONS_ASSIGN(auto answer, admin::AskServer(data_folder, command.name, arguments, cancel));
  if (answer) return std::move(*answer);
  std::error_code ignored;
  // A mistyped folder must not look like an empty Pons.
  if (command.name != "org add" && command.name != "vendor list" &&
      !std::filesystem::exists(data_folder + "/pons.db", ignored)) {
    return MakeError(Fault::kNotFound,
                     "there is no Pons data in " + data_folder +
                         "; say where it is with --data or PONS_DATA, or begin with: pons org add "
                         "NAME --data " +
                         data_folder);
  }
  const auto log = StderrLogger(LogLevel::kWarn);
  Registry registry;
  PONS_ASSIGN(const auto operator_settings, OperatorSettingsFrom(vendor));
  PONS_TRY(RegisterAll(registry, operator_settings));
  const bool stored = command.name != "vendor list";
  const std::string folder = stored ? data_folder : ":memory:";
  PONS_ASSIGN(const auto store,
              store::Store::Open({.path = folder}, SystemClock(), SystemRandom(), *log));
  admin::AdminContext context{*store,
                              registry,
                              SystemClock(),
                              SystemRandom(),
                              *log,
                              cancel,
                              stored ? folder : std::string()};
  sync::VendorSide vendor_side(*store, SystemClock(), *log);
  context.vendor_side = &vendor_side;
  std::unique_ptr<api::AuditTrail> trail;
  if (stored) {
    context.audit_folder = folder + "/audit";
    PONS_ASSIGN(trail,
                api::AuditTrail::Open({.folder = context.audit_folder}, SystemClock(), *log));
    context.audit = admin::AuditInto(*trail);
    vendor_side.set_audit(context.audit);
  }
  auto answered = admin::RunAdminCommand(context, command.name, arguments);
  PONS_TRY(vendor_side.Save());
  return answered;
}

}  // namespace pons
