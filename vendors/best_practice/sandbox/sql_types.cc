// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/sql_types.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace pons::best_practice::sandbox {

std::int64_t AsInteger(const SqlValue& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* d = std::get_if<double>(&value)) {
    return std::isfinite(*d) && std::fabs(*d) < 9e18 ? static_cast<std::int64_t>(*d) : 0;
  }
  if (const auto* s = std::get_if<std::string>(&value)) {
    std::int64_t n = 0;
    std::size_t start = s->find_first_not_of(' ');
    if (start == std::string::npos) return 0;
    std::from_chars(s->data() + start, s->data() + s->size(), n);
    return n;
  }
  return 0;
}

std::string AsText(const SqlValue& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return std::to_string(*n);
  if (const auto* d = std::get_if<double>(&value)) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.15g", *d);
    return buffer;
  }
  if (const auto* s = std::get_if<std::string>(&value)) return *s;
  if (const auto* b = std::get_if<Bytes>(&value)) return b->data;
  return {};
}

SqlError SyntaxError(std::string_view near) {
  return {102, 15, "Incorrect syntax near '" + std::string(near.substr(0, 60)) + "'."};
}

SqlError InvalidColumn(std::string_view name) {
  return {207, 16, "Invalid column name '" + std::string(name) + "'."};
}

SqlError InvalidObject(std::string_view name) {
  return {208, 16, "Invalid object name '" + std::string(name) + "'."};
}

SqlError UnknownProcedure(std::string_view name) {
  return {2812, 16, "Could not find stored procedure '" + std::string(name) + "'."};
}

SqlError DeniedOn(std::string_view right, std::string_view object) {
  return {229, 14,
          "The " + std::string(right) + " permission was denied on the object '" +
              std::string(object) + "', database 'BPSPatients', schema 'dbo'."};
}

}  // namespace pons::best_practice::sandbox
