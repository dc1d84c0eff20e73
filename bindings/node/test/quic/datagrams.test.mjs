// Datagrams (RFC 9221): not ordered, not repeated, and dropped rather than piled up.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { deferred, freePort, marks, quic, runProgram, test, within } from "../support.mjs";

// A server that sends datagrams back, and a connected client: {server, client, events}.
async function joined(open, ofServer = {}, ofClient = {}) {
  const events = marks();
  const server = open({
    hostname: "localhost", port: 0, server: true,
    connection: (socket) => events.set("connection", socket),
    datagram: (socket, bytes) => socket.sendDatagram(bytes),
    ...ofServer,
  });
  const client = open({ hostname: "localhost", port: server.port, ...ofClient });
  await until(() => client.isConnected, "the handshake");
  return { server, client, events, connection: await events.get("connection") };
}

// Of a network that loses none: as many as were sent are waited for.
async function until(condition, what, limitMs = 10_000) {
  const began = Date.now();
  while (!condition()) {
    if (Date.now() - began > limitMs) assert.fail(`did not happen in ${limitMs} ms: ${what}`);
    await sleep(10);
  }
}

test("datagrams go there and back, also empty ones", async (open) => {
  const came = [];
  const { client, server, connection } = await joined(open, {}, {
    datagram(socket, bytes) {
      assert.ok(Buffer.isBuffer(bytes));
      came.push(`<${bytes}>`);
    },
  });
  assert.equal(client.sendDatagram("text"), true);
  assert.equal(client.sendDatagram(new Uint8Array([98, 99])), true);
  assert.equal(client.sendDatagram(""), true);
  await until(() => came.length === 3, "three echoes");
  assert.deepEqual(came.sort(), ["<>", "<bc>", "<text>"]);
  await until(() => connection.stats.datagramsSent === 3, "the server's count");
  for (const { stats } of [client, connection, server]) {
    assert.deepEqual([stats.datagramsSent, stats.datagramsReceived, stats.datagramsDropped], [3, 3, 0]);
  }
  assert.equal(client.stats.bytesSent, 0);
});

test("datagrams work in stream mode too", async (open) => {
  const came = deferred();
  const { client } = await joined(open, { data() {} }, {
    data() {}, datagram: (socket, bytes) => came.resolve([socket, `${bytes}`]),
  });
  client.sendDatagram("hello");
  assert.deepEqual(await within(came.promise, "the echo"), [client, "hello"]);
});

test("maxDatagramSize is what can be sent; more throws a RangeError that says how much can be", async (open) => {
  const came = [];
  const { client } = await joined(open, {}, { datagram: (socket, bytes) => came.push(bytes.length) });
  const size = client.maxDatagramSize;
  assert.ok(size >= 1000, `${size}`);
  assert.equal(client.sendDatagram(Buffer.alloc(size)), true);
  await until(() => came.length === 1, "the largest one");
  assert.deepEqual(came, [size]);
  assert.throws(() => client.sendDatagram(Buffer.alloc(70_000)), (error) => {
    assert.ok(error instanceof RangeError);
    assert.equal(error.code, "ERR_OUT_OF_RANGE");
    assert.match(error.message, new RegExp(`at most ${client.maxDatagramSize} bytes.*70000`));
    return true;
  });
  assert.throws(() => client.sendDatagram(7), { code: "ERR_INVALID_ARG_TYPE" });
});

test("the largest datagram grows with the path, also when nobody looked", async (open) => {
  const { client } = await joined(open, {}, { datagram() {} });
  const size = client.maxDatagramSize;
  let most = size;
  for (let i = 0; i < 100 && most === size; ++i) {
    await sleep(20);
    client.sendDatagram("probe");
    most = client.maxDatagramSize;
  }
  assert.ok(most > size, `${most} after ${size}`);
  assert.equal(client.sendDatagram(Buffer.alloc(most)), true);
});

test("a peer without datagrams takes none: maxDatagramSize is 0 and sending throws", async (open) => {
  for (const options of [{ datagram: undefined }, { datagrams: false }]) {
    const { client } = await joined(open, options, { datagrams: true });
    assert.equal(client.maxDatagramSize, 0);
    assert.throws(() => client.sendDatagram("x"), {
      name: "QuicError", code: "ERR_QUIC_UNSUPPORTED", message: "the peer takes no datagrams",
    });
  }
});

test("before the handshake, after close() and on a listening server nothing is sent", async (open) => {
  const { server, client } = await joined(open);
  assert.equal(server.sendDatagram("x"), false);
  assert.equal(server.maxDatagramSize, 0);
  const early = open({ hostname: "localhost", port: server.port, message() {} });
  assert.equal(early.sendDatagram("x"), false);
  assert.equal(early.maxDatagramSize, 0);
  client.close();
  assert.equal(client.sendDatagram("x"), false);
});

test("more than can wait is refused, and counted", async (open) => {
  const { client, connection } = await joined(open, { datagram() {} });
  const answers = Array.from({ length: 2000 }, () => client.sendDatagram("x".repeat(1000)));
  const refused = answers.filter((isTaken) => !isTaken).length;
  assert.ok(refused > 0 && refused < 2000, `${refused}`);
  const { stats } = client;
  await until(() => {
    const { datagramsSent, datagramsDropped } = client.stats;
    return datagramsSent + datagramsDropped === 2000;
  }, "what became of each");
  assert.ok(stats.datagramsDropped >= refused);
  await until(() => connection.stats.datagramsReceived > 0, "some arrive");
  assert.equal(client.sendDatagram("and again"), true);
});

test("a program that does not keep up loses datagrams, which are counted, and few wait", async (open) => {
  const gate = deferred();
  let calls = 0;
  const { client, connection } = await joined(open, {
    async datagram() {
      calls++;
      await gate.promise;
    },
  });
  const bytes = Buffer.alloc(1000);
  const most = 3000;
  for (let sent = 0; sent < most;) {
    if (client.sendDatagram(bytes)) sent++;
    else await sleep(1);
  }
  await until(() => client.stats.datagramsSent + client.stats.datagramsDropped >= most, "all went");
  await sleep(300);
  const told = calls;
  assert.ok(told > 0 && told * bytes.length <= 256 * 1024, `${told} datagrams of 1000 bytes are waited for`);
  gate.resolve();
  await until(() => connection.stats.datagramsDropped > 0, "the dropped ones are counted");
  const { datagramsReceived, datagramsDropped } = connection.stats;
  assert.ok(datagramsReceived + datagramsDropped <= most);
  assert.ok(datagramsDropped > 500, `${datagramsDropped} of ${most} were dropped`);
  const before = calls;
  client.sendDatagram(bytes);
  await until(() => calls > before, "the next one is told again");
});

test("a program that is busy for a while gets few of the datagrams that came meanwhile", async (open) => {
  const port = await freePort();
  const program = runProgram(`
    const server = quic({
      server: true, hostname: "127.0.0.1", port: ${port},
      datagram() {},
      message(socket, bytes) {
        socket.write(bytes);
        setTimeout(() => {
          for (const end = Date.now() + 4000; Date.now() < end;);
          setTimeout(() => {
            console.log(JSON.stringify(server.stats));
            server.close();
          }, 300);
        }, 50);
      },
    });`, 30_000);
  const isBusy = deferred();
  const connect = () => open({
    hostname: "127.0.0.1", port,
    open: (socket) => socket.write("be busy"),
    message: (socket) => isBusy.resolve(socket),
    error: () => setTimeout(connect, 50), // it does not listen yet
  });
  connect();
  const client = await within(isBusy.promise, "the other program listens");
  await sleep(300);
  for (let sent = 0; sent < 2000;) {
    if (client.sendDatagram(Buffer.alloc(1000))) sent++;
    else await sleep(1);
  }
  const { stdout, stderr } = await program;
  const { datagramsReceived, datagramsDropped } = JSON.parse(stdout || assert.fail(stderr));
  assert.ok(datagramsReceived > 0 && datagramsReceived * 1000 <= 256 * 1024, `${datagramsReceived} were told`);
  assert.ok(datagramsDropped > 500, `${datagramsDropped} were dropped`);
});

test("what a datagram callback throws goes to `error`", async (open) => {
  const events = marks();
  const { client } = await joined(open, {
    datagram() {
      throw new Error("of the callback");
    },
    error: (socket, error) => events.set("error", [socket.isServer, error.message]),
  });
  client.sendDatagram("x");
  assert.deepEqual(await events.get("error"), [true, "of the callback"]);
});

test("datagrams must be a boolean, and datagram a function", () => {
  for (const name of ["datagrams", "datagram"]) {
    const wrong = { code: "ERR_INVALID_ARG_TYPE", message: new RegExp(`"options.${name}"`) };
    assert.throws(() => quic({ message() {}, [name]: 1 }), wrong);
  }
});
