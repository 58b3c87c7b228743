// SPDX-License-Identifier: Apache-2.0
// What the server can do, told to machines: the CapabilityStatement, from the table that searches
// run by, and SMART's configuration.
#include <algorithm>

#include "api/clinical.h"
#include "api/search_params.h"
#include "api/service.h"
#include "api/writes.h"
#include "json/writer.h"

namespace pons::api {
namespace {

void WriteNames(json::Writer& w, std::string_view key, std::string_view member,
                std::initializer_list<std::string_view> values) {
  w.Key(key);
  w.BeginArray();
  for (const auto value : values) {
    if (value.empty()) continue;
    w.BeginObject();
    w.Member(member, value);
    w.EndObject();
  }
  w.EndArray();
}

// $match of FHIR's own definition, and what Pons adds.
void WriteOperations(json::Writer& w, model::Stream stream) {
  for (const auto& route : OperationsOf(stream)) {
    w.BeginObject();
    w.Member("name", route.name);
    w.Member("definition", route.definition);
    w.EndObject();
  }
}

void WriteBinary(json::Writer& w) {
  w.BeginObject();
  w.Member("type", "Binary");
  WriteNames(w, "interaction", "code", {"read", "create"});
  w.EndObject();
}

void WriteLiveParams(json::Writer& w, const LiveType& type,
                     std::span<const SearchParam> already = {}) {
  for (const auto& param : type.params) {
    const bool told = std::any_of(already.begin(), already.end(),
                                  [&](const auto& one) { return one.name == param.name; });
    if (told) continue;
    w.BeginObject();
    w.Member("name", param.name);
    w.Member("type", LiveParamTypeName(param.field));
    w.Member("documentation", param.documentation);
    w.EndObject();
  }
}

// What is asked of practices on demand, and never stored.
void WriteUnstored(json::Writer& w, const LiveType& type) {
  w.BeginObject();
  w.Member("type", type.name);
  w.Member("documentation",
           "Asked of the practice at the moment of the search, for grants with the switch "
           "read_clinical_data; not kept.");
  WriteNames(w, "interaction", "code", {"read", "search-type"});
  w.Member("versioning", "no-version");
  w.Key("searchParam");
  w.BeginArray();
  WriteLiveParams(w, type);
  w.EndArray();
  w.EndObject();
}

void WriteResource(json::Writer& w, model::Stream stream, bool writes, bool clinical) {
  w.BeginObject();
  w.Member("type", model::ResourceTypeOf(stream));
  const bool creates = writes && Scopes::IsCreatable(stream);
  const bool updates = writes && Scopes::IsUpdatable(stream);
  const std::string_view none;
  WriteNames(w, "interaction", "code",
             {"read", "vread", "search-type", creates ? "create" : none, updates ? "update" : none,
              updates ? "patch" : none});
  w.Member("versioning", "versioned");
  w.Member("readHistory", false);
  if (updates) w.Member("updateCreate", false);
  if (creates && stream == model::Stream::kPatients) w.Member("conditionalCreate", true);
  w.Member("conditionalRead", "full-support");
  w.Key("searchParam");
  w.BeginArray();
  for (const auto& param : SearchParamsOf(stream)) {
    w.BeginObject();
    w.Member("name", param.name);
    w.Member("type", ParamTypeName(param.kind));
    w.Member("documentation", param.documentation);
    w.EndObject();
  }
  if (const auto* live = LiveTypeNamed(model::ResourceTypeOf(stream)); clinical && live) {
    WriteLiveParams(w, *live, SearchParamsOf(stream));
  }
  w.EndArray();
  if (writes && !OperationsOf(stream).empty()) {
    w.Key("operation");
    w.BeginArray();
    WriteOperations(w, stream);
    w.EndArray();
  }
  w.EndObject();
}

void WriteSecurity(json::Writer& w, std::string_view base) {
  w.Key("security");
  w.BeginObject();
  w.Key("extension");
  w.BeginArray();
  w.BeginObject();
  w.Member("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
  w.Key("extension");
  w.BeginArray();
  w.BeginObject();
  w.Member("url", "token");
  w.Member("valueUri", std::string(base) + "/oauth/token");
  w.EndObject();
  w.EndArray();
  w.EndObject();
  w.EndArray();
  w.Key("service");
  w.BeginArray();
  w.BeginObject();
  w.Key("coding");
  w.BeginArray();
  w.BeginObject();
  w.Member("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
  w.Member("code", "SMART-on-FHIR");
  w.EndObject();
  w.EndArray();
  w.Member("text", "OAuth2 client credentials (SMART Backend Services)");
  w.EndObject();
  w.EndArray();
  w.EndObject();
}

void WriteList(json::Writer& w, std::string_view key, std::initializer_list<const char*> values) {
  w.Key(key);
  w.BeginArray();
  for (const char* value : values) w.String(value);
  w.EndArray();
}

}  // namespace

std::string CapabilityStatement(std::string_view base, Instant since, bool writes, bool clinical) {
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("resourceType", "CapabilityStatement");
  w.Member("status", "active");
  w.Member("date", FormatInstant(since));
  w.Member("kind", "instance");
  w.Key("software");
  w.BeginObject();
  w.Member("name", "Pons");
  w.EndObject();
  w.Key("implementation");
  w.BeginObject();
  w.Member("description", "Practice management systems, as granted to this app");
  w.Member("url", std::string(base) + "/fhir/R4");
  w.EndObject();
  w.Member("fhirVersion", "4.0.1");
  WriteList(w, "format", {"application/fhir+json", "json"});
  w.Key("rest");
  w.BeginArray();
  w.BeginObject();
  w.Member("mode", "server");
  WriteSecurity(w, base);
  w.Key("resource");
  w.BeginArray();
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    WriteResource(w, static_cast<model::Stream>(i), writes, clinical);
  }
  for (const auto& type : LiveTypes()) {
    if (clinical && !type.also_kept) WriteUnstored(w, type);
  }
  if (writes) WriteBinary(w);
  w.EndArray();
  w.EndObject();
  w.EndArray();
  w.EndObject();
  return out;
}

std::string SmartConfiguration(std::string_view base) {
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Member("token_endpoint", std::string(base) + "/oauth/token");
  WriteList(w, "grant_types_supported", {"client_credentials"});
  WriteList(w, "token_endpoint_auth_methods_supported",
            {"client_secret_basic", "client_secret_post", "private_key_jwt"});
  WriteList(w, "token_endpoint_auth_signing_alg_values_supported", {"RS384", "ES384"});
  w.Key("scopes_supported");
  w.BeginArray();
  w.String("system/*.crus");
  w.String("system/*.rs");
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    const auto stream = static_cast<model::Stream>(i);
    const std::string letters = std::string(Scopes::IsCreatable(stream) ? "c" : "") + "r" +
                                (Scopes::IsUpdatable(stream) ? "u" : "") + "s";
    w.String("system/" + std::string(model::ResourceTypeOf(stream)) + "." + letters);
  }
  for (const auto type : Scopes::UnstoredTypes()) w.String("system/" + std::string(type) + ".rs");
  w.EndArray();
  WriteList(w, "capabilities",
            {"client-confidential-asymmetric", "client-confidential-symmetric", "permission-v2",
             "permission-v1"});
  WriteList(w, "code_challenge_methods_supported", {"S256"});
  w.EndObject();
  return out;
}

}  // namespace pons::api
