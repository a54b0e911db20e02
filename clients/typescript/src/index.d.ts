// The client of Waymark: typed calls, and devices that work offline and sync.

import type { ConflictDocument, Fault, Records, Register, Routes } from "./api.js";

export type * from "./api.js";

export type Entity = keyof Records;

/** What a route takes; parts that it does not have are absent. */
export type Asked<R extends keyof Routes> = Omit<Routes[R], "answer"> & {
  /** Makes a write the same one, however often it is asked for. */
  key?: string;
  /** Only if the record still has this version, else PRECONDITION_FAILED. */
  version?: number;
};
type Arguments<T> = {} extends T ? [options?: T] : [options: T];
export type Data<R extends keyof Routes> = Routes[R]["answer"]["data"];
type Lists = { [R in keyof Routes]: Data<R> extends unknown[] ? R : never }[keyof Routes];
type Item<T> = T extends (infer I)[] ? I : never;

export interface Tokens {
  accessToken: string;
  refreshToken: string | null;
}

/** A failure that the server told; `code` is one of docs/reference/errors.md. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Fault[];
  readonly context: Record<string, unknown> | null;
}

/** Nobody knows whether the request arrived: the connection failed, or the answer was lost. */
export class NoAnswer extends Error {}

/** The API as one user. Calls fail with a Problem, or NoAnswer when trying again has not helped. */
export class Waymark {
  constructor(
    address: string,
    options?: {
      token?: string;
      refreshToken?: string | null;
      /** Is told each new pair of tokens. */
      keep?: (tokens: Tokens) => void;
      tries?: number;
      fetch?: typeof fetch;
    },
  );
  ask<R extends keyof Routes>(route: R, ...options: Arguments<Asked<R>>): Promise<Data<R>>;
  /** All items of a list, page by page as they are needed. */
  list<R extends Lists>(route: R, ...options: Arguments<Asked<R>>): AsyncGenerator<Item<Data<R>>, void>;
  register(email: string, password: string, fields?: Omit<Register, "email" | "password">): Promise<void>;
  login(email: string, password: string): Promise<void>;
}

/** Keys and JSON values. `write` is all or nothing, and safe once it resolves; undefined takes a key away. */
export interface Store {
  load(): Promise<[key: string, value: unknown][]>;
  write(entries: [key: string, value: unknown][]): Promise<void>;
  close(): Promise<void>;
}

/** Keeps nothing beyond the program. */
export class MemoryStore implements Store {
  load(): Promise<[key: string, value: unknown][]>;
  write(entries: [key: string, value: unknown][]): Promise<void>;
  close(): Promise<void>;
}

/** A database of this origin. One tab holds it at a time; another waits in `open` until it is closed. */
export class IndexedDbStore implements Store {
  private constructor();
  static open(name: string): Promise<IndexedDbStore>;
  load(): Promise<[key: string, value: unknown][]>;
  write(entries: [key: string, value: unknown][]): Promise<void>;
  close(): Promise<void>;
}

/** A record as this device has it; one that was never synced has only what was told. */
export type Local<E extends Entity> = Readonly<
  { id: string; syncStatus: "local" | "pending" | "synced" | "conflict" } & Partial<Omit<Records[E], "id" | "syncStatus">>
>;
export type Fields<E extends Entity> = Partial<Records[E]>;

export interface Change {
  readonly key: string;
  readonly entity: Entity;
  readonly id: string;
  readonly operation: "create" | "update" | "delete";
  readonly data: Record<string, unknown>;
}
/** A change that waits; `isSent`: it was sent, and no answer came yet. */
export interface Pending extends Change {
  readonly isSent: boolean;
}
/** A change that the server rejected. It is kept until `forget` or `again`. */
export interface Refused extends Change {
  readonly error: { code: string; message?: string; details?: Fault[] };
}

/** What came of it. `differing`: entities that are not as the server has them even after a snapshot. */
export interface Synced {
  pushed: number;
  refused: number;
  pulled: number;
  differing: string[];
}

/** A device of one person, the only one of its store. Reading is at once; what is promised is kept. */
export class Device {
  private constructor();
  static open(
    waymark: Waymark,
    store: Store,
    options?: {
      /** The device's clock, right or wrong. */
      now?: () => Date;
      newId?: () => string;
      /** Hears of every conflict that opens, on whichever device it came up. */
      onConflict?: (conflict: ConflictDocument) => void;
      /** Hears of every record that another device or the server changed. */
      onChange?: (entity: Entity, id: string) => void;
    },
  ): Promise<Device>;
  readonly cursor: string | null;
  find<E extends Entity>(entity: E, id: string): Local<E> | null;
  /** Likewise; RESOURCE_NOT_FOUND when there is none. */
  get<E extends Entity>(entity: E, id: string): Local<E>;
  /** Those that stand, by id. */
  all<E extends Entity>(entity: E): Local<E>[];
  pending(): Pending[];
  refused(): Refused[];
  /** Those that are open. */
  conflicts(): ConflictDocument[];
  /** What this device holds of each entity, summed up as the server does. */
  digest(): Promise<Record<string, string>>;
  /** A new record; its id, under which the server will know it too. */
  create<E extends Entity>(entity: E, fields: Fields<E>): Promise<string>;
  edit<E extends Entity>(entity: E, id: string, fields: Fields<E>): Promise<void>;
  /** A record that nobody else has heard of is forgotten. */
  delete(entity: Entity, id: string): Promise<void>;
  forget(key: string): Promise<void>;
  /** Try a refused change again, mended by some fields. */
  again(key: string, fields?: Record<string, unknown>): Promise<void>;
  /** Send what waits, take in what is new. It may fail at any moment; nothing is lost by that. */
  sync(): Promise<Synced>;
  /** Decide a conflict; `fields` override what merging takes. */
  resolve(
    conflict: ConflictDocument,
    resolution: "use_server" | "use_local" | "merge",
    fields?: Record<string, unknown>,
  ): Promise<Record<string, unknown>>;
  /** Stay up to date until `signal` says to end; connections that break are mended. */
  follow(options?: { signal?: AbortSignal; WebSocket?: new (address: string) => unknown }): Promise<void>;
  close(): Promise<void>;
}
