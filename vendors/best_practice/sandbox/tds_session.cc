// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tds_session.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "vendors/best_practice/sandbox/fault_text.h"
#include "vendors/best_practice/sandbox/tds_reply.h"

namespace pons::best_practice::sandbox {
namespace {

using sandboxkit::FaultAction;
using sandboxkit::FaultRule;

// A document of 20 MB as base64 in UTF-16, and some.
constexpr std::size_t kLargestRequest = 64u << 20;
constexpr std::size_t kLargestLogin = 64u << 10;

enum Procedure : std::uint16_t {
  kExecuteSql = 10,
  kPrepare = 11,
  kExecute = 12,
  kPrepareExecute = 13,
  kUnprepare = 15,
};

std::uint16_t SystemProcedure(const RpcRequest& request) {
  if (request.id != 0) return request.id;
  std::string name = AsciiLower(request.name);
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name.erase(0, dot + 1);
  if (name == "sp_executesql") return kExecuteSql;
  if (name == "sp_prepare") return kPrepare;
  if (name == "sp_execute") return kExecute;
  if (name == "sp_prepexec") return kPrepareExecute;
  if (name == "sp_unprepare") return kUnprepare;
  return 0;
}

std::string Describe(const RpcParameter& parameter) {
  return (parameter.name.empty() ? "" : parameter.name + "=") +
         (IsNull(parameter.value) ? "NULL" : AsText(parameter.value).substr(0, 80));
}

std::int64_t Micros(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               since)
      .count();
}

}  // namespace

class TdsSession::Reply final : public ResultSink {
 public:
  Reply(PacketWriter& writer, TdsStream& stream, bool rpc)
      : writer_(writer), stream_(stream), inner_(rpc ? DoneToken::kDoneInProc : DoneToken::kDone) {}

  void Columns(const std::vector<Column>& columns) override {
    PutHeld();
    columns_ = &columns;
    PutColumns(writer_.tokens(), columns);
  }

  bool Row(sqlite3_stmt* statement) override {
    if (stopped_) return false;
    if (!discard && !PutRow(writer_.tokens(), *columns_, statement)) {
      Failed({8114, 16, "Error converting data type: the value does not fit the column's type."});
      stopped_ = true;
      return false;
    }
    if (writer_.tokens().size() < PacketWriter::kFlushAt) return true;
    if (!writer_.Flush()) {
      stopped_ = true;
      return false;
    }
    // A client that has seen enough says so while we still send.
    if (stream_.Readable()) {
      const auto message = stream_.Read(kLargestRequest);
      attention = message && message->type == PacketType::kAttention;
      stopped_ = true;
      return false;
    }
    return true;
  }

  void Done(std::int64_t rows, bool counted) override {
    PutHeld();
    held_ = {true, counted ? kDoneCount : 0u, rows};
  }

  void Failed(const SqlError& error) override {
    PutHeld();
    PutError(writer_.tokens(), error);
    error_number = error.number;
    held_ = {true, kDoneError, 0};
  }

  // The end of one called procedure; more of them may follow in the message.
  void EndProcedure(std::int32_t result) {
    PutHeld();
    if (error_number == 0) PutReturnStatus(writer_.tokens(), result);
    ended_procedure_ = true;
    held_ = {true, error_number != 0 ? kDoneError : 0u, 0};
    final_ = DoneToken::kDoneProc;
  }
  void PutValue(unsigned ordinal, std::string_view name, SqlType type, const SqlValue& value) {
    PutHeld();
    PutReturnValue(writer_.tokens(), ordinal, name, type, value);
  }
  ByteBuffer& Tokens() {
    PutHeld();
    return writer_.tokens();
  }

  // The last DONE, without "more".
  bool Finish() {
    if (attention) held_ = {true, kDoneAttention, 0};
    if (!held_.any) held_ = {true, 0, 0};
    PutDone(writer_.tokens(), ended_procedure_ && !attention ? final_ : DoneToken::kDone,
            held_.status, held_.rows);
    held_.any = false;
    return writer_.Finish();
  }

  bool discard = false;
  bool attention = false;
  int error_number = 0;

 private:
  void PutHeld() {
    if (!held_.any) return;
    PutDone(writer_.tokens(), ended_procedure_ ? final_ : inner_, held_.status | kDoneMore,
            held_.rows);
    ended_procedure_ = false;
    held_.any = false;
  }

  struct Held {
    bool any = false;
    unsigned status = 0;
    std::int64_t rows = 0;
  };

  PacketWriter& writer_;
  TdsStream& stream_;
  DoneToken inner_;
  DoneToken final_ = DoneToken::kDone;
  bool ended_procedure_ = false;
  bool stopped_ = false;
  Held held_;
  const std::vector<Column>* columns_ = nullptr;
};

TdsSession::TdsSession(TdsServer& server, TdsStream& stream, int number)
    : server_(server), stream_(stream), writer_(stream), number_(number) {}

void TdsSession::Run() {
  if (auto rule = server_.shared().faults.Match("connect", "")) {
    Reply reply(writer_, stream_, false);
    bool answered = false;
    if (!BeforeEffect(*rule, reply, answered) || answered) return;
  }
  auto message = stream_.Read(kLargestLogin);
  if (!message) return;
  if (message->type == PacketType::kPrelogin) {
    if (!Negotiate(*message)) return;
    message = stream_.Read(kLargestLogin);
    if (encrypt_login_only_) stream_.StopTls();
    if (!message) return;
  } else if (server_.options().encryption == Encryption::kRequired) {
    return;
  }
  if (message->type != PacketType::kLogin || !SignIn(*message)) return;
  while ((message = stream_.Read(kLargestRequest))) {
    if (!Serve(*message)) return;
  }
}

bool TdsSession::Negotiate(Message& first) {
  const auto asked = DecodePrelogin(first.payload);
  if (!asked) return false;
  constexpr unsigned kOff = 0, kOn = 1, kNot = 2, kMust = 3;
  const bool wants = asked->encryption == kOn || asked->encryption == kMust;
  unsigned answer = kNot;
  bool tls = false;
  switch (server_.options().encryption) {
    case Encryption::kOff:
      break;
    case Encryption::kOn:
      answer = wants ? kOn : asked->encryption;
      tls = asked->encryption != kNot;
      encrypt_login_only_ = asked->encryption == kOff;
      break;
    case Encryption::kRequired:
      answer = wants ? kOn : kMust;
      tls = asked->encryption != kNot;
      break;
  }
  PutPrelogin(writer_.tokens(), answer);
  if (!writer_.Finish()) return false;
  const bool cannot = (server_.options().encryption == Encryption::kOff && wants) ||
                      (server_.options().encryption == Encryption::kRequired && !tls);
  if (cannot) return false;
  if (!tls) return true;
  SSL_CTX* context = server_.tls();
  return context != nullptr && stream_.StartTls(context);
}

bool TdsSession::RefuseLogin(const SqlError& error, const std::string& user) {
  PutError(writer_.tokens(), error);
  PutDone(writer_.tokens(), DoneToken::kDone, kDoneError, 0);
  writer_.Finish();
  sandboxkit::JournalEntry entry;
  entry.at_ms = ToMillis(sandboxkit::SandboxClock::RealNow());
  entry.connection = number_;
  entry.user = user;
  entry.kind = entry.operation = "login";
  entry.effect = "none";
  entry.error = error.number;
  server_.shared().journal.Append(std::move(entry));
  return false;
}

bool TdsSession::SignIn(const Message& message) {
  const auto login = DecodeLogin(message.payload);
  if (!login || login->version < 0x72090002) return false;
  const TdsShared& shared = server_.shared();
  const SqlError refused{18456, 14, "Login failed for user '" + login->user + "'."};
  if (auto rule = shared.faults.Match("login", login->user)) {
    if (rule->action == FaultAction::kRefuseLogin) return RefuseLogin(refused, login->user);
    Reply reply(writer_, stream_, false);
    bool answered = false;
    if (!BeforeEffect(*rule, reply, answered)) return false;
    if (answered)
      return RefuseLogin({static_cast<int>(rule->value), 14, "Login failed."}, login->user);
    if (rule->action == FaultAction::kDropAfterEffect) return false;
  }
  const auto rights = shared.accounts.Check(login->user, login->password);
  if (!rights) return RefuseLogin(refused, login->user);
  const std::string database = AsciiLower(login->database);
  if (!database.empty() && database != "bpspatients" && database != "bpssamples" &&
      database != "master") {
    return RefuseLogin({4060, 11,
                        "Cannot open database \"" + login->database +
                            "\" requested by the login. The login failed."},
                       login->user);
  }
  auto reader = shared.database.OpenReader();
  if (!reader) return false;
  engine_ = std::make_unique<Engine>(shared.database, shared.procedures, shared.compiled,
                                     std::move(*reader));
  SessionState& state = engine_->session();
  user_ = state.user = login->user;
  state.host = login->host;
  state.app = login->app;
  state.rights = *rights;
  state.spid = number_;
  const std::size_t size = login->packet_size == 0 ? 4096 : login->packet_size;
  const std::size_t agreed = std::clamp<std::size_t>(size, 512, 32767);
  PutLoginAnswer(writer_.tokens(), std::min(login->version, 0x74000004u),
                 static_cast<std::uint32_t>(agreed));
  sandboxkit::JournalEntry entry;
  entry.at_ms = ToMillis(sandboxkit::SandboxClock::RealNow());
  entry.connection = number_;
  entry.user = user_;
  entry.kind = entry.operation = "login";
  entry.effect = "none";
  shared.journal.Append(std::move(entry));
  const bool sent = writer_.Finish();
  writer_.set_packet_size(agreed);
  return sent;
}

bool TdsSession::Serve(const Message& message) {
  if (message.reset_connection && engine_->session().transactions > 0) engine_->Rollback();
  engine_->session().rights = server_.shared().accounts.RightsOf(user_);
  switch (message.type) {
    case PacketType::kBatch: {
      const auto sql = DecodeBatch(message.payload);
      return sql && ServeBatch(*sql);
    }
    case PacketType::kRpc: {
      auto requests = DecodeRpc(message.payload);
      return requests && ServeRpc(*requests);
    }
    case PacketType::kTransaction: {
      const auto kind = DecodeTransaction(message.payload);
      return kind && ServeTransaction(*kind);
    }
    case PacketType::kAttention:
      PutDone(writer_.tokens(), DoneToken::kDone, kDoneAttention, 0);
      return writer_.Finish();
    case PacketType::kReply:
    case PacketType::kBulk:
    case PacketType::kLogin:
    case PacketType::kPrelogin:
      return false;
  }
  return false;
}

bool TdsSession::ServeTransaction(std::uint16_t kind) {
  Reply reply(writer_, stream_, false);
  if (kind == 5) {
    engine_->BeginTransaction();
    PutTransaction(reply.Tokens(), 8, ++transaction_);
  } else if (kind == 7 || kind == 8) {
    const bool open = engine_->session().transactions > 0;
    if (kind == 7)
      engine_->Commit();
    else
      engine_->Rollback();
    // FreeTDS rolls back once more than it began; that is answered, not refused.
    if (open) PutTransaction(reply.Tokens(), kind == 7 ? 9 : 10, transaction_);
  } else {
    reply.Failed({3989, 16,
                  "New request is not allowed to start because it should come with valid "
                  "transaction descriptor."});
  }
  return reply.Finish();
}

bool TdsSession::ServeBatch(const std::string& sql) {
  Request request;
  request.text = sql;
  Variables none;
  std::optional<SqlError> error;
  const auto batch = engine_->Compile(sql, none, error);
  request.facts.kind = "batch";
  if (batch) request.facts = engine_->Describe(*batch);
  request.run = [this, batch, error](Reply& reply) {
    if (!batch) return reply.Failed(*error);
    Variables variables;
    engine_->Run(*batch, variables, reply);
  };
  return Perform(std::move(request), false);
}

TdsSession::Request TdsSession::Describe(std::vector<RpcRequest>& requests) {
  Request out;
  out.facts.kind = "execute";
  for (RpcRequest& request : requests) {
    const std::uint16_t id = SystemProcedure(request);
    std::string sql, declarations;
    auto& parameters = request.parameters;
    const auto text = [&](std::size_t at) {
      return at < parameters.size() ? AsText(parameters[at].value) : "";
    };
    if (id == kExecuteSql) {
      sql = text(0);
      declarations = text(1);
    } else if (id == kPrepare || id == kPrepareExecute) {
      declarations = text(1);
      sql = text(2);
    } else if (id == kExecute && !parameters.empty()) {
      const auto found = prepared_.find(AsInteger(parameters[0].value));
      if (found != prepared_.end()) {
        sql = found->second.sql;
        declarations = found->second.declarations;
      }
    } else if (id == kUnprepare) {
      out.facts.kind = "unprepare";
      continue;
    } else {
      out.facts.objects += request.name + " ";
      out.text += "EXEC " + request.name;
      const auto* known = server_.shared().procedures.Find(request.name);
      out.facts.writes = out.facts.writes || (known != nullptr && known->writes);
      if (known != nullptr) out.facts.called += known->name + " ";
    }
    if (!sql.empty()) {
      Variables variables;
      std::vector<Declaration> declared;
      std::optional<SqlError> error;
      (void)ParseDeclarations(declarations, declared);
      for (const Declaration& declaration : declared)
        variables[declaration.name] = {declaration.type, {}};
      const auto batch = engine_->Compile(sql, variables, error);
      const RequestFacts facts =
          batch ? engine_->Describe(*batch) : RequestFacts{"batch", "", "", false};
      out.facts.objects += facts.objects;
      out.facts.called += facts.called;
      out.facts.writes = out.facts.writes || facts.writes;
      out.facts.kind = facts.kind;
      out.text += sql;
    }
    if (id == kPrepare) out.facts.kind = "prepare";
    for (const RpcParameter& parameter : parameters) {
      if (out.parameters.size() < 1000)
        out.parameters += pons::best_practice::sandbox::Describe(parameter) + ", ";
    }
  }
  return out;
}

bool TdsSession::ServeRpc(std::vector<RpcRequest>& requests) {
  Request request = Describe(requests);
  auto calls = std::make_shared<std::vector<RpcRequest>>(std::move(requests));
  request.run = [this, calls](Reply& reply) {
    for (RpcRequest& call : *calls) CallRpc(call, reply);
  };
  return Perform(std::move(request), true);
}

bool TdsSession::BeforeEffect(const FaultRule& rule, Reply& reply, bool& answered) {
  switch (rule.action) {
    case FaultAction::kDelay:
      return server_.Pause(rule.value);
    case FaultAction::kDropBeforeEffect:
    case FaultAction::kRefuseLogin:
      return false;
    case FaultAction::kDelayAfterEffect:
    case FaultAction::kAnswer:  // HTTP's alone: this wire has no statuses
    case FaultAction::kAnswerAfterEffect:
      return true;
    case FaultAction::kDropAfterEffect:
      reply.discard = true;
      return true;
    case FaultAction::kError:
      answered = true;
      return true;
    case FaultAction::kTruncate:
      writer_.set_limit(static_cast<std::size_t>(rule.value));
      return true;
    case FaultAction::kGarbage:
      Garbage();
      return false;
    case FaultAction::kSilent:
      StaySilent();
      return false;
  }
  return true;
}

void TdsSession::Garbage() {
  std::string bytes;
  for (int i = 0; i < 512; ++i) bytes += static_cast<char>((i * 37 + 11) & 0xFF);
  writer_.tokens().Bytes(bytes);
  writer_.Finish();
}

// Until the client gives up or the server stops.
void TdsSession::StaySilent() {
  while (stream_.Read(kLargestRequest)) {
  }
}

bool TdsSession::Perform(Request request, bool rpc) {
  const auto began = std::chrono::steady_clock::now();
  const TdsShared& shared = server_.shared();
  sandboxkit::JournalEntry entry;
  entry.at_ms = ToMillis(sandboxkit::SandboxClock::RealNow());
  entry.connection = number_;
  entry.user = user_;
  entry.kind = "statement";
  entry.operation = request.facts.kind;
  entry.effect = "none";

  Reply reply(writer_, stream_, rpc);
  bool go_on = true, answered = false;
  const bool chore = request.facts.kind == "prepare" || request.facts.kind == "unprepare";
  auto rule = chore ? std::nullopt
                    : shared.faults.Match(request.facts.kind,
                                          FaultText(request.facts, request.text, shared.procedures),
                                          request.facts.called);
  entry.procedure = std::string(Split(request.facts.called, ' ')[0]);
  if (rule) {
    entry.fault = sandboxkit::FaultActionName(rule->action);
    go_on = BeforeEffect(*rule, reply, answered);
    if (answered) {
      const bool deadlock = rule->value == 1205;
      reply.Failed(
          {static_cast<int>(rule->value), 16,
           deadlock ? "Transaction was deadlocked on lock resources with another process and has "
                      "been chosen as the deadlock victim. Rerun the transaction."
                    : "A planned fault of the sandbox."});
    }
  }
  if (go_on && !answered) {
    engine_->ResetCount();
    request.run(reply);
    entry.rows = engine_->rows_done();
    entry.result = engine_->last_result();
    if (engine_->effects() > 0)
      entry.effect = "write";
    else if (reply.error_number == 0 && !request.facts.writes)
      entry.effect = "read";
    if (rule && rule->action == FaultAction::kDelayAfterEffect) go_on = server_.Pause(rule->value);
  }
  if (reply.discard) {
    writer_.Discard();
    go_on = false;
  }
  entry.request = std::move(request.text);
  if (request.facts.writes) entry.parameters = std::move(request.parameters);
  entry.error = reply.error_number;
  entry.micros = Micros(began);
  // Preparing does nothing yet; what is executed later has its own entry.
  if (!chore || entry.error != 0) shared.journal.Append(std::move(entry));
  const bool sent = go_on && reply.Finish();
  writer_.set_limit(std::nullopt);  // a planned truncation is of one answer
  return sent;
}

void TdsSession::CallRpc(RpcRequest& request, Reply& reply) {
  auto& parameters = request.parameters;
  switch (SystemProcedure(request)) {
    case kExecuteSql: {
      const std::string sql = parameters.empty() ? "" : AsText(parameters[0].value);
      const std::string declarations = parameters.size() < 2 ? "" : AsText(parameters[1].value);
      return ExecuteSql(sql, declarations, parameters, 2, reply);
    }
    case kPrepare:
      return Prepare(request, reply, false);
    case kPrepareExecute:
      return Prepare(request, reply, true);
    case kExecute:
      return ExecutePrepared(request, reply);
    case kUnprepare:
      if (!parameters.empty()) prepared_.erase(AsInteger(parameters[0].value));
      return reply.EndProcedure(0);
    default:
      return CallProcedure(request, reply);
  }
}

void TdsSession::ExecuteSql(const std::string& sql, const std::string& declarations,
                            std::vector<RpcParameter>& values, std::size_t from, Reply& reply) {
  std::vector<Declaration> declared;
  Variables variables;
  std::optional<SqlError> error = ParseDeclarations(declarations, declared);
  for (std::size_t i = 0; !error && i < declared.size(); ++i) {
    Variable variable{declared[i].type, {}};
    bool given = false;
    for (std::size_t v = from; v < values.size(); ++v) {
      const bool matches = values[v].name.empty()
                               ? v - from == i
                               : EqualsIgnoringAsciiCase(values[v].name, declared[i].name);
      if (!matches) continue;
      given = true;
      variable.value = values[v].value;
    }
    if (!given) {
      error = SqlError{8178, 16,
                       "The parameterized query expects the parameter '" + declared[i].name +
                           "', which was not supplied."};
    }
    variables[declared[i].name] = std::move(variable);
  }
  std::shared_ptr<const Batch> batch;
  if (!error) batch = engine_->Compile(sql, variables, error);
  if (!batch) {
    reply.Failed(*error);
    return reply.EndProcedure(error->number);
  }
  engine_->Run(*batch, variables, reply);
  for (std::size_t i = 0; i < declared.size() && reply.error_number == 0; ++i) {
    if (!declared[i].output) continue;
    const Variable& variable = variables.at(declared[i].name);
    reply.PutValue(static_cast<unsigned>(i + 2), declared[i].name, variable.type, variable.value);
  }
  reply.EndProcedure(reply.error_number);
}

void TdsSession::Prepare(RpcRequest& request, Reply& reply, bool execute) {
  auto& parameters = request.parameters;
  if (parameters.size() < 3) {
    reply.Failed({8144, 16, "sp_prepare: parameters are missing."});
    return reply.EndProcedure(1);
  }
  Prepared prepared{AsText(parameters[2].value), AsText(parameters[1].value)};
  std::vector<Declaration> declared;
  std::optional<SqlError> error = ParseDeclarations(prepared.declarations, declared);
  if (!error) {
    Variables variables;
    for (const Declaration& declaration : declared)
      variables[declaration.name] = {declaration.type, {}};
    engine_->Compile(prepared.sql, variables, error);
  }
  if (error) {
    // No handle follows a statement that cannot be prepared.
    reply.Failed(*error);
    return reply.EndProcedure(error->number);
  }
  if (prepared_.size() > 1000) prepared_.erase(prepared_.begin());
  const std::int64_t handle = ++last_handle_;
  const Prepared& kept = prepared_[handle] = std::move(prepared);
  reply.PutValue(0, parameters[0].name, kIntType, handle);
  if (!execute) return reply.EndProcedure(0);
  ExecuteSql(kept.sql, kept.declarations, parameters, 3, reply);
}

void TdsSession::ExecutePrepared(RpcRequest& request, Reply& reply) {
  auto& parameters = request.parameters;
  const auto found =
      parameters.empty() ? prepared_.end() : prepared_.find(AsInteger(parameters[0].value));
  if (found == prepared_.end()) {
    reply.Failed({8179, 16,
                  "Could not find prepared statement with handle " +
                      (parameters.empty() ? "0" : AsText(parameters[0].value)) + "."});
    return reply.EndProcedure(8179);
  }
  ExecuteSql(found->second.sql, found->second.declarations, parameters, 1, reply);
}

void TdsSession::CallProcedure(RpcRequest& request, Reply& reply) {
  std::vector<Engine::Argument> arguments;
  for (RpcParameter& parameter : request.parameters) {
    arguments.push_back(
        {AsciiUpper(parameter.name), std::move(parameter.value), parameter.is_default});
  }
  std::string name = request.name;
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name.erase(0, dot + 1);
  std::int64_t result = 0;
  engine_->Call(name, std::move(arguments), reply, result);
  reply.EndProcedure(static_cast<std::int32_t>(result));
}

}  // namespace pons::best_practice::sandbox
