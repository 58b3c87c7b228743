// SPDX-License-Identifier: Apache-2.0
// The T-SQL functions that the sandbox knows, and what each is called in SQLite. A name that is not
// here is refused as SQL Server refuses it (195), so nothing of SQLite's own shines through.
#pragma once

#include <cstdint>
#include <string_view>

#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

enum class ResultRule : std::uint8_t {
  kFixed,         // always `type`
  kFirst,         // type of the first argument that has one
  kSecond,        // type of the second argument that has one: IIF
  kDateArgument,  // DATEADD: type of the third argument, DATETIME where that is text or a number
};

struct Builtin {
  std::string_view name;    // upper case
  std::string_view sqlite;  // name of the function there
  int min_arguments;
  int max_arguments;  // -1: any number
  ResultRule rule;
  SqlType type;
  bool date_part = false;  // the first argument is a word such as DAY
  bool dates = false;      // arguments are dates: text is converted
  bool aggregate = false;  // may have DISTINCT, * and OVER
};

const Builtin* FindBuiltin(std::string_view name);  // case ignored

}  // namespace pons::best_practice::sandbox
