#include "engine/lsquic/library_engine.h"

#include "engine/lsquic/callbacks.h"
#include "engine/lsquic/header_set.h"
#include "engine/lsquic/settings.h"
#include "engine/lsquic/tls_driver.h"

namespace usquic::engine::lsquic {
namespace {

// Once for the process; what it holds is tables.
bool begin_library() {
  static const bool is_begun = lsquic_global_init(LSQUIC_GLOBAL_CLIENT | LSQUIC_GLOBAL_SERVER) == 0;
  return is_begun;
}

}  // namespace

Result<std::unique_ptr<LibraryEngine>> LibraryEngine::create(EndpointCore& core, Role role) {
  if (!begin_library()) return Error{US_QUIC_E_INTERNAL};
  if (Result<void> prepared = core.tls->prepare(role); !prepared) return Error{prepared.error()};
  std::unique_ptr<LibraryEngine> made(new LibraryEngine(core, role));
  if (!made->make()) return Error{US_QUIC_E_NOMEM};
  return made;
}

bool LibraryEngine::make() {
  const lsquic_engine_settings settings = settings_for(core_.config, role_, core_.id_factory.length());
  char why[128] = "";
  if (lsquic_engine_check_settings(&settings, flags_of(role_), why, sizeof(why)) != 0) {
    core_.config.log.log(LogLevel::error, "lsquic takes no such settings: %s", why);
    return false;
  }
  lsquic_engine_api api{};
  api.ea_settings = &settings;
  api.ea_stream_if = &stream_callbacks;
  api.ea_stream_if_ctx = this;
  api.ea_packets_out = take_packets;
  api.ea_packets_out_ctx = this;
  api.ea_get_ssl_ctx = find_tls;
  api.ea_new_scids = new_ids;
  api.ea_old_scids = old_ids;
  api.ea_cids_update_ctx = this;
  api.ea_generate_scid = make_id;
  api.ea_gen_scid_ctx = this;
  if (is_http(role_)) {
    api.ea_hsi_if = &header_set_interface;
    api.ea_hsi_ctx = const_cast<Config*>(&core_.config);
  }
  engine_ = lsquic_engine_new(flags_of(role_), &api);
  return engine_ != nullptr;
}

LibraryEngine::~LibraryEngine() {
  if (engine_ != nullptr) lsquic_engine_destroy(engine_);
}

}  // namespace usquic::engine::lsquic
