// Names that an option could be taken for: accepted without effect they would be mistakes that nobody sees.
import assert from "node:assert/strict";
import { quic } from "./support.mjs";
import { certificate, test } from "./runner.mjs";
import { fetch3, insecure, rejection, serve, withServer } from "./web.mjs";

const value = { name: "TypeError", code: "ERR_INVALID_ARG_VALUE" };
const type = { name: "TypeError", code: "ERR_INVALID_ARG_TYPE" };
const fetch = () => new Response();

test("serve throws on names that it does not know, and says which", () => {
  for (const wrong of [{ tsl: {} }, { Port: 1 }, { websocket: {} }, { development: undefined }]) {
    const [name] = Object.keys(wrong);
    assert.throws(() => serve({ port: 0, fetch, ...wrong }), { ...value, message: new RegExp(name) });
  }
  for (const name of ["request_cert", "requestcert", "rejectUnauthorised", "ciphers", "servername"]) {
    assert.throws(() => serve({ port: 0, fetch, tls: { [name]: true } }), { ...value, message: new RegExp(name) });
  }
});

test("reload throws on names that it does not know: the others cannot be changed", () => withServer({ fetch }, (server) => {
  assert.throws(() => server.reload({ fetch, port: 1 }), value);
  assert.throws(() => server.reload({ tls: certificate() }), value); // it has certFile and keyFile
}));

test("a name that is near a known one is asked about, and one that is near none is told what there is", () => {
  const near = {
    tsl: "tls", Port: "port", hostName: "hostname", idleTimout: "idleTimeout", maxRequestBodysize: "maxRequestBodySize",
    host: "hostname",
  };
  for (const [wrong, meant] of Object.entries(near)) {
    const message = `"options.${wrong}" is not known; did you mean "${meant}"?`;
    assert.throws(() => serve({ port: 0, fetch, [wrong]: undefined }), { ...value, message });
  }
  const nearInTls = { requestcert: "requestCert", rejectUnauthorised: "rejectUnauthorized", crt: "cert" };
  for (const [wrong, meant] of Object.entries(nearInTls)) {
    const message = `"options.tls.${wrong}" is not known; did you mean "${meant}"?`;
    assert.throws(() => serve({ port: 0, fetch, tls: { [wrong]: true } }), { ...value, message });
  }
  for (const far of ["websocket", "x", "development", "certFile"]) {
    const message = new RegExp(`^"options.${far}" is not known; "options" may have port, hostname, `);
    assert.throws(() => serve({ port: 0, fetch, [far]: 1 }), { ...value, message }, far);
  }
});

test("quic throws on names that it does not know, and says which", () => {
  for (const wrong of [{ tsl: {} }, { host: "localhost" }, { onopen() {} }, { keepAlive: 1 }]) {
    const [name] = Object.keys(wrong);
    for (const server of [false, true]) {
      assert.throws(() => quic({ server, message() {}, ...wrong }), { ...value, message: new RegExp(name) });
    }
  }
  assert.throws(() => quic({ tls: { checkServerIdentity() {} } }), value);
});

test("quic throws on options of the other side, and on callbacks of the other mode", () => {
  assert.throws(() => quic({ tls: { requestCert: true } }), value);
  assert.throws(() => quic({ secret: new Uint8Array(32) }), value);
  for (const name of ["data", "socketOpen", "socketClose", "socketError", "drain", "end"]) {
    assert.throws(() => quic({ message() {}, [name]() {} }), value, name);
  }
});

// What the standard has, and no effect here, or none in any runtime but browsers.
const ignored = {
  mode: "cors", credentials: "omit", cache: "no-store", referrer: "", referrerPolicy: "no-referrer", integrity: "",
  keepalive: false, priority: "low", window: null,
};

for (const [name, given] of Object.entries(ignored)) {
  test(`fetch3 takes ${name} of RequestInit`, () => withServer({ fetch }, async ({ url }) => {
    assert.equal((await fetch3(url, { [name]: given, tls: insecure })).status, 200);
  }));
}

test("fetch3 rejects on other names than RequestInit's, also those of a runtime's own, and says which", async () => {
  const others = {
    dispatcher: /may have/, proxy: /may have/, client: /may have/, agent: /may have/, timeout: /may have/,
    follow: /may have/, unix: /may have/, verbose: /may have/, methdo: /mean "method"/, header: /mean "headers"/, Body: /mean "body"/,
    redirects: /mean "redirect"/, ca: /may have/, rejectUnauthorized: /may have/,
  };
  for (const [name, hint] of Object.entries(others)) {
    const error = await rejection(fetch3("https://localhost:1/", { [name]: undefined }));
    assert.deepEqual([error.name, error.code], [value.name, value.code], name);
    assert.match(error.message, new RegExp(`^"init.${name}" is not known`));
    assert.match(error.message, hint);
  }
});

test("fetch3 rejects on names in tls that it does not know", async () => {
  for (const name of ["requestCert", "rejectunauthorized", "checkServerIdentity", "serverName"]) {
    const error = await rejection(fetch3("https://localhost:1/", { tls: { ...insecure, [name]: false } }));
    assert.deepEqual([error.name, error.code], [value.name, value.code]);
    assert.match(error.message, new RegExp(name));
  }
});

test("a passphrase without a key, a certificate without one and the other way round are refused", async () => {
  const { cert, key } = certificate();
  for (const tls of [{ passphrase: "x" }, { cert }, { key }]) {
    assert.throws(() => serve({ port: 0, fetch, tls }), value);
    for (const server of [false, true]) assert.throws(() => quic({ server, tls }), value);
    assert.equal((await rejection(fetch3("https://localhost:1/", { tls }))).code, value.code);
  }
});

test("a secret is 32 bytes", () => {
  for (const open of [(secret) => serve({ port: 0, fetch, secret }), (secret) => quic({ server: true, secret })]) {
    assert.throws(() => open("x".repeat(32)), type);
    assert.throws(() => open(new Uint8Array(31)), value);
  }
});

// Each way to give a certificate.
const withPem = {
  serve: (tls) => serve({ port: 0, fetch, tls }),
  quic: (tls) => quic({ server: true, tls }),
  fetch3: (tls) => fetch3("https://localhost:1/", { tls }),
};

for (const [name, open] of Object.entries(withPem)) {
  test(`${name} says that it wants PEM text where it is given the name of a file, or nothing`, async () => {
    const { cert, key } = certificate();
    const attempt = async (tls) => open(tls);
    const inEachPlace = (given) => Object.entries({
      cert: { cert: given, key }, key: { cert, key: given }, ca: { ca: given },
    });
    const names = ["cert.pem", "./certs/cert", "C:\\certs\\server.crt", "/etc/ssl/my certs/server.pem"];
    for (const given of [...names, Buffer.from("cert.pem")]) {
      for (const [member, tls] of inEachPlace(given)) {
        const error = await rejection(attempt(tls));
        assert.deepEqual([error.name, error.code], [value.name, value.code]);
        assert.match(error.message, new RegExp(`tls\\.${member}.*PEM text, not the name of a file.*readFileSync`));
      }
    }
    for (const given of ["", "\n", new Uint8Array(0)]) {
      for (const [member, tls] of inEachPlace(given)) {
        const error = await rejection(attempt(tls));
        assert.deepEqual([error.code, error.message.includes(`tls.${member}" must be PEM text`)], [value.code, true]);
      }
    }
    assert.equal((await rejection(attempt({ ca: [] }))).code, type.code);
    assert.match((await rejection(attempt({ ca: [cert, "ca.pem"] }))).message, /tls\.ca\[1\]/);
  });
}

test("an address that is in use, and a name that has none, are named", async () => {
  await withServer({ fetch }, ({ port }) => {
    const attempt = () => serve({ hostname: "127.0.0.1", port, fetch });
    assert.throws(attempt, { code: "ERR_QUIC_ADDRESS_IN_USE", message: new RegExp(`127\\.0\\.0\\.1:${port}\\b`) });
  });
  const attempt = () => serve({ hostname: "nowhere.invalid", port: 0, fetch });
  assert.throws(attempt, { code: "ERR_QUIC_RESOLVE", message: /nowhere\.invalid/ });
  const { cause } = await rejection(fetch3("https://nowhere.invalid/"));
  assert.equal(cause.code, "ERR_QUIC_RESOLVE");
  assert.match(cause.message, /nowhere\.invalid/);
});
