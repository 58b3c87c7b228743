// SPDX-License-Identifier: Apache-2.0
#include "connector/registry.h"

#include <algorithm>

#include "net/folder.h"
#include "net/sql.h"

namespace pons {

std::unique_ptr<net::SqlTransport> Connector::MakeSql(const Settings&,
                                                      const SessionContext&) const {
  return nullptr;
}

Result<Settings> Connector::Pair(const Settings& given, const SessionContext&) const {
  return given;
}

Result<void> Connector::Leave(const Settings&, const SessionContext&) const { return Ok(); }

Result<Hook> Connector::ReadHook(const HookRequest&) const {
  return MakeError(Fault::kUnsupported, std::string(descriptor().name) + " calls nobody");
}

Result<void> Connector::WayAvailable(std::string_view) const { return Ok(); }

std::chrono::milliseconds Connector::Settling(const Settings&) const {
  return descriptor().can.settling;
}

std::string Connector::CostWords(const Settings&) const { return {}; }

std::chrono::milliseconds Connector::PollInterval(const Settings&, model::Stream stream) const {
  for (const auto& support : descriptor().can.streams) {
    if (support.stream == stream) return support.poll_interval;
  }
  return std::chrono::minutes(5);
}

std::unique_ptr<net::Folder> Connector::MakeFolder(const Settings&) const { return nullptr; }

Result<void> Connector::Supports(const Settings&, model::CommandKind kind) const {
  const auto& can = descriptor().can.commands;
  if (std::find(can.begin(), can.end(), kind) != can.end()) return Ok();
  return MakeError(Fault::kUnsupported, std::string(descriptor().name) + " cannot " +
                                            std::string(model::CommandKindWords(kind)) +
                                            " through Pons (" +
                                            std::string(model::CommandKindName(kind)) + ").");
}

void Registry::Own(std::unique_ptr<const Connector> connector) {
  Add(*connector);
  own_.push_back(std::move(connector));
}

void Registry::Add(const Connector& connector) {
  PONS_CHECK(Find(connector.descriptor().id) == nullptr);
  connectors_.push_back(&connector);
}

const Connector* Registry::Find(std::string_view id) const {
  for (const auto* connector : connectors_) {
    if (connector->descriptor().id == id) return connector;
  }
  return nullptr;
}

}  // namespace pons
