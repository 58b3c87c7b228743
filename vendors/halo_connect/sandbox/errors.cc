// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/errors.h"

namespace pons::halo_connect::sandbox {
namespace {

struct Named {
  Envelope envelope;
  std::string_view name;
};
constexpr Named kNames[] = {{Envelope::kNatural, "natural"},
                            {Envelope::kError, "error"},
                            {Envelope::kBare, "bare"},
                            {Envelope::kManagement, "management"},
                            {Envelope::kQuery, "query"}};

}  // namespace

std::optional<Envelope> EnvelopeNamed(std::string_view name) {
  for (const Named& entry : kNames) {
    if (entry.name == name) return entry.envelope;
  }
  return std::nullopt;
}

std::string_view EnvelopeName(Envelope envelope) {
  for (const Named& entry : kNames) {
    if (entry.envelope == envelope) return entry.name;
  }
  return "";
}

HaloError Refused(int status, std::string message) {
  HaloError error;
  error.status = status;
  error.message = std::move(message);
  return error;
}

HaloError Turned(int status, std::string message) {
  HaloError error = Refused(status, std::move(message));
  error.natural = Envelope::kManagement;
  return error;
}

HaloError Failed(int status, std::string type, std::int64_t code, std::string message) {
  HaloError error = Refused(status, std::move(message));
  error.natural = Envelope::kQuery;
  error.type = std::move(type);
  error.code = code;
  return error;
}

std::string_view StatusText(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 410:
      return "Gone";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Error";
  }
}

void PutFailure(json::Value& query, const HaloError& error) {
  // INFERRED: a number, as the sheet's examples write it; the schema's type is not known.
  const std::int64_t code = error.code == 0 ? error.status : error.code;
  query.Set("status", "executionFailed");
  query.Set("errorCode", code);
  query.Set("errorMessage", error.message);
  query.Set("errorDetails",
            json::Object{{"errorType", error.type.empty() ? "haloLink" : error.type},
                         {"errorCode", code},
                         {"errorMessage", error.message}});
}

net::ServerResponse Answer(int status, const json::Value& body) {
  net::ServerResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  response.body = json::Write(body);
  return response;
}

net::ServerResponse Answer(const HaloError& error, Envelope wanted, const json::Value& query) {
  const Envelope shape = wanted == Envelope::kNatural ? error.natural : wanted;
  const json::Value bare = json::Object{{"status", error.status},
                                        {"statusText", StatusText(error.status)},
                                        {"message", error.message}};
  json::Value body;
  switch (shape) {
    case Envelope::kNatural:
    case Envelope::kError:
      body = json::Object{{"error", bare}};
      break;
    case Envelope::kBare:
      body = bare;
      break;
    case Envelope::kManagement:
      body = json::Object{{"statusCode", error.status}, {"message", error.message}};
      break;
    case Envelope::kQuery:
      body = query;
      PutFailure(body, error);
      break;
  }
  net::ServerResponse response = Answer(error.status, body);
  if (error.retry_after > 0)
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after));
  return response;
}

}  // namespace pons::halo_connect::sandbox
