// SPDX-License-Identifier: Apache-2.0
// An argument of a stored procedure, as a client may send it: refused with one of SQL Server's
// numbers, or made into what the parameter's type says.
#include "fuzz.h"
#include "vendors/best_practice/sandbox/datetime.h"
#include "vendors/best_practice/sandbox/edits.h"
#include "vendors/best_practice/sandbox/engine.h"

namespace sandbox = pons::best_practice::sandbox;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const sandbox::SqlType types[] = {sandbox::kIntType,
                                    {sandbox::TypeKind::kDate, 0},
                                    sandbox::kDateTimeType,
                                    sandbox::VarcharOf(4),
                                    {sandbox::TypeKind::kText, 0}};
  const sandbox::SqlType type = types[data[0] % 5];
  const std::string text(pons::AsText(data + 2, size - 2));
  sandbox::SqlValue value = text;
  if (data[1] % 4 == 1) value = static_cast<std::int64_t>(sandbox::AsInteger(text));
  if (data[1] % 4 == 2) value = std::strtod(text.c_str(), nullptr);
  if (data[1] % 4 == 3) value = sandbox::Bytes{text};
  if (const auto error = sandbox::CoerceArgument(type, value)) {
    PONS_CHECK(error->number == 8114 || error->number == 206);
    return 0;
  }
  if (type.kind == sandbox::TypeKind::kInt) {
    const auto number = std::get<std::int64_t>(value);
    PONS_CHECK(number >= -2'147'483'648 && number <= 2'147'483'647);
  } else if (type.IsDate()) {
    PONS_CHECK(sandbox::ParseDateTime(std::get<std::string>(value)).has_value());
  } else if (type.size > 0) {
    const auto& kept = std::get<std::string>(value);
    PONS_CHECK(sandbox::EndOfCharacters(kept, static_cast<std::size_t>(type.size)) == kept.size());
  }
  return 0;
}
