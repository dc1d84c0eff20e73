export * from "./types/quic";
export * from "./types/serve";
export * from "./types/fetch";
