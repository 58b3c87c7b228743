// SPDX-License-Identifier: Apache-2.0
#include "store/search_sql.h"

#include "base/time.h"

namespace pons::store {
namespace {

class Builder {
 public:
  void Text(std::string_view sql) { sql_ += sql; }
  void Bind(SqlBinding value) { bindings_.push_back(std::move(value)); }
  void In(std::string_view column, const std::vector<SqlBinding>& values) {
    sql_ += column;
    sql_ += " IN (";
    for (std::size_t i = 0; i < values.size(); ++i) {
      sql_ += i == 0 ? "?" : ",?";
      Bind(values[i]);
    }
    sql_ += ')';
  }
  std::string& sql() { return sql_; }
  std::vector<SqlBinding>& bindings() { return bindings_; }

 private:
  std::string sql_;
  std::vector<SqlBinding> bindings_;
};

template <typename T>
std::vector<SqlBinding> Bindings(const std::vector<T>& values) {
  return {values.begin(), values.end()};
}

// `prefix` up to, and without, the next text that does not start with it.
void StartsWith(Builder& b, std::string_view column, const std::string& prefix) {
  std::string end = prefix;
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) {
    b.Text("1");
    return;
  }
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  b.Text(std::string("(") + std::string(column) + " >= ? AND " + std::string(column) + " < ?)");
  b.Bind(prefix);
  b.Bind(end);
}

// Any of several folded words: a name of two words is found by either.
void NameStartsWith(Builder& b, std::string_view column, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) b.Text(" OR ");
    StartsWith(b, column, texts[i]);
    b.Text(std::string(" OR instr(") + std::string(column) + ", ?) > 0");
    b.Bind(" " + texts[i]);
  }
}

std::string DayOf(std::int64_t millis) {
  return FormatDate(Date(std::chrono::floor<std::chrono::days>(FromMillis(millis))));
}

// FHIR's comparison of the interval [low, high) searched for with the target [start, end).
void Compare(Builder& b, const Moment& m, std::string_view start, std::string_view end,
             const SqlBinding& low, const SqlBinding& high) {
  const std::string s(start), e(end);
  switch (m.comparison) {
    case Comparison::kEq:
      b.Text("(" + s + " >= ? AND " + e + " <= ? AND " + s + " < ?)");
      b.Bind(low);
      b.Bind(high);
      b.Bind(high);
      return;
    case Comparison::kNe:
      b.Text("NOT (" + s + " >= ? AND " + e + " <= ? AND " + s + " < ?)");
      b.Bind(low);
      b.Bind(high);
      b.Bind(high);
      return;
    case Comparison::kGt:
      b.Text("(" + e + " >= ?)");
      b.Bind(high);
      return;
    case Comparison::kLt:
      b.Text("(" + s + " < ?)");
      b.Bind(low);
      return;
    case Comparison::kGe:
      b.Text("(" + e + " >= ?)");
      b.Bind(low);
      return;
    case Comparison::kLe:
      b.Text("(" + s + " < ?)");
      b.Bind(high);
      return;
    case Comparison::kSa:
      b.Text("(" + s + " >= ?)");
      b.Bind(high);
      return;
    case Comparison::kEb:
      b.Text("(" + e + " < ?)");
      b.Bind(low);
      return;
  }
}

void MomentClause(Builder& b, const SearchClause& clause) {
  for (std::size_t i = 0; i < clause.moments.size(); ++i) {
    const auto& m = clause.moments[i];
    if (i > 0) b.Text(" OR ");
    switch (clause.field) {
      case SearchField::kBirthDate:
        Compare(b, m, "r.birth_date", "r.birth_date", DayOf(m.low), DayOf(m.high));
        break;
      case SearchField::kUpdated:
        Compare(b, m, "r.updated", "r.updated", m.low, m.high);
        break;
      case SearchField::kPeriod:
        // A visit that goes on has no end yet: it reaches into the future.
        Compare(b, m, "r.start", "IFNULL(r.end_, 9223372036854775807)", m.low, m.high);
        break;
      default:
        Compare(b, m, "r.start", "r.start", m.low, m.high);
        break;
    }
  }
}

void TokenClause(Builder& b, const SearchClause& clause) {
  b.Text("EXISTS (SELECT 1 FROM identifier i WHERE i.ref = r.ref AND (");
  for (std::size_t i = 0; i < clause.tokens.size(); ++i) {
    const auto& token = clause.tokens[i];
    if (i > 0) b.Text(" OR ");
    b.Text("(1");
    if (!token.value.empty()) {
      b.Text(" AND i.value = ?");
      b.Bind(token.value);
    }
    if (token.system) {
      b.Text(" AND i.system = ?");
      b.Bind(*token.system);
    }
    b.Text(")");
  }
  b.Text("))");
}

void Clause(Builder& b, const SearchClause& clause) {
  b.Text(clause.negated ? " AND NOT (" : " AND (");
  switch (clause.field) {
    case SearchField::kId:
      b.In("r.ref", Bindings(clause.refs));
      break;
    case SearchField::kPatient:
      b.In("r.patient", Bindings(clause.refs));
      break;
    case SearchField::kPractitioner:
      b.In("r.practitioner", Bindings(clause.refs));
      break;
    case SearchField::kLocation:
      b.In("r.location", Bindings(clause.refs));
      break;
    case SearchField::kService:
      b.In("r.service", Bindings(clause.refs));
      break;
    case SearchField::kAppointment:
      b.In("r.appointment", Bindings(clause.refs));
      break;
    case SearchField::kStatus:
      b.In("IFNULL(r.status,'')", Bindings(clause.texts));
      break;
    case SearchField::kGender:
      b.In("IFNULL(r.gender,'')", Bindings(clause.texts));
      break;
    case SearchField::kActive:
      b.In("CASE r.active WHEN 1 THEN 'true' ELSE 'false' END", Bindings(clause.texts));
      break;
    case SearchField::kFamily:
      NameStartsWith(b, "r.family", clause.texts);
      break;
    case SearchField::kGiven:
      NameStartsWith(b, "r.given", clause.texts);
      break;
    case SearchField::kName:
      NameStartsWith(b, "r.family", clause.texts);
      b.Text(" OR ");
      NameStartsWith(b, "r.given", clause.texts);
      break;
    case SearchField::kFamilyExact:
      b.In("r.family", Bindings(clause.texts));
      break;
    case SearchField::kGivenExact:
      b.In("r.given", Bindings(clause.texts));
      break;
    case SearchField::kIdentifier:
      TokenClause(b, clause);
      break;
    case SearchField::kBirthDate:
    case SearchField::kStart:
    case SearchField::kPeriod:
    case SearchField::kUpdated:
      MomentClause(b, clause);
      break;
  }
  b.Text(")");
}

// Where one of these narrows the search, the planner starts there; otherwise by stream.
Builder Where(const SearchQuery& query) {
  Builder b;
  b.Text(" FROM record r WHERE r.stream = ?");
  b.Bind(static_cast<std::int64_t>(query.stream));
  b.Text(" AND r.deleted = 0");
  for (const auto& clause : query.clauses) {
    // A selective identifier is looked up first; EXISTS alone would walk every record.
    if (clause.field == SearchField::kIdentifier && !clause.negated && clause.tokens.size() == 1 &&
        !clause.tokens[0].value.empty()) {
      b.Text(" AND r.ref IN (SELECT ref FROM identifier WHERE value = ?)");
      b.Bind(clause.tokens[0].value);
    }
    Clause(b, clause);
  }
  b.Text(" AND EXISTS (SELECT 1 FROM visible v WHERE v.ref = r.ref AND ");
  b.In("v.grant_key", Bindings(query.grants));
  b.Text(")");
  return b;
}

std::string_view SortColumn(SortField sort) {
  switch (sort) {
    case SortField::kKey:
      return "r.key";
    case SortField::kUpdated:
      return "r.updated";
    case SortField::kStart:
      return "IFNULL(r.start, 0)";
    case SortField::kFamily:
      return "IFNULL(r.family, '')";
    case SortField::kBirthDate:
      return "IFNULL(r.birth_date, '')";
  }
  return "r.key";
}

bool SortsByNumber(SortField sort) {
  return sort == SortField::kKey || sort == SortField::kUpdated || sort == SortField::kStart;
}

}  // namespace

SearchSql BuildSearchSql(const SearchQuery& query) {
  SearchSql sql;
  const Builder where = Where(query);
  {
    Builder total = where;
    sql.total = "SELECT COUNT(*)" + total.sql();
    sql.total_bindings = std::move(total.bindings());
  }
  Builder page = where;
  const std::string column(SortColumn(query.sort));
  const std::string beyond = query.descending ? "<" : ">";
  if (query.after) {
    const SqlBinding value = SortsByNumber(query.sort)
                                 ? SqlBinding(static_cast<std::int64_t>(
                                       std::strtoll(query.after->value.c_str(), nullptr, 10)))
                                 : SqlBinding(query.after->value);
    page.Text(" AND (" + column + ", r.key) " + beyond + " (?, ?)");
    page.Bind(value);
    page.Bind(query.after->row);
  }
  const std::string direction = query.descending ? " DESC" : " ASC";
  page.Text(" ORDER BY " + column + direction + ", r.key" + direction + " LIMIT ?");
  // One more than asked for tells whether there is a next page.
  page.Bind(std::int64_t{query.limit} + 1);
  sql.page = "SELECT r.key, r.id, r.version, r.updated, r.deleted, r.body, " + column + page.sql();
  sql.page_bindings = std::move(page.bindings());
  return sql;
}

}  // namespace pons::store
