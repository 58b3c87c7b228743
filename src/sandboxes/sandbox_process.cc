// SPDX-License-Identifier: Apache-2.0
#include "sandboxes/sandbox_process.h"

#include "base/text.h"

namespace pons::sandboxes {
namespace {

std::string Field(std::string_view line, std::string_view name) {
  for (const auto word : Split(line, ' ')) {
    if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=') {
      return std::string(word.substr(name.size() + 1));
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<SandboxProcess>> SandboxProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments) {
  auto sandbox = std::make_unique<SandboxProcess>();
  ChildOptions options;
  options.program = program;
  options.arguments = arguments;
  PONS_ASSIGN(sandbox->child_, ChildProcess::Start(options));
  const auto& line = sandbox->child_->ready_line();
  std::string wire = Field(line, "wire");
  sandbox->control_ = Field(line, "control");
  sandbox->page_ = Field(line, "page");
  if (const auto sites = Field(line, "sites"); !sites.empty()) {
    const auto first = sites.substr(0, sites.find(','));
    sandbox->control_ = first.substr(first.find('@') + 1);
    sandbox->page_ = sandbox->control_ + "/";
    wire = sandbox->control_;
  }
  sandbox->reports_ = Field(line, "reports");
  const auto colon = wire.rfind(':');
  if (colon == std::string::npos || sandbox->control_.empty()) {
    return MakeError(Fault::kProtocol, program + " did not say where its ports are");
  }
  sandbox->wire_port_ = wire.substr(colon + 1);
  return sandbox;
}

std::string SandboxProcess::Said(std::string_view name) const {
  return Field(child_->ready_line(), name);
}

}  // namespace pons::sandboxes
