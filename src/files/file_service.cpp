#include "files/file_service.h"

#include <cerrno>

#include "base/ascii.h"
#include "files/byte_range.h"
#include "files/request_path.h"

namespace usquic::files {
namespace {

constexpr std::int64_t recheck_ms = 1000;

std::string_view reason_of(int status) {
  switch (status) {
    case 301:
      return "Moved Permanently";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 412:
      return "Precondition Failed";
    case 416:
      return "Range Not Satisfiable";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

int status_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case EINVAL:
      return 404;
    case EACCES:
    case EPERM:
    case EXDEV:
    case ELOOP:
      return 403;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return 503;
    default:
      return 500;
  }
}

BodyPart memory_part(std::string text) {
  BodyPart part;
  part.memory = std::make_shared<const std::string>(std::move(text));
  part.length = part.memory->size();
  return part;
}

void set_text_body(Response& response, std::string_view content_type, std::string text) {
  response.fields.push_back({"content-type", std::string(content_type)});
  response.fields.push_back({"content-length", std::to_string(text.size())});
  response.body.push_back(memory_part(std::move(text)));
}

Response plain(int status, std::vector<Field> fields = {}) {
  Response response;
  response.status = status;
  response.fields = std::move(fields);
  set_text_body(response, "text/plain; charset=utf-8",
                std::to_string(status) + ' ' + std::string(reason_of(status)) + '\n');
  return response;
}

Response refusal(int status) {
  if (status == 503) return plain(503, {{"retry-after", "1"}});
  return plain(status);
}

Response listing(ListingStore::Page page) {
  Response response;
  response.fields = {{"cache-control", "no-cache"},
                     {"content-type", "text/html; charset=utf-8"},
                     {"content-length", std::to_string(page->size())}};
  BodyPart part;
  part.length = page->size();
  part.memory = std::move(page);
  response.body.push_back(std::move(part));
  return response;
}

// The bytes of a representation: kept ones, or the file, opened anew. Empty when it is another file by
// now, or shorter.
std::optional<BodyPart> content_of(const DocumentRoot& root, const Representation& representation) {
  BodyPart part;
  part.length = representation.identity.size;
  part.memory = representation.content;
  if (part.memory || part.length == 0) return part;
  OpenedNode node = root.open_node(representation.file);
  const FileIdentity& wanted = representation.identity;
  if (node.error != 0 || node.identity.device != wanted.device || node.identity.inode != wanted.inode ||
      node.identity.size < wanted.size) {
    return std::nullopt;
  }
  part.file = std::make_shared<const OpenFile>(OpenFile{std::move(node.fd), wanted});
  return part;
}

BodyPart slice(const BodyPart& whole, const ByteRange& range) {
  BodyPart part = whole;
  part.offset = range.first;
  part.length = range.length();
  return part;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' +
         std::to_string(size);
}

// RFC 9110 14.6 and RFC 2046 5.1.
void set_multipart_body(Response& response, std::string_view content_type, const BodyPart& whole,
                        const std::vector<ByteRange>& ranges, const std::string& boundary) {
  const std::uint64_t size = whole.length;
  std::string opening;
  for (const ByteRange& range : ranges) {
    opening.append("--").append(boundary).append("\r\ncontent-type: ").append(content_type);
    opening.append("\r\ncontent-range: ").append(content_range(range, size)).append("\r\n\r\n");
    response.body.push_back(memory_part(std::move(opening)));
    response.body.push_back(slice(whole, range));
    opening = "\r\n";
  }
  response.body.push_back(memory_part("\r\n--" + boundary + "--\r\n"));
  response.fields.push_back({"content-type", "multipart/byteranges; boundary=" + boundary});
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // all of it where there is no '/'
}

constexpr const char* allowed_methods = "GET, HEAD, OPTIONS";

bool is_safe_read(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

FileService::FileService(DocumentRoot root, FileServiceOptions options)
    : root_(std::move(root)),
      options_(std::move(options)),
      cache_(options_.contents ? options_.contents : std::make_shared<SharedContents>(options_.cache_bytes)),
      listings_(options_.listings, options_.listing_bytes) {}

Response FileService::respond(const Request& request, std::int64_t now_ms) {
  follow_root(now_ms);
  Response response = route(request, now_ms);
  if (response.awaited_listing) return response;
  return finish(std::move(response), request.method);
}

// What all responses have.
Response FileService::finish(Response response, std::string_view method) const {
  response.fields.push_back({"server", "usquic"});
  for (const Field& added : options_.added_fields) {
    std::erase_if(response.fields, [&](const Field& field) { return field.name == added.name; });
  }
  response.fields.insert(response.fields.end(), options_.added_fields.begin(), options_.added_fields.end());
  if (method == "HEAD") response.body.clear();
  return response;
}

void FileService::await_listing(const std::string& folder, std::string_view method,
                                std::function<void(Response)> ready) {
  listings_.await(folder, [this, method = std::string(method), ready = std::move(ready)](
                              const ListingStore::Page& page, int error) {
    ready(finish(page ? listing(page) : refusal(status_of(error)), method));
  });
}

void FileService::follow_root(std::int64_t now_ms) {
  if (now_ms - root_checked_ms_ < recheck_ms) return;
  root_checked_ms_ = now_ms;
  if (!root_.follow_name()) return;
  cache_.clear();
  loader_.clear();
  listings_.clear();
}

Response FileService::route(const Request& request, std::int64_t now_ms) {
  // RFC 9110 section 9.3.7.
  if (request.method == "OPTIONS") return Response{204, {{"allow", allowed_methods}}};
  if (!is_safe_read(request.method)) return plain(405, {{"allow", allowed_methods}});
  const auto path = parse_request_path(request.path);
  if (!path) return plain(400);
  if (path->is_hidden && !options_.serves_dotfiles) return answer_missing(request, ENOENT, now_ms);
  if (path->names_directory) return answer_directory(request, *path, now_ms);
  const Lookup lookup = look_up(path->file, now_ms);
  if (lookup.error != 0) return answer_missing(request, lookup.error, now_ms);
  if (lookup.resource) return answer_found(request, lookup);
  // Built anew from the decoded path: "//host" must not become a reference to another host (RFC 3986 4.2).
  std::string location = options_.is_mounted ? "./" + percent_encode_path(last_segment(path->file)) + "/"
                                             : "/" + percent_encode_path(path->file) + "/";
  if (!path->query.empty()) location += "?" + path->query;
  return plain(301, {{"location", std::move(location)}});
}

Response FileService::answer_directory(const Request& request, const RequestPath& path, std::int64_t now_ms) {
  const std::string index = path.file.empty() ? options_.index : path.file + "/" + options_.index;
  const Lookup lookup = look_up(index, now_ms);
  if (lookup.resource) return answer_found(request, lookup);
  if (lookup.error != 0 && lookup.error != ENOENT) return answer_missing(request, lookup.error, now_ms);
  const OpenedNode folder = root_.find_node(path.file);
  if (folder.error != 0 || folder.kind != NodeKind::Directory || !options_.lists_directories) {
    return answer_missing(request, ENOENT, now_ms);
  }
  if (const ListingStore::Page page = listings_.find(path.file, now_ms)) return listing(page);
  if (!listings_.can_make(path.file)) return refusal(503);
  Response response;
  response.awaited_listing = path.file;
  return response;
}

Response FileService::answer_missing(const Request& request, int error, std::int64_t now_ms) {
  const int status = status_of(error);
  if (status == 404 && options_.is_single_page_app) {
    const Lookup page = look_up(options_.index, now_ms);
    if (page.resource) return answer_found(request, page);
  }
  return refusal(status);
}

Response FileService::answer_found(const Request& request, const Lookup& found) {
  Response response = answer_resource(request, *found.resource);
  response.fresh_until_ms = found.fresh_until_ms;
  return response;
}

Response FileService::answer_resource(const Request& request, const Resource& resource) {
  const Representation& chosen = resource.choose(request.accept_encoding);
  const Validators validators = {chosen.entity_tag, chosen.identity.modified_seconds()};
  const Verdict verdict = evaluate_conditions(request.conditions, validators);
  if (verdict == Verdict::PreconditionFailed) return plain(412);

  Response response;
  response.fields.reserve(10);
  response.fields.push_back({"etag", chosen.entity_tag});
  response.fields.push_back({"last-modified", chosen.last_modified});
  if (options_.max_age_s) {
    response.fields.push_back({"cache-control", "max-age=" + std::to_string(*options_.max_age_s)});
  }
  if (resource.representations.size() > 1) response.fields.push_back({"vary", "accept-encoding"});
  if (verdict == Verdict::NotModified) {
    response.status = 304;
    return response;
  }
  response.fields.push_back({"accept-ranges", "bytes"});
  if (chosen.coding != ContentCoding::Identity) {
    response.fields.push_back({"content-encoding", std::string(coding_name(chosen.coding))});
  }
  auto whole = content_of(root_, chosen);
  if (!whole) return refusal(503);

  const std::string& content_type =
      options_.content_type.empty() ? resource.content_type : options_.content_type;
  RangeSelection selection;
  // RFC 9110 14.2: Range is defined for GET alone.
  if (request.range && request.method == "GET" && range_applies(request.conditions, validators)) {
    selection = select_ranges(*request.range, whole->length);
  }
  if (selection.outcome == RangeOutcome::Unsatisfiable) {
    return plain(416,
                 {{"content-range", "bytes */" + std::to_string(whole->length)}, {"accept-ranges", "bytes"}});
  }
  if (selection.outcome == RangeOutcome::Partial) response.status = 206;
  if (selection.ranges.size() > 1) {
    const std::string boundary = "usquic-" + to_hex(static_cast<std::uint64_t>(chosen.identity.modified_ns)) +
                                 '-' + to_hex(++boundaries_);
    set_multipart_body(response, content_type, *whole, selection.ranges, boundary);
  } else {
    response.fields.push_back({"content-type", content_type});
    if (selection.ranges.empty()) {
      if (whole->length > 0) response.body.push_back(*whole);
    } else {
      response.fields.push_back({"content-range", content_range(selection.ranges[0], whole->length)});
      response.body.push_back(slice(*whole, selection.ranges[0]));
    }
  }
  response.fields.push_back({"content-length", std::to_string(response.body_length())});
  return response;
}

Lookup FileService::look_up(const std::string& path, std::int64_t now_ms) {
  std::shared_ptr<const Resource> previous;
  if (const ResourceCache::Entry* entry = cache_.find(path)) {
    const std::int64_t fresh_until_ms = entry->checked_ms + recheck_ms;
    if (now_ms < fresh_until_ms) return {0, false, entry->resource, fresh_until_ms};
    previous = entry->resource;
  }
  Lookup lookup = load_resource(root_, path, previous.get(), cache_);
  if (lookup.resource && lookup.resource->is_kept_whole()) {
    cache_.put(path, lookup.resource, now_ms);
    lookup.fresh_until_ms = now_ms + recheck_ms;
    return lookup;
  }
  // What is not kept is opened for each request, and then what is told about it is fresh too.
  cache_.erase(path);
  if (lookup.resource && lookup.resource->could_be_kept_whole()) loader_.want(path, *lookup.resource, now_ms);
  return lookup;
}

}  // namespace usquic::files
