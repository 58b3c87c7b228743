// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/fhir.h"

#include <charconv>

#include "base/text.h"
#include "vendors/halo_connect/sandbox/fhir_resources.h"

namespace pons::halo_connect::sandbox {
namespace {

constexpr std::int64_t kStandardCount = 50, kMostCount = 500;

net::ServerResponse Fhir(int status, const json::Value& resource) {
  net::ServerResponse response = Answer(status, resource);
  response.headers[0].second = "application/fhir+json; charset=utf-8";
  return response;
}

Parameter Bound(std::size_t place, const char* type, const std::string& value) {
  Parameter out;
  out.name = "@p" + std::to_string(place);
  out.type_name = type;
  (void)ConvertValue(type, value, out.type, out.value);
  return out;
}

// ge2000-01-01 as an operator and a day.
std::string_view DateOperator(std::string& value) {
  struct Prefix {
    std::string_view word, sql;
  };
  static constexpr Prefix kPrefixes[] = {{"eq", "="}, {"ne", "<>"}, {"gt", ">"},
                                         {"lt", "<"}, {"ge", ">="}, {"le", "<="}};
  for (const Prefix& prefix : kPrefixes) {
    if (!value.starts_with(prefix.word)) continue;
    value.erase(0, 2);
    return prefix.sql;
  }
  return "=";
}

std::string LikeText(const std::string& start) {
  std::string out;
  for (const char c : start) {
    if (c == '%' || c == '_' || c == '[')
      out += std::string("[") + c + "]";
    else
      out += c;
  }
  return out + "%";
}

// Adds one search parameter to the command; what is wrong with it where it cannot.
std::string AddCondition(const FhirKind& kind, const std::string& name, std::string value,
                         Command& command, std::string& where) {
  const std::size_t place = command.parameters.size();
  const std::string variable = "@p" + std::to_string(place);
  const auto add = [&](const std::string& sql, const char* type, const std::string& bound) {
    where += (where.empty() ? " WHERE " : " AND ") + sql;
    command.parameters.push_back(Bound(place, type, bound));
  };
  const bool person = !kind.of_patient;
  if (name == "_id" || (name == "patient" && kind.of_patient)) {
    if (name == "patient" && value.starts_with("Patient/")) value.erase(0, 8);
    bp::SqlType type;
    bp::SqlValue number;
    // Nothing has an id that is no number.
    if (ConvertValue("Int", value, type, number)) value = "-1";
    add((name == "_id" ? std::string(kind.id_column) : "INTERNALID") + " = " + variable, "Int",
        value);
  } else if (person && (name == "given" || name == "family")) {
    add((name == "given" ? "Firstname LIKE " : "Surname LIKE ") + variable, "NVarChar",
        LikeText(value));
  } else if (person && name == "birthdate") {
    const std::string_view op = DateOperator(value);
    bp::SqlType type;
    bp::SqlValue day;
    if (value.size() != 10 || ConvertValue("Date", value, type, day)) return "birthdate";
    add("DOB " + std::string(op) + " " + variable, "Date", value);
  } else if (person && name == "identifier") {
    const std::size_t bar = value.find('|');
    const std::string system = bar == std::string::npos ? "" : value.substr(0, bar);
    const std::string code = bar == std::string::npos ? value : value.substr(bar + 1);
    if (system == kIhiSystem) {
      add("IHI = " + variable, "NVarChar", code);
    } else if (system == kMedicareSystem) {
      add("RTRIM(MedicareNo) + RTRIM(MedicareLineNo) LIKE " + variable, "NVarChar", LikeText(code));
    } else {
      return "identifier";
    }
  } else {
    return name;
  }
  return {};
}

net::ServerResponse FromError(const HaloError& error) {
  if (error.status >= 500 || error.natural == Envelope::kManagement)
    return Answer(error, Envelope::kNatural, json::Object{});
  return FhirOutcome(error.status, "exception", error.message);
}

// The rows of a command, or the answer that it failed with.
std::variant<json::Array, net::ServerResponse> Ask(Site& site, const Command& command,
                                                   const Clinic::Asked& asked,
                                                   const CancelToken& cancel) {
  const QueryResult result = site.clinic.Run(command, asked, cancel);
  if (result.error) return FromError(*result.error);
  auto rows = json::Parse(result.rows.json);
  if (!rows || !rows->is_array()) return FhirOutcome(500, "exception", "The answer is lost.");
  return std::move(*rows->array());
}

std::string TextOf(const FhirKind& kind, const std::string& where) {
  return std::string(kind.select) + where + " ORDER BY " + std::string(kind.id_column);
}

net::ServerResponse Read(Site& site, const FhirKind& kind, const std::string& id,
                         const Clinic::Asked& asked, const CancelToken& cancel) {
  Command command;
  std::string where;
  (void)AddCondition(kind, "_id", id, command, where);
  command.text = TextOf(kind, where);
  auto rows = Ask(site, command, asked, cancel);
  if (auto* failed = std::get_if<net::ServerResponse>(&rows)) return std::move(*failed);
  const json::Array& found = std::get<json::Array>(rows);
  if (found.empty()) {
    return FhirOutcome(404, "not-found", std::string(kind.type) + "/" + id + " was not found.");
  }
  return Fhir(200, kind.make(found.front()));
}

net::ServerResponse Search(Site& site, const FhirKind& kind, const FhirRequest& request,
                           const Clinic::Asked& asked, const CancelToken& cancel) {
  Command command;
  std::string where;
  std::int64_t count = kStandardCount;
  for (const auto& [name, value] : request.parameters) {
    if (name == "_format") continue;
    if (name == "_count") {
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), count);
      if (parsed.ec != std::errc() || count < 0 || count > kMostCount)
        return FhirOutcome(400, "invalid", "_count must be from 0 to 500.");
      continue;
    }
    const std::string wrong = AddCondition(kind, name, value, command, where);
    if (!wrong.empty()) {
      return FhirOutcome(400, "not-supported",
                         "The search parameter '" + wrong + "', or its value, is not supported.");
    }
  }
  if (kind.of_patient && where.empty())
    return FhirOutcome(400, "required", "A search needs the parameter 'patient'.");
  command.text = TextOf(kind, where);
  auto rows = Ask(site, command, asked, cancel);
  if (auto* failed = std::get_if<net::ServerResponse>(&rows)) return std::move(*failed);
  const json::Array& found = std::get<json::Array>(rows);
  json::Array entries;
  for (const json::Value& row : found) {
    if (static_cast<std::int64_t>(entries.size()) >= count) break;
    json::Value resource = kind.make(row);
    const std::string url =
        request.base + "/" + std::string(kind.type) + "/" + std::string(resource.Text("id"));
    entries.emplace_back(json::Object{{"fullUrl", url},
                                      {"resource", std::move(resource)},
                                      {"search", json::Object{{"mode", "match"}}}});
  }
  // INFERRED: how Halo pages a search is not public; `total` tells of what is left out.
  return Fhir(200, json::Object{{"resourceType", "Bundle"},
                                {"type", "searchset"},
                                {"total", static_cast<std::int64_t>(found.size())},
                                {"entry", std::move(entries)}});
}

}  // namespace

net::ServerResponse FhirOutcome(int status, std::string_view code, std::string_view text) {
  const json::Value issue = json::Object{
      {"severity", "error"},
      {"code", code},
      {"details",
       json::Object{{"coding", json::Array{json::Object{
                                   {"system", "http://hl7.org/fhir/dotnet-api-operation-outcome"},
                                   {"code", std::to_string(status)}}}},
                    {"text", text}}}};
  return Fhir(status,
              json::Object{{"resourceType", "OperationOutcome"}, {"issue", json::Array{issue}}});
}

net::ServerResponse AnswerFhir(Site& site, const std::string& link_version,
                               const FhirRequest& request, const Clinic::Asked& asked,
                               const CancelToken& cancel) {
  const auto& parts = request.parts;
  if (parts.empty() || parts[0].empty())
    return FhirOutcome(400, "invalid", "A resource type is missing.");
  const bool search =
      parts.size() == 1 || (parts.size() == 2 && parts[1] == "_search" && request.method == "POST");
  if (parts[0] == "metadata" && request.method == "GET")
    return Fhir(200, FhirCapabilities(link_version, request.base));
  const FhirKind* kind = FindFhirKind(parts[0]);
  if (kind != nullptr && search && (request.method == "GET" || parts.size() == 2))
    return Search(site, *kind, request, asked, cancel);
  if (kind != nullptr && parts.size() == 2 && request.method == "GET")
    return Read(site, *kind, parts[1], asked, cancel);
  return FhirOutcome(404, "not-supported",
                     "The sandbox has nothing for " + request.method + " " + parts[0] +
                         "; its metadata tells what there is.");
}

}  // namespace pons::halo_connect::sandbox
