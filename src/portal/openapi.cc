// SPDX-License-Identifier: Apache-2.0
#include "portal/openapi.h"

#include <map>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "json/value.h"
#include "portal/route.h"

namespace pons::portal {
namespace {

constexpr std::string_view kPrefix = "/portal/api";

json::Value Schema(std::string_view text) {
  if (text.empty()) return json::Value(json::Object{});
  auto parsed = json::Parse(text);
  PONS_CHECK(parsed && "a route's schema is JSON");
  return std::move(*parsed);
}

json::Value Parameter(std::string_view name, std::string_view in) {
  json::Value schema;
  schema.Set("type", "string");
  json::Value parameter;
  parameter.Set("name", name);
  parameter.Set("in", in);
  if (in == "path") parameter.Set("required", true);
  parameter.Set("schema", std::move(schema));
  return parameter;
}

json::Value Content(std::string_view type, json::Value schema) {
  json::Value media;
  media.Set("schema", std::move(schema));
  json::Value content;
  content.Set(type, std::move(media));
  return content;
}

json::Value Described(std::string_view description) {
  json::Value out;
  out.Set("description", description);
  return out;
}

// "getOrganizationsOrgMembers"
std::string OperationId(std::string_view method, std::string_view path) {
  std::string id = AsciiLower(method);
  bool upper = true;
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter) {
      upper = true;
    } else {
      id += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      upper = false;
    }
  }
  return id;
}

json::Array PathParameters(std::string_view path) {
  json::Array parameters;
  for (const auto part : Split(path, '/')) {
    if (!part.starts_with('{')) continue;
    parameters.push_back(Parameter(part.substr(1, part.size() - 2), "path"));
  }
  return parameters;
}

json::Value Security(std::initializer_list<std::string_view> schemes) {
  json::Array all;
  if (schemes.size() > 0) {
    json::Value one;
    for (const auto scheme : schemes) one.Set(scheme, json::Value(json::Array{}));
    all.push_back(std::move(one));
  }
  return json::Value(std::move(all));
}

std::string_view LeastName(Least least) {
  switch (least) {
    case Least::kAnyone:
      return "anyone";
    case Least::kPending:
      return "a session that may still owe its second factor";
    case Least::kEnrolling:
      return "a session that may still have to set up its second factor";
    case Least::kSignedIn:
      return "anyone signed in";
    case Least::kLimited:
      return "limited members";
    case Least::kStaff:
      return "staff";
    case Least::kAdmin:
      return "admins";
    case Least::kDeveloper:
      return "developers";
    case Least::kOperator:
      return "operators";
  }
  return "";
}

json::Value Operation(const Route& route) {
  const bool changes = route.method != "GET";
  const std::string path = std::string(kPrefix) + std::string(route.pattern);
  json::Value operation;
  operation.Set("operationId", OperationId(route.method, path));
  operation.Set("summary", route.summary);
  std::string who = "For " + std::string(LeastName(route.least)) + ".";
  if (route.patient_data) who += " Gives out patient data: staff and admins of the practice only.";
  operation.Set("description", who);
  operation.Set("tags", json::Array{"portal"});
  auto parameters = PathParameters(path);
  if (!changes && route.response.find("schemas/List") != std::string_view::npos) {
    for (const auto name : {"q", "cursor", "limit"}) parameters.push_back(Parameter(name, "query"));
  }
  if (!parameters.empty()) operation.Set("parameters", std::move(parameters));
  if (!route.request.empty()) {
    json::Value body;
    body.Set("content", Content("application/json", Schema(route.request)));
    operation.Set("requestBody", std::move(body));
  }
  json::Value good = Described("Done.");
  if (!route.response.empty()) {
    good.Set("content", Content("application/json", Schema(route.response)));
  }
  json::Value problem;
  problem.Set("$ref", "#/components/responses/Problem");
  json::Value responses;
  responses.Set("2XX", std::move(good));
  responses.Set("default", std::move(problem));
  operation.Set("responses", std::move(responses));
  const bool open = route.least == Least::kAnyone;
  operation.Set("security", open      ? Security({})
                            : changes ? Security({"session", "csrf"})
                                      : Security({"session"}));
  return operation;
}

json::Value Operation(const AppRoute& route) {
  json::Value operation;
  operation.Set("operationId", OperationId(route.method, route.path));
  operation.Set("summary", route.summary);
  operation.Set("tags", json::Array{"apps"});
  auto parameters = PathParameters(route.path);
  for (const auto name : Split(route.query, ' ')) {
    if (!name.empty()) parameters.push_back(Parameter(name, "query"));
  }
  if (!parameters.empty()) operation.Set("parameters", std::move(parameters));
  if (!route.request_type.empty()) {
    json::Value body;
    body.Set("content", Content(route.request_type, Schema(route.request)));
    operation.Set("requestBody", std::move(body));
  }
  json::Value good = Described("Done.");
  good.Set("content", Content(route.response_type, json::Value(json::Object{})));
  json::Value responses;
  responses.Set("2XX", std::move(good));
  responses.Set("default",
                Described("Refused, with the reason: an OperationOutcome below /fhir, an OAuth "
                          "error below /oauth, a problem document below /api."));
  operation.Set("responses", std::move(responses));
  operation.Set("security", route.open ? Security({}) : Security({route.security}));
  return operation;
}

constexpr std::string_view kComponents = R"({
"securitySchemes":{
 "session":{"type":"apiKey","in":"cookie","name":"__Host-pons_session","description":"Set by POST /portal/api/session."},
 "csrf":{"type":"apiKey","in":"header","name":"X-Pons-CSRF","description":"The csrf member of GET /portal/api/session."},
 "app":{"type":"http","scheme":"bearer","description":"An access token of POST /oauth/token (client credentials)."},
 "connectionKey":{"type":"http","scheme":"bearer","description":"A key of a connection, for an agent or a browser extension (POST /portal/api/connections/{connection}/keys)."}},
"responses":{"Problem":{"description":"Refused, with the reason and the next step.","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}},
"schemas":{
 "Problem":{"type":"object","required":["status","title","detail","code","reference"],"properties":{"status":{"type":"integer"},"title":{"type":"string"},"detail":{"type":"string"},"code":{"type":"string"},"field":{"type":"string"},"reference":{"type":"string"}}},
 "List":{"type":"object","required":["items","next","total"],"properties":{"items":{"type":"array","items":{"type":"object"}},"next":{"type":["string","null"]},"total":{"type":"integer"}}},
 "User":{"type":"object","required":["id","name","email"],"properties":{"id":{"type":"string"},"name":{"type":"string"},"email":{"type":"string"},"locale":{"type":"string"},"operator":{"type":"boolean"},"developer":{"type":"boolean"},"second_factor":{"type":"boolean"},"memberships":{"type":"array","items":{"type":"object","properties":{"organization":{"type":"object"},"role":{"enum":["admin","staff","limited"]}}}}}})";

// Those above, and what routes name.
json::Value Components() {
  std::string text(kComponents);
  for (const auto schema : NamedSchemas()) (text += ",\n ") += schema;
  return Schema(text + "}}");
}

}  // namespace

std::string OpenApiDocument(std::string_view base) {
  json::Value info;
  info.Set("title", "Pons");
  info.Set("version", "1");
  info.Set("description",
           "The API for apps, and the data behind the portal's pages. What FHIR resources can be "
           "read, searched and written stands in the CapabilityStatement, /fhir/R4/metadata.");
  json::Value license;
  license.Set("name", "Apache-2.0");
  license.Set("identifier", "Apache-2.0");
  info.Set("license", std::move(license));
  json::Value server;
  server.Set("url", base);

  std::map<std::string, json::Value> paths;
  for (const auto& route : AppRoutes()) {
    paths[std::string(route.path)].Set(AsciiLower(route.method), Operation(route));
  }
  for (const auto* route : AllRoutes()) {
    paths[std::string(kPrefix) + std::string(route->pattern)].Set(AsciiLower(route->method),
                                                                  Operation(*route));
  }
  json::Value all;
  for (auto& [path, item] : paths) all.Set(path, std::move(item));

  json::Value external;
  external.Set("url", std::string(base) + "/fhir/R4/metadata");
  external.Set("description", "The CapabilityStatement of the FHIR API.");
  json::Value document;
  document.Set("openapi", "3.1.0");
  document.Set("info", std::move(info));
  document.Set("servers", json::Array{std::move(server)});
  document.Set("externalDocs", std::move(external));
  document.Set("paths", std::move(all));
  document.Set("components", Components());
  return json::Write(document);
}

}  // namespace pons::portal
