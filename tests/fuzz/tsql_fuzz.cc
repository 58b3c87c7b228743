// SPDX-License-Identifier: Apache-2.0
// T-SQL as anybody may type it: any text is refused with one of SQL Server's numbers, or becomes
// statements whose jumps stay inside the batch. Declarations likewise.
#include "fuzz.h"
#include "vendors/best_practice/sandbox/catalog.h"
#include "vendors/best_practice/sandbox/schema.h"
#include "vendors/best_practice/sandbox/tsql_compiler.h"

namespace {

namespace sandbox = pons::best_practice::sandbox;

sandbox::Catalog MakeCatalog() {
  sandbox::Catalog catalog;
  catalog.Add(
      {"PATIENTS", "PATIENTS", false, false,
       sandbox::ParseColumns("INTERNALID i, SURNAME c40, FIRSTNAME c40, DOB d, UPDATED d")});
  catalog.Add({"VISITS", "VISITS", false, false,
               sandbox::ParseColumns("VISITID i, INTERNALID i, NOTES t, CREATED d, UPDATED d")});
  catalog.Add({"BPS_Patients", "BPS_Patients", true, false,
               sandbox::ParseColumns("InternalID i, Surname c40, EMAIL v250")});
  catalog.AddProcedure("BP_GetPatient");
  return catalog;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sandbox::Catalog catalog = MakeCatalog();
  const auto text = pons::AsText(data, size);
  std::vector<sandbox::Declaration> declarations;
  if (!sandbox::ParseDeclarations(text, declarations)) {
    for (const auto& declaration : declarations) PONS_CHECK(declaration.name.starts_with('@'));
  }
  sandbox::Batch batch;
  if (sandbox::CompileBatch(text, catalog, {{"@P1", {}}, {"@NAME", {}}}, batch)) return 0;
  for (const auto& statement : batch.statements) {
    PONS_CHECK(statement.jump <= batch.statements.size());
    if (statement.kind == sandbox::StatementKind::kSelect) PONS_CHECK(!statement.sql.empty());
  }
  return 0;
}
