// The theme that was chosen here, before anything is drawn; without a choice the system's holds.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("waymark.theme");
  } catch {
    // Storage may be forbidden; then the system decides.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
