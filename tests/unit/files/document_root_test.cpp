#include "files/document_root.h"

#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>

#include "files/folder_reader.h"
#include "support/temporary_directory.h"

namespace usquic::files {
namespace {

using test::TemporaryDirectory;

using Confinement = DocumentRoot::Confinement;

class DocumentRootTest : public testing::TestWithParam<Confinement> {
 protected:
  void SetUp() override {
    outside_.write("secret.txt", "secret");
    directory_.write("root/index.html", "hello");
    directory_.write("root/sub/inner.txt", "inner");
    directory_.write("root-other/near.txt", "near");
    const auto root = directory_.path() / "root";
    std::filesystem::create_symlink("sub/inner.txt", root / "inside-link");
    std::filesystem::create_symlink(outside_.path() / "secret.txt", root / "absolute-link");
    std::filesystem::create_symlink("../root-other/near.txt", root / "relative-link");
    std::filesystem::create_symlink(outside_.path(), root / "folder-link");
    std::filesystem::create_symlink("loop", root / "loop");
    ASSERT_EQ(DocumentRoot::open(root.string(), root_), 0);
    if (GetParam() == Confinement::Kernel && root_.confinement() != Confinement::Kernel) {
      GTEST_SKIP() << "this kernel has no openat2";
    }
    root_.set_confinement(GetParam());
  }

  // The names in the root, sorted.
  std::vector<std::string> listed() const {
    FolderReader reader(root_, "");
    std::vector<DirectoryEntry> entries;
    while (reader.read_some(root_, 2, entries)) continue;
    std::vector<std::string> names;
    for (const DirectoryEntry& entry : entries) names.push_back(entry.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryDirectory outside_;
  TemporaryDirectory directory_;
  DocumentRoot root_;
};

TEST_P(DocumentRootTest, OpensFilesAndFoldersBeneathIt) {
  const OpenedNode file = root_.open_node("index.html");
  EXPECT_EQ(file.error, 0);
  EXPECT_EQ(file.kind, NodeKind::File);
  EXPECT_EQ(file.identity.size, 5u);
  EXPECT_EQ(root_.open_node("sub/inner.txt").error, 0);
  EXPECT_EQ(root_.open_node("sub").kind, NodeKind::Directory);
  EXPECT_EQ(root_.open_node("").kind, NodeKind::Directory);
}

TEST_P(DocumentRootTest, FollowsALinkThatStaysInside) {
  EXPECT_EQ(root_.open_node("inside-link").identity.size, 5u);
}

TEST_P(DocumentRootTest, RefusesLinksThatLeadOut) {
  for (const char* path : {"absolute-link", "relative-link", "folder-link", "folder-link/secret.txt"}) {
    EXPECT_EQ(root_.open_node(path).error, EXDEV) << path;
  }
}

TEST_P(DocumentRootTest, RefusesParentFolders) {
  EXPECT_EQ(root_.open_node("..").error, EXDEV);
  EXPECT_EQ(root_.open_node("../root-other/near.txt").error, EXDEV);
  EXPECT_EQ(root_.open_node("sub/../../root-other/near.txt").error, EXDEV);
}

TEST_P(DocumentRootTest, TellsWhatIsMissing) {
  EXPECT_EQ(root_.open_node("missing").error, ENOENT);
  EXPECT_EQ(root_.open_node("index.html/x").error, ENOTDIR);
  EXPECT_EQ(root_.open_node("loop").error, ELOOP);
}

// Whoever writes into a pipe waits for a reader, and dies of SIGPIPE when the reader goes away.
TEST_P(DocumentRootTest, TouchesNoPipe) {
  const std::string pipe = (directory_.path() / "root/pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const FileDescriptor watch(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  ASSERT_GE(inotify_add_watch(watch.get(), pipe.c_str(), IN_OPEN), 0);
  EXPECT_EQ(root_.open_node("pipe").error, ENOENT);
  for (const std::string& name : listed()) EXPECT_NE(name, "pipe");
  inotify_event event;
  EXPECT_EQ(read(watch.get(), &event, sizeof event), -1) << "it was opened";
  EXPECT_EQ(errno, EAGAIN);
}

TEST_P(DocumentRootTest, FindsNoSocket) {
  const FileDescriptor made(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = (directory_.path() / "root/socket").string();
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(root_.open_node("socket").error, ENOENT);
}

TEST_P(DocumentRootTest, TellsThatAFileMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  directory_.write("root/closed", "x");
  std::filesystem::permissions(directory_.path() / "root/closed", std::filesystem::perms::none);
  EXPECT_EQ(root_.open_node("closed").error, EACCES);
  for (const std::string& name : listed()) EXPECT_NE(name, "closed");
}

TEST_P(DocumentRootTest, ListsWhatItServesWithoutHiddenNamesAndEscapes) {
  directory_.write("root/.hidden", "x");
  EXPECT_EQ(listed(), (std::vector<std::string>{"index.html", "inside-link", "sub"}));
}

TEST_P(DocumentRootTest, FollowsItsNameToAnotherFolder) {
  const auto current = directory_.path() / "current";
  directory_.write("old/page", "old");
  directory_.write("new/page", "newer");
  std::filesystem::create_symlink("old", current);
  DocumentRoot root;
  ASSERT_EQ(DocumentRoot::open(current.string(), root), 0);
  root.set_confinement(GetParam());
  EXPECT_FALSE(root.follow_name());
  std::filesystem::remove(current);
  EXPECT_FALSE(root.follow_name());
  EXPECT_EQ(root.open_node("page").identity.size, 3u) << "the old one stays until there is another";
  std::filesystem::create_symlink("new", current);
  EXPECT_TRUE(root.follow_name());
  EXPECT_EQ(root.open_node("page").identity.size, 5u);
  EXPECT_FALSE(root.follow_name());
}

TEST_P(DocumentRootTest, StaysTheSameWhenAFolderAboveItIsRenamed) {
  directory_.write("a/site/page", "page");
  std::filesystem::create_symlink("a", directory_.path() / "link");
  DocumentRoot root;
  ASSERT_EQ(DocumentRoot::open((directory_.path() / "link/site").string(), root), 0);
  root.set_confinement(GetParam());
  std::filesystem::rename(directory_.path() / "a", directory_.path() / "b");
  std::filesystem::remove(directory_.path() / "link");
  std::filesystem::create_symlink("b", directory_.path() / "link");
  EXPECT_FALSE(root.follow_name());
  EXPECT_EQ(root.open_node("page").error, 0);
}

INSTANTIATE_TEST_SUITE_P(BothWays, DocumentRootTest,
                         testing::Values(Confinement::Kernel, Confinement::Checked),
                         [](const auto& parameter) {
                           return parameter.param == Confinement::Kernel ? "Kernel" : "Checked";
                         });

TEST(DocumentRoot, TellsThatTheFolderIsMissing) {
  DocumentRoot root;
  EXPECT_EQ(DocumentRoot::open("/nonexistent/folder", root), ENOENT);
}

}  // namespace
}  // namespace usquic::files
