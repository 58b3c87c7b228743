// SPDX-License-Identifier: Apache-2.0
// Statements, and the tokens under them.
#include "vendors/best_practice/sandbox/tsql_compiler.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "vendors/best_practice/sandbox/tsql_grammar.h"

namespace pons::best_practice::sandbox {
namespace {

// Words that cannot name a column or table without brackets, of those that matter here.
constexpr std::string_view kReserved[] = {
    "ADD",         "ALL",     "ALTER",      "AND",       "ANY",      "AS",     "ASC",
    "BEGIN",       "BETWEEN", "BREAK",      "BY",        "CASE",     "CHECK",  "COLLATE",
    "COLUMN",      "COMMIT",  "CONSTRAINT", "CONTINUE",  "CONVERT",  "CREATE", "CROSS",
    "CURRENT",     "CURSOR",  "DECLARE",    "DEFAULT",   "DELETE",   "DESC",   "DISTINCT",
    "DROP",        "ELSE",    "END",        "ESCAPE",    "EXCEPT",   "EXEC",   "EXECUTE",
    "EXISTS",      "FETCH",   "FOR",        "FOREIGN",   "FROM",     "FULL",   "FUNCTION",
    "GO",          "GRANT",   "GROUP",      "HAVING",    "IDENTITY", "IF",     "IN",
    "INDEX",       "INNER",   "INSERT",     "INTERSECT", "INTO",     "IS",     "JOIN",
    "KEY",         "LEFT",    "LIKE",       "MERGE",     "NOT",      "NULL",   "OF",
    "OFF",         "ON",      "OPTION",     "OR",        "ORDER",    "OUTER",  "OVER",
    "PERCENT",     "PIVOT",   "PLAN",       "PRIMARY",   "PRINT",    "PROC",   "PROCEDURE",
    "RETURN",      "REVOKE",  "RIGHT",      "ROLLBACK",  "SAVE",     "SCHEMA", "SELECT",
    "SET",         "SOME",    "TABLE",      "THEN",      "TO",       "TOP",    "TRAN",
    "TRANSACTION", "TRIGGER", "TRUNCATE",   "UNION",     "UNIQUE",   "UPDATE", "USE",
    "USER",        "VALUES",  "VIEW",       "WAITFOR",   "WHEN",     "WHERE",  "WHILE",
    "WITH"};

// The databases that one Bp server holds and a name may be prefixed with.
bool IsOurDatabase(std::string_view name) {
  return name.empty() || EqualsIgnoringAsciiCase(name, "BPSPatients") ||
         EqualsIgnoringAsciiCase(name, "BPSSamples");
}

}  // namespace

bool IsReserved(std::string_view word) {
  return std::any_of(std::begin(kReserved), std::end(kReserved), [&](std::string_view reserved) {
    return EqualsIgnoringAsciiCase(reserved, word);
  });
}

bool Grammar::TakeWord(std::string_view word) {
  if (!Peek().IsWord(word)) return false;
  Next();
  return true;
}

bool Grammar::TakeSymbol(std::string_view symbol) {
  if (!Peek().IsSymbol(symbol)) return false;
  Next();
  return true;
}

void Grammar::ExpectWord(std::string_view word) {
  if (!TakeWord(word)) FailHere();
}

void Grammar::ExpectSymbol(std::string_view symbol) {
  if (!TakeSymbol(symbol)) FailHere();
}

void Grammar::FailHere() const {
  const Token& token = Peek();
  if (token.kind == TokenKind::kWord && IsReserved(token.text)) {
    throw SqlError{156, 15, "Incorrect syntax near the keyword '" + token.text + "'."};
  }
  if (token.kind == TokenKind::kEnd && at_ > 0) throw SyntaxError(tokens_[at_ - 1].text);
  throw SyntaxError(token.text);
}

bool Grammar::AtIdentifier() const {
  return Peek().kind == TokenKind::kName ||
         (Peek().kind == TokenKind::kWord && !IsReserved(Peek().text) && !Peek().IsWord("UNION"));
}

std::string Grammar::Identifier() {
  if (!AtIdentifier()) FailHere();
  return Next().text;
}

Grammar::Path Grammar::ObjectPath() {
  std::vector<std::string> parts{Identifier()};
  while (TakeSymbol(".")) {
    if (Peek().IsSymbol("."))
      parts.emplace_back();  // BPSPatients..PATIENTS
    else
      parts.push_back(Identifier());
  }
  if (parts.size() > 3) throw SyntaxError(parts.front());
  Path path;
  path.name = parts.back();
  if (parts.size() > 1) path.schema = parts[parts.size() - 2];
  if (parts.size() > 2) path.database = parts.front();
  if (!IsOurDatabase(path.database))
    throw InvalidObject(path.database + "." + path.schema + "." + path.name);
  return path;
}

SqlType Grammar::ParseType() {
  std::string name = AsciiLower(Identifier());
  int size = -1;
  if (TakeSymbol("(")) {
    const std::string text = Next().text;
    size = EqualsIgnoringAsciiCase(text, "max") ? 0 : std::atoi(text.c_str());
    if (TakeSymbol(",")) Next();
    ExpectSymbol(")");
  }
  if (name == "int" || name == "smallint" || name == "tinyint" || name == "integer")
    return kIntType;
  if (name == "bigint") return {TypeKind::kBigInt, 0};
  if (name == "bit") return {TypeKind::kBit, 0};
  if (name == "float" || name == "real" || name == "decimal" || name == "numeric" ||
      name == "money") {
    return {TypeKind::kFloat, 0};
  }
  if (name == "char" || name == "nchar") return {TypeKind::kChar, size < 0 ? 30 : size};
  if (name == "varchar" || name == "nvarchar" || name == "sysname") {
    if (size == 0) return {TypeKind::kText, 0};
    return VarcharOf(size < 0 ? (name == "sysname" ? 128 : 30) : size);
  }
  if (name == "text" || name == "ntext") return {TypeKind::kText, 0};
  if (name == "date") return {TypeKind::kDate, 0};
  if (name == "datetime" || name == "smalldatetime") return kDateTimeType;
  if (name == "datetime2") return {TypeKind::kDateTime2, 0};
  if (name == "datetimeoffset") return {TypeKind::kDateTimeOffset, 0};
  if (name == "binary" || name == "varbinary" || name == "image") return {TypeKind::kBinary, 0};
  if (name == "uniqueidentifier") return VarcharOf(36);
  if (name == "sql_variant") return VarcharOf(4000);
  throw SqlError{2715, 16,
                 "Column, parameter, or variable #1: Cannot find data type " + name + "."};
}

Statement Grammar::Begin(StatementKind kind) {
  variables_.clear();
  reads_.clear();
  Statement statement;
  statement.kind = kind;
  return statement;
}

Statement Grammar::Finish(Statement statement, std::string sql) {
  statement.sql = std::move(sql);
  statement.variables = variables_;
  statement.reads.insert(statement.reads.end(), reads_.begin(), reads_.end());
  return statement;
}

Statement Grammar::Select() {
  Statement statement = Begin(StatementKind::kSelect);
  Query query = ParseQuery(nullptr);
  statement.columns = std::move(query.columns);
  statement.assigns = std::move(query.assigns);
  if (!statement.assigns.empty() && statement.assigns.size() != statement.columns.size()) {
    throw SqlError{141, 15,
                   "A SELECT statement that assigns a value to a variable must not be "
                   "combined with data-retrieval operations."};
  }
  return Finish(std::move(statement), std::move(query.sql));
}

const CatalogEntry& Grammar::TargetTable(Statement& statement) {
  const Path path = ObjectPath();
  const CatalogEntry* entry = catalog_.Find(path.schema, path.name);
  if (entry == nullptr) throw InvalidObject(path.name);
  statement.writes = entry->name;
  return *entry;
}

Statement Grammar::Insert() {
  Statement statement = Begin(StatementKind::kInsert);
  ExpectWord("INSERT");
  TakeWord("INTO");
  const CatalogEntry& table = TargetTable(statement);
  std::string sql = "INSERT INTO " + QuoteName(table.sqlite_name);
  if (TakeSymbol("(")) {
    std::string list;
    do {
      const std::string name = Identifier();
      const Column* column = table.Find(name);
      if (column == nullptr) throw InvalidColumn(name);
      list += (list.empty() ? "" : ", ") + QuoteName(column->name);
    } while (TakeSymbol(","));
    ExpectSymbol(")");
    sql += " (" + list + ")";
  }
  if (Peek().IsWord("SELECT"))
    return Finish(std::move(statement), sql + " " + ParseQuery(nullptr).sql);
  ExpectWord("VALUES");
  sql += " VALUES ";
  bool first_row = true;
  do {
    ExpectSymbol("(");
    std::string row;
    do row += (row.empty() ? "" : ", ") + ParseExpr(nullptr).sql;
    while (TakeSymbol(","));
    ExpectSymbol(")");
    sql += (first_row ? "(" : ", (") + row + ")";
    first_row = false;
  } while (TakeSymbol(","));
  return Finish(std::move(statement), std::move(sql));
}

Statement Grammar::Update() {
  Statement statement = Begin(StatementKind::kUpdate);
  ExpectWord("UPDATE");
  const CatalogEntry& table = TargetTable(statement);
  Scope scope;
  scope.sources.push_back({table.sqlite_name, table.columns});
  ExpectWord("SET");
  std::string sql = "UPDATE " + QuoteName(table.sqlite_name) + " SET ";
  bool first = true;
  do {
    const std::string name = Identifier();
    const Column* column = table.Find(name);
    if (column == nullptr) throw InvalidColumn(name);
    ExpectSymbol("=");
    const Expr value = ParseExpr(&scope);
    sql += (first ? "" : ", ") + QuoteName(column->name) + " = " + AsDate(value, column->type);
    first = false;
  } while (TakeSymbol(","));
  if (TakeWord("WHERE")) sql += " WHERE " + ParseExpr(&scope).sql;
  return Finish(std::move(statement), std::move(sql));
}

Statement Grammar::Delete() {
  Statement statement = Begin(StatementKind::kDelete);
  ExpectWord("DELETE");
  TakeWord("FROM");
  const CatalogEntry& table = TargetTable(statement);
  Scope scope;
  scope.sources.push_back({table.sqlite_name, table.columns});
  std::string sql = "DELETE FROM " + QuoteName(table.sqlite_name);
  if (TakeWord("WHERE")) sql += " WHERE " + ParseExpr(&scope).sql;
  return Finish(std::move(statement), std::move(sql));
}

Argument Grammar::ExecuteArgument() {
  Argument argument;
  if (Peek().kind == TokenKind::kVariable && Peek(1).IsSymbol("=")) {
    argument.name = AsciiUpper(Next().text);
    Next();
  }
  if (TakeWord("DEFAULT")) return argument;
  variables_.clear();
  const Token token = Peek();
  // EXEC takes a constant, a variable, or a bare word that stands for a string; no expressions.
  const bool word = token.kind == TokenKind::kWord && !token.IsWord("NULL");
  if (word || token.kind == TokenKind::kName) {
    argument.sql = "SELECT " + QuoteText(Identifier());
  } else if (token.IsSymbol("(")) {
    FailHere();
  } else {
    argument.sql = "SELECT " + ParseUnary(nullptr).sql;
  }
  argument.variables = variables_;
  if (TakeWord("OUTPUT") || TakeWord("OUT")) argument.output = AsciiUpper(token.text);
  return argument;
}

Statement Grammar::Execute() {
  Statement statement = Begin(StatementKind::kExecute);
  Next();  // EXEC or EXECUTE
  if (Peek().kind == TokenKind::kVariable && Peek(1).IsSymbol("=")) {
    statement.result_variable = AsciiUpper(Next().text);
    Next();
    if (!variable_types_.contains(statement.result_variable)) {
      throw SqlError{137, 15,
                     "Must declare the scalar variable \"" + statement.result_variable + "\"."};
    }
  }
  statement.target = ObjectPath().name;
  const bool ends = AtStatement() || Peek().IsSymbol(";") || Peek().kind == TokenKind::kEnd;
  if (!ends) {
    do statement.arguments.push_back(ExecuteArgument());
    while (TakeSymbol(","));
  }
  return statement;
}

void Grammar::Declare(Batch& batch) {
  ExpectWord("DECLARE");
  do {
    if (Peek().kind != TokenKind::kVariable) FailHere();
    Statement statement = Begin(StatementKind::kDeclare);
    statement.target = AsciiUpper(Next().text);
    TakeWord("AS");
    statement.type = ParseType();
    if (!variable_types_.emplace(statement.target, statement.type).second) {
      throw SqlError{134, 15,
                     "The variable name '" + statement.target + "' has already been declared."};
    }
    std::string sql;
    if (TakeSymbol("="))
      sql = "SELECT " + Convert(ParseExpr(nullptr), statement.type, 0, false).sql;
    batch.statements.push_back(Finish(std::move(statement), std::move(sql)));
  } while (TakeSymbol(","));
}

Statement Grammar::Assign() {
  Statement statement = Begin(StatementKind::kAssign);
  ExpectWord("SET");
  statement.target = AsciiUpper(Next().text);
  const auto found = variable_types_.find(statement.target);
  if (found == variable_types_.end()) {
    throw SqlError{137, 15, "Must declare the scalar variable \"" + statement.target + "\"."};
  }
  statement.type = found->second;
  ExpectSymbol("=");
  std::string sql = "SELECT " + Convert(ParseExpr(nullptr), statement.type, 0, false).sql;
  return Finish(std::move(statement), std::move(sql));
}

Statement Grammar::Transaction(StatementKind kind) {
  Next();
  if (!TakeWord("TRAN") && !TakeWord("TRANSACTION")) TakeWord("WORK");
  if (AtIdentifier()) Identifier();
  return Begin(kind);
}

bool Grammar::AtStatement() const {
  static constexpr std::string_view kWords[] = {
      "SELECT", "INSERT", "UPDATE", "DELETE",   "EXEC",  "EXECUTE", "DECLARE", "SET", "USE",
      "IF",     "BEGIN",  "COMMIT", "ROLLBACK", "PRINT", "WITH",    "ELSE",    "END"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return Peek().IsWord(word); });
}

// SET option, USE, PRINT: to the end of the statement, which is where the next one begins.
void Grammar::SkipStatement() {
  Next();
  while (Peek().kind != TokenKind::kEnd && !Peek().IsSymbol(";") && !AtStatement()) Next();
}

void Grammar::Block(Batch& batch) {
  const Depth depth(depth_);
  ExpectWord("BEGIN");
  while (!Peek().IsWord("END")) {
    if (Peek().kind == TokenKind::kEnd) FailHere();
    One(batch);
    while (TakeSymbol(";")) {
    }
  }
  ExpectWord("END");
}

void Grammar::If(Batch& batch) {
  const Depth depth(depth_);
  ExpectWord("IF");
  Statement test = Begin(StatementKind::kJumpUnless);
  const std::string condition = ParseExpr(nullptr).sql;
  const std::size_t test_at = batch.statements.size();
  batch.statements.push_back(Finish(std::move(test), "SELECT (" + condition + ") IS TRUE"));
  One(batch);
  while (Peek().IsSymbol(";") && Peek(1).IsWord("ELSE")) Next();
  if (TakeWord("ELSE")) {
    const std::size_t leap = batch.statements.size();
    batch.statements.push_back(Begin(StatementKind::kJump));
    batch.statements[test_at].jump = batch.statements.size();
    One(batch);
    batch.statements[leap].jump = batch.statements.size();
  } else {
    batch.statements[test_at].jump = batch.statements.size();
  }
}

void Grammar::One(Batch& batch) {
  const Token& token = Peek();
  auto& out = batch.statements;
  if (token.IsWord("SELECT") || token.IsWord("WITH")) {
    out.push_back(Select());
  } else if (token.IsWord("EXEC") || token.IsWord("EXECUTE")) {
    out.push_back(Execute());
  } else if (token.IsWord("DECLARE")) {
    Declare(batch);
  } else if (token.IsWord("SET") && Peek(1).kind == TokenKind::kVariable) {
    out.push_back(Assign());
  } else if (token.IsWord("SET") || token.IsWord("USE") || token.IsWord("PRINT")) {
    SkipStatement();
  } else if (token.IsWord("INSERT")) {
    out.push_back(Insert());
  } else if (token.IsWord("UPDATE")) {
    out.push_back(Update());
  } else if (token.IsWord("DELETE")) {
    out.push_back(Delete());
  } else if (token.IsWord("IF")) {
    If(batch);
  } else if (token.IsWord("BEGIN") && (Peek(1).IsWord("TRAN") || Peek(1).IsWord("TRANSACTION"))) {
    out.push_back(Transaction(StatementKind::kBegin));
  } else if (token.IsWord("BEGIN")) {
    Block(batch);
  } else if (token.IsWord("COMMIT")) {
    out.push_back(Transaction(StatementKind::kCommit));
  } else if (token.IsWord("ROLLBACK")) {
    out.push_back(Transaction(StatementKind::kRollback));
  } else if (AtIdentifier() && batch.statements.empty()) {
    // The first statement of a batch may name a procedure without EXEC.
    --at_;
    out.push_back(Execute());
  } else {
    FailHere();
  }
}

void Grammar::CompileAll(Batch& batch) {
  // A leading token stands for the EXEC that a bare procedure call leaves out.
  tokens_.insert(tokens_.begin(), Token{TokenKind::kWord, "EXEC"});
  at_ = 1;
  while (true) {
    while (TakeSymbol(";")) {
    }
    if (Peek().kind == TokenKind::kEnd) return;
    One(batch);
  }
}

void Grammar::CompileDeclarations(std::vector<Declaration>& out) {
  if (Peek().kind == TokenKind::kEnd) return;
  do {
    if (Peek().kind != TokenKind::kVariable) FailHere();
    Declaration declaration;
    declaration.name = AsciiUpper(Next().text);
    TakeWord("AS");
    declaration.type = ParseType();
    if (TakeSymbol("=")) Next();
    declaration.output = TakeWord("OUTPUT") || TakeWord("OUT");
    out.push_back(std::move(declaration));
  } while (TakeSymbol(","));
  if (Peek().kind != TokenKind::kEnd) FailHere();
}

std::optional<SqlError> CompileBatch(std::string_view sql, const Catalog& catalog,
                                     const VariableTypes& variables, Batch& batch) {
  std::vector<Token> tokens;
  if (auto error = Tokenize(sql, tokens)) return error;
  try {
    Grammar(std::move(tokens), catalog, variables).CompileAll(batch);
  } catch (SqlError& error) {
    return std::move(error);
  }
  return std::nullopt;
}

std::optional<SqlError> ParseDeclarations(std::string_view text, std::vector<Declaration>& out) {
  static const Catalog kEmpty;
  std::vector<Token> tokens;
  if (auto error = Tokenize(text, tokens)) return error;
  try {
    Grammar(std::move(tokens), kEmpty, {}).CompileDeclarations(out);
  } catch (SqlError& error) {
    return std::move(error);
  }
  return std::nullopt;
}

}  // namespace pons::best_practice::sandbox
