// Where one is: the part of the address behind `#`. It shows nothing itself.
import { signal } from "./html.js";

function read() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name = "", ...rest] = path.split("/").map(decodeURIComponent);
  return { name: name || "goals", rest, query: Object.fromEntries(new URLSearchParams(search)), path };
}

export const route = signal(read());
addEventListener("hashchange", () => (route.value = read()));

export function go(path) {
  location.hash = `#/${path}`;
}
