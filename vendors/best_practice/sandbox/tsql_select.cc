// SPDX-License-Identifier: Apache-2.0
// Queries. The select list stands before FROM but means what FROM says, so FROM is compiled first
// and the list after it, by going back. TOP becomes LIMIT at the end.
#include <algorithm>

#include "base/text.h"
#include "vendors/best_practice/sandbox/tsql_grammar.h"

namespace pons::best_practice::sandbox {
namespace {

bool IsSetOperator(const Token& token) {
  return token.IsWord("UNION") || token.IsWord("EXCEPT") || token.IsWord("INTERSECT");
}

bool IsHint(const Token& token) {
  static constexpr std::string_view kHints[] = {
      "NOLOCK",   "READUNCOMMITTED", "READCOMMITTED", "READPAST", "ROWLOCK", "UPDLOCK",
      "HOLDLOCK", "TABLOCK",         "FORCESEEK",     "SNAPSHOT", "NOWAIT"};
  return std::any_of(std::begin(kHints), std::end(kHints),
                     [&](std::string_view hint) { return token.IsWord(hint); });
}

}  // namespace

Query Grammar::ParseQuery(const Scope* outer) {
  const Depth depth(depth_);
  const std::size_t tables_before = common_tables_.size();
  std::string prefix;
  if (TakeWord("WITH")) ParseCommonTables(prefix);
  Scope scope;
  std::string limit;
  Query query = ParseQueryTerm(outer, true, scope, limit);
  if (IsSetOperator(Peek())) {
    if (!limit.empty()) query.sql = "SELECT * FROM (" + query.sql + limit + ")";
    limit.clear();
    while (IsSetOperator(Peek())) {
      query.sql += " " + AsciiUpper(Next().text);
      if (TakeWord("ALL")) query.sql += " ALL";
      Scope other;
      std::string other_limit;
      const Query term = ParseQueryTerm(outer, false, other, other_limit);
      if (term.columns.size() != query.columns.size()) {
        throw SqlError{205, 16,
                       "All queries combined using a UNION, INTERSECT or EXCEPT operator "
                       "must have an equal number of expressions in their target lists."};
      }
      query.sql +=
          " " + (other_limit.empty() ? term.sql : "SELECT * FROM (" + term.sql + other_limit + ")");
    }
    scope.sources.clear();
  }
  const bool ordered = Peek().IsWord("ORDER");
  if (ordered) query.sql += " " + ParseOrderBy(scope, true);
  if (ordered && Peek().IsWord("OFFSET")) limit = ParseOffset(scope);
  query.sql = prefix + query.sql + limit;
  if (TakeWord("OPTION")) {
    ExpectSymbol("(");
    while (!TakeSymbol(")")) {
      if (Next().kind == TokenKind::kEnd) FailHere();
    }
  }
  common_tables_.resize(tables_before);
  return query;
}

void Grammar::ParseCommonTables(std::string& prefix) {
  prefix = "WITH ";
  bool first = true;
  do {
    const std::string name = Identifier();
    std::vector<std::string> names;
    if (TakeSymbol("(")) {
      do names.push_back(Identifier());
      while (TakeSymbol(","));
      ExpectSymbol(")");
    }
    ExpectWord("AS");
    ExpectSymbol("(");
    Query query = ParseQuery(nullptr);
    ExpectSymbol(")");
    if (!names.empty() && names.size() != query.columns.size()) {
      throw SqlError{8158, 16,
                     "'" + name + "' has more columns than were specified in the column list."};
    }
    std::string list;
    for (std::size_t i = 0; i < query.columns.size(); ++i) {
      if (!names.empty()) query.columns[i].name = names[i];
      list += (i > 0 ? ", " : "") + QuoteName(query.columns[i].name);
    }
    prefix += (first ? "" : ", ") + QuoteName(name) + " (" + list + ") AS (" + query.sql + ")";
    first = false;
    common_tables_.push_back({name, std::move(query.columns)});
  } while (TakeSymbol(","));
  prefix += " ";
}

bool Grammar::EndsSelectList(const Token& token) const {
  static constexpr std::string_view kWords[] = {
      "FROM",   "WHERE", "GROUP", "HAVING",  "ORDER",    "UNION",  "EXCEPT", "INTERSECT",
      "SELECT", "INTO",  "EXEC",  "EXECUTE", "DECLARE",  "SET",    "INSERT", "UPDATE",
      "DELETE", "IF",    "BEGIN", "COMMIT",  "ROLLBACK", "OPTION", "ELSE"};
  if (token.kind == TokenKind::kEnd || token.IsSymbol(";")) return true;
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return token.IsWord(word); });
}

Query Grammar::ParseQueryTerm(const Scope* outer, bool alone, Scope& scope, std::string& limit) {
  const Depth depth(depth_);
  scope.outer = outer;
  if (TakeSymbol("(")) {
    Query query = ParseQuery(outer);
    ExpectSymbol(")");
    query.sql = "SELECT * FROM (" + query.sql + ")";
    for (const Column& column : query.columns) scope.aliases.push_back(column.name);
    return query;
  }
  ExpectWord("SELECT");
  Query query;
  std::string distinct;
  if (TakeWord("DISTINCT"))
    distinct = "DISTINCT ";
  else if (TakeWord("ALL"))
    distinct = "";
  if (Peek().IsWord("TOP")) limit = ParseTop(scope);
  (void)alone;

  const std::size_t list = at_;
  int nested = 0;
  int cases = 0;
  while (nested > 0 || cases > 0 || !EndsSelectList(Peek())) {
    if (Peek().kind == TokenKind::kEnd) break;
    if (Peek().IsSymbol("(")) ++nested;
    if (Peek().IsSymbol(")") && --nested < 0) break;
    // ELSE inside CASE is not the end of the list.
    if (Peek().IsWord("CASE")) ++cases;
    if (Peek().IsWord("END") && --cases < 0) break;
    Next();
  }
  std::string from;
  std::size_t after = 0;
  if (Peek().IsWord("INTO")) FailHere();
  if (TakeWord("FROM")) {
    from = " FROM " + ParseFrom(scope);
    after = at_;
  }
  at_ = list;
  ParseItems(scope, query);
  query.sql = "SELECT " + distinct + query.sql;
  if (after != 0) {
    ExpectWord("FROM");
    at_ = after;
  }
  query.sql += from;
  if (TakeWord("WHERE")) query.sql += " WHERE " + ParseExpr(&scope).sql;
  if (TakeWord("GROUP")) {
    ExpectWord("BY");
    query.sql += " GROUP BY ";
    bool first = true;
    do {
      query.sql += (first ? "" : ", ") + ParseExpr(&scope).sql;
      first = false;
    } while (TakeSymbol(","));
  }
  if (TakeWord("HAVING")) query.sql += " HAVING " + ParseExpr(&scope).sql;
  for (const Column& column : query.columns) scope.aliases.push_back(column.name);
  return query;
}

std::string Grammar::ParseTop(const Scope& scope) {
  ExpectWord("TOP");
  std::string count;
  if (TakeSymbol("(")) {
    count = ParseExpr(&scope).sql;
    ExpectSymbol(")");
  } else {
    if (Peek().kind != TokenKind::kNumber && Peek().kind != TokenKind::kVariable) FailHere();
    count = ParsePrimary(&scope).sql;
  }
  if (Peek().IsWord("PERCENT") || (Peek().IsWord("WITH") && Peek(1).IsWord("TIES"))) FailHere();
  return " LIMIT CAST(" + count + " AS INTEGER)";
}

std::string Grammar::ParseOffset(const Scope& scope) {
  ExpectWord("OFFSET");
  const std::string skip = ParseSum(&scope).sql;
  if (!TakeWord("ROWS")) ExpectWord("ROW");
  std::string count = "-1";
  if (TakeWord("FETCH")) {
    if (!TakeWord("NEXT")) ExpectWord("FIRST");
    count = "CAST(" + ParseSum(&scope).sql + " AS INTEGER)";
    if (!TakeWord("ROWS")) ExpectWord("ROW");
    ExpectWord("ONLY");
  }
  return " LIMIT " + count + " OFFSET CAST(" + skip + " AS INTEGER)";
}

std::string Grammar::ParseOrderBy(const Scope& scope, bool allow_alias) {
  ExpectWord("ORDER");
  ExpectWord("BY");
  std::string sql = "ORDER BY ";
  bool first = true;
  do {
    sql += first ? "" : ", ";
    first = false;
    const Token next = Peek(1);
    const bool single = !next.IsSymbol(".") && !next.IsSymbol("(") && !next.IsSymbol("+");
    std::string key;
    if (allow_alias && single && AtIdentifier()) {
      for (const std::string& alias : scope.aliases) {
        if (EqualsIgnoringAsciiCase(alias, Peek().text)) key = QuoteName(alias);
      }
    }
    if (!key.empty()) {
      Next();
      sql += key;
    } else {
      sql += ParseExpr(&scope).sql;
    }
    if (TakeWord("DESC"))
      sql += " DESC";
    else if (TakeWord("ASC"))
      sql += " ASC";
  } while (TakeSymbol(","));
  return sql;
}

void Grammar::SkipHints() {
  const bool with = Peek().IsWord("WITH") && Peek(1).IsSymbol("(");
  if (!with && !(Peek().IsSymbol("(") && IsHint(Peek(1)))) return;
  if (with) Next();
  ExpectSymbol("(");
  while (true) {
    if (!IsHint(Peek()) && !Peek().IsWord("INDEX")) {
      throw SqlError{321, 15, "\"" + Peek().text + "\" is not a recognized table hints option."};
    }
    Next();
    if (TakeSymbol("(")) {
      while (!TakeSymbol(")")) {
        if (Next().kind == TokenKind::kEnd) FailHere();
      }
    }
    TakeSymbol(",");
    if (TakeSymbol(")")) return;
  }
}

void Grammar::AddSource(Scope& scope, Source source) {
  for (const Source& other : scope.sources) {
    if (EqualsIgnoringAsciiCase(other.alias, source.alias)) {
      throw SqlError{1011, 16,
                     "The correlation name '" + source.alias +
                         "' is specified multiple times in a FROM clause."};
    }
  }
  scope.sources.push_back(std::move(source));
}

std::string Grammar::ParseNamedSource(Scope& scope) {
  const std::size_t start = at_;
  const Path path = ObjectPath();
  std::string typed;
  for (std::size_t i = start; i < at_; ++i) typed += tokens_[i].text;
  Source source;
  std::string sqlite_name;
  if (path.schema.empty()) {
    for (auto table = common_tables_.rbegin(); table != common_tables_.rend(); ++table) {
      if (EqualsIgnoringAsciiCase(table->alias, path.name)) {
        source = *table;
        sqlite_name = table->alias;
        break;
      }
    }
  }
  if (sqlite_name.empty()) {
    const CatalogEntry* entry = catalog_.Find(path.schema, path.name);
    if (entry == nullptr) throw InvalidObject(typed);
    source.columns = entry->columns;
    sqlite_name = entry->sqlite_name;
    source.alias = path.name;
    reads_.push_back(entry->name);
  }
  SkipHints();
  if (TakeWord("AS"))
    source.alias = Identifier();
  else if (AtIdentifier() && !Peek(1).IsSymbol("="))
    source.alias = Identifier();
  SkipHints();
  const std::string sql = QuoteName(sqlite_name) + " AS " + QuoteName(source.alias);
  AddSource(scope, std::move(source));
  return sql;
}

std::string Grammar::ParseSource(Scope& scope) {
  if (!TakeSymbol("(")) return ParseNamedSource(scope);
  if (!Peek().IsWord("SELECT") && !Peek().IsWord("WITH")) {
    const Depth depth(depth_);
    const std::string inner = ParseFrom(scope);
    ExpectSymbol(")");
    return "(" + inner + ")";
  }
  Query query = ParseQuery(scope.outer);
  ExpectSymbol(")");
  TakeWord("AS");
  if (!AtIdentifier()) FailHere();
  Source source{Identifier(), std::move(query.columns)};
  const std::string sql = "(" + query.sql + ") AS " + QuoteName(source.alias);
  AddSource(scope, std::move(source));
  return sql;
}

std::string Grammar::Join() {
  std::string kind;
  const std::size_t start = at_;
  if (TakeWord("CROSS"))
    kind = " CROSS";
  else if (TakeWord("INNER"))
    kind = " INNER";
  else if (TakeWord("LEFT"))
    kind = " LEFT";
  else if (TakeWord("RIGHT"))
    kind = " RIGHT";
  else if (TakeWord("FULL"))
    kind = " FULL";
  if (Peek().IsWord("APPLY") || (Peek().IsWord("OUTER") && Peek(1).IsWord("APPLY"))) {
    throw SqlError{40517, 16, "The sandbox does not run APPLY: use a join or a subquery."};
  }
  if (!kind.empty() && kind != " CROSS" && kind != " INNER") TakeWord("OUTER");
  if (!kind.empty() && (TakeWord("LOOP") || TakeWord("HASH") || TakeWord("MERGE"))) kind += "";
  if (!TakeWord("JOIN")) {
    if (at_ != start) FailHere();
    return {};
  }
  return kind + " JOIN ";
}

std::string Grammar::ParseFrom(Scope& scope) {
  std::string sql = ParseSource(scope);
  while (true) {
    if (TakeSymbol(",")) {
      sql += ", " + ParseSource(scope);
      continue;
    }
    const std::string join = Join();
    if (join.empty()) return sql;
    sql += join + ParseSource(scope);
    if (join != " CROSS JOIN ") {
      ExpectWord("ON");
      sql += " ON " + ParseExpr(&scope).sql;
    }
  }
}

bool Grammar::ParseStar(Scope& scope, Query& query, std::string& sql) {
  if (TakeSymbol("*")) {
    if (scope.sources.empty()) throw SqlError{263, 16, "Must specify table to select from."};
    for (const Source& source : scope.sources) {
      query.columns.insert(query.columns.end(), source.columns.begin(), source.columns.end());
    }
    sql += "*";
    return true;
  }
  if (!AtIdentifier() || !Peek(1).IsSymbol(".") || !Peek(2).IsSymbol("*")) return false;
  const std::string alias = Identifier();
  Next();
  Next();
  for (const Source& source : scope.sources) {
    if (!EqualsIgnoringAsciiCase(source.alias, alias)) continue;
    query.columns.insert(query.columns.end(), source.columns.begin(), source.columns.end());
    sql += QuoteName(source.alias) + ".*";
    return true;
  }
  throw SqlError{107, 15,
                 "The column prefix '" + alias +
                     "' does not match with a table name or alias name used in the query."};
}

void Grammar::ParseItem(Scope& scope, Query& query, std::string& sql) {
  if (ParseStar(scope, query, sql)) return;
  std::string name, variable;
  if (Peek().kind == TokenKind::kVariable && Peek(1).IsSymbol("=")) {
    variable = AsciiUpper(Next().text);
    if (!variable_types_.contains(variable)) {
      throw SqlError{137, 15, "Must declare the scalar variable \"" + variable + "\"."};
    }
    Next();
  } else if (AtIdentifier() && Peek(1).IsSymbol("=")) {
    name = Identifier();
    Next();
  }
  const Expr value = ParseExpr(&scope);
  if (name.empty()) {
    if (TakeWord("AS")) {
      name = Peek().kind == TokenKind::kString ? Next().text : Identifier();
    } else if (AtIdentifier()) {
      name = Identifier();
    } else if (Peek().kind == TokenKind::kString) {
      name = Next().text;
    } else {
      name = value.name;
    }
  }
  if (!variable.empty()) {
    query.assigns.resize(query.columns.size());
    query.assigns.push_back(variable);
  }
  query.columns.push_back({name, value.type});
  sql += value.sql + (name.empty() ? "" : " AS " + QuoteName(name));
}

void Grammar::ParseItems(Scope& scope, Query& query) {
  bool first = true;
  do {
    if (!first) query.sql += ", ";
    first = false;
    ParseItem(scope, query, query.sql);
  } while (TakeSymbol(","));
}

}  // namespace pons::best_practice::sandbox
