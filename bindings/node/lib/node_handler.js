// nodeHandler(): a listener as http.createServer takes it, as a fetch handler.
"use strict";

const { checkFunction, invalidType } = require("./errors.js");
const { Conversation } = require("./node_handler/conversation.js");

// The function that it gives is for `fetch` and for routes of serve().
function nodeHandler(listener) {
  checkFunction(listener, "listener");
  return (request, server) => {
    if (typeof request?.url !== "string") throw invalidType("request", "a Request", request);
    return new Conversation(request, server).run(listener);
  };
}

module.exports = { nodeHandler };
