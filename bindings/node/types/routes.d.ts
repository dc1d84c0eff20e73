import type { Server } from "./serve";

/** A file or folder that the library gives out without JavaScript; made by `file()` and `folder()`. */
export interface FileRoute {
  readonly native: Readonly<Record<string, unknown>>;
}
export interface FolderRoute extends FileRoute {
  readonly native: Readonly<Record<string, unknown> & { name?: undefined }>;
}

export interface FileOptions {
  /** The content-type. Default: by the file's name. */
  type?: string;
  /** Seconds for which clients may use it again without asking (cache-control: max-age). Default: nothing is said. */
  maxAge?: number;
}

export interface FolderOptions {
  /** The file that a folder is answered with. Default: "index.html". */
  index?: string;
  /** Folders without that file are listed. Default: false, and they are answered 404. */
  listing?: boolean;
  /** Seconds for which clients may use files again without asking (cache-control: max-age). Default: nothing is said. */
  maxAge?: number;
  /** Names that begin with a dot are served too. Default: false; "/.well-known" always is. */
  dotfiles?: boolean;
  /** What is not there is answered with the index of the folder itself. Default: false. */
  singlePage?: boolean;
}

/**
 * The file as it is on the disk at each request: with ranges, conditional requests, and, where `NAME.br`, `NAME.zst` or
 * `NAME.gz` stands beside it, that for clients that take it. 404 while it is not there; its folder has to be there.
 * Throws TypeError for what cannot be a file.
 */
export function file(path: string | URL, options?: FileOptions): FileRoute;
/**
 * All files below the folder, by the rest of the path, for a route that ends with "/*". Symbolic links and ".." lead to
 * nothing outside of it. Throws TypeError where the folder is not there.
 */
export function folder(path: string | URL, options?: FolderOptions): FolderRoute;

/** The names of the parameters of a pattern: "id" and "*" of "/users/:id/*". */
export type ParameterNames<Pattern extends string> = Pattern extends `${infer Segment}/${infer Rest}`
  ? ParameterName<Segment> | ParameterNames<Rest>
  : ParameterName<Pattern>;
type ParameterName<Segment extends string> = Segment extends `:${infer Name}` ? Name : Segment extends "*" ? "*" : never;

/** A request for a route. */
export interface RouteRequest<Pattern extends string = string> extends Request {
  /** The decoded parameters of the path. Of "*" an escaped slash stays "%2F", as it parts no segments. */
  readonly params: string extends Pattern ? Record<string, string> : { readonly [Name in ParameterNames<Pattern>]: string };
}

export type RouteHandler<Pattern extends string = string> = (
  this: Server, request: RouteRequest<Pattern>, server: Server,
) => Response | Promise<Response>;

export type RouteMethod = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS";

/**
 * What answers one method. A Response is read once, and then sent by the library without JavaScript; it gets an etag
 * unless it has one, and clients that have that version are answered 304. A Blob is Bun's `Bun.file(path)`, which is taken
 * for `file(path)`. `false`: the fetch handler, or 404 without one.
 */
export type RouteAnswer<Pattern extends string = string> = RouteHandler<Pattern> | Response | FileRoute | Blob | false;

/**
 * What answers a path: one thing for every method (a file: for GET and HEAD), or one for each. GET answers HEAD, too, without
 * the body. A method that is not there goes to a less specific route and then to the fetch handler; without one it is
 * answered 405.
 */
export type Route<Pattern extends string = string> =
  | RouteAnswer<Pattern>
  | { readonly [Method in RouteMethod]?: RouteAnswer<Pattern> };

/**
 * By pattern: "/static/:parameter/*". ":name" takes one segment, "*" at the end the rest of the path. The most specific
 * route wins, segment by segment: static, then parameter, then "*".
 */
export type Routes<Pattern extends string = string> = { readonly [Path in Pattern]: Route<Path> };
