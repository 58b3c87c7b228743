// SPDX-License-Identifier: Apache-2.0
// What a name in a statement can mean: the tables, views and system views that the sandbox has,
// with their columns as SQL Server types. Built once, then read by any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

struct CatalogEntry {
  std::string name;         // as documented: "BPS_Patients", "sys.objects"
  std::string sqlite_name;  // "BPS_Patients", "sys_objects"
  bool is_view = false;
  bool is_system = false;
  std::vector<Column> columns;

  const Column* Find(std::string_view column) const;  // case ignored
};

class Catalog {
 public:
  void Add(CatalogEntry entry);
  // Case ignored. `schema` is "dbo", "sys", "INFORMATION_SCHEMA" or empty, which means dbo.
  const CatalogEntry* Find(std::string_view schema, std::string_view name) const;
  const std::map<std::string, CatalogEntry>& entries() const { return entries_; }
  void AddProcedure(std::string_view name);
  bool HasProcedure(std::string_view name) const;  // case ignored

 private:
  std::map<std::string, CatalogEntry> entries_;  // by upper-case "SCHEMA.NAME" or "NAME" for dbo
  std::set<std::string> procedures_;             // upper case
};

// The number that OBJECT_ID and sys.objects give an object: the same for a name everywhere.
int ObjectNumber(std::string_view name);

}  // namespace pons::best_practice::sandbox
