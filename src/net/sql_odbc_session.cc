// SPDX-License-Identifier: Apache-2.0
#include "net/sql_odbc_session.h"

#include <netdb.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace pons::net {
namespace {

// One fetch brings this many rows at most, and binds no more than this many bytes for them.
constexpr std::size_t kRowsPerFetch = 500;
constexpr std::size_t kBytesPerFetch = 2u << 20;
// Text columns wider than this are read piecewise.
constexpr SQLULEN kLongestBound = 8000;
constexpr std::size_t kLongestText = 16u << 20;
// Bytes; a character of NVARCHAR takes two of its 8000.
constexpr std::size_t kLongestParameter = 4000;

bool Succeeded(SQLRETURN code) { return SQL_SUCCEEDED(code); }

SQLPOINTER AsPointer(std::uintptr_t value) { return reinterpret_cast<SQLPOINTER>(value); }

SQLULEN WholeSeconds(std::chrono::milliseconds time) {
  return static_cast<SQLULEN>(std::max<std::int64_t>(1, (time.count() + 999) / 1000));
}

// A value as FreeTDS reads it: up to the next semicolon, or in braces up to the next "};". It knows
// no way to write that pair of signs itself (src/odbc/connectparams.c).
std::optional<std::string> Quoted(std::string_view value) {
  if (value.find("};") != std::string_view::npos) return std::nullopt;
  if (value.find(';') == std::string_view::npos && !value.starts_with('{')) {
    return std::string(value) + ";";
  }
  return "{" + std::string(value) + "};";
}

// The value of `Server=` in a connection string, without instance or port.
std::string ServerOf(std::string_view connection_string) {
  for (const auto part : Split(connection_string, ';')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    if (!EqualsIgnoringAsciiCase(Trim(part.substr(0, equals)), "server")) continue;
    auto host = Trim(part.substr(equals + 1));
    return std::string(host.substr(0, host.find_first_of("\\,")));
  }
  return {};
}

// True when the resolver answers that the name does not exist, as opposed to not answering.
bool NameDoesNotExist(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (found != nullptr) freeaddrinfo(found);
  return code == EAI_NONAME || code == EAI_NODATA;
}

std::chrono::seconds SecondOfDay(const SQL_TIMESTAMP_STRUCT& time) {
  return std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
         std::chrono::seconds(time.second);
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// What SQLBindParameter points at; must outlive the execution.
struct BoundParameter {
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  SQL_TIMESTAMP_STRUCT time{};
  SQLLEN indicator = 0;
};

SQLRETURN BindOne(SQLHANDLE statement, SQLUSMALLINT number, const SqlValue& value,
                  BoundParameter& bound) {
  const auto bind = [&](SQLSMALLINT c_type, SQLSMALLINT type, SQLULEN size, SQLSMALLINT digits,
                        SQLPOINTER data, SQLLEN bytes) {
    return SQLBindParameter(statement, number, SQL_PARAM_INPUT, c_type, type, size, digits, data,
                            bytes, &bound.indicator);
  };
  if (std::holds_alternative<SqlNull>(value)) {
    bound.indicator = SQL_NULL_DATA;
    return bind(SQL_C_CHAR, SQL_VARCHAR, 1, 0, bound.text.data(), 0);
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    bound.integer = *integer;
    // As narrow as the columns it is compared with, so that an index on them is used.
    const bool narrow = *integer >= INT32_MIN && *integer <= INT32_MAX;
    return bind(SQL_C_SBIGINT, narrow ? SQL_INTEGER : SQL_BIGINT, narrow ? 10 : 19, 0,
                &bound.integer, sizeof bound.integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    bound.real = *real;
    return bind(SQL_C_DOUBLE, SQL_DOUBLE, 15, 0, &bound.real, sizeof bound.real);
  }
  if (const auto* time = std::get_if<LocalTime>(&value)) {
    const auto day = time->day();
    const std::chrono::hh_mm_ss clock(time->reading -
                                      std::chrono::floor<std::chrono::days>(time->reading));
    bound.time.year = static_cast<SQLSMALLINT>(static_cast<int>(day.year()));
    bound.time.month = static_cast<SQLUSMALLINT>(static_cast<unsigned>(day.month()));
    bound.time.day = static_cast<SQLUSMALLINT>(static_cast<unsigned>(day.day()));
    bound.time.hour = static_cast<SQLUSMALLINT>(clock.hours().count());
    bound.time.minute = static_cast<SQLUSMALLINT>(clock.minutes().count());
    bound.time.second = static_cast<SQLUSMALLINT>(clock.seconds().count());
    return bind(SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, 23, 3, &bound.time, sizeof bound.time);
  }
  bound.text = std::get<std::string>(value);
  bound.indicator = static_cast<SQLLEN>(bound.text.size());
  // Plain text stays VARCHAR: compared with NVARCHAR, an indexed CHAR column would be converted row
  // by row.
  // What VARCHAR has no room for would be cut without a word.
  const bool ascii = IsAscii(bound.text);
  const SQLSMALLINT type = bound.text.size() > kLongestParameter
                               ? (ascii ? SQL_LONGVARCHAR : SQL_WLONGVARCHAR)
                               : (ascii ? SQL_VARCHAR : SQL_WVARCHAR);
  return bind(SQL_C_CHAR, type, std::max<SQLULEN>(1, bound.text.size()), 0, bound.text.data(),
              static_cast<SQLLEN>(bound.text.size()));
}

}  // namespace

OdbcSession::Kind OdbcSession::KindOf(SQLSMALLINT type, SQLULEN size) {
  switch (type) {
    case SQL_BIT:
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
      return Kind::kInteger;
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
    case SQL_DECIMAL:
    case SQL_NUMERIC:
      return Kind::kReal;
    case SQL_TYPE_DATE:
    case SQL_TYPE_TIMESTAMP:
    case SQL_DATETIME:
    case -155:  // datetimeoffset
      return Kind::kTime;
    case SQL_LONGVARCHAR:
    case SQL_WLONGVARCHAR:
    case SQL_LONGVARBINARY:
      return Kind::kLongText;
    default:
      return size == 0 || size > kLongestBound ? Kind::kLongText : Kind::kText;
  }
}

std::vector<OdbcDiagnostic> OdbcSession::Diagnostics(SQLSMALLINT kind, SQLHANDLE handle) const {
  std::vector<OdbcDiagnostic> found;
  for (SQLSMALLINT number = 1; number <= 16; ++number) {
    SQLCHAR state[6] = {};
    SQLCHAR text[1024] = {};
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    if (!Succeeded(
            SQLGetDiagRec(kind, handle, number, state, &native, text, sizeof text, &length))) {
      break;
    }
    found.push_back({reinterpret_cast<char*>(state), native, reinterpret_cast<char*>(text)});
  }
  return found;
}

Error OdbcSession::Failure(SQLSMALLINT kind, SQLHANDLE handle, OdbcStep step) {
  const auto diagnostics = Diagnostics(kind, handle);
  auto error = OdbcFault(diagnostics, step, sign_);
  if (step == OdbcStep::kConnect && SaysUnknownHost(diagnostics) &&
      NameDoesNotExist(ServerOf(settings_.connection_string_without_secret))) {
    error.fault = Fault::kMisconfigured;
    error.summary = "there is no server of this name; check the spelling";
  }
  return error;
}

Result<void> OdbcSession::Connect(std::chrono::milliseconds timeout) {
  Disconnect();
  if (!Succeeded(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_)) ||
      !Succeeded(SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, AsPointer(SQL_OV_ODBC3), 0)) ||
      !Succeeded(SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_))) {
    return MakeError(Fault::kInternal, "the ODBC driver manager cannot be started");
  }
  SQLSetConnectAttr(connection_, SQL_ATTR_LOGIN_TIMEOUT, AsPointer(WholeSeconds(timeout)), 0);
  auto password = Quoted(settings_.password);
  if (!password) {
    return MakeError(Fault::kMisconfigured,
                     "the password holds \"};\", which the ODBC driver cannot pass on; change it");
  }
  auto text = settings_.connection_string_without_secret + ";PWD=" + *password;
  explicit_bzero(password->data(), password->size());
  const auto code = SQLDriverConnect(connection_, nullptr, reinterpret_cast<SQLCHAR*>(text.data()),
                                     static_cast<SQLSMALLINT>(text.size()), nullptr, 0, nullptr,
                                     SQL_DRIVER_NOPROMPT);
  explicit_bzero(text.data(), text.size());
  if (!Succeeded(code)) {
    auto error = Failure(SQL_HANDLE_DBC, connection_, OdbcStep::kConnect);
    Disconnect();
    return error;
  }
  connected_ = true;
  if (!Succeeded(SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_))) {
    auto error = Failure(SQL_HANDLE_DBC, connection_, OdbcStep::kConnect);
    Disconnect();
    return error;
  }
  return Ok();
}

void OdbcSession::Disconnect() {
  if (statement_ != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement_);
  if (connection_ != nullptr) {
    if (connected_) SQLDisconnect(connection_);
    SQLFreeHandle(SQL_HANDLE_DBC, connection_);
  }
  if (environment_ != nullptr) SQLFreeHandle(SQL_HANDLE_ENV, environment_);
  statement_ = connection_ = environment_ = nullptr;
  connected_ = false;
}

void OdbcSession::CloseStatement() {
  SQLFreeStmt(statement_, SQL_CLOSE);
  SQLFreeStmt(statement_, SQL_UNBIND);
  SQLFreeStmt(statement_, SQL_RESET_PARAMS);
}

Result<void> OdbcSession::Execute(const SqlStatement& statement, const Reader& reader) {
  SQLSetStmtAttr(statement_, SQL_ATTR_QUERY_TIMEOUT, AsPointer(WholeSeconds(statement.timeout)), 0);
  std::vector<BoundParameter> bound(statement.parameters.size());
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (!Succeeded(BindOne(statement_, static_cast<SQLUSMALLINT>(i + 1), statement.parameters[i],
                           bound[i]))) {
      auto error = Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kExecute);
      error.effect = Effect::kNone;  // nothing has left yet
      CloseStatement();
      return error;
    }
  }
  sign_ = statement.sign;
  std::string text = statement.text;  // ODBC takes it as writable
  const auto code = SQLExecDirect(statement_, reinterpret_cast<SQLCHAR*>(text.data()),
                                  static_cast<SQLINTEGER>(text.size()));
  Result<void> outcome = Ok();
  if (!Succeeded(code) && code != SQL_NO_DATA) {
    outcome = Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kExecute);
  } else {
    outcome = FetchAll(reader);
    if (!outcome && outcome.error().fault == Fault::kProtocol) {
      auto error = outcome.error();
      error.effect = Effect::kUnknown;
      outcome = error;
    }
  }
  CloseStatement();
  return outcome;
}

Result<void> OdbcSession::Describe() {
  SQLSMALLINT count = 0;
  if (!Succeeded(SQLNumResultCols(statement_, &count))) {
    return Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kExecute);
  }
  columns_.assign(static_cast<std::size_t>(count), {});
  has_long_ = false;
  std::size_t row_bytes = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto& column = columns_[i];
    SQLCHAR name[256] = {};
    SQLSMALLINT length = 0, type = 0, digits = 0, nullable = 0;
    SQLULEN size = 0;
    if (!Succeeded(SQLDescribeCol(statement_, static_cast<SQLUSMALLINT>(i + 1), name, sizeof name,
                                  &length, &type, &size, &digits, &nullable))) {
      return Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kFetch);
    }
    column.name = reinterpret_cast<char*>(name);
    column.kind = KindOf(type, size);
    switch (column.kind) {
      case Kind::kInteger:
        column.cell_bytes = sizeof(std::int64_t);
        break;
      case Kind::kReal:
        column.cell_bytes = sizeof(double);
        break;
      case Kind::kTime:
        column.cell_bytes = sizeof(SQL_TIMESTAMP_STRUCT);
        break;
      // A character of the server's takes up to four bytes here.
      case Kind::kText:
        column.cell_bytes = size * 4 + 1;
        break;
      case Kind::kLongText:
        column.cell_bytes = 0;
        has_long_ = true;
        break;
    }
    row_bytes += column.cell_bytes;
  }
  // Piecewise reading works on the current row only, so such results come one row at a time.
  rows_per_fetch_ =
      has_long_ ? 1
                : std::clamp<std::size_t>(kBytesPerFetch / std::max<std::size_t>(1, row_bytes), 1,
                                          kRowsPerFetch);
  return Ok();
}

void OdbcSession::Bind() {
  SQLSetStmtAttr(statement_, SQL_ATTR_ROW_BIND_TYPE, AsPointer(SQL_BIND_BY_COLUMN), 0);
  SQLSetStmtAttr(statement_, SQL_ATTR_ROW_ARRAY_SIZE, AsPointer(rows_per_fetch_), 0);
  SQLSetStmtAttr(statement_, SQL_ATTR_ROWS_FETCHED_PTR, &fetched_, 0);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto& column = columns_[i];
    if (column.kind == Kind::kLongText) continue;
    column.cells.resize(column.cell_bytes * rows_per_fetch_);
    column.indicators.assign(rows_per_fetch_, SQL_NULL_DATA);
    SQLSMALLINT c_type = SQL_C_CHAR;
    if (column.kind == Kind::kInteger) c_type = SQL_C_SBIGINT;
    if (column.kind == Kind::kReal) c_type = SQL_C_DOUBLE;
    if (column.kind == Kind::kTime) c_type = SQL_C_TYPE_TIMESTAMP;
    SQLBindCol(statement_, static_cast<SQLUSMALLINT>(i + 1), c_type, column.cells.data(),
               static_cast<SQLLEN>(column.cell_bytes), column.indicators.data());
  }
}

Result<void> OdbcSession::ReadLong(Column& column, std::size_t index) {
  auto& value = row_[index];
  if (!std::holds_alternative<std::string>(value)) value.emplace<std::string>();
  auto& text = std::get<std::string>(value);
  text.clear();
  column.cells.resize(64u << 10);
  while (true) {
    SQLLEN length = 0;
    const auto code =
        SQLGetData(statement_, static_cast<SQLUSMALLINT>(index + 1), SQL_C_CHAR,
                   column.cells.data(), static_cast<SQLLEN>(column.cells.size()), &length);
    if (code == SQL_NO_DATA) return Ok();
    if (!Succeeded(code)) return Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kFetch);
    if (length == SQL_NULL_DATA) {
      value = SqlNull{};
      return Ok();
    }
    const bool cut =
        length == SQL_NO_TOTAL || static_cast<std::size_t>(length) >= column.cells.size();
    text.append(column.cells.data(),
                cut ? std::strlen(column.cells.data()) : static_cast<std::size_t>(length));
    if (!cut) return Ok();
    if (text.size() > kLongestText) {
      return MakeError(Fault::kProtocol, "a text of the database is longer than can be read");
    }
  }
}

Result<void> OdbcSession::BuildRow(std::size_t row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto& column = columns_[i];
    if (column.kind == Kind::kLongText) {
      PONS_TRY(ReadLong(column, i));
      continue;
    }
    const auto length = column.indicators[row];
    if (length == SQL_NULL_DATA) {
      row_[i] = SqlNull{};
      continue;
    }
    const char* cell = column.cells.data() + row * column.cell_bytes;
    switch (column.kind) {
      case Kind::kInteger: {
        std::int64_t number = 0;
        std::memcpy(&number, cell, sizeof number);
        row_[i] = number;
        break;
      }
      case Kind::kReal: {
        double number = 0;
        std::memcpy(&number, cell, sizeof number);
        row_[i] = number;
        break;
      }
      case Kind::kTime: {
        SQL_TIMESTAMP_STRUCT time{};
        std::memcpy(&time, cell, sizeof time);
        row_[i] = LocalTime::At(Date(std::chrono::year(time.year), std::chrono::month(time.month),
                                     std::chrono::day(time.day)),
                                SecondOfDay(time));
        break;
      }
      default: {
        if (length < 0 || static_cast<std::size_t>(length) >= column.cell_bytes) {
          return MakeError(Fault::kProtocol, "a text is wider than its column says");
        }
        if (auto* text = std::get_if<std::string>(&row_[i])) {
          text->assign(cell, static_cast<std::size_t>(length));
        } else {
          row_[i].emplace<std::string>(cell, static_cast<std::size_t>(length));
        }
      }
    }
  }
  return Ok();
}

Result<void> OdbcSession::FetchAll(const Reader& reader) {
  PONS_TRY(Describe());
  while (columns_.empty()) {  // SET, DECLARE and the like answer with counts before the rows
    const auto code = SQLMoreResults(statement_);
    if (code == SQL_NO_DATA) return Ok();
    if (!Succeeded(code)) return Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kExecute);
    PONS_TRY(Describe());
  }
  std::vector<SqlColumn> named;
  for (const auto& column : columns_) named.push_back({column.name});
  Bind();
  row_.assign(columns_.size(), SqlNull{});
  bool first = true;
  while (true) {
    fetched_ = 0;
    const auto code = SQLFetch(statement_);
    if (code != SQL_NO_DATA && !Succeeded(code)) {
      return Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kFetch);
    }
    if (first && !reader.columns(named)) return Ok();
    first = false;
    if (code == SQL_NO_DATA) break;
    if (fetched_ == 0) break;
    Result<void> built = BuildRow(0);
    PONS_TRY(built);
    const auto row = [&](std::size_t index) {
      if (index > 0 && built) built = BuildRow(index);
      return SqlRow(row_.data(), built ? row_.size() : 0);
    };
    const bool more = reader.batch(static_cast<std::size_t>(fetched_), row);
    PONS_TRY(built);
    if (!more) return Ok();
  }
  return DrainResults();
}

// An error may follow the rows it belongs to.
Result<void> OdbcSession::DrainResults() {
  while (true) {
    const auto code = SQLMoreResults(statement_);
    if (code == SQL_NO_DATA) return Ok();
    if (!Succeeded(code)) return Failure(SQL_HANDLE_STMT, statement_, OdbcStep::kFetch);
  }
}

}  // namespace pons::net
