export * from "./types/quic";
export * from "./types/serve";
export * from "./types/node";
export * from "./types/routes";
export * from "./types/fetch";
export * from "./types/webtransport";
