// SPDX-License-Identifier: Apache-2.0
// What Halo says when it says no: four shapes of one thing (halo-connect sheet §7). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"
#include "net/http_server.h"

namespace pons::halo_connect::sandbox {

enum class Envelope : std::uint8_t {
  kNatural,     // the shape that the vendor's pages show for that kind of error
  kError,       // {"error":{"status","statusText","message"}}
  kBare,        // the same three without the wrapper
  kManagement,  // {"statusCode","message"}
  kQuery,       // a query object with errorDetails
};

// The control port's words: "natural", "error", "bare", "management", "query".
std::optional<Envelope> EnvelopeNamed(std::string_view name);
std::string_view EnvelopeName(Envelope envelope);

struct HaloError {
  int status = 500;
  std::string message;
  Envelope natural = Envelope::kError;
  std::int64_t retry_after = 0;  // seconds; 0: no such header
  std::string type;              // of errorDetails: "mssql", "http", "haloLink"
  std::int64_t code = 0;         // of errorDetails; 0: the status
};

// From where an error comes; each in its natural shape.
HaloError Refused(int status, std::string message);  // Halo's own services
HaloError Turned(int status, std::string message);   // its API management
HaloError Failed(int status, std::string type, std::int64_t code, std::string message);

std::string_view StatusText(int status);

// `query`: the object that a failed query is, without its status; used by kQuery.
net::ServerResponse Answer(const HaloError& error, Envelope wanted, const json::Value& query);
net::ServerResponse Answer(int status, const json::Value& body);
// Puts "status":"executionFailed" and both forms of the details into a query object.
void PutFailure(json::Value& query, const HaloError& error);

}  // namespace pons::halo_connect::sandbox
