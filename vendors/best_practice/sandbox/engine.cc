// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/engine.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "vendors/best_practice/sandbox/edits.h"

namespace pons::best_practice::sandbox {
namespace {

std::string_view KindName(StatementKind kind) {
  switch (kind) {
    case StatementKind::kSelect:
      return "select";
    case StatementKind::kInsert:
      return "insert";
    case StatementKind::kUpdate:
      return "update";
    case StatementKind::kDelete:
      return "delete";
    case StatementKind::kExecute:
      return "execute";
    case StatementKind::kDeclare:
    case StatementKind::kAssign:
    case StatementKind::kIgnored:
    case StatementKind::kBegin:
    case StatementKind::kCommit:
    case StatementKind::kRollback:
    case StatementKind::kJumpUnless:
    case StatementKind::kJump:
      return "";
  }
  return "";
}

VariableTypes TypesOf(const Variables& variables) {
  VariableTypes types;
  for (const auto& [name, variable] : variables) types.emplace(name, variable.type);
  return types;
}

SqlError PlaceAfterName(std::size_t place) {
  return {119, 15,
          "Must pass parameter number " + std::to_string(place) +
              " and subsequent parameters as '@name = value'. After the form '@name = value' has "
              "been used, all subsequent parameters must be passed in the form '@name = value'."};
}

SqlError NotOfType(const SqlValue& value, std::string_view type) {
  const char* from = std::holds_alternative<Bytes>(value)          ? "varbinary"
                     : std::holds_alternative<double>(value)       ? "float"
                     : std::holds_alternative<std::int64_t>(value) ? "bigint"
                                                                   : "nvarchar";
  return {8114, 16,
          std::string("Error converting data type ") + from + " to " + std::string(type) + "."};
}

std::optional<SqlError> CoerceToInteger(SqlValue& value) {
  std::int64_t number = 0;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::string_view digits = Trim(*text);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole =
        digits.empty() || (parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size());
    if (!whole) return NotOfType(value, "int");
  } else if (std::holds_alternative<Bytes>(value)) {
    return NotOfType(value, "int");
  } else {
    if (const auto* real = std::get_if<double>(&value); real != nullptr && !(*real > -3e9))
      return NotOfType(value, "int");
    number = AsInteger(value);
  }
  if (number < -2'147'483'648 || number > 2'147'483'647) return NotOfType(value, "int");
  value = number;
  return std::nullopt;
}

std::optional<SqlError> CoerceToDate(SqlType type, SqlValue& value) {
  const char* name = type.kind == TypeKind::kDate ? "date" : "datetime";
  if (std::holds_alternative<std::int64_t>(value) && type.kind == TypeKind::kDate)
    return SqlError{206, 16, "Operand type clash: int is incompatible with date"};
  const auto* text = std::get_if<std::string>(&value);
  const auto moment = text == nullptr ? std::nullopt : ParseDateTime(*text);
  if (!moment) return NotOfType(value, name);
  value = type.kind == TypeKind::kDate ? FormatDay(*moment) : FormatDateTime(*moment);
  return std::nullopt;
}

}  // namespace

std::optional<SqlError> CoerceArgument(SqlType type, SqlValue& value) {
  if (IsNull(value)) return std::nullopt;
  if (type.kind == TypeKind::kInt || type.kind == TypeKind::kBit) return CoerceToInteger(value);
  if (type.kind == TypeKind::kDate || type.kind == TypeKind::kDateTime)
    return CoerceToDate(type, value);
  if (type.IsText()) {
    std::string text = AsText(value);
    if (type.size > 0) text.resize(EndOfCharacters(text, static_cast<std::size_t>(type.size)));
    value = std::move(text);
  }
  return std::nullopt;
}

SqlError FromSqlite(const char* message) {
  const std::string_view text = message == nullptr ? "" : message;
  if (text.starts_with("TSQL:")) {
    int number = 0;
    const auto parsed = std::from_chars(text.data() + 5, text.data() + text.size(), number);
    return {number, 16, std::string(parsed.ptr + 1, text.data() + text.size())};
  }
  // Columns hold what fits (schema.cc).
  if (text.starts_with("CHECK constraint failed"))
    return {8152, 16, "String or binary data would be truncated."};
  return {8624, 16, "Sandbox: " + std::string(text)};
}

void BindValue(sqlite3_stmt* statement, int place, const SqlValue& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, place, *n);
  } else if (const auto* d = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, place, *d);
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, place, s->data(), s->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else if (const auto* b = std::get_if<Bytes>(&value)) {
    sqlite3_bind_blob64(statement, place, b->data.data(), b->data.size(), SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_null(statement, place);
  }
}

SqlValue ColumnValue(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate();
    default:
      break;
  }
  const bool text = sqlite3_column_type(statement, column) == SQLITE_TEXT;
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
  std::string bytes(data == nullptr ? "" : data,
                    static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
  if (text) return bytes;
  return Bytes{std::move(bytes)};
}

void ProcedureTable::Add(Procedure procedure) {
  std::string key = AsciiUpper(procedure.name);
  procedures_.insert_or_assign(std::move(key), std::move(procedure));
}

const Procedure* ProcedureTable::Find(std::string_view name) const {
  const auto found = procedures_.find(AsciiUpper(name));
  return found == procedures_.end() ? nullptr : &found->second;
}

std::shared_ptr<const Batch> CompiledBatches::Get(const std::string& sql, const Catalog& catalog,
                                                  const VariableTypes& types,
                                                  std::optional<SqlError>& error) {
  std::string key;
  for (const auto& [name, type] : types) {
    key += name + ":" + std::to_string(static_cast<int>(type.kind)) + ",";
  }
  key += '\n';
  key += sql;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return found->second->batch;
    }
  }
  auto batch = std::make_shared<Batch>();
  error = CompileBatch(sql, catalog, types, *batch);
  if (error) return nullptr;
  if (key.size() > 16'384) return batch;
  const std::lock_guard lock(mutex_);
  if (index_.contains(key)) return batch;
  if (kept_.size() >= kKept) {
    index_.erase(kept_.back().key);
    kept_.pop_back();
  }
  kept_.push_front({std::move(key), batch});
  index_.emplace(kept_.front().key, kept_.begin());
  return batch;
}

Engine::Engine(Database& database, const ProcedureTable& procedures, CompiledBatches& compiled,
               std::unique_ptr<Connection> reader)
    : database_(database),
      procedures_(procedures),
      compiled_(compiled),
      reader_(std::move(reader)) {
  if (reader_) reader_->session = &session_;
}

Engine::~Engine() { Rollback(); }

std::shared_ptr<const Batch> Engine::Compile(const std::string& sql, const Variables& variables,
                                             std::optional<SqlError>& error) {
  return compiled_.Get(sql, database_.catalog(), TypesOf(variables), error);
}

RequestFacts Engine::Describe(const Batch& batch) const {
  RequestFacts facts;
  facts.kind = "other";
  for (const Statement& statement : batch.statements) {
    const std::string_view kind = KindName(statement.kind);
    if (kind.empty()) continue;
    if (facts.kind == "other") facts.kind = kind;
    for (const std::string& name : statement.reads) facts.objects += name + " ";
    if (!statement.writes.empty()) {
      facts.objects += statement.writes + " ";
      facts.writes = true;
    }
    if (statement.kind == StatementKind::kExecute) {
      facts.objects += statement.target + " ";
      const Procedure* procedure = procedures_.Find(statement.target);
      facts.called += (procedure != nullptr ? procedure->name : statement.target) + " ";
      if (procedure != nullptr && procedure->writes) facts.writes = true;
      // What is called counts more than a SELECT of its RETURN value.
      facts.kind = "execute";
    }
  }
  return facts;
}

bool Engine::Fail(ResultSink& sink, SqlError error) {
  session_.last_error = error.number;
  session_.row_count = 0;
  sink.Failed(error);
  return false;
}

bool Engine::Allowed(const Statement& statement, ResultSink& sink) {
  const Rights& rights = session_.rights;
  for (const std::string& name : statement.reads) {
    if (rights.denied.contains(AsciiUpper(name))) return Fail(sink, DeniedOn("SELECT", name));
  }
  if (statement.writes.empty()) return true;
  if (!rights.write_tables || rights.denied.contains(AsciiUpper(statement.writes))) {
    return Fail(sink, DeniedOn(AsciiUpper(KindName(statement.kind)), statement.writes));
  }
  return true;
}

Connection& Engine::Current() {
  if (forced_ != nullptr) return *forced_;
  if (lease_) return *lease_;
  return *reader_;
}

bool Engine::EnsureWriter(ResultSink& sink) {
  if (lease_) return true;
  lease_ = database_.BorrowWriter(&session_);
  if (!lease_) {
    return Fail(sink, {1222, 16, "Lock request time out period exceeded."});
  }
  if (auto begun = lease_->Run("BEGIN IMMEDIATE"); !begun) {
    lease_.Reset();
    return Fail(sink, FromSqlite(begun.error().summary.c_str()));
  }
  return true;
}

void Engine::EndStatementWrite(bool failed) {
  if (!lease_ || session_.transactions > 0) return;
  (void)lease_->Run(failed ? "ROLLBACK" : "COMMIT");
  lease_.Reset();
}

void Engine::BeginTransaction() { ++session_.transactions; }

void Engine::Commit() {
  if (session_.transactions > 0) --session_.transactions;
  if (session_.transactions == 0) EndStatementWrite(false);
}

void Engine::Rollback() {
  session_.transactions = 0;
  EndStatementWrite(true);
}

sqlite3_stmt* Engine::Prepare(Connection& connection, const std::string& sql,
                              const std::vector<std::string>& names, const Variables& variables,
                              SqlError& error) {
  std::string message;
  sqlite3_stmt* statement = connection.Prepare(sql, message);
  if (statement == nullptr) {
    error = FromSqlite(message.c_str());
    return nullptr;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    BindValue(statement, static_cast<int>(i) + 1, variables.at(names[i]).value);
  }
  return statement;
}

bool Engine::Evaluate(const std::string& sql, const std::vector<std::string>& names,
                      const Variables& variables, ResultSink& sink, SqlValue& value) {
  SqlError error;
  sqlite3_stmt* statement = Prepare(Current(), sql, names, variables, error);
  if (statement == nullptr) return Fail(sink, error);
  const int status = sqlite3_step(statement);
  if (status == SQLITE_ROW) value = ColumnValue(statement, 0);
  const bool failed = status != SQLITE_ROW && status != SQLITE_DONE;
  if (failed) error = FromSqlite(sqlite3_errmsg(Current().handle()));
  sqlite3_reset(statement);
  return !failed || Fail(sink, error);
}

bool Engine::Select(const Statement& statement, Variables& variables, ResultSink& sink) {
  SqlError error;
  Connection& connection = Current();
  sqlite3_stmt* row = Prepare(connection, statement.sql, statement.variables, variables, error);
  if (row == nullptr) return Fail(sink, error);
  const bool assigns = !statement.assigns.empty();
  // The first step comes before the columns, so that an early failure gives only the error.
  int status = sqlite3_step(row);
  std::int64_t rows = 0;
  if (status == SQLITE_ROW || status == SQLITE_DONE) {
    if (!assigns) sink.Columns(statement.columns);
    while (status == SQLITE_ROW) {
      ++rows;
      if (assigns) {
        for (std::size_t i = 0; i < statement.assigns.size(); ++i) {
          variables.at(statement.assigns[i]).value = ColumnValue(row, static_cast<int>(i));
        }
      } else if (!sink.Row(row)) {
        status = SQLITE_DONE;
        break;
      }
      status = sqlite3_step(row);
    }
  }
  if (status != SQLITE_DONE) error = FromSqlite(sqlite3_errmsg(connection.handle()));
  sqlite3_reset(row);
  if (status != SQLITE_DONE) return Fail(sink, error);
  session_.row_count = rows;
  rows_done_ += rows;
  if (!assigns) sink.Done(rows, true);
  return true;
}

bool Engine::Change(const Statement& statement, Variables& variables, ResultSink& sink) {
  if (!EnsureWriter(sink)) return false;
  SqlError error;
  sqlite3_stmt* change = Prepare(*lease_, statement.sql, statement.variables, variables, error);
  if (change == nullptr) {
    EndStatementWrite(true);
    return Fail(sink, error);
  }
  const int status = sqlite3_step(change);
  if (status != SQLITE_DONE) error = FromSqlite(sqlite3_errmsg(lease_->handle()));
  const std::int64_t rows = sqlite3_changes64(lease_->handle());
  if (statement.kind == StatementKind::kInsert) {
    session_.identity = sqlite3_last_insert_rowid(lease_->handle());
  }
  sqlite3_reset(change);
  EndStatementWrite(status != SQLITE_DONE);
  if (status != SQLITE_DONE) return Fail(sink, error);
  session_.row_count = rows;
  rows_done_ += rows;
  effects_ += rows;
  sink.Done(rows, true);
  return true;
}

bool Engine::Execute(const Statement& statement, Variables& variables, ResultSink& sink) {
  std::vector<Argument> arguments;
  for (const auto& given : statement.arguments) {
    Argument argument{given.name, {}, given.sql.empty()};
    if (!given.sql.empty() &&
        !Evaluate(given.sql, given.variables, variables, sink, argument.value)) {
      return false;
    }
    arguments.push_back(std::move(argument));
  }
  std::int64_t result = 0;
  if (!Call(statement.target, std::move(arguments), sink, result)) return false;
  if (!statement.result_variable.empty()) variables.at(statement.result_variable).value = result;
  return true;
}

bool Engine::RunOne(const Statement& statement, Variables& variables, ResultSink& sink,
                    std::size_t& next) {
  if (!Allowed(statement, sink)) return false;
  SqlValue value;
  switch (statement.kind) {
    case StatementKind::kSelect:
      return Select(statement, variables, sink);
    case StatementKind::kInsert:
    case StatementKind::kUpdate:
    case StatementKind::kDelete:
      return Change(statement, variables, sink);
    case StatementKind::kExecute:
      return Execute(statement, variables, sink);
    case StatementKind::kDeclare:
      variables[statement.target] = {statement.type, {}};
      if (statement.sql.empty()) return true;
      [[fallthrough]];
    case StatementKind::kAssign:
      if (!Evaluate(statement.sql, statement.variables, variables, sink, value)) return false;
      variables[statement.target] = {statement.type, std::move(value)};
      return true;
    case StatementKind::kIgnored:
      return true;
    case StatementKind::kBegin:
      BeginTransaction();
      return true;
    case StatementKind::kCommit:
      if (session_.transactions == 0) {
        return Fail(
            sink,
            {3902, 16, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."});
      }
      Commit();
      return true;
    case StatementKind::kRollback:
      if (session_.transactions == 0) {
        return Fail(
            sink,
            {3903, 16, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."});
      }
      Rollback();
      return true;
    case StatementKind::kJumpUnless:
      if (!Evaluate(statement.sql, statement.variables, variables, sink, value)) return false;
      if (AsInteger(value) == 0) next = statement.jump;
      return true;
    case StatementKind::kJump:
      next = statement.jump;
      return true;
  }
  return true;
}

bool Engine::Run(const Batch& batch, Variables& variables, ResultSink& sink) {
  std::size_t at = 0;
  while (at < batch.statements.size()) {
    Current().statement_now_ms = ToMillis(database_.clock().Now());
    std::size_t next = at + 1;
    if (!RunOne(batch.statements[at], variables, sink, next)) return false;
    at = next;
  }
  session_.last_error = 0;
  return true;
}

bool Engine::RunText(Connection& connection, const std::string& sql, Variables& variables,
                     ResultSink& sink) {
  std::optional<SqlError> error;
  const auto batch = Compile(sql, variables, error);
  if (!batch) return Fail(sink, *error);
  Connection* const before = std::exchange(forced_, &connection);
  // A procedure reads with its owner's rights, not the caller's.
  const Rights kept = std::exchange(session_.rights, Rights{});
  const bool done = Run(*batch, variables, sink);
  session_.rights = kept;
  forced_ = before;
  return done;
}

bool Engine::BindArguments(const Procedure& procedure, std::vector<Argument>& given,
                           Variables& bound, ResultSink& sink) {
  const auto& parameters = procedure.parameters;
  if (given.size() > parameters.size()) {
    return Fail(sink,
                {8144, 16,
                 "Procedure or function " + procedure.name + " has too many arguments specified."});
  }
  std::vector<bool> filled(parameters.size(), false);
  bool by_name = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::size_t place = i;
    if (by_name && given[i].name.empty()) return Fail(sink, PlaceAfterName(i + 1));
    if (!given[i].name.empty()) {
      by_name = true;
      const auto found =
          std::find_if(parameters.begin(), parameters.end(), [&](const auto& parameter) {
            return EqualsIgnoringAsciiCase(parameter.name, given[i].name);
          });
      if (found == parameters.end()) {
        return Fail(sink,
                    {8145, 16,
                     given[i].name + " is not a parameter for procedure " + procedure.name + "."});
      }
      place = static_cast<std::size_t>(found - parameters.begin());
    }
    if (filled[place]) {
      return Fail(
          sink,
          {8143, 16, "Parameter '" + parameters[place].name + "' was supplied multiple times."});
    }
    if (given[i].is_default) continue;
    filled[place] = true;
    if (auto error = CoerceArgument(parameters[place].type, given[i].value))
      return Fail(sink, *error);
    bound[AsciiUpper(parameters[place].name)] = {parameters[place].type, std::move(given[i].value)};
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (filled[i]) continue;
    if (!parameters[i].optional) {
      return Fail(sink, {201, 16,
                         "Procedure or function '" + procedure.name + "' expects parameter '" +
                             parameters[i].name + "', which was not supplied."});
    }
    bound[AsciiUpper(parameters[i].name)] = {parameters[i].type, {}};
  }
  return true;
}

bool Engine::Call(std::string_view name, std::vector<Argument> given, ResultSink& sink,
                  std::int64_t& result) {
  const Procedure* procedure = procedures_.Find(name);
  if (procedure == nullptr) return Fail(sink, UnknownProcedure(name));
  if (session_.rights.denied.contains(AsciiUpper(procedure->name))) {
    return Fail(sink, DeniedOn("EXECUTE", procedure->name));
  }
  Variables arguments;
  if (!BindArguments(*procedure, given, arguments, sink)) return false;
  if (procedure->writes && !EnsureWriter(sink)) return false;
  Connection& connection = procedure->writes ? *lease_ : Current();
  bool done = true;
  if (procedure->run) {
    ProcedureCall call{*this, connection, arguments, sink, 0, false, {}};
    procedure->run(call);
    result = call.result;
    done = !call.error;
    if (procedure->writes) {
      const bool kept = done && call.changed;
      if (kept) {
        ++rows_done_;
        ++effects_;
      }
      // Inside the caller's transaction nothing is ended here: a refusal has written nothing.
      EndStatementWrite(!kept);
    }
    if (done) (procedure->writes ? written_result_ : read_result_) = result;
    if (!done) return Fail(sink, *call.error);
  } else {
    done = RunText(connection, procedure->body, arguments, sink);
  }
  return done;
}

}  // namespace pons::best_practice::sandbox
