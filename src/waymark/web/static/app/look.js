// Light or dark: what was chosen here, else what the system says.

const KEPT = "waymark.theme";

/** light, dark, or system when nothing was chosen. */
export const theme = () => document.documentElement.dataset.theme ?? "system";

export const isDark = () => (theme() === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme() === "dark");

/** What is drawn on a canvas hears of it by `waymark:theme`. */
export function setTheme(chosen) {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  try {
    if (chosen === "system") localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, chosen);
  } catch {
    // Then it holds until the page is left.
  }
  dispatchEvent(new Event("waymark:theme"));
}
