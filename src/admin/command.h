// SPDX-License-Identifier: Apache-2.0
// What an operator can order: one table of commands, each with its arguments, its help and its
// function. The command line, the running server's local door and later the portal are made from
// this table, so that they cannot differ.
//
// A command takes and gives JSON objects. Every answer has "message", one or two sentences for a
// person; lists have "items". Secrets appear in an answer only where they are made, once.
//
// Threads: RunAdminCommand may be called from any thread; commands open their own store reader.
// Errors: kMisconfigured for arguments (named, with what may have been meant), kNotFound for things
// that are not there, and those of the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "connector/registry.h"
#include "json/value.h"
#include "net/address_policy.h"
#include "store/store.h"

namespace pons::sync {
class VendorSide;
}

namespace pons::admin {

class Leaver;

enum class ArgumentKind : std::uint8_t {
  kText,         // "…"
  kTextOrFile,   // the same; on the command line @file stands for what is in the file
  kFlag,         // true | false
  kInteger,      // 12
  kList,         // ["…","…"]; on the command line the option is repeated
  kPairs,        // {"key":"value"}; on the command line key=value, repeated
  kSecretPairs,  // the same, but the value may be read from a file or standard input
};

struct ArgumentSpec {
  std::string_view name;  // "time_zone"; on the command line --time-zone
  ArgumentKind kind = ArgumentKind::kText;
  std::string_view help;
  bool required = false;
  bool positional = false;  // on the command line without its name
  std::string_view fallback = {};
  std::string_view choices = {};  // words separated by blanks; empty: anything
};

// How a list is shown to people: a heading, and the member that stands under it.
struct Column {
  std::string_view title;
  std::string_view member;
};

// What the commands work on. All of it outlives the call.
struct AdminContext {
  store::Store& store;
  const Registry& vendors;
  Clock& clock;
  Random& random;
  Logger& log;
  const CancelToken& cancel;
  std::string data_folder;        // empty: none (tests)
  std::string audit_folder = {};  // empty: no audit trail
  std::string api_address = {};   // "http://127.0.0.1:8080"; empty: no server runs
  net::AddressPolicy webhook_addresses = net::AddressPolicy::kPublicOnly;
  net::AddressPolicy vendor_addresses = net::AddressPolicy::kPublicOnly;  // of vendors with HTTP
  std::vector<std::string> certificate_files = {};                        // PEM, for doctor
  std::string user = {};  // who orders it, a user's id; empty: the command line
  // How connections are doing at this moment, from the engine that reads them; what the store holds
  // is saved only when a state changes.
  std::function<std::map<store::ConnectionKey, store::ConnectionHealth>()> live_health = {};
  // What a first reading or sweep under way has done: "patients: 12000 of 100000 read".
  std::function<std::vector<std::string>(store::ConnectionKey)> progress = {};
  // Puts a change of settings into the audit trail; where it fails the change is not made.
  std::function<Result<void>(std::string_view command, std::string_view subject)> audit = {};
  // Counts what vendors charge for, and keeps what they change; null: nobody does.
  sync::VendorSide* vendor_side = nullptr;
  // Takes back what connections left running at vendors; null: it is done at once.
  Leaver* leaver = nullptr;
};

struct CommandSpec {
  std::string_view name;     // "connection add"
  std::string_view summary;  // one sentence, starts with a verb
  std::string_view example;  // a whole command line
  std::span<const ArgumentSpec> arguments;
  std::span<const Column> columns;  // of "items"
  bool changes_settings;            // goes into the audit trail
  Result<json::Value> (*run)(AdminContext& context, const json::Value& arguments);
};

std::span<const CommandSpec> Commands();
const CommandSpec* FindCommand(std::string_view name);

// Checks `arguments` (an object or null) against the command's table, fills in fallbacks, and runs.
Result<json::Value> RunAdminCommand(AdminContext& context, std::string_view command,
                                    const json::Value& arguments);

// The word of `known` that is nearest to `word`; empty where none is near.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace pons::admin
