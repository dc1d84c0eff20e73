#include "tcp_client/libcurl.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <string>

// Macros that check types in C.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

namespace usquic::tools::tcp_client {
namespace {

// What the functions below call in libcurl.
struct Functions {
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_pause) easy_pause = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_info_read) multi_info_read = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&::curl_multi_setopt) multi_setopt = nullptr;
  decltype(&::curl_multi_socket_action) multi_socket_action = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
  decltype(&::curl_version_info) version_info = nullptr;
  std::string failure;

  Functions() {
    void* library = dlopen(USQUIC_LIBCURL_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      note_failure();
      return;
    }
    find(library, "curl_easy_cleanup", easy_cleanup);
    find(library, "curl_easy_getinfo", easy_getinfo);
    find(library, "curl_easy_init", easy_init);
    find(library, "curl_easy_pause", easy_pause);
    find(library, "curl_easy_setopt", easy_setopt);
    find(library, "curl_easy_strerror", easy_strerror);
    find(library, "curl_global_init", global_init);
    find(library, "curl_multi_add_handle", multi_add_handle);
    find(library, "curl_multi_cleanup", multi_cleanup);
    find(library, "curl_multi_info_read", multi_info_read);
    find(library, "curl_multi_init", multi_init);
    find(library, "curl_multi_remove_handle", multi_remove_handle);
    find(library, "curl_multi_setopt", multi_setopt);
    find(library, "curl_multi_socket_action", multi_socket_action);
    find(library, "curl_slist_append", slist_append);
    find(library, "curl_slist_free_all", slist_free_all);
    find(library, "curl_version_info", version_info);
    if (failure.empty() && global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) failure = "libcurl does not start";
  }

  template <class Function>
  void find(void* library, const char* name, Function& to) {
    to = reinterpret_cast<Function>(dlsym(library, name));
    if (to == nullptr) note_failure();
  }
  void note_failure() {
    const char* said = dlerror();
    failure = said != nullptr ? said : "libcurl cannot be loaded";
  }
};

const Functions& functions() {
  static const Functions all;
  return all;
}

}  // namespace

const std::string& load_libcurl() {
  return functions().failure;
}

}  // namespace usquic::tools::tcp_client

// libcurl's own names, so that the rest of the program is written as for a library that is linked. What the variadic ones
// are given is a long, a curl_off_t or a pointer: 64 bits each.

using usquic::tools::tcp_client::functions;
static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));

// An enumeration is promoted as libcurl's own definitions see it, too.
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wvarargs"
#endif

extern "C" {

void curl_easy_cleanup(CURL* easy) {
  functions().easy_cleanup(easy);
}
CURLcode curl_easy_getinfo(CURL* easy, CURLINFO info, ...) {
  std::va_list more;
  va_start(more, info);
  void* to = va_arg(more, void*);
  va_end(more);
  return functions().easy_getinfo(easy, info, to);
}
CURL* curl_easy_init() {
  return functions().easy_init();
}
CURLcode curl_easy_pause(CURL* easy, int directions) {
  return functions().easy_pause(easy, directions);
}
CURLcode curl_easy_setopt(CURL* easy, CURLoption option, ...) {
  std::va_list more;
  va_start(more, option);
  void* value = va_arg(more, void*);
  va_end(more);
  return functions().easy_setopt(easy, option, value);
}
const char* curl_easy_strerror(CURLcode code) {
  return functions().easy_strerror(code);
}
CURLMcode curl_multi_add_handle(CURLM* multi, CURL* easy) {
  return functions().multi_add_handle(multi, easy);
}
CURLMcode curl_multi_cleanup(CURLM* multi) {
  return functions().multi_cleanup(multi);
}
CURLMsg* curl_multi_info_read(CURLM* multi, int* left) {
  return functions().multi_info_read(multi, left);
}
CURLM* curl_multi_init() {
  return functions().multi_init();
}
CURLMcode curl_multi_remove_handle(CURLM* multi, CURL* easy) {
  return functions().multi_remove_handle(multi, easy);
}
CURLMcode curl_multi_setopt(CURLM* multi, CURLMoption option, ...) {
  std::va_list more;
  va_start(more, option);
  void* value = va_arg(more, void*);
  va_end(more);
  return functions().multi_setopt(multi, option, value);
}
CURLMcode curl_multi_socket_action(CURLM* multi, curl_socket_t socket, int events, int* running) {
  return functions().multi_socket_action(multi, socket, events, running);
}
curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  return functions().slist_append(list, text);
}
void curl_slist_free_all(curl_slist* list) {
  if (list != nullptr) functions().slist_free_all(list);
}
curl_version_info_data* curl_version_info(CURLversion version) {
  return functions().version_info(version);
}

}  // extern "C"
