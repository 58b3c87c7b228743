// SPDX-License-Identifier: Apache-2.0
// The tables, views and lookup codes that Best Practice's database is known to have
// (best-practice sheet §2 to §4). Column types are the sheet's; c columns are padded on output.
// Clinical views that nothing fills yet exist with their columns and no rows.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "vendors/best_practice/sandbox/database.h"

namespace pons::best_practice::sandbox {

// Creates what is missing and fills the catalogue. Runs on an empty file as well as on one that the
// sandbox wrote before.
Result<void> CreateSchema(Database& database);

// Indexes apart from the keys. Dropped before a bulk load and made again after it.
Result<void> CreateIndexes(Connection& connection);
Result<void> DropIndexes(Connection& connection);

// Deletes every row but the lookup codes, which are written anew.
Result<void> ClearData(Connection& connection);

// Columns in the form "INTERNALID i, SURNAME c40, EMAIL v250, NOTES t, CREATED d".
std::vector<Column> ParseColumns(std::string_view spec);

struct ProcedureParameter {
  std::string name;  // with @
  SqlType type;
  bool optional = false;
};
// Rows of sys.objects and sys.parameters for a procedure.
Result<void> DescribeProcedure(Database& database, std::string_view name,
                               const std::vector<ProcedureParameter>& parameters);

}  // namespace pons::best_practice::sandbox
