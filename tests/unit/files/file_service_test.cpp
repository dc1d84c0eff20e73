#include "files/file_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "http/date.h"
#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

using testing::HasSubstr;

class FileServiceTest : public testing::Test {
 protected:
  FileServiceTest() {
    directory_.write("index.html", "<h1>home</h1>");
    directory_.write("hello.txt", "0123456789");
    directory_.write("docs/index.html", "docs");
    directory_.write("files/a&b<c>.txt", "x");
    directory_.write("app.js", "plain javascript");
    directory_.write("app.js.br", "brotli bytes");
    directory_.write("app.js.gz", "gzip");
    directory_.write("page.bin", std::string(3 * max_file_read_at_once, 'P'));
    directory_.write("large.bin", std::string(max_kept_file + 1, 'L'));
    directory_.write("empty.txt", "");
  }

  FileService make(FileServiceOptions options = {}) const {
    DocumentRoot root;
    EXPECT_EQ(DocumentRoot::open(directory_.path().string(), root), 0);
    return FileService(std::move(root), std::move(options));
  }
  Response get(std::string_view path) { return ask({.method = "GET", .path = path}); }
  Response ask(const Request& request) { return service_.respond(request, now_ms_); }

  void load() {
    while (service_.load_files()) continue;
  }

  // With the work that a list takes done.
  Response list(FileService& service, std::string_view path, std::string_view method = "GET") const {
    Response response = service.respond({.method = method, .path = path}, now_ms_);
    if (!response.awaited_listing) return response;
    service.await_listing(*response.awaited_listing, method,
                          [&](Response answer) { response = std::move(answer); });
    while (service.work_on_listings(now_ms_)) continue;
    return response;
  }

  static std::string field(const Response& response, std::string_view name) {
    for (const Field& candidate : response.fields) {
      if (candidate.name == name) return candidate.value;
    }
    return "(none)";
  }
  static std::string body(const Response& response) {
    std::string text;
    for (const BodyPart& part : response.body) {
      if (part.memory) {
        text += part.memory->substr(part.offset, part.length);
      } else {
        std::string bytes(part.length, '\0');
        EXPECT_EQ(pread(part.file->fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(part.offset)),
                  static_cast<ssize_t>(bytes.size()));
        text += bytes;
      }
    }
    return text;
  }

  TemporaryDirectory directory_;
  std::int64_t now_ms_ = 1000;
  FileService service_ = make();
};

TEST_F(FileServiceTest, AnswersAFile) {
  const Response response = get("/hello.txt");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response), "0123456789");
  EXPECT_EQ(field(response, "content-length"), "10");
  EXPECT_EQ(field(response, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(field(response, "accept-ranges"), "bytes");
  EXPECT_EQ(field(response, "server"), "usquic");
  EXPECT_EQ(field(response, "vary"), "(none)");
}

TEST_F(FileServiceTest, AddsFieldsInPlaceOfItsOwn) {
  FileServiceOptions options;
  options.added_fields = {{"server", "another"}, {"link", "</a>"}, {"link", "</b>"}};
  const Response response = make(std::move(options)).respond({.method = "GET", .path = "/hello.txt"}, 0);
  std::string seen;
  for (const Field& added : response.fields) {
    if (added.name == "server" || added.name == "link") seen += added.value + " ";
  }
  EXPECT_EQ(seen, "another </a> </b> ");
}

TEST_F(FileServiceTest, AnswersEmptyAndLargeFiles) {
  EXPECT_EQ(get("/empty.txt").status, 200);
  EXPECT_EQ(field(get("/empty.txt"), "content-length"), "0");
  EXPECT_TRUE(get("/empty.txt").body.empty());
  EXPECT_EQ(body(get("/large.bin")), std::string(max_kept_file + 1, 'L'));
}

TEST_F(FileServiceTest, HeadHasTheFieldsOfGetAndNoBody) {
  const Response response = ask({.method = "HEAD", .path = "/hello.txt", .range = "bytes=0-1"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(field(response, "content-length"), "10");
  EXPECT_TRUE(response.body.empty());
}

TEST_F(FileServiceTest, RefusesOtherMethods) {
  for (const char* method : {"POST", "PUT", "DELETE", "CONNECT", "get"}) {
    const Response response = ask({.method = method, .path = "/hello.txt"});
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(field(response, "allow"), "GET, HEAD, OPTIONS");
  }
}

TEST_F(FileServiceTest, TellsItsMethodsWhenAsked) {
  for (const char* path : {"*", "/hello.txt", "/nothing"}) {
    const Response response = ask({.method = "OPTIONS", .path = path});
    EXPECT_EQ(response.status, 204) << path;
    EXPECT_EQ(field(response, "allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(field(response, "content-length"), "(none)");
    EXPECT_TRUE(response.body.empty());
  }
}

TEST_F(FileServiceTest, ServesTheIndexOfAFolderAndRedirectsToIt) {
  EXPECT_EQ(body(get("/")), "<h1>home</h1>");
  EXPECT_EQ(body(get("/docs/")), "docs");
  const Response redirect = get("/docs?x=1");
  EXPECT_EQ(redirect.status, 301);
  EXPECT_EQ(field(redirect, "location"), "/docs/?x=1");
}

TEST_F(FileServiceTest, RedirectsBelowAPathOfTheHostByRelativeReferences) {
  directory_.write("docs/deep/x", "");
  FileService mounted = make({.is_mounted = true});
  const auto location = [&](std::string_view path) {
    return field(mounted.respond({.method = "GET", .path = path}, now_ms_), "location");
  };
  EXPECT_EQ(location("/docs?a=b"), "./docs/?a=b");
  EXPECT_EQ(location("//docs"), "./docs/");
  EXPECT_EQ(location("/docs/deep"), "./deep/");
}

TEST_F(FileServiceTest, TakesAnotherIndexContentTypeAndAgeWhenTold) {
  FileService service = make({.index = "hello.txt", .content_type = "text/x-own", .max_age_s = 60});
  const auto ask_it = [&](std::string_view path) {
    return service.respond({.method = "GET", .path = path}, now_ms_);
  };
  for (const char* path : {"/", "/hello.txt"}) {
    const Response response = ask_it(path);
    EXPECT_EQ(field(response, "content-type"), "text/x-own") << path;
    EXPECT_EQ(field(response, "cache-control"), "max-age=60") << path;
    EXPECT_EQ(body(response), "0123456789") << path;
  }
  EXPECT_EQ(field(ask_it("/none"), "cache-control"), "(none)");
  EXPECT_EQ(field(ask_it("/none"), "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(ask_it("/docs/").status, 404);
}

TEST_F(FileServiceTest, NeverRedirectsToAnotherHost) {
  directory_.write("example.org/x", "");
  EXPECT_EQ(field(get("//example.org"), "location"), "/example.org/");
}

TEST_F(FileServiceTest, AnswersWhatIsMissingMalformedAndOutside) {
  std::filesystem::create_symlink("/etc/passwd", directory_.path() / "out");
  EXPECT_EQ(get("/missing").status, 404);
  EXPECT_EQ(get("/hello.txt/").status, 404);
  EXPECT_EQ(get("/%zz").status, 400);
  EXPECT_EQ(get("/%2e%2e/etc/passwd").status, 400);
  EXPECT_EQ(get("/out").status, 403);
  EXPECT_EQ(get("/" + std::string(5000, 'a')).status, 404);
}

TEST_F(FileServiceTest, ListsAFolderOnlyWhenAsked) {
  EXPECT_EQ(get("/files/").status, 404);
  FileService lister = make({.lists_directories = true});
  const Response response = list(lister, "/files/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(field(response, "server"), "usquic");
  EXPECT_THAT(body(response), HasSubstr("<a href=\"./a%26b%3Cc%3E.txt\">a&amp;b&lt;c&gt;.txt</a>"));
  EXPECT_THAT(body(response), HasSubstr("../"));
  EXPECT_EQ(body(list(lister, "/docs/")), "docs") << "it has an index";
  EXPECT_EQ(list(lister, "/missing/").status, 404);
}

TEST_F(FileServiceTest, HeadOfAListHasItsFieldsAndNoBody) {
  FileService lister = make({.lists_directories = true});
  for (int i = 0; i < 2; ++i) {  // made for this request, made before
    const Response response = list(lister, "/files/", "HEAD");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(field(response, "content-length"), std::to_string(body(list(lister, "/files/")).size()));
    EXPECT_TRUE(response.body.empty());
  }
}

TEST_F(FileServiceTest, TheListOfAFolderIsOnePageForAllRequestsOfASecond) {
  FileService lister = make({.lists_directories = true});
  std::vector<Response> answers;
  const auto wait = [&](Response answer) { answers.push_back(std::move(answer)); };
  for (int i = 0; i < 300; ++i) {
    const Response response =
        lister.respond({.method = "GET", .path = i % 2 ? "/files/" : "//files/.//?q"}, now_ms_);
    ASSERT_TRUE(response.awaited_listing);
    lister.await_listing(*response.awaited_listing, "GET", wait);
  }
  while (lister.work_on_listings(now_ms_)) continue;
  ASSERT_EQ(answers.size(), 300u);
  now_ms_ += 999;
  answers.push_back(lister.respond({.method = "GET", .path = "/files/"}, now_ms_));
  for (const Response& answer : answers) EXPECT_EQ(answer.body[0].memory, answers[0].body[0].memory);
  now_ms_ += 1;
  EXPECT_TRUE(lister.respond({.method = "GET", .path = "/files/"}, now_ms_).awaited_listing);
}

TEST_F(FileServiceTest, AFolderThatVanishedBeforeItsListWasMadeIsMissing) {
  FileService lister = make({.lists_directories = true});
  const Response response = lister.respond({.method = "GET", .path = "/files/"}, now_ms_);
  ASSERT_TRUE(response.awaited_listing);
  int status = 0;
  lister.await_listing(*response.awaited_listing, "GET",
                       [&](const Response& answer) { status = answer.status; });
  std::filesystem::remove_all(directory_.path() / "files");
  while (lister.work_on_listings(now_ms_)) continue;
  EXPECT_EQ(status, 404);
}

TEST_F(FileServiceTest, DoesNotServeNamesThatBeginWithADot) {
  directory_.write(".env", "secret");
  directory_.write(".git/config", "secret");
  directory_.write("docs/.draft/index.html", "secret");
  directory_.write(".well-known/security.txt", "contact");
  for (const char* path :
       {"/.env", "/%2Eenv", "/.git/config", "/.git/", "/.git", "/docs/.draft/", "/.gone"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/.well-known/security.txt").status, 200);
  FileService all = make({.serves_dotfiles = true});
  EXPECT_EQ(all.respond({.method = "GET", .path = "/.env"}, now_ms_).status, 200);
  EXPECT_EQ(all.respond({.method = "GET", .path = "/docs/.draft/"}, now_ms_).status, 200);
  EXPECT_EQ(all.respond({.method = "GET", .path = "/.git"}, now_ms_).status, 301);
  FileService app = make({.is_single_page_app = true});
  EXPECT_EQ(body(app.respond({.method = "GET", .path = "/.env"}, now_ms_)), "<h1>home</h1>");
}

TEST_F(FileServiceTest, SinglePageAppAnswersWithTheIndex) {
  FileService app = make({.is_single_page_app = true});
  const Response response = app.respond({.method = "GET", .path = "/some/route"}, 0);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response), "<h1>home</h1>");
}

TEST_F(FileServiceTest, ChoosesAPrecompressedSibling) {
  const Response brotli = ask({.method = "GET", .path = "/app.js", .accept_encoding = "gzip, br"});
  EXPECT_EQ(body(brotli), "brotli bytes");
  EXPECT_EQ(field(brotli, "content-encoding"), "br");
  EXPECT_EQ(field(brotli, "content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(field(brotli, "vary"), "accept-encoding");
  const Response plain = get("/app.js");
  EXPECT_EQ(body(plain), "plain javascript");
  EXPECT_EQ(field(plain, "vary"), "accept-encoding");
  EXPECT_NE(field(plain, "etag"), field(brotli, "etag"));
}

TEST_F(FileServiceTest, AnswersNotModifiedWithoutBodyAndLength) {
  const std::string tag = field(get("/hello.txt"), "etag");
  const Response response =
      ask({.method = "GET", .path = "/hello.txt", .conditions = {.if_none_match = std::string_view(tag)}});
  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.body.empty());
  EXPECT_EQ(field(response, "etag"), tag);
  EXPECT_EQ(field(response, "content-length"), "(none)");
}

TEST_F(FileServiceTest, AnswersOneRange) {
  const Response response = ask({.method = "GET", .path = "/hello.txt", .range = "bytes=2-4"});
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(body(response), "234");
  EXPECT_EQ(field(response, "content-range"), "bytes 2-4/10");
  EXPECT_EQ(field(response, "content-length"), "3");
}

TEST_F(FileServiceTest, AnswersARangeOfALargeFile) {
  const Response response = ask({.method = "GET", .path = "/large.bin", .range = "bytes=-5"});
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(body(response), "LLLLL");
}

TEST_F(FileServiceTest, AnswersSeveralRangesAsMultipart) {
  const Response response = ask({.method = "GET", .path = "/hello.txt", .range = "bytes=0-1,8-9"});
  EXPECT_EQ(response.status, 206);
  const std::string type = field(response, "content-type");
  ASSERT_TRUE(type.starts_with("multipart/byteranges; boundary="));
  const std::string boundary = type.substr(type.find('=') + 1);
  const std::string head = "\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes ";
  EXPECT_EQ(body(response), "--" + boundary + head + "0-1/10\r\n\r\n01\r\n--" + boundary + head +
                                "8-9/10\r\n\r\n89\r\n--" + boundary + "--\r\n");
  EXPECT_EQ(field(response, "content-length"), std::to_string(body(response).size()));
}

TEST_F(FileServiceTest, RefusesARangeBeyondTheEnd) {
  const Response response = ask({.method = "GET", .path = "/hello.txt", .range = "bytes=10-"});
  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(field(response, "content-range"), "bytes */10");
}

TEST_F(FileServiceTest, IgnoresTheRangeOfAnOldVersion) {
  const Response response = ask(
      {.method = "GET", .path = "/hello.txt", .range = "bytes=0-1", .conditions = {.if_range = "\"old\""}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response), "0123456789");
}

TEST_F(FileServiceTest, SeesAChangedFileAfterASecond) {
  const std::string tag = field(get("/hello.txt"), "etag");
  directory_.write("hello.txt", "changed");
  now_ms_ += 999;
  EXPECT_EQ(field(get("/hello.txt"), "etag"), tag) << "looked at once a second at most";
  now_ms_ += 1;
  EXPECT_EQ(body(get("/hello.txt")), "changed");
}

// rsync, and cp -p over it.
TEST_F(FileServiceTest, SeesContentThatChangedWithItsSizeAndTimeKept) {
  const std::string path = (directory_.path() / "hello.txt").string();
  const std::string tag = field(get("/hello.txt"), "etag");
  const auto time = std::filesystem::last_write_time(path);
  directory_.write("hello.txt", "ABCDEFGHIJ");
  std::filesystem::last_write_time(path, time);
  now_ms_ += 1000;
  EXPECT_EQ(body(get("/hello.txt")), "ABCDEFGHIJ");
  EXPECT_EQ(field(get("/hello.txt"), "etag"), tag) << "only clients that have it cannot tell";
}

// Another change may have the same time.
TEST_F(FileServiceTest, ReadsAgainWhatChangedAMomentBefore) {
  ResourceCache cache(1 << 20);
  const auto content = [&](const FileService& service, const std::string& path, const Resource* previous) {
    return load_resource(service.root(), path, previous, cache).resource;
  };
  const auto fresh = content(service_, "hello.txt", nullptr);
  const auto fresh_again = content(service_, "hello.txt", fresh.get());
  EXPECT_NE(fresh->representations[0].content, fresh_again->representations[0].content);

  DocumentRoot root;
  ASSERT_EQ(DocumentRoot::open("/usr/include", root), 0);
  const FileService headers(std::move(root), {});
  const auto old = content(headers, "stdio.h", nullptr);
  const auto old_again = content(headers, "stdio.h", old.get());
  EXPECT_EQ(old->representations[0].content, old_again->representations[0].content);
}

TEST_F(FileServiceTest, ReplicasOfAFileHaveTheSameEntityTag) {
  const TemporaryDirectory elsewhere;
  elsewhere.write("hello.txt", "0123456789");
  std::filesystem::last_write_time(elsewhere.path() / "hello.txt",
                                   std::filesystem::last_write_time(directory_.path() / "hello.txt"));
  DocumentRoot root;
  ASSERT_EQ(DocumentRoot::open(elsewhere.path().string(), root), 0);
  const std::string tag = field(get("/hello.txt"), "etag");
  FileService replica(std::move(root), {});
  const Response response = replica.respond(
      {.method = "GET", .path = "/hello.txt", .conditions = {.if_none_match = std::string_view(tag)}}, 0);
  EXPECT_EQ(response.status, 304);
}

TEST_F(FileServiceTest, CodingsHaveEntityTagsOfTheirOwn) {
  directory_.write("same.js", "1234");
  directory_.write("same.js.gz", "gzip");
  std::filesystem::last_write_time(directory_.path() / "same.js.gz",
                                   std::filesystem::last_write_time(directory_.path() / "same.js"));
  const Response zipped = ask({.method = "GET", .path = "/same.js", .accept_encoding = "gzip"});
  EXPECT_EQ(field(zipped, "content-encoding"), "gzip");
  EXPECT_NE(field(zipped, "etag"), field(get("/same.js"), "etag"));
}

TEST_F(FileServiceTest, FollowsItsFolderAfterASecond) {
  directory_.write("releases/1/page", "first");
  directory_.write("releases/2/page", "second");
  const auto current = directory_.path() / "current";
  std::filesystem::create_symlink("releases/1", current);
  DocumentRoot root;
  ASSERT_EQ(DocumentRoot::open(current.string(), root), 0);
  FileService service(std::move(root), {});
  const auto get_page = [&] { return body(service.respond({.method = "GET", .path = "/page"}, now_ms_)); };
  EXPECT_EQ(get_page(), "first");
  std::filesystem::create_symlink("releases/2", directory_.path() / "next");
  std::filesystem::rename(directory_.path() / "next", current);
  EXPECT_EQ(get_page(), "first") << "looked at once a second at most";
  now_ms_ += 1000;
  EXPECT_EQ(get_page(), "second");
  std::filesystem::remove_all(directory_.path() / "releases/1");
  now_ms_ += 1000;
  EXPECT_EQ(get_page(), "second");
}

TEST_F(FileServiceTest, KeepsNothingOfAFolderThatIsNoLongerServed) {
  const std::string large(3 * max_file_read_at_once, '1');
  directory_.write("releases/1/page", large);
  directory_.write("releases/2/page", "second");
  const auto current = directory_.path() / "current";
  std::filesystem::create_symlink("releases/1", current);
  DocumentRoot root;
  ASSERT_EQ(DocumentRoot::open(current.string(), root), 0);
  FileService service(std::move(root), {});
  const auto get_page = [&] { return body(service.respond({.method = "GET", .path = "/page"}, now_ms_)); };
  EXPECT_EQ(get_page(), large);
  EXPECT_TRUE(service.load_files()) << "it is being read";
  std::filesystem::create_symlink("releases/2", directory_.path() / "next");
  std::filesystem::rename(directory_.path() / "next", current);
  now_ms_ += 1000;
  EXPECT_EQ(get_page(), "second");
  while (service.load_files()) continue;
  EXPECT_EQ(get_page(), "second");
}

TEST_F(FileServiceTest, KeepsSmallFilesAtOnceAndLargerOnesWhenTheyAreRead) {
  get("/hello.txt");
  get("/missing");
  EXPECT_FALSE(service_.has_files_to_load());
  EXPECT_NE(get("/page.bin").body[0].file, nullptr);
  EXPECT_TRUE(service_.has_files_to_load());
  EXPECT_EQ(service_.cache().size(), 1u);
  load();
  EXPECT_EQ(service_.cache().size(), 2u);
  const Response response = get("/page.bin");
  EXPECT_NE(response.body[0].memory, nullptr);
  EXPECT_EQ(body(response), std::string(3 * max_file_read_at_once, 'P'));
  EXPECT_FALSE(service_.has_files_to_load());
}

TEST_F(FileServiceTest, NeverKeepsTheLargest) {
  get("/large.bin");
  EXPECT_FALSE(service_.has_files_to_load());
  EXPECT_EQ(service_.cache().size(), 0u);
}

TEST_F(FileServiceTest, AnswersShareWhatIsKept) {
  get("/page.bin");
  load();
  const Response one = get("/page.bin");
  const std::size_t bytes = service_.cache().bytes();
  const Response another = ask({.method = "GET", .path = "/page.bin", .range = "bytes=1-"});
  EXPECT_EQ(one.body[0].memory, another.body[0].memory);
  EXPECT_EQ(service_.cache().bytes(), bytes);
}

TEST_F(FileServiceTest, AnswersRangesAndHeadFromWhatIsKept) {
  directory_.write("page.bin", std::string(max_file_read_at_once, 'a') + "bcdefg");
  get("/page.bin");
  load();
  const Response range = ask({.method = "GET", .path = "/page.bin", .range = "bytes=-3"});
  EXPECT_EQ(range.status, 206);
  EXPECT_NE(range.body[0].memory, nullptr);
  EXPECT_EQ(body(range), "efg");
  const Response several = ask({.method = "GET", .path = "/page.bin", .range = "bytes=0-0,-1"});
  EXPECT_NE(several.body[1].memory, nullptr);
  EXPECT_THAT(body(several), HasSubstr("\r\n\r\na\r\n"));
  const Response head = ask({.method = "HEAD", .path = "/page.bin"});
  EXPECT_EQ(field(head, "content-length"), std::to_string(max_file_read_at_once + 6));
  EXPECT_TRUE(head.body.empty());
}

TEST_F(FileServiceTest, SeesAChangedFileThatIsKeptAfterASecond) {
  get("/page.bin");
  load();
  const Response old = get("/page.bin");
  const std::size_t bytes = service_.cache().bytes();
  directory_.write("page.bin", std::string(2 * max_file_read_at_once, 'Q'));
  now_ms_ += 999;
  EXPECT_EQ(field(get("/page.bin"), "etag"), field(old, "etag")) << "looked at once a second at most";
  now_ms_ += 1;
  const Response fresh = get("/page.bin");
  EXPECT_NE(field(fresh, "etag"), field(old, "etag"));
  EXPECT_EQ(body(fresh), std::string(2 * max_file_read_at_once, 'Q'));
  load();
  EXPECT_EQ(body(get("/page.bin")), body(fresh));
  EXPECT_EQ(body(old), std::string(3 * max_file_read_at_once, 'P')) << "who has it keeps it";
  EXPECT_GT(service_.cache().bytes(), bytes) << "and it counts";
}

TEST_F(FileServiceTest, StreamsWhatThereIsNoRoomForUntilSlowClientsLetGo) {
  constexpr std::size_t size = max_file_read_at_once + 1;
  FileService service = make({.cache_bytes = 16 * size});
  const auto ask_for = [&](int number) {
    const std::string path = "/" + std::to_string(number);
    directory_.write(path.substr(1), std::string(size, 'x'));
    const Request request = {.method = "GET", .path = path};
    service.respond(request, now_ms_);
    while (service.load_files()) continue;
    return service.respond(request, now_ms_);
  };
  std::vector<Response> slow;
  while (slow.size() < 100) {
    slow.push_back(ask_for(static_cast<int>(slow.size())));
    ASSERT_LE(service.cache().bytes(), 16 * size);
    if (slow.back().body[0].memory == nullptr) break;
  }
  EXPECT_GT(slow.size(), 5u);
  EXPECT_LT(slow.size(), 16u);
  EXPECT_EQ(body(slow.back()), std::string(size, 'x'));
  slow.clear();
  EXPECT_NE(ask_for(100).body[0].memory, nullptr);
}

TEST_F(FileServiceTest, TheCacheStaysWithinItsBound) {
  FileService small = make({.cache_bytes = 40'000});
  for (int i = 0; i < 50; ++i) {
    const std::string name = std::to_string(i) + ".txt";
    directory_.write(name, std::string(4000, 'x'));
    const Response response = small.respond({.method = "GET", .path = "/" + name}, 0);
    EXPECT_NE(response.body[0].memory, nullptr);
    EXPECT_LE(small.cache().bytes(), 40'000u);
  }
}

}  // namespace
}  // namespace usquic::files
