// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/fhir.h"

#include <charconv>

#include "base/text.h"

namespace pons::halo_connect::sandbox {
namespace {

constexpr std::string_view kIhi = "http://ns.electronichealth.net.au/id/hi/ihi/1.0";
constexpr std::string_view kMedicare = "http://ns.electronichealth.net.au/id/medicare-number";
constexpr std::int64_t kStandardCount = 50, kMostCount = 500;

constexpr std::string_view kColumns =
    "InternalID, StatusText, Title, Firstname, Middlename, Surname, Preferredname, Address1, "
    "Address2, City, Postcode, DOB, Sex, HomePhone, WorkPhone, MobilePhone, Email, MedicareNo, "
    "MedicareLineNo, IHI";

net::ServerResponse Fhir(int status, const json::Value& resource) {
  net::ServerResponse response = Answer(status, resource);
  response.headers[0].second = "application/fhir+json; charset=utf-8";
  return response;
}

std::string Plain(const json::Value& row, std::string_view column) {
  return std::string(Trim(row.Text(column)));
}

json::Value Identifier(std::string_view system, std::string_view code, const std::string& value) {
  return json::Object{
      {"type",
       json::Object{{"coding", json::Array{json::Object{
                                   {"system", "http://terminology.hl7.org/CodeSystem/v2-0203"},
                                   {"code", code}}}}}},
      {"system", system},
      {"value", value}};
}

json::Array Identifiers(const json::Value& row) {
  json::Array out;
  if (const std::string ihi = Plain(row, "IHI"); !ihi.empty())
    out.push_back(Identifier(kIhi, "NI", ihi));
  if (const std::string medicare = Plain(row, "MedicareNo"); !medicare.empty())
    out.push_back(Identifier(kMedicare, "MC", medicare + Plain(row, "MedicareLineNo")));
  return out;
}

json::Array Telecom(const json::Value& row) {
  struct Kind {
    const char* column;
    const char* system;
    const char* use;
  };
  static constexpr Kind kKinds[] = {{"MobilePhone", "phone", "mobile"},
                                    {"HomePhone", "phone", "home"},
                                    {"WorkPhone", "phone", "work"},
                                    {"Email", "email", "home"}};
  json::Array out;
  for (const Kind& kind : kKinds) {
    if (const std::string value = Plain(row, kind.column); !value.empty()) {
      out.emplace_back(json::Object{{"system", kind.system}, {"value", value}, {"use", kind.use}});
    }
  }
  return out;
}

void SetIfAny(json::Value& object, std::string_view key, json::Array values) {
  if (!values.empty()) object.Set(key, std::move(values));
}

json::Value PatientOf(const json::Value& row) {
  json::Value name = json::Object{{"use", "official"}, {"family", Plain(row, "Surname")}};
  json::Array given, lines;
  for (const char* column : {"Firstname", "Middlename"}) {
    if (std::string part = Plain(row, column); !part.empty()) given.emplace_back(std::move(part));
  }
  SetIfAny(name, "given", std::move(given));
  if (std::string title = Plain(row, "Title"); !title.empty())
    name.Set("prefix", json::Array{std::move(title)});
  for (const char* column : {"Address1", "Address2"}) {
    if (std::string line = Plain(row, column); !line.empty()) lines.emplace_back(std::move(line));
  }
  json::Value address = json::Object{{"use", "home"}, {"country", "AU"}};
  SetIfAny(address, "line", std::move(lines));
  if (std::string city = Plain(row, "City"); !city.empty()) address.Set("city", std::move(city));
  if (std::string code = Plain(row, "Postcode"); !code.empty())
    address.Set("postalCode", std::move(code));
  const std::string sex = AsciiLower(Plain(row, "Sex"));
  json::Value out = json::Object{
      {"resourceType", "Patient"},
      {"id", std::to_string(row.Integer("InternalID").value_or(0))},
      {"meta",
       json::Object{
           {"profile", json::Array{"http://hl7.org.au/fhir/StructureDefinition/au-patient"}}}},
      {"active", Plain(row, "StatusText") == "Active"},
      {"name", json::Array{std::move(name)}},
      {"gender", sex == "female" || sex == "male" || sex == "other" ? sex : "unknown"}};
  SetIfAny(out, "identifier", Identifiers(row));
  SetIfAny(out, "telecom", Telecom(row));
  if (const std::string born = Plain(row, "DOB"); born.size() >= 10)
    out.Set("birthDate", born.substr(0, 10));
  out.Set("address", json::Array{std::move(address)});
  return out;
}

json::Value Capabilities(const std::string& version, const std::string& base) {
  const auto parameter = [](const char* name, const char* type) {
    return json::Value(json::Object{{"name", name}, {"type", type}});
  };
  const json::Value patient = json::Object{
      {"type", "Patient"},
      {"interaction",
       json::Array{json::Object{{"code", "read"}}, json::Object{{"code", "search-type"}}}},
      {"searchParam", json::Array{parameter("_id", "token"), parameter("given", "string"),
                                  parameter("family", "string"), parameter("birthdate", "date"),
                                  parameter("identifier", "token")}}};
  return json::Object{
      {"resourceType", "CapabilityStatement"},
      {"name", "RestServer"},
      {"version", version},
      {"status", "active"},
      {"date", "2026-05-04"},
      {"kind", "instance"},
      {"software", json::Object{{"name", "BP/Halo FHIR Server"}, {"version", version}}},
      {"implementation", json::Object{{"description", "Sandbox"}, {"url", base}}},
      {"fhirVersion", "4.0.1"},
      {"format", json::Array{"application/fhir+json", "application/json"}},
      {"rest", json::Array{json::Object{{"mode", "server"}, {"resource", json::Array{patient}}}}}};
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
std::string AddCondition(const std::string& name, std::string value, Command& command,
                         std::string& where) {
  const std::size_t place = command.parameters.size();
  const std::string variable = "@p" + std::to_string(place);
  const auto add = [&](const std::string& sql, const char* type, const std::string& bound) {
    where += (where.empty() ? " WHERE " : " AND ") + sql;
    command.parameters.push_back(Bound(place, type, bound));
  };
  if (name == "given" || name == "family") {
    add((name == "given" ? "Firstname LIKE " : "Surname LIKE ") + variable, "NVarChar",
        LikeText(value));
  } else if (name == "_id") {
    bp::SqlType type;
    bp::SqlValue number;
    // No patient has an id that is no number.
    if (ConvertValue("Int", value, type, number)) value = "-1";
    add("InternalID = " + variable, "Int", value);
  } else if (name == "birthdate") {
    const std::string_view op = DateOperator(value);
    bp::SqlType type;
    bp::SqlValue day;
    if (value.size() != 10 || ConvertValue("Date", value, type, day)) return "birthdate";
    add("DOB " + std::string(op) + " " + variable, "Date", value);
  } else if (name == "identifier") {
    const std::size_t bar = value.find('|');
    const std::string system = bar == std::string::npos ? "" : value.substr(0, bar);
    const std::string code = bar == std::string::npos ? value : value.substr(bar + 1);
    if (system == kIhi) {
      add("IHI = " + variable, "NVarChar", code);
    } else if (system == kMedicare) {
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

net::ServerResponse ReadPatient(Site& site, const std::string& id, const Clinic::Asked& asked,
                                const CancelToken& cancel) {
  Command command;
  std::string where;
  (void)AddCondition("_id", id, command, where);
  command.text = "SELECT " + std::string(kColumns) + " FROM BPS_Patients" + where;
  auto rows = Ask(site, command, asked, cancel);
  if (auto* failed = std::get_if<net::ServerResponse>(&rows)) return std::move(*failed);
  const json::Array& found = std::get<json::Array>(rows);
  if (found.empty()) return FhirOutcome(404, "not-found", "Patient/" + id + " was not found.");
  return Fhir(200, PatientOf(found.front()));
}

net::ServerResponse SearchPatients(Site& site, const FhirRequest& request,
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
    const std::string wrong = AddCondition(name, value, command, where);
    if (!wrong.empty()) {
      return FhirOutcome(400, "not-supported",
                         "The search parameter '" + wrong + "', or its value, is not supported.");
    }
  }
  command.text =
      "SELECT " + std::string(kColumns) + " FROM BPS_Patients" + where + " ORDER BY InternalID";
  auto rows = Ask(site, command, asked, cancel);
  if (auto* failed = std::get_if<net::ServerResponse>(&rows)) return std::move(*failed);
  const json::Array& found = std::get<json::Array>(rows);
  json::Array entries;
  for (const json::Value& row : found) {
    if (static_cast<std::int64_t>(entries.size()) >= count) break;
    json::Value patient = PatientOf(row);
    const std::string url = request.base + "/Patient/" + std::string(patient.Text("id"));
    entries.emplace_back(json::Object{{"fullUrl", url},
                                      {"resource", std::move(patient)},
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
    return Fhir(200, Capabilities(link_version, request.base));
  if (parts[0] == "Patient" && search && (request.method == "GET" || parts.size() == 2))
    return SearchPatients(site, request, asked, cancel);
  if (parts[0] == "Patient" && parts.size() == 2 && request.method == "GET")
    return ReadPatient(site, parts[1], asked, cancel);
  return FhirOutcome(404, "not-supported",
                     "The sandbox has nothing for " + request.method + " " + parts[0] +
                         "; its metadata tells what there is.");
}

}  // namespace pons::halo_connect::sandbox
