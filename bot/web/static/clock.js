// Countdowns: by the second under ten minutes, by the minute above; moved by the desk's clock.

import { now, setNow, zone } from "./state.js";

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

// The same words as `spans.duration`: the two largest units.
export function duration(milliseconds) {
  let seconds = Math.floor(Math.abs(milliseconds) / 1000);
  if (seconds >= 600) seconds -= seconds % 60;
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (parts.length || count) {
      parts.push(count ? `${count} ${unit}` : "");
      seconds %= size;
    }
    if (parts.length === 2) break;
  }
  return parts.filter(Boolean).join(" ") || "0 s";
}

export function left(until, at) {
  return until > at ? `in ${duration(until - at)}` : `${duration(at - until)} ago`;
}

const stageTime = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export function tick() {
  const at = now();
  for (const element of document.querySelectorAll("[data-left]")) {
    write(element, left(Number(element.dataset.left), at));
  }
  for (const bar of document.querySelectorAll("[data-until]")) {
    const since = Number(bar.dataset.since), until = Number(bar.dataset.until);
    const share = Math.min(Math.max((at - since) / (until - since), 0), 1) * 100;
    bar.querySelector(".fill").setAttribute("width", `${share.toFixed(2)}%`);
    bar.setAttribute("aria-valuenow", String(Math.round(share)));
  }
  const stage = document.querySelector("[data-stage-clock]");
  if (stage) write(stage, stageTime.format(at).replace(",", ""));
}

export function moved(epoch) {
  setNow(epoch);
  tick();
}

export function startClock() {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
