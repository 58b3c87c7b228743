// SPDX-License-Identifier: Apache-2.0
// One client from prelogin to goodbye: signs in, then answers batches, procedure calls,
// transactions and attentions, with the planned faults and an entry in the journal for each.
// Threads: runs on its connection's own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vendors/best_practice/sandbox/engine.h"
#include "vendors/best_practice/sandbox/tds_server.h"

namespace pons::best_practice::sandbox {

class TdsSession {
 public:
  TdsSession(TdsServer& server, TdsStream& stream, int number);
  // Returns when the client is gone.
  void Run();

 private:
  // Where a reply's tokens go: holds the last DONE back until it is known whether more follows.
  class Reply;
  struct Request {
    RequestFacts facts;
    std::string text;
    std::string parameters;
    std::function<void(Reply&)> run;
  };

  bool Negotiate(Message& first);
  bool SignIn(const Message& message);
  bool RefuseLogin(const SqlError& error, const std::string& user);
  bool Serve(const Message& message);
  bool ServeBatch(const std::string& sql);
  bool ServeRpc(std::vector<RpcRequest>& requests);
  bool ServeTransaction(std::uint16_t kind);
  // Journal, faults, answer. False: the connection is to be closed.
  bool Perform(Request request, bool rpc);
  // What the rule wants before anything is done: true to go on.
  bool BeforeEffect(const sandboxkit::FaultRule& rule, Reply& reply, bool& answered);
  void Garbage();
  void StaySilent();

  void CallRpc(RpcRequest& request, Reply& reply);
  void ExecuteSql(const std::string& sql, const std::string& declarations,
                  std::vector<RpcParameter>& values, std::size_t from, Reply& reply);
  void Prepare(RpcRequest& request, Reply& reply, bool execute);
  void ExecutePrepared(RpcRequest& request, Reply& reply);
  void CallProcedure(RpcRequest& request, Reply& reply);
  Request Describe(std::vector<RpcRequest>& requests);

  struct Prepared {
    std::string sql;
    std::string declarations;
  };

  TdsServer& server_;
  TdsStream& stream_;
  PacketWriter writer_;
  int number_;
  std::unique_ptr<Engine> engine_;
  std::string user_;
  bool encrypt_login_only_ = false;
  std::map<std::int64_t, Prepared> prepared_;
  std::int64_t last_handle_ = 0;
  std::uint64_t transaction_ = 0;
};

}  // namespace pons::best_practice::sandbox
