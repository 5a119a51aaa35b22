// What stands around the desk: the theme's switch, and the demo's stage machinery.

import { post } from "./act.js";
import { keep, kept } from "./state.js";

const THEMES = ["", "light", "dark"];
const NAMES = { "": "as the system", light: "light", dark: "dark" };

function theme(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  keep("theme", chosen);
  const button = document.querySelector("[data-theme-switch]");
  button.setAttribute("aria-label", `Theme: ${NAMES[chosen]}`);
  button.title = `Theme: ${NAMES[chosen]}`;
}

async function move(to) {
  const data = new FormData();
  if (to === "next") data.set("to", to);
  else data.set("minutes", to);
  await post("/demo/clock", data);
}

export function startStage() {
  theme(kept("theme"));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-theme-switch], [data-clock], [data-stage-more]");
    if (!button) return;
    if ("stageMore" in button.dataset) {
      const open = button.closest("[data-stage]").classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    } else
    if ("clock" in button.dataset) move(button.dataset.clock);
    else theme(THEMES[(THEMES.indexOf(kept("theme")) + 1) % THEMES.length]);
  });
  document.querySelector("[data-persona]")?.addEventListener("change", async ({ target }) => {
    const data = new FormData();
    data.set("person", target.value);
    const answer = await post("/demo/persona", data);
    if (!answer.failed) location.assign("/");
  });
}
