// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document of everything this server answers for programs: the portal's routes from
// their tables, and the API for apps from the table in openapi_apps.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pons::portal {

// One address of the API for apps.
struct AppRoute {
  std::string_view method;
  std::string_view path;  // "/fhir/R4/{type}/{id}"
  std::string_view summary;
  bool open = false;                   // without an access token
  std::string_view query = {};         // names of query parameters, joined by blanks
  std::string_view request_type = {};  // content type of the body; empty: none
  std::string_view request = {};       // JSON schema
  std::string_view response_type = "application/json";
  std::string_view security = "app";  // scheme, where not open
};
std::span<const AppRoute> AppRoutes();

// Members of #/components/schemas: "Name":{…}.
std::span<const std::string_view> NamedSchemas();

// `base` is where this server is reached: "https://pons.example.org".
std::string OpenApiDocument(std::string_view base);

}  // namespace pons::portal
