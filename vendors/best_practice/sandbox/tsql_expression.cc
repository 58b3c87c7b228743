// SPDX-License-Identifier: Apache-2.0
// Values: operators, columns, functions. What differs from SQLite is decided by type: + joins text,
// text beside a date becomes a date, text compares without case and trailing blanks.
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "vendors/best_practice/sandbox/tsql_builtins.h"
#include "vendors/best_practice/sandbox/tsql_grammar.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr SqlType kPredicate{};

bool IsComparison(const Token& token) {
  static constexpr std::string_view kOperators[] = {"=",  "<>", "!=", "<", ">",
                                                    "<=", ">=", "!<", "!>"};
  return token.kind == TokenKind::kSymbol && std::find(std::begin(kOperators), std::end(kOperators),
                                                       token.text) != std::end(kOperators);
}

SqlType SystemVariableType(std::string_view name) {
  static constexpr std::string_view kTexts[] = {"@@VERSION", "@@SERVERNAME", "@@LANGUAGE",
                                                "@@SERVICENAME"};
  static constexpr std::string_view kNumbers[] = {
      "@@ROWCOUNT",  "@@ERROR",         "@@TRANCOUNT",    "@@IDENTITY",
      "@@SPID",      "@@MAX_PRECISION", "@@TEXTSIZE",     "@@MICROSOFTVERSION",
      "@@DATEFIRST", "@@OPTIONS",       "@@LOCK_TIMEOUT", "@@NESTLEVEL"};
  for (std::string_view text : kTexts) {
    if (EqualsIgnoringAsciiCase(name, text)) return VarcharOf(300);
  }
  for (std::string_view number : kNumbers) {
    if (EqualsIgnoringAsciiCase(name, number)) return kIntType;
  }
  throw SqlError{137, 15, "Must declare the scalar variable \"" + std::string(name) + "\"."};
}

SqlType Wider(SqlType a, SqlType b) {
  if (a.kind == TypeKind::kUnknown) return b;
  if (a.IsNumber() && b.IsNumber()) return a.kind >= b.kind ? a : b;
  if (a.IsText() && b.IsText()) return a.size >= b.size ? a : b;
  return a;
}

}  // namespace

std::string QuoteName(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string QuoteText(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\0') continue;  // ends a statement's text in SQLite
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

Expr Grammar::ParseExpr(const Scope* scope) {
  const Depth depth(depth_);
  Expr left = ParseAnd(scope);
  while (TakeWord("OR")) {
    left = {left.sql + " OR " + ParseAnd(scope).sql, kPredicate, "", false};
  }
  return left;
}

Expr Grammar::ParseAnd(const Scope* scope) {
  Expr left = ParseNot(scope);
  while (TakeWord("AND")) {
    left = {left.sql + " AND " + ParseNot(scope).sql, kPredicate, "", false};
  }
  return left;
}

Expr Grammar::ParseNot(const Scope* scope) {
  const Depth depth(depth_);
  if (TakeWord("NOT")) return {"NOT " + ParseNot(scope).sql, kPredicate, "", false};
  return ParsePredicate(scope);
}

// Where one side is a date and this one is not of the same form, this side brought to that form.
std::string Grammar::AsDate(const Expr& value, SqlType beside) {
  if (!beside.IsDate() || value.type == beside) return value.sql;
  if (value.type.kind == TypeKind::kUnknown && !value.sql.starts_with("?")) return value.sql;
  if (value.type.kind == TypeKind::kDateTime2 || value.type.kind == TypeKind::kDateTime ||
      value.type.kind == TypeKind::kDate || value.type.IsText() || value.type.IsNumber() ||
      value.type.kind == TypeKind::kDateTimeOffset || value.sql.starts_with("?")) {
    return "tsql_datetime(" + value.sql + ")";
  }
  return value.sql;
}

std::string Grammar::Compare(Expr left, std::string_view op, Expr right) {
  if (op == "!<") op = ">=";
  if (op == "!>") op = "<=";
  if (left.type.IsDate() || right.type.IsDate()) {
    // Everything meets as DATETIME; a side that is one already keeps its index.
    const std::string a =
        left.type.kind == TypeKind::kDateTime ? left.sql : AsDate(left, kDateTimeType);
    const std::string b =
        right.type.kind == TypeKind::kDateTime ? right.sql : AsDate(right, kDateTimeType);
    return a + " " + std::string(op) + " " + b;
  }
  const bool text = left.type.IsText() || right.type.IsText();
  if (text && !left.column && !right.column) left.sql += " COLLATE TSQL_CI";
  return left.sql + " " + std::string(op) + " " + right.sql;
}

Expr Grammar::ParseIn(Expr left, bool negated, const Scope* scope) {
  ExpectSymbol("(");
  std::string sql = negated ? " NOT IN (" : " IN (";
  if (Peek().IsWord("SELECT")) {
    const Query query = ParseQuery(scope);
    if (query.columns.size() != 1) {
      throw SqlError{116, 16,
                     "Only one expression can be specified in the select list when the "
                     "subquery is not introduced with EXISTS."};
    }
    sql += query.sql;
  } else {
    bool first = true;
    do {
      const Expr item = ParseExpr(scope);
      sql += (first ? "" : ", ") + AsDate(item, left.type);
      first = false;
    } while (TakeSymbol(","));
  }
  ExpectSymbol(")");
  if (left.type.IsText() && !left.column) left.sql += " COLLATE TSQL_CI";
  return {left.sql + sql + ")", kPredicate, "", false};
}

Expr Grammar::ParsePredicate(const Scope* scope) {
  if (TakeWord("EXISTS")) {
    ExpectSymbol("(");
    const Query query = ParseQuery(scope);
    ExpectSymbol(")");
    return {"EXISTS (" + query.sql + ")", kPredicate, "", false};
  }
  Expr left = ParseSum(scope);
  while (true) {
    if (IsComparison(Peek())) {
      const std::string op = Next().text;
      left = {Compare(left, op, ParseSum(scope)), kPredicate, "", false};
      continue;
    }
    if (TakeWord("IS")) {
      const bool negated = TakeWord("NOT");
      ExpectWord("NULL");
      left = {left.sql + (negated ? " IS NOT NULL" : " IS NULL"), kPredicate, "", false};
      continue;
    }
    const bool negated = Peek().IsWord("NOT") && (Peek(1).IsWord("IN") || Peek(1).IsWord("LIKE") ||
                                                  Peek(1).IsWord("BETWEEN"));
    if (negated) Next();
    if (TakeWord("IN")) {
      left = ParseIn(std::move(left), negated, scope);
    } else if (TakeWord("BETWEEN")) {
      const Expr low = ParseSum(scope);
      ExpectWord("AND");
      const Expr high = ParseSum(scope);
      const std::string both =
          "(" + Compare(left, ">=", low) + " AND " + Compare(left, "<=", high) + ")";
      left = {(negated ? "NOT " : "") + both, kPredicate, "", false};
    } else if (TakeWord("LIKE")) {
      const Expr pattern = ParseSum(scope);
      const std::string escape = TakeWord("ESCAPE") ? ", " + ParseSum(scope).sql : "";
      left = {std::string(negated ? "NOT " : "") + "tsql_like(" + left.sql + ", " + pattern.sql +
                  escape + ")",
              kPredicate, "", false};
    } else {
      return left;
    }
  }
}

Expr Grammar::ParseSum(const Scope* scope) {
  Expr left = ParseProduct(scope);
  while (Peek().IsSymbol("+") || Peek().IsSymbol("-") || Peek().IsSymbol("&") ||
         Peek().IsSymbol("|")) {
    const std::string op = Next().text;
    const Expr right = ParseProduct(scope);
    const bool text = (left.type.IsText() || right.type.IsText()) && !left.type.IsNumber() &&
                      !right.type.IsNumber();
    if (op == "+" && text) {
      left = {"(" + left.sql + " || " + right.sql + ")",
              {TypeKind::kVarchar, std::min(4000, std::max(1, left.type.size + right.type.size))},
              "",
              false};
    } else if (left.type.IsDate() && right.type.IsNumber()) {
      // DATETIME plus a number is days.
      left = {"tsql_dateadd('day', " + std::string(op == "-" ? "-" : "") + right.sql + ", " +
                  left.sql + ")",
              left.type, "", false};
    } else {
      left = {"(" + left.sql + " " + op + " " + right.sql + ")", Wider(left.type, right.type), "",
              false};
    }
  }
  return left;
}

Expr Grammar::ParseProduct(const Scope* scope) {
  Expr left = ParseUnary(scope);
  while (Peek().IsSymbol("*") || Peek().IsSymbol("/") || Peek().IsSymbol("%")) {
    const std::string op = Next().text;
    const Expr right = ParseUnary(scope);
    left = {"(" + left.sql + " " + op + " " + right.sql + ")", Wider(left.type, right.type), "",
            false};
  }
  return left;
}

Expr Grammar::ParseUnary(const Scope* scope) {
  const Depth depth(depth_);
  for (std::string_view op : {"-", "+", "~"}) {
    if (TakeSymbol(op)) {
      const Expr value = ParseUnary(scope);
      // Two minus signs together would begin a comment in SQLite.
      return {"(" + std::string(op) + " " + value.sql + ")", value.type, "", false};
    }
  }
  Expr value = ParsePrimary(scope);
  while (TakeWord("COLLATE")) {
    Identifier();
    value.column = false;
  }
  if (Peek().IsWord("AT") && Peek(1).IsWord("TIME")) FailHere();
  return value;
}

Expr Grammar::VariableValue(std::string_view name) {
  std::string key = AsciiUpper(name);
  const auto found = variable_types_.find(key);
  if (found == variable_types_.end()) {
    throw SqlError{137, 15, "Must declare the scalar variable \"" + std::string(name) + "\"."};
  }
  auto place = std::find(variables_.begin(), variables_.end(), key);
  const auto index = place - variables_.begin() + 1;
  if (place == variables_.end()) variables_.push_back(std::move(key));
  return {"?" + std::to_string(index), found->second, "", false};
}

Expr Grammar::ParsePrimary(const Scope* scope) {
  const Token& token = Peek();
  switch (token.kind) {
    case TokenKind::kString: {
      const std::string text = Next().text;
      return {QuoteText(text), VarcharOf(std::max(1, static_cast<int>(text.size()))), "", false};
    }
    case TokenKind::kNumber: {
      const std::string text = Next().text;
      std::int64_t whole = 0;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), whole);
      if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        return {text, {TypeKind::kFloat, 0}, "", false};
      }
      return {text, whole > 2147483647 ? SqlType{TypeKind::kBigInt, 0} : kIntType, "", false};
    }
    case TokenKind::kBinary: {
      std::string digits = Next().text;
      if (digits.size() % 2 != 0) digits.insert(0, "0");
      return {"x'" + digits + "'", {TypeKind::kBinary, 0}, "", false};
    }
    case TokenKind::kVariable: {
      const std::string name = Next().text;
      return VariableValue(name);
    }
    case TokenKind::kSystemVariable: {
      const std::string name = AsciiUpper(Next().text);
      return {"tsql_system(" + QuoteText(name) + ")", SystemVariableType(name), "", false};
    }
    case TokenKind::kSymbol: {
      if (!TakeSymbol("(")) FailHere();
      Expr value;
      if (Peek().IsWord("SELECT")) {
        Query query = ParseQuery(scope);
        if (query.columns.size() != 1) {
          throw SqlError{116, 16,
                         "Only one expression can be specified in the select list when the "
                         "subquery is not introduced with EXISTS."};
        }
        value = {query.sql, query.columns[0].type, "", false};
      } else {
        value = ParseExpr(scope);
      }
      ExpectSymbol(")");
      value.sql = "(" + value.sql + ")";
      value.column = false;
      return value;
    }
    case TokenKind::kWord:
    case TokenKind::kName:
      return ParseWordValue(scope);
    case TokenKind::kEnd:
      break;
  }
  FailHere();
}

Expr Grammar::ParseWordValue(const Scope* scope) {
  const Token token = Peek();
  if (TakeWord("NULL")) return {"NULL", {}, "", false};
  if (TakeWord("CASE")) return ParseCase(scope);
  if (TakeWord("CURRENT_TIMESTAMP")) return {"tsql_getdate()", kDateTimeType, "", false};
  if (TakeWord("SYSTEM_USER") || TakeWord("CURRENT_USER") || TakeWord("SESSION_USER")) {
    return {"tsql_user()", VarcharOf(128), "", false};
  }
  if (token.kind == TokenKind::kWord && Peek(1).IsSymbol("(")) {
    if (TakeWord("CAST") || TakeWord("TRY_CAST")) return ParseCast(scope);
    if (TakeWord("CONVERT") || TakeWord("TRY_CONVERT")) return ParseConvert(scope);
    Next();
    return ParseFunction(token.text, scope);
  }
  return ParseColumn(scope);
}

Expr Grammar::ParseCase(const Scope* scope) {
  std::string sql = "CASE";
  Expr subject;
  const bool simple = !Peek().IsWord("WHEN");
  if (simple) subject = ParseExpr(scope);
  SqlType type;
  bool any = false;
  while (TakeWord("WHEN")) {
    const Expr condition = ParseExpr(scope);
    ExpectWord("THEN");
    const Expr value = ParseExpr(scope);
    type = any ? Wider(type, value.type) : value.type;
    any = true;
    sql += " WHEN " + (simple ? Compare(subject, "=", condition) : condition.sql) + " THEN " +
           value.sql;
  }
  if (!any) FailHere();
  if (TakeWord("ELSE")) {
    const Expr value = ParseExpr(scope);
    type = Wider(type, value.type);
    sql += " ELSE " + value.sql;
  }
  ExpectWord("END");
  return {"(" + sql + " END)", type, "", false};
}

Expr Grammar::Convert(const Expr& value, SqlType type, int style, bool lenient) {
  const std::string quiet = lenient ? ", 1" : ", 0";
  switch (type.kind) {
    case TypeKind::kBit:
      return {"(CAST(" + value.sql + " AS INTEGER) <> 0)", type, "", false};
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return {"tsql_to_int(" + value.sql + quiet + ")", type, "", false};
    case TypeKind::kFloat:
      return {"CAST(" + value.sql + " AS REAL)", type, "", false};
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kText:
      return {"tsql_to_text(" + value.sql + ", " + std::to_string(type.size) + ", " +
                  std::to_string(style) + ")",
              type, "", false};
    case TypeKind::kDate:
      return {"tsql_to_date(" + value.sql + quiet + ")", type, "", false};
    case TypeKind::kDateTime:
    case TypeKind::kDateTime2:
    case TypeKind::kDateTimeOffset:
      return {"tsql_datetime(" + value.sql + quiet + ")", {TypeKind::kDateTime, 0}, "", false};
    case TypeKind::kBinary:
      return {"CAST(" + value.sql + " AS BLOB)", type, "", false};
    case TypeKind::kUnknown:
      break;
  }
  return value;
}

Expr Grammar::ParseCast(const Scope* scope) {
  const bool lenient = tokens_[at_ - 1].IsWord("TRY_CAST");
  ExpectSymbol("(");
  const Expr value = ParseExpr(scope);
  ExpectWord("AS");
  const SqlType type = ParseType();
  ExpectSymbol(")");
  return Convert(value, type, 0, lenient);
}

Expr Grammar::ParseConvert(const Scope* scope) {
  const bool lenient = tokens_[at_ - 1].IsWord("TRY_CONVERT");
  ExpectSymbol("(");
  const SqlType type = ParseType();
  ExpectSymbol(",");
  const Expr value = ParseExpr(scope);
  int style = 0;
  if (TakeSymbol(",")) {
    const std::string text = Next().text;
    std::from_chars(text.data(), text.data() + text.size(), style);
  }
  ExpectSymbol(")");
  return Convert(value, type, style, lenient);
}

std::string Grammar::ParseOver(const Scope* scope) {
  ExpectSymbol("(");
  std::string sql = " OVER (";
  if (TakeWord("PARTITION")) {
    ExpectWord("BY");
    sql += "PARTITION BY ";
    bool first = true;
    do {
      sql += (first ? "" : ", ") + ParseExpr(scope).sql;
      first = false;
    } while (TakeSymbol(","));
  }
  if (Peek().IsWord("ORDER")) sql += ParseOrderBy(scope == nullptr ? Scope{} : *scope, false);
  ExpectSymbol(")");
  return sql + ")";
}

Expr Grammar::ParseFunction(const std::string& name, const Scope* scope) {
  const Builtin* builtin = FindBuiltin(name);
  if (builtin == nullptr) {
    throw SqlError{195, 15, "'" + name + "' is not a recognized built-in function name."};
  }
  ExpectSymbol("(");
  std::vector<Expr> arguments;
  std::string inner;
  int count = 0;
  const bool star = builtin->aggregate && TakeSymbol("*");
  if (star) {
    inner = "*";
    count = 1;
  } else {
    if (builtin->aggregate && TakeWord("DISTINCT")) inner = "DISTINCT ";
    while (!Peek().IsSymbol(")")) {
      if (count > 0) ExpectSymbol(",");
      Expr argument;
      if (builtin->date_part && count == 0) {
        argument = {QuoteText(AsciiLower(Next().text)), VarcharOf(12), "", false};
      } else {
        argument = ParseExpr(scope);
      }
      inner += (count > 0 ? ", " : "") + argument.sql;
      arguments.push_back(std::move(argument));
      ++count;
    }
  }
  ExpectSymbol(")");
  if (count < builtin->min_arguments ||
      (builtin->max_arguments >= 0 && count > builtin->max_arguments)) {
    throw SqlError{174, 15,
                   "The " + AsciiLower(name) + " function requires " +
                       std::to_string(builtin->min_arguments) + " argument(s)."};
  }
  SqlType type = builtin->type;
  const std::size_t skip = builtin->rule == ResultRule::kSecond ? 1 : 0;
  if (builtin->rule == ResultRule::kFirst || builtin->rule == ResultRule::kSecond) {
    for (std::size_t i = skip; i < arguments.size(); ++i) type = Wider(type, arguments[i].type);
  } else if (builtin->rule == ResultRule::kDateArgument && arguments.back().type.IsDate()) {
    type = arguments.back().type;
  }
  std::string sql = std::string(builtin->sqlite) + "(" + inner + ")";
  if (builtin->aggregate && TakeWord("OVER")) sql += ParseOver(scope);
  return {sql, type, "", false};
}

Expr Grammar::ParseColumn(const Scope* scope) {
  std::vector<std::string> parts;
  do {
    if (!AtIdentifier()) FailHere();
    parts.push_back(Identifier());
  } while (TakeSymbol("."));
  if (parts.size() > 1 && Peek().IsSymbol("(")) return ParseFunction(parts.back(), scope);
  return Bind(parts, scope);
}

Expr Grammar::Bind(const std::vector<std::string>& parts, const Scope* scope) const {
  const std::string& column = parts.back();
  const std::string prefix = parts.size() > 1 ? parts[parts.size() - 2] : "";
  bool prefix_known = prefix.empty();
  for (const Scope* level = scope; level != nullptr; level = level->outer) {
    const Source* owner = nullptr;
    const Column* match = nullptr;
    for (const Source& source : level->sources) {
      if (!prefix.empty() && !EqualsIgnoringAsciiCase(source.alias, prefix)) continue;
      prefix_known = true;
      for (const Column& candidate : source.columns) {
        if (!EqualsIgnoringAsciiCase(candidate.name, column)) continue;
        if (match != nullptr && owner != &source) {
          throw SqlError{209, 16, "Ambiguous column name '" + column + "'."};
        }
        owner = &source;
        match = &candidate;
      }
    }
    if (match != nullptr) {
      return {QuoteName(owner->alias) + "." + QuoteName(match->name), match->type, match->name,
              true};
    }
  }
  if (!prefix_known) {
    throw SqlError{
        4104, 16,
        "The multi-part identifier \"" + prefix + "." + column + "\" could not be bound."};
  }
  throw InvalidColumn(column);
}

}  // namespace pons::best_practice::sandbox
