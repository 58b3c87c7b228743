// SPDX-License-Identifier: Apache-2.0
// A SearchQuery as SQL text and the values to bind, in order. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "store/search.h"

namespace pons::store {

using SqlBinding = std::variant<std::int64_t, std::string>;

struct SearchSql {
  std::string page;   // columns: key, id, version, updated, deleted, body, sort value
  std::string total;  // one number
  std::vector<SqlBinding> page_bindings;
  std::vector<SqlBinding> total_bindings;
};

SearchSql BuildSearchSql(const SearchQuery& query);

}  // namespace pons::store
