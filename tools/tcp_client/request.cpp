#include "tcp_client/request.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/ascii.h"
#include "tcp_client/socket_meter.h"

namespace usquic::tools::tcp_client {
namespace {

constexpr std::size_t max_unsent = 64 * 1024;

void append(curl_slist*& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list = longer;
}

bool has_field(const std::vector<Field>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
}

}  // namespace

Request::Request(Handler& handler, const Setup& setup) : handler_(&handler), easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  setup.apply(easy_);
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, header_callback);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, body_callback);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, read_callback);
  curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, connected_callback);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
}

Request::~Request() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(fields_);
}

Request& Request::of(CURL* easy) {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  void* request = self;
  return *static_cast<Request*>(request);
}

void Request::report_connections() {
  curl_easy_setopt(easy_, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy_, CURLOPT_DEBUGFUNCTION, debug_callback);
  curl_easy_setopt(easy_, CURLOPT_DEBUGDATA, this);
}

void Request::count_sockets(SocketMeter& meter) {
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, open_callback);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, &meter);
  curl_easy_setopt(easy_, CURLOPT_CLOSESOCKETFUNCTION, close_callback);
  curl_easy_setopt(easy_, CURLOPT_CLOSESOCKETDATA, &meter);
}

void Request::only_connect() {
  curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
}

void Request::prepare(const std::string& url, const std::string& method, const std::vector<Field>& fields,
                      Body body) {
  prepare_again();
  curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
  set_method(method, body);
  set_fields(fields);
}

void Request::prepare_again() {
  unsent_.clear();
  unsent_begin_ = 0;
  is_body_ended_ = is_body_awaited_ = false;
  error_text_[0] = '\0';
  report_ = {};
}

void Request::set_method(const std::string& method, Body body) {
  curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(easy_, CURLOPT_NOBODY, 0L);
  if (body == Body::Streamed) curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
  // It alone tells libcurl that no body follows the response.
  if (method == "HEAD") curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void Request::set_fields(const std::vector<Field>& fields) {
  curl_slist_free_all(std::exchange(fields_, nullptr));
  curl_off_t length = -1;
  for (const Field& field : fields) {
    if (field.name == "content-length") {
      length = static_cast<curl_off_t>(parse_number(field.value).value_or(0));
    } else {
      // "name;" is how libcurl is told of an empty value.
      append(fields_, field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
    }
  }
  // What it would add by itself.
  for (const char* name : {"accept", "user-agent", "expect", "content-type"}) {
    if (!has_field(fields, name)) append(fields_, std::string(name) + ":");
  }
  curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, length);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, fields_);
}

// ---- The body ----

bool Request::write(std::string_view bytes) {
  unsent_.erase(0, std::exchange(unsent_begin_, 0));
  unsent_.append(bytes);
  resume_body();
  return unsent_.size() < max_unsent;
}

void Request::end() {
  is_body_ended_ = true;
  resume_body();
}

void Request::resume_body() {
  if (is_added_ && std::exchange(is_body_awaited_, false)) curl_easy_pause(easy_, CURLPAUSE_CONT);
}

std::size_t Request::read_callback(char* to, std::size_t size, std::size_t count, void* user) {
  auto& self = *static_cast<Request*>(user);
  if (self.handler_ == nullptr) return CURL_READFUNC_ABORT;
  if (self.unsent_begin_ == self.unsent_.size() && !self.is_body_ended_) self.handler_->on_body_wanted();
  if (self.handler_ == nullptr) return CURL_READFUNC_ABORT;
  const std::size_t length = std::min(size * count, self.unsent_.size() - self.unsent_begin_);
  if (length == 0 && !self.is_body_ended_) {
    self.is_body_awaited_ = true;
    return CURL_READFUNC_PAUSE;
  }
  std::copy_n(self.unsent_.data() + self.unsent_begin_, length, to);
  self.unsent_begin_ += length;
  return length;
}

// ---- What comes ----

int Request::connected_callback(void* user, char* ip, char*, int port, int) {
  auto& self = *static_cast<Request*>(user);
  if (self.handler_ == nullptr) return CURL_PREREQFUNC_ABORT;
  curl_off_t id = -1;
  curl_easy_getinfo(self.easy_, CURLINFO_CONN_ID, &id);
  const bool goes_out = self.handler_->on_connected({id, ip, port, self.report_});
  return goes_out && self.handler_ != nullptr ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

std::size_t Request::header_callback(char* data, std::size_t size, std::size_t count, void* user) {
  auto& self = *static_cast<Request*>(user);
  if (self.handler_ != nullptr) self.handler_->on_header_line({data, size * count});
  return self.handler_ != nullptr ? size * count : 0;
}

std::size_t Request::body_callback(char* data, std::size_t size, std::size_t count, void* user) {
  auto& self = *static_cast<Request*>(user);
  if (self.handler_ != nullptr) self.handler_->on_body({data, size * count});
  return self.handler_ != nullptr ? size * count : static_cast<std::size_t>(CURL_WRITEFUNC_ERROR);
}

curl_socket_t Request::open_callback(void* user, curlsocktype, curl_sockaddr* address) {
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  static_cast<SocketMeter*>(user)->opened(fd);
  return fd;
}

int Request::close_callback(void* user, curl_socket_t fd) {
  static_cast<SocketMeter*>(user)->closing(fd);
  return close(fd);
}

int Request::debug_callback(CURL*, curl_infotype type, char* data, std::size_t size, void* user) {
  if (type == CURLINFO_TEXT) static_cast<Request*>(user)->report_.take({data, size});
  return 0;
}

void Request::finish(CURLcode result) {
  if (handler_ == nullptr) return;
  if (result == CURLE_OK) return handler_->on_done({});
  handler_->on_done({describe_result(result, error_text_.data()), result == CURLE_PARTIAL_FILE});
}

}  // namespace usquic::tools::tcp_client
