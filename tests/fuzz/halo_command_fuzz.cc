// SPDX-License-Identifier: Apache-2.0
// What an integrator may send Halo's sandbox: a query string or form, a command with parameters.
// Refused with a 4xx, or made into what the parameters' types say; rows are cut into pages that
// are JSON again.
#include "fuzz.h"
#include "vendors/best_practice/sandbox/datetime.h"
#include "vendors/halo_connect/sandbox/command.h"
#include "vendors/halo_connect/sandbox/rows.h"
#include "vendors/halo_connect/sandbox/tools.h"

namespace halo = pons::halo_connect::sandbox;
namespace bp = pons::best_practice::sandbox;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(pons::AsText(data, size));
  for (const auto& [name, value] : halo::ParseForm(text)) {
    PONS_CHECK(name.size() + value.size() <= text.size());
  }
  if (const auto bytes = halo::FromBase64(text)) {
    PONS_CHECK(halo::FromBase64(halo::Base64(*bytes)) == bytes);
  }
  const auto body = pons::json::Parse(text);
  if (!body) return 0;
  auto read = halo::ReadCommand(*body);
  if (const auto* error = std::get_if<halo::HaloError>(&read)) {
    PONS_CHECK(error->status == 400 && !error->message.empty());
    return 0;
  }
  const auto& command = std::get<halo::Command>(read);
  PONS_CHECK(!command.text.empty());
  for (const halo::Parameter& parameter : command.parameters) {
    PONS_CHECK(parameter.name.size() >= 2 && parameter.name[0] == '@');
    const auto cell = halo::CellJson(parameter.type, parameter.value);
    if (cell) PONS_CHECK(pons::json::Parse(*cell).has_value());
    if (parameter.type.IsDate() && !bp::IsNull(parameter.value))
      PONS_CHECK(bp::ParseDateTime(std::get<std::string>(parameter.value)).has_value());
  }
  return 0;
}
