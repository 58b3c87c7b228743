// SPDX-License-Identifier: Apache-2.0
// Runs compiled batches and procedures for one session against the database: reads on the session's
// own connection, writes (and everything inside a transaction that has written) on the one writing
// connection, borrowed.
// Threads: one at a time. Errors go to the sink as SQL Server's, and end the batch.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "vendors/best_practice/sandbox/database.h"
#include "vendors/best_practice/sandbox/schema.h"
#include "vendors/best_practice/sandbox/tsql_compiler.h"

namespace pons::best_practice::sandbox {

// Takes what a batch gives, in order, for each statement: [Columns Row*] Done, or Failed.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual void Columns(const std::vector<Column>& columns) = 0;
  // The current row of a stepped statement. False: nobody wants more.
  virtual bool Row(sqlite3_stmt* statement) = 0;
  // `counted`: rows were selected or changed, and how many.
  virtual void Done(std::int64_t rows, bool counted) = 0;
  virtual void Failed(const SqlError& error) = 0;
};

struct Variable {
  SqlType type;
  SqlValue value;
};
using Variables = std::map<std::string, Variable>;  // by upper-case name with @

class Engine;

// One call of a procedure: its arguments by name, all present, and where results go.
struct ProcedureCall {
  Engine& engine;
  Connection& connection;  // may write where the procedure says that it writes
  Variables& arguments;
  ResultSink& sink;
  std::int64_t result = 0;
  bool changed = false;  // there is something to keep
  std::optional<SqlError> error;

  std::int64_t Integer(const std::string& name) const {
    return AsInteger(arguments.at(name).value);
  }
  std::string Text(const std::string& name) const { return AsText(arguments.at(name).value); }
  bool Null(const std::string& name) const { return IsNull(arguments.at(name).value); }
};

struct Procedure {
  std::string name;
  std::vector<ProcedureParameter> parameters;
  bool writes = false;
  std::string body;                         // T-SQL, where it only reads
  std::function<void(ProcedureCall&)> run;  // where it does more
};

class ProcedureTable {
 public:
  void Add(Procedure procedure);
  const Procedure* Find(std::string_view name) const;  // case ignored
  const std::map<std::string, Procedure>& all() const { return procedures_; }

 private:
  std::map<std::string, Procedure> procedures_;
};

// Compiled batches by text and parameter types, shared by all sessions. Threads: any.
class CompiledBatches {
 public:
  // Null with `error` set where the text does not compile.
  std::shared_ptr<const Batch> Get(const std::string& sql, const Catalog& catalog,
                                   const VariableTypes& types, std::optional<SqlError>& error);

 private:
  static constexpr std::size_t kKept = 512;
  struct Kept {
    std::string key;
    std::shared_ptr<const Batch> batch;
  };
  std::mutex mutex_;
  std::list<Kept> kept_;
  std::unordered_map<std::string_view, std::list<Kept>::iterator> index_;
};

// What a request does, for the fault plan, the journal and the rights.
struct RequestFacts {
  std::string kind;     // "select", "insert", "update", "delete", "execute", "other"
  std::string objects;  // tables, views and procedures named, blank-separated
  std::string called;   // procedures called, blank-separated, as declared
  bool writes = false;
};

class Engine {
 public:
  struct Argument {
    std::string name;  // upper case with @; empty where given by place
    SqlValue value;
    bool is_default = false;
  };

  Engine(Database& database, const ProcedureTable& procedures, CompiledBatches& compiled,
         std::unique_ptr<Connection> reader);
  ~Engine();  // rolls back what is open
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  SessionState& session() { return session_; }

  std::shared_ptr<const Batch> Compile(const std::string& sql, const Variables& variables,
                                       std::optional<SqlError>& error);
  // Whether SQLite takes each statement, without running any: for sp_prepare.
  RequestFacts Describe(const Batch& batch) const;

  // Runs it; variables keep what the batch gave them. False where it failed.
  bool Run(const Batch& batch, Variables& variables, ResultSink& sink);
  // `result` is the RETURN value.
  bool Call(std::string_view procedure, std::vector<Argument> arguments, ResultSink& sink,
            std::int64_t& result);
  bool RunText(Connection& connection, const std::string& sql, Variables& variables,
               ResultSink& sink);

  void BeginTransaction();
  void Commit();
  void Rollback();

  std::int64_t rows_done() const { return rows_done_; }  // sent or changed since ResetCount
  std::int64_t effects() const { return effects_; }      // changes made since then
  // RETURN value of the last procedure that was called, those that write first.
  std::optional<std::int64_t> last_result() const {
    return written_result_ ? written_result_ : read_result_;
  }
  void ResetCount() {
    rows_done_ = effects_ = 0;
    written_result_.reset();
    read_result_.reset();
  }

 private:
  bool RunOne(const Statement& statement, Variables& variables, ResultSink& sink,
              std::size_t& next);
  bool Select(const Statement& statement, Variables& variables, ResultSink& sink);
  bool Change(const Statement& statement, Variables& variables, ResultSink& sink);
  bool Execute(const Statement& statement, Variables& variables, ResultSink& sink);
  bool Evaluate(const std::string& sql, const std::vector<std::string>& names,
                const Variables& variables, ResultSink& sink, SqlValue& value);
  bool Fail(ResultSink& sink, SqlError error);
  bool Allowed(const Statement& statement, ResultSink& sink);
  bool BindArguments(const Procedure& procedure, std::vector<Argument>& given, Variables& bound,
                     ResultSink& sink);
  sqlite3_stmt* Prepare(Connection& connection, const std::string& sql,
                        const std::vector<std::string>& names, const Variables& variables,
                        SqlError& error);
  // The connection that reads see at this moment.
  Connection& Current();
  bool EnsureWriter(ResultSink& sink);
  void EndStatementWrite(bool failed);

  Database& database_;
  const ProcedureTable& procedures_;
  CompiledBatches& compiled_;
  std::unique_ptr<Connection> reader_;
  Database::Lease lease_;
  Connection* forced_ = nullptr;  // inside a procedure: its connection
  SessionState session_;
  std::int64_t rows_done_ = 0;
  std::int64_t effects_ = 0;
  std::optional<std::int64_t> written_result_, read_result_;
  int depth_ = 0;
};

// An argument as its parameter takes it; an error where it cannot. Text that is too long is cut
// without a word, as SQL Server does for parameters (for columns it says error 8152).
std::optional<SqlError> CoerceArgument(SqlType type, SqlValue& value);
// SQLite's text back to SQL Server's error.
SqlError FromSqlite(const char* message);
void BindValue(sqlite3_stmt* statement, int place, const SqlValue& value);
SqlValue ColumnValue(sqlite3_stmt* statement, int column);

}  // namespace pons::best_practice::sandbox
