import type { Store } from "./index.js";

/** A file of Node's, for one program at a time. */
export class FileStore implements Store {
  private constructor();
  static open(path: string): Promise<FileStore>;
  load(): Promise<[key: string, value: unknown][]>;
  write(entries: [key: string, value: unknown][]): Promise<void>;
  close(): Promise<void>;
}
