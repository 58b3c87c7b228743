// SPDX-License-Identifier: Apache-2.0
// The running server's door for its own operator: the commands of command.h over HTTP on loopback.
// Exactly one process may write to a data folder, so a command line that finds a server running on
// it asks that server instead of opening the store.
//
// Whoever may read DATA/admin.token (mode 0600) is let in; DATA/admin.addr says where. Both are
// made anew at each start and taken away at the end.
//
//   POST /commands/connection.list   Authorization: Bearer TOKEN   body: {"…":"…"}
//   200 the command's answer; otherwise {"fault":"not_found","summary":"…"}
//
// Threads: requests are run one after the other on a thread of this server's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "admin/command.h"

namespace pons::admin {

class AdminServer {
 public:
  virtual ~AdminServer() = default;         // stops; a command under way is finished first
  virtual std::string address() const = 0;  // "127.0.0.1:41234"
};

// `context` outlives the server; its data_folder must be set.
// Errors: kMisconfigured where the files cannot be written, and those of the HTTP server.
Result<std::unique_ptr<AdminServer>> StartAdminServer(AdminContext& context);

// Asks the server that runs on `data_folder`. Empty: none runs there.
// Errors: those of the command.
Result<std::optional<json::Value>> AskServer(const std::string& data_folder,
                                             std::string_view command, const json::Value& arguments,
                                             const CancelToken& cancel);

}  // namespace pons::admin
