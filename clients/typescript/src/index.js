// The client of Waymark: typed calls, and devices that work offline and sync.

export { NoAnswer, Problem } from "./calls.js";
export { Device } from "./device.js";
export { IndexedDbStore, MemoryStore } from "./stores.js";
export { Waymark } from "./waymark.js";
