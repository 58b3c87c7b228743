// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/fault_text.h"

namespace pons::best_practice::sandbox {

std::string FaultText(const RequestFacts& facts, const std::string& sql,
                      const ProcedureTable& procedures) {
  std::string text = facts.objects + sql;
  if (!facts.called.empty()) return text;
  std::size_t open = 0;
  while ((open = text.find('\'', open)) != std::string::npos) {
    const std::size_t close = text.find('\'', open + 1);
    if (close == std::string::npos) break;
    std::string quoted = text.substr(open + 1, close - open - 1);
    std::erase_if(quoted, [](char c) { return c == '[' || c == ']'; });
    quoted.erase(0, quoted.rfind('.') + 1);
    if (procedures.Find(quoted) != nullptr) {
      text.erase(open, close + 1 - open);
    } else {
      open = close + 1;
    }
  }
  return text;
}

}  // namespace pons::best_practice::sandbox
