// What a client of WebTransport sees of a test server (webtransport_server.cpp says what it does for each path). Each check
// returns what it saw; webtransport_test.py knows what is right. What is not here is in webtransport_runner.js.
const CHECKS = {
  async opens(connector) {
    const session = await connector.open("/echo");
    return typeof session.datagrams.maxDatagramSize;
  },

  async bidirectional_streams_echo(connector) {
    const session = await connector.open("/echo");
    const lengths = [];
    for (const count of COUNTS) lengths.push(await echo(session, pattern(count)));
    return lengths;
  },

  // Without the end of a stream, which Deno does not send.
  async unfinished_streams_echo(connector) {
    const session = await connector.open("/echo");
    const lengths = [];
    for (const count of COUNTS) {
      const stream = await session.createBidirectionalStream();
      const writing = stream.writable.getWriter().write(pattern(count));
      lengths.push(describe(await readBytes(stream.readable, count)));
      await writing;
    }
    return lengths;
  },

  async bidirectional_streams_at_once(connector) {
    const session = await connector.open("/echo");
    return Promise.all(COUNTS.map((count) => echo(session, pattern(count))));
  },

  async unidirectional_streams_echo(connector) {
    const session = await connector.open("/echo");
    const next = incoming(session.incomingUnidirectionalStreams);
    const lengths = [];
    for (const count of COUNTS) {
      const writing = session.createUnidirectionalStream().then((stream) => writeAll(stream, pattern(count)));
      lengths.push(describe(await readAll(await next())));
      await writing;
    }
    return lengths;
  },

  // The server opens them, and tells what comes back on those that are for both.
  async bidirectional_streams_of_the_server(connector) {
    const lengths = [];
    for (const count of COUNTS) {
      const session = await connector.open(`/push?streams=2&bytes=${count}`);
      const next = incoming(session.incomingBidirectionalStreams);
      for (let index = 0; index < 2; ++index) {
        const stream = await next();
        const bytes = await readAll(stream.readable);
        writeAll(stream.writable, bytes).catch(() => {});  // the server may have them, and close, before that is known here
        lengths.push(describe(bytes));
      }
      await closing(session);
    }
    return lengths;
  },

  async finished_streams_of_the_server(connector) {
    const lengths = [];
    for (const count of COUNTS) {
      const session = await connector.open(`/push?streams=1&bytes=${count}`);
      const stream = await incoming(session.incomingBidirectionalStreams)();
      lengths.push(describe(await readAll(stream.readable)));
    }
    return lengths;
  },

  async unidirectional_streams_of_the_server(connector) {
    const lengths = [];
    for (const count of COUNTS) {
      const session = await connector.open(`/push?uni=2&bytes=${count}`);
      const next = incoming(session.incomingUnidirectionalStreams);
      for (let index = 0; index < 2; ++index) lengths.push(describe(await readAll(await next())));
    }
    return lengths;
  },

  async empty_streams(connector) {
    const session = await connector.open("/echo");
    const lengths = [];
    for (let index = 0; index < 3; ++index) lengths.push(await echo(session, pattern(0)));
    return lengths;
  },

  async empty_streams_of_the_server(connector) {
    const session = await connector.open("/push?streams=1&uni=1&bytes=0");
    const unidirectional = describe(await readAll(await incoming(session.incomingUnidirectionalStreams)()));
    const stream = await incoming(session.incomingBidirectionalStreams)();
    const bidirectional = describe(await readAll(stream.readable));
    writeAll(stream.writable, pattern(0)).catch(() => {});
    await closing(session);
    return [unidirectional, bidirectional];
  },

  async many_small_streams(connector) {
    const session = await connector.open("/echo");
    let right = 0;
    let left = 1000;
    const oneByOne = async () => {
      while (left > 0) {
        const count = 1 + (left-- % 100);
        if (await echo(session, pattern(count)) === count) ++right;
      }
    };
    // Less than the server allows at once: beyond that Chromium makes no stream, where others wait for one.
    await Promise.all(Array.from({ length: 50 }, oneByOne));
    return right;
  },

  // Datagrams may be lost, so each is sent until it comes back.
  async datagrams_echo(connector) {
    const session = await connector.open("/echo");
    const writer = datagramWriter(session);
    const reader = session.datagrams.readable.getReader();
    const lengths = [];
    for (const count of [1, 100, 1000]) {
      const again = setInterval(() => writer.write(pattern(count)), 50);
      try {
        await writer.write(pattern(count));
        let datagram;
        do datagram = (await reader.read()).value;
        while (datagram.length !== count);
        lengths.push(describe(datagram));
      } finally {
        clearInterval(again);
      }
    }
    return lengths;
  },

  // The server sends one, and another for each stream that ends.
  async datagrams_of_the_server(connector) {
    const session = await connector.open("/datagrams?bytes=500");
    const reader = session.datagrams.readable.getReader();
    const ring = async () => writeAll(await session.createUnidirectionalStream(), text("x"));
    const again = setInterval(ring, 50);
    const lengths = [];
    try {
      while (lengths.length < 10) {
        await ring();
        lengths.push(describe((await reader.read()).value));
      }
    } finally {
      clearInterval(again);
    }
    return lengths;
  },

  async closed_by_the_server_with_code_and_reason(connector) {
    const endings = [];
    for (const [code, reason] of [[0, ""], [7, "seven"], [0xffffffff, "ünì ".repeat(100)], [1, "r".repeat(1024)]]) {
      const { ending } = await closedByServer(connector, code, reason);
      endings.push([ending.closeCode, ending.reason === reason ? "same" : ending]);
    }
    return endings;
  },

  // The server tells Python what it got.
  async closed_by_the_client_with_code_and_reason(connector) {
    const endings = [];
    for (const [code, reason] of [[0, ""], [9, "nine"], [0xffffffff, "last"], [2, "ü".repeat(512)]]) {
      const session = await connector.open("/client-closes");
      session.close({ closeCode: code, reason });
      endings.push(await closing(session));
    }
    return endings;
  },

  async streams_end_with_their_session(connector) {
    const { session, waiting } = await closedByServer(connector, 5, "over", async (opened) => {
      const stream = await opened.createBidirectionalStream();
      return [streamError(stream.readable.getReader().read())];
    });
    // It is told as the end of the session, or as a reset: with the code 0 in Chromium, without one in Firefox.
    const isEnd = (value) => value === 0 || (typeof value === "string" && /^(WebTransport|Type)Error/.test(value));
    const read = await waiting[0];
    let opened = "opened";
    try {
      await session.createBidirectionalStream();
    } catch (error) {
      opened = error.name;
    }
    return [isEnd(read) ? "ended" : read, opened];
  },

  // The server tells Python which codes it got.
  async resets_of_the_client(connector) {
    const session = await connector.open("/echo");
    for (const code of CODES) {
      const { writer } = await startEcho(session);
      await writer.abort(codeOf(code));
    }
    return echo(session, pattern(1));  // the session ends behind them
  },

  async stops_of_the_client(connector) {
    const session = await connector.open("/echo");
    for (const code of CODES) {
      const { reader } = await startEcho(session);
      await reader.cancel(codeOf(code));
    }
    return echo(session, pattern(1));
  },

  async resets_of_the_server(connector) {
    const session = await connector.open("/give-up");
    const codes = [];
    for (const code of CODES) {
      const stream = await session.createBidirectionalStream();
      const reader = stream.readable.getReader();
      await stream.writable.getWriter().write(text(`reset ${code}`));
      codes.push(await streamError(reader.read()));
    }
    return codes;
  },

  async stops_of_the_server(connector) {
    const session = await connector.open("/give-up");
    const codes = [];
    for (const code of CODES) {
      // Chromium forgets the code where the stream's pipe to the page is gone before it is told.
      let told;
      for (let tries = 0; tries < 50 && typeof told !== "number"; ++tries) {
        const stream = await session.createBidirectionalStream();
        const writer = stream.writable.getWriter();
        const closed = streamError(writer.closed);
        await writer.write(text(`stop ${code}`));
        told = await closed;
      }
      codes.push(told);
    }
    return codes;
  },

  // What the client does not read holds the server back, and comes when it is read.
  async slow_reader_gets_everything(connector) {
    const session = await connector.open("/push?uni=1&bytes=10000000");
    const other = await connector.open("/echo");
    const reader = (await incoming(session.incomingUnidirectionalStreams)()).getReader();
    let length = 0;
    for (let reads = 0; ; ++reads) {
      const { value, done } = await reader.read();
      if (done) break;
      if (!value.every((byte, index) => byte === (length + index) % 251)) return `other bytes behind ${length}`;
      length += value.length;
      // Nobody reads while these come and go.
      if (reads < 3) await echo(other, pattern(100_000));
    }
    return length;
  },

  async twenty_sessions(connector) {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => connector.open("/echo")));
    return Promise.all(sessions.map((session, index) => echo(session, pattern(10_000 * (index + 1)))));
  },

  async draining_session_goes_on(connector) {
    const session = await connector.open("/drain");
    return echo(session, pattern(1000));
  },

  async wrong_certificate_hash(connector) {
    const session = connector.start("/echo", connector.server.hash.map((byte) => byte ^ 1));
    try {
      await session.ready;
      return "opened";
    } catch (error) {
      return error.name;
    }
  },

  async refusal_by_status(connector) {
    const session = connector.start("/refuse/403");
    try {
      await session.ready;
      return "opened";
    } catch (error) {
      return [error.name, (await closing(session)).error];
    }
  },

  async no_such_path(connector) {
    const session = connector.start("/none");
    try {
      await session.ready;
      return "opened";
    } catch (error) {
      return error.name;
    }
  },

  // The server tells Python of the reset, who ends it then.
  async server_ends(connector) {
    const session = await connector.open("/echo");
    const { writer } = await startEcho(session);
    writer.abort(codeOf(1)).catch(() => {});
    return closing(session);
  },
};
