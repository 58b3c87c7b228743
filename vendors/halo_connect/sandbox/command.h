// SPDX-License-Identifier: Apache-2.0
// The command object of a query, read strictly, and its parameters as SQL Server's values
// (halo-connect sheet §5.1). Pure; survives any text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json/value.h"
#include "vendors/best_practice/sandbox/engine.h"
#include "vendors/halo_connect/sandbox/errors.h"

namespace pons::halo_connect::sandbox {

namespace bp = best_practice::sandbox;

enum class ExecutionMode : std::uint8_t { kReader, kNonQuery, kScalar };
enum class Direction : std::uint8_t { kInput, kOutput, kInputOutput, kReturnValue };

struct Parameter {
  std::string name;  // as given, with @
  std::string direction_name, type_name;
  Direction direction = Direction::kInput;
  bp::SqlType type;
  bp::SqlValue value;
  std::int64_t size = 0;  // most bytes of what comes out; 0: any
};

struct Command {
  std::string catalogue;
  std::string text;
  ExecutionMode mode = ExecutionMode::kReader;
  bool stored_procedure = false;
  std::vector<Parameter> parameters;
  std::int64_t max_time_in_queue = 0;  // ms
  std::int64_t size = 0;               // bytes of the command's JSON
};

// What a value of that type may be. Error text as .NET's, which Halo passes on.
std::optional<std::string> ConvertValue(std::string_view type, const std::string& text,
                                        bp::SqlType& sql_type, bp::SqlValue& value);

// `holder`: what has the member "command". Errors: 400.
std::variant<Command, HaloError> ReadCommand(const json::Value& holder);
// Sets max_time_in_queue from the member of a query's body. Errors: 400 outside 0..most.
std::optional<HaloError> ReadQueueTime(const json::Value& body, std::int64_t standard,
                                       std::int64_t most, Command& command);

}  // namespace pons::halo_connect::sandbox
