// Defines the functions of Endpoint, which call those of the engine that is built in. An engine includes this in
// one source, after the name of its type:
//
//   namespace usquic::engine {
//   using OwnEndpoint = ngtcp2::QuicEndpoint;
//   }
//   #include "engine/endpoint_definition.h"
#pragma once

#include <type_traits>
#include <utility>

#include "engine/engine.h"

namespace usquic::engine {

template <class Function>
struct OwnerOf;
template <class Class, class Type>
struct OwnerOf<Type Class::*> {
  using type = Class;
};

// Whether a type of an engine has this function itself. One that it leaves out is Endpoint's.
template <auto function>
inline constexpr bool is_own = !std::is_same_v<typename OwnerOf<decltype(function)>::type, Endpoint>;

// self: an Endpoint, const or not.
template <auto function, class Self, class... Arguments>
decltype(auto) call_own(Self& self, Arguments&&... arguments) {
  static_assert(is_own<function>, "the engine leaves this function out, and would call itself for ever");
  using Own = std::conditional_t<std::is_const_v<Self>, const OwnEndpoint, OwnEndpoint>;
  return (static_cast<Own&>(self).*function)(std::forward<Arguments>(arguments)...);
}

void Endpoint::receive(TimePoint now, std::span<const Datagram> datagrams) {
  call_own<&OwnEndpoint::receive>(*this, now, datagrams);
}
TimePoint Endpoint::deadline() const {
  return call_own<&OwnEndpoint::deadline>(*this);
}
void Endpoint::expire(TimePoint now) {
  call_own<&OwnEndpoint::expire>(*this, now);
}
bool Endpoint::wants_flush() const {
  return call_own<&OwnEndpoint::wants_flush>(*this);
}
void Endpoint::flush(TimePoint now, SendBatch& batch) {
  call_own<&OwnEndpoint::flush>(*this, now, batch);
}
void Endpoint::unblocked(void* socket) {
  call_own<&OwnEndpoint::unblocked>(*this, socket);
}
Result<Connection*> Endpoint::connect(TimePoint now, const Path& path, std::string_view server_name,
                                      void* user) {
  return call_own<&OwnEndpoint::connect>(*this, now, path, server_name, user);
}
void Endpoint::set_accepting(void* socket, bool accepting) {
  call_own<&OwnEndpoint::set_accepting>(*this, socket, accepting);
}
void Endpoint::refuse_new_clients(void* socket) {
  call_own<&OwnEndpoint::refuse_new_clients>(*this, socket);
}
bool Endpoint::has_handshakes(void* socket) const {
  return call_own<&OwnEndpoint::has_handshakes>(*this, socket);
}
void Endpoint::path_failed(TimePoint now, const Path& path, int error_number) {
  call_own<&OwnEndpoint::path_failed>(*this, now, path, error_number);
}
void Endpoint::drop_socket(void* socket) {
  call_own<&OwnEndpoint::drop_socket>(*this, socket);
}
bool Endpoint::has_unsent_close(void* socket) const {
  return call_own<&OwnEndpoint::has_unsent_close>(*this, socket);
}
const Capabilities& Endpoint::capabilities() const {
  return call_own<&OwnEndpoint::capabilities>(*this);
}
void Endpoint::stats(us_quic_context_stats_t& out) const {
  call_own<&OwnEndpoint::stats>(*this, out);
}

}  // namespace usquic::engine
