// One of lsquic's engines.
#pragma once

#include <lsquic.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/lsquic/endpoint_core.h"
#include "engine/lsquic/roles.h"

namespace usquic::engine::lsquic {

class LibraryEngine {
 public:
  // Errors: what TLS says, US_QUIC_E_NOMEM.
  static Result<std::unique_ptr<LibraryEngine>> create(EndpointCore& core, Role role);
  // Runs callbacks of every connection.
  ~LibraryEngine();
  LibraryEngine(const LibraryEngine&) = delete;
  LibraryEngine& operator=(const LibraryEngine&) = delete;

  lsquic_engine_t* get() const { return engine_; }
  EndpointCore& core() const { return core_; }
  Role role() const { return role_; }

 private:
  LibraryEngine(EndpointCore& core, Role role) : core_(core), role_(role) {}
  bool make();

  EndpointCore& core_;
  const Role role_;
  lsquic_engine_t* engine_ = nullptr;
};

}  // namespace usquic::engine::lsquic
