// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/catalog.h"

#include "base/text.h"

namespace pons::best_practice::sandbox {

const Column* CatalogEntry::Find(std::string_view column) const {
  for (const Column& candidate : columns) {
    if (EqualsIgnoringAsciiCase(candidate.name, column)) return &candidate;
  }
  return nullptr;
}

void Catalog::Add(CatalogEntry entry) {
  std::string key = AsciiUpper(entry.name);
  entries_.insert_or_assign(std::move(key), std::move(entry));
}

const CatalogEntry* Catalog::Find(std::string_view schema, std::string_view name) const {
  std::string key = AsciiUpper(name);
  if (!schema.empty() && !EqualsIgnoringAsciiCase(schema, "dbo")) {
    key = AsciiUpper(schema) + "." + key;
  }
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void Catalog::AddProcedure(std::string_view name) { procedures_.insert(AsciiUpper(name)); }

bool Catalog::HasProcedure(std::string_view name) const {
  return procedures_.contains(AsciiUpper(name));
}

int ObjectNumber(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (char c : AsciiUpper(name)) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<int>(hash & 0x7fffffffu) | 0x10;
}

}  // namespace pons::best_practice::sandbox
