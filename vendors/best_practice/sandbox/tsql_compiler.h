// SPDX-License-Identifier: Apache-2.0
// T-SQL to SQLite: parses a batch, binds every name against the catalogue, and gives for each
// statement the SQLite text that means the same, with the SQL Server type of every result column.
// What SQL Server would refuse is refused with its number: 102 and 156 syntax, 137 variable, 195
// function, 207 column, 208 object, 209 ambiguous, 4104 prefix.
//
// Pure: no I/O, no state; safe from any thread. Survives any text.
// Not known: APPLY, PIVOT, MERGE, cursors, temporary tables, CREATE and ALTER; they are refused.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vendors/best_practice/sandbox/catalog.h"
#include "vendors/best_practice/sandbox/sql_types.h"

namespace pons::best_practice::sandbox {

enum class StatementKind : std::uint8_t {
  kSelect,
  kInsert,
  kUpdate,
  kDelete,
  kExecute,  // EXEC name arguments
  kDeclare,  // target, type, and sql where it has a first value
  kAssign,   // SET @target = sql
  kIgnored,  // SET option, USE, PRINT
  kBegin,
  kCommit,
  kRollback,
  kJumpUnless,  // IF: goes to `jump` unless sql gives 1
  kJump,
};

struct Argument {
  std::string name;                    // upper case with @; empty where given by place
  std::string sql;                     // SELECT of its value; empty for DEFAULT
  std::vector<std::string> variables;  // what ?1, ?2 … of sql stand for
  std::string output;  // variable that takes the value afterwards; upper case, may be empty
};

struct Statement {
  StatementKind kind = StatementKind::kIgnored;
  std::string sql;                     // SQLite text; a SELECT where it gives a value
  std::vector<std::string> variables;  // upper-case @names that ?1, ?2 … stand for
  std::vector<Column> columns;         // of kSelect
  std::vector<std::string> assigns;    // SELECT @a = …: one variable a column, else empty
  std::vector<std::string> reads;      // catalogue names of the tables and views in it
  std::string writes;                  // catalogue name of the table it changes
  std::string target;                  // procedure, or variable
  std::string result_variable;         // EXEC @r = …
  std::vector<Argument> arguments;
  SqlType type;
  std::size_t jump = 0;
};

using VariableTypes = std::map<std::string, SqlType>;  // by upper-case name with @

struct Batch {
  std::vector<Statement> statements;
};

// `variables` are the parameters that the batch is given. The error is that of the first statement
// that cannot be; SQL Server likewise refuses a batch as a whole for syntax.
std::optional<SqlError> CompileBatch(std::string_view sql, const Catalog& catalog,
                                     const VariableTypes& variables, Batch& batch);

// "@P1 int, @name nvarchar(30) output": the declarations that sp_executesql and sp_prepare take.
struct Declaration {
  std::string name;  // upper case with @
  SqlType type;
  bool output = false;
};
std::optional<SqlError> ParseDeclarations(std::string_view text, std::vector<Declaration>& out);

}  // namespace pons::best_practice::sandbox
