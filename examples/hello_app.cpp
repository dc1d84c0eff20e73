#include <usquic/http/app.h>

#include <cstdlib>

int main(int argc, char** argv) {  // with key.pem and cert.pem in this folder: hello_app [PORT]
  usquic::App({.key_file_name = "key.pem", .cert_file_name = "cert.pem"})
      .get("/:name",
           [](auto* res, auto* req) { res->end("hello " + std::string(req->getParameter("name"))); })
      .listen(argc > 1 ? std::atoi(argv[1]) : 4433, [](auto* socket) { socket ? void() : std::exit(1); })
      .run();
}
