// SPDX-License-Identifier: Apache-2.0
// The recursive-descent compiler behind CompileBatch, shared by tsql_expression.cc (values),
// tsql_select.cc (queries) and tsql_compiler.cc (statements). Not for use elsewhere.
//
// Errors inside the grammar are thrown as SqlError and caught in CompileBatch: a parser this deep
// reads better that way, and none leaves these files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vendors/best_practice/sandbox/tsql_compiler.h"
#include "vendors/best_practice/sandbox/tsql_lexer.h"

namespace pons::best_practice::sandbox {

struct Expr {
  std::string sql;
  SqlType type;
  std::string name;     // column it is, for naming the result
  bool column = false;  // a plain column: carries its own collation
};

struct Source {
  std::string alias;
  std::vector<Column> columns;
};

struct Scope {
  std::vector<Source> sources;
  std::vector<std::string> aliases;  // of the select list, for ORDER BY
  const Scope* outer = nullptr;
};

struct Query {
  std::string sql;
  std::vector<Column> columns;
  std::vector<std::string> assigns;
};

class Grammar {
 public:
  Grammar(std::vector<Token> tokens, const Catalog& catalog, VariableTypes variables)
      : tokens_(std::move(tokens)), catalog_(catalog), variable_types_(std::move(variables)) {}

  void CompileAll(Batch& batch);
  void CompileDeclarations(std::vector<Declaration>& out);

 private:
  // Tokens.
  const Token& Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  Token Next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool TakeWord(std::string_view word);
  bool TakeSymbol(std::string_view symbol);
  void ExpectWord(std::string_view word);
  void ExpectSymbol(std::string_view symbol);
  [[noreturn]] void FailHere() const;
  std::string Identifier();  // a word that is not reserved, or a bracketed name
  bool AtIdentifier() const;
  struct Path {
    std::string database, schema, name;
  };
  Path ObjectPath();
  SqlType ParseType();

  // Statements.
  void One(Batch& batch);
  void If(Batch& batch);
  void Block(Batch& batch);
  Statement Select();
  Statement Insert();
  Statement Update();
  Statement Delete();
  Statement Execute();
  Argument ExecuteArgument();
  void Declare(Batch& batch);
  Statement Assign();
  Statement Transaction(StatementKind kind);
  void SkipStatement();
  bool AtStatement() const;
  Statement Begin(StatementKind kind);
  Statement Finish(Statement statement, std::string sql);
  const CatalogEntry& TargetTable(Statement& statement);

  // Queries.
  Query ParseQuery(const Scope* outer);
  Query ParseQueryTerm(const Scope* outer, bool alone, Scope& scope, std::string& limit);
  void ParseCommonTables(std::string& prefix);
  std::string ParseFrom(Scope& scope);
  std::string ParseSource(Scope& scope);
  std::string ParseNamedSource(Scope& scope);
  std::string Join();
  void SkipHints();
  void ParseItems(Scope& scope, Query& query);
  void ParseItem(Scope& scope, Query& query, std::string& sql);
  bool ParseStar(Scope& scope, Query& query, std::string& sql);
  std::string ParseOrderBy(const Scope& scope, bool allow_alias);
  std::string ParseOffset(const Scope& scope);
  std::string ParseTop(const Scope& scope);
  bool EndsSelectList(const Token& token) const;
  void AddSource(Scope& scope, Source source);

  // Values.
  Expr ParseExpr(const Scope* scope);
  Expr ParseAnd(const Scope* scope);
  Expr ParseNot(const Scope* scope);
  Expr ParsePredicate(const Scope* scope);
  Expr ParseIn(Expr left, bool negated, const Scope* scope);
  Expr ParseSum(const Scope* scope);
  Expr ParseProduct(const Scope* scope);
  Expr ParseUnary(const Scope* scope);
  Expr ParsePrimary(const Scope* scope);
  Expr ParseWordValue(const Scope* scope);
  Expr ParseCase(const Scope* scope);
  Expr ParseCast(const Scope* scope);
  Expr ParseConvert(const Scope* scope);
  Expr ParseFunction(const std::string& name, const Scope* scope);
  Expr ParseColumn(const Scope* scope);
  Expr VariableValue(std::string_view name);
  Expr Bind(const std::vector<std::string>& parts, const Scope* scope) const;
  std::string ParseOver(const Scope* scope);
  static std::string Compare(Expr left, std::string_view op, Expr right);
  static Expr Convert(const Expr& value, SqlType type, int style, bool lenient);
  static std::string AsDate(const Expr& value, SqlType beside);

  std::vector<Token> tokens_;
  const Catalog& catalog_;
  VariableTypes variable_types_;
  std::size_t at_ = 0;
  int depth_ = 0;

  // Of the statement under way.
  std::vector<std::string> variables_;
  std::vector<std::string> reads_;
  std::vector<Source> common_tables_;

  // Nesting is bounded so that no text can exhaust the stack.
  class Depth {
   public:
    explicit Depth(int& depth) : depth_(depth) {
      if (++depth_ > 100)
        throw SqlError{191, 15, "Some part of your SQL statement is nested too deeply."};
    }
    ~Depth() { --depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    int& depth_;
  };
};

// `name` as a quoted SQLite identifier; `text` as a quoted SQLite string.
std::string QuoteName(std::string_view name);
std::string QuoteText(std::string_view text);
bool IsReserved(std::string_view word);

}  // namespace pons::best_practice::sandbox
