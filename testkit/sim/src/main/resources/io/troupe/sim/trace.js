"use strict";
// Columns of what was recorded.
const [SENT, FROM, TO, END, FATE, ACTOR, TYPE, TEXT] = [0, 1, 2, 3, 4, 5, 6, 7];
const [AT, KIND, NODE, WHAT] = [0, 1, 2, 3];
const ARRIVED = 0, LOST = 1;
const $ = id => document.getElementById(id);
const canvas = $("canvas"), context = canvas.getContext("2d"), map = $("map"), mapContext = map.getContext("2d");
const stage = $("stage");
const GUTTER = 96, TOP = 46, ROW = 22, ARROWS_MAX = 6000, LIST_MAX = 300;
const PALETTE = ["#4a86e8", "#e67c30", "#3aa675", "#a05fd6", "#d9577f", "#2aa5b8", "#b58a1c", "#7386b8", "#8a9a3b", "#c96b55"];
const unit = data.unit;
const end = Math.max(1e-6, data.end);
const longest = data.messages.reduce((most, m) => Math.max(most, (m[END] ?? m[SENT]) - m[SENT]), 0);
const rows = [...new Set(data.history.map(o => o.process))].sort((a, b) => a - b);

const counts = new Map();
for (const m of data.messages) counts.set(m[TYPE], (counts.get(m[TYPE]) ?? 0) + 1);
const byCount = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
const colourOf = new Map(byCount.map((type, i) => [type, PALETTE[i % PALETTE.length]]));

const shownNodes = new Set(data.nodes.keys()), shownTypes = new Set(byCount);
const shownKinds = new Set(["state", "note", "timer", "persisted"].filter(kind => kind !== "timer" || data.marks.length < 400));
let from = 0, to = end, chosen = null, css = {}, drawn = 0, wanted = 0;

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const width = () => stage.clientWidth;
const x = t => GUTTER + (t - from) / (to - from) * (width() - GUTTER - 12);
const timeAt = px => from + (px - GUTTER) / (width() - GUTTER - 12) * (to - from);
const lanes = () => [...data.nodes.keys()].filter(node => shownNodes.has(node));
let laneY = new Map(), historyTop = 0;
const y = node => laneY.get(node);
const shortened = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;
const time = t => unit === "step" ? "step " + Math.round(t) : t.toFixed(3) + " ms";

// ---- spans of a node's life: down, paused, and what it reported

const ENDS = ["crash", "stop"]; // of a life
const spans = data.nodes.map(() => ({ down: [], paused: [], states: [] }));
for (const [kind, begins, ends] of [["down", ["crash", "stop"], "start"], ["paused", ["pause"], "resume"]]) {
  const open = new Map();
  for (const m of data.marks) {
    if (m[NODE] < 0) continue;
    if (begins.includes(m[KIND]) && !open.has(m[NODE])) open.set(m[NODE], m[AT]);
    if ((m[KIND] === ends || ENDS.includes(m[KIND]) && kind === "paused") && open.has(m[NODE])) {
      spans[m[NODE]][kind].push([open.get(m[NODE]), m[AT]]); open.delete(m[NODE]);
    }
  }
  for (const [node, since] of open) spans[node][kind].push([since, end]);
}
const mainState = new Map(); // the first name under which a node reports is its band
for (const m of data.marks) if (m[NODE] >= 0) {
  const states = spans[m[NODE]].states, last = states[states.length - 1];
  if (m[KIND] === "state") {
    const cut = m[WHAT].indexOf("="), name = m[WHAT].slice(0, cut), value = m[WHAT].slice(cut + 1);
    if (!mainState.has(m[NODE])) mainState.set(m[NODE], name);
    if (mainState.get(m[NODE]) !== name) continue;
    if (last && last[1] === null) last[1] = m[AT];
    states.push([m[AT], null, name, value]);
  } else if (ENDS.includes(m[KIND]) && last && last[1] === null) last[1] = m[AT];
}
const faults = []; // what was done from when to when, from its two marks
for (const m of data.marks) if (m[KIND] === "fault") {
  const begun = /^fault (#\d+): (.*)$/.exec(m[WHAT]), ended = /^end of fault (#\d+)$/.exec(m[WHAT]);
  if (begun) faults.push({ at: m[AT], until: end, name: begun[1], what: begun[2] });
  if (ended) for (const f of faults) if (f.name === ended[1] && f.until === end) f.until = m[AT];
}
const faultRows = []; // overlapping faults stand below each other
for (const f of faults) { let row = faultRows.findIndex(until => until <= f.at); if (row < 0) row = faultRows.length; f.row = row; faultRows[row] = f.until; }
const hue = value => { let hash = 0; for (const c of value.replace(/\d+/g, "")) hash = (hash * 31 + c.charCodeAt(0)) >>> 0; return PALETTE[hash % PALETTE.length]; };

// ---- what is seen

const contains = text => text.toLowerCase().includes($("text").value.toLowerCase());
const wantsMessage = m => shownTypes.has(m[TYPE]) && (shownNodes.has(m[FROM]) && shownNodes.has(m[TO]))
  && (!$("text").value || contains(data.actors[m[ACTOR]] + " " + data.types[m[TYPE]] + " " + m[TEXT]));
const wantsMark = m => (m[NODE] < 0 || shownNodes.has(m[NODE])) && (!["timer", "persisted", "note", "state"].includes(m[KIND]) || shownKinds.has(m[KIND]))
  && m[KIND] !== "fault" && (!$("text").value || ["crash", "stop", "start", "pause", "resume", "error"].includes(m[KIND]) || contains(m[WHAT]));
function firstAfter(list, t) { // by the first column
  let low = 0, high = list.length;
  while (low < high) { const middle = (low + high) >> 1; if (list[middle][0] < t) low = middle + 1; else high = middle; }
  return low;
}
function visibleMessages() {
  const found = [];
  for (let i = firstAfter(data.messages, from - longest); i < data.messages.length && data.messages[i][SENT] <= to; i++) {
    const m = data.messages[i];
    if ((m[END] ?? m[SENT]) >= from && wantsMessage(m)) found.push(m);
  }
  return found;
}
function visibleMarks() {
  const found = [];
  for (let i = firstAfter(data.marks, from); i < data.marks.length && data.marks[i][AT] <= to; i++) if (wantsMark(data.marks[i])) found.push(data.marks[i]);
  return found;
}
function line(m) { // on the canvas; what is lost or still under way ends on the way
  const y1 = y(m[FROM]), y2 = y(m[TO]), x1 = x(m[SENT]);
  if (m[FATE] === ARRIVED) return [x1, y1, x(m[END]), y2];
  const x2 = Math.max(x(m[END] ?? m[SENT]), x1 + 14);
  return m[FATE] === LOST ? [x1, y1, x1 + (x2 - x1) * 0.6, y1 + 0.6 * (y2 - y1)] : [x1, y1, x1 + 26, y1 + (y2 > y1 ? 1 : -1) * Math.min(26, Math.abs(y2 - y1) * 0.6)];
}

// ---- drawing

function layout() {
  const shown = lanes(), top = TOP + Math.min(3, faultRows.length) * 15;
  const below = rows.length ? 26 + rows.length * ROW : 0;
  const height = clamp((stage.clientHeight - top - below - 10) / Math.max(1, shown.length), 58, 190);
  laneY = new Map(shown.map((node, i) => [node, top + (i + 0.5) * height]));
  historyTop = top + shown.length * height;
  return Math.max(stage.clientHeight - 1, historyTop + below + 8);
}
function sized(target, width, height) {
  const ratio = devicePixelRatio || 1;
  target.width = width * ratio; target.height = height * ratio;
  target.style.width = width + "px"; target.style.height = height + "px";
  const brush = target.getContext("2d");
  brush.setTransform(ratio, 0, 0, ratio, 0, 0); brush.clearRect(0, 0, width, height);
  brush.font = "11px system-ui, sans-serif"; brush.textBaseline = "middle";
}
function stroke(x1, y1, x2, y2, dash) {
  context.setLineDash(dash ?? []); context.beginPath(); context.moveTo(x1, y1); context.lineTo(x2, y2); context.stroke(); context.setLineDash([]);
}
function clippedText(text, left, right, middle) { // only as much as fits
  const room = right - left; if (room < 14) return;
  const fits = Math.floor(room / 5.8); context.fillText(shortened(text, fits), left, middle);
}
function draw() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["paper", "panel", "ink", "soft", "line", "grid", "lane", "accent", "chosen", "bad", "good", "warn", "down", "paused", "shade", "ok", "unknown", "failed"]) css[name] = style.getPropertyValue("--" + name).trim();
  const height = layout(), wide = width();
  sized(canvas, wide, height);
  context.save(); context.beginPath(); context.rect(GUTTER - 1, 0, wide, height); context.clip();
  drawGrid(height); drawFaults(); for (const node of lanes()) drawLane(node, wide);
  const messages = visibleMessages(), marks = visibleMarks();
  drawMessages(messages); drawMarks(marks, height); drawHistory(wide); context.restore();
  context.textAlign = "right";
  for (const node of lanes()) { context.fillStyle = css.ink; context.font = "600 12px system-ui, sans-serif"; context.fillText(shortened(data.nodes[node], 14), GUTTER - 12, y(node)); }
  context.font = "11px system-ui, sans-serif"; context.fillStyle = css.soft;
  rows.forEach((process, i) => context.fillText("client " + process, GUTTER - 12, historyTop + 26 + (i + 0.5) * ROW));
  context.textAlign = "left";
  drawMap(); drawList(messages, marks);
  if (document.activeElement !== $("from")) $("from").value = +from.toFixed(3);
  if (document.activeElement !== $("to")) $("to").value = +to.toFixed(3);
}
function drawGrid(height) {
  const raw = (to - from) / Math.max(2, width() / 130), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= raw);
  context.strokeStyle = css.grid; context.fillStyle = css.soft;
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    stroke(x(t), 22, x(t), height); const label = +t.toFixed(6) + (unit === "step" ? "" : " ms"); context.fillText(label, x(t) + 3, 12);
  }
}
function drawFaults() {
  for (const f of faults) if (f.until >= from && f.at <= to && f.row < 3) {
    const left = Math.max(GUTTER, x(f.at)), right = Math.max(left + 3, x(f.until)), top = 26 + f.row * 15;
    context.fillStyle = css.paused; context.fillRect(left, top, right - left, 13);
    context.fillStyle = css.warn; context.fillRect(left, top, 2, 13); context.fillStyle = css.ink; clippedText(f.name + " " + f.what, left + 6, right, top + 7);
  }
}
function drawLane(node, wide) {
  const middle = y(node);
  context.strokeStyle = css.lane; stroke(GUTTER, middle, wide, middle);
  for (const [since, until] of spans[node].down) if (until >= from && since <= to) {
    context.fillStyle = css.down; context.fillRect(x(since), middle - 20, x(until) - x(since), 40);
    context.fillStyle = css.bad; clippedText("down", Math.max(GUTTER, x(since)) + 10, x(until), middle - 12);
  }
  for (const [since, until] of spans[node].paused) if (until >= from && since <= to) {
    context.fillStyle = css.paused; context.fillRect(x(since), middle - 14, x(until) - x(since), 28);
    context.fillStyle = css.warn; clippedText("paused", Math.max(GUTTER, x(since)) + 4, x(until), middle - 21);
  }
  if (shownKinds.has("state")) for (const [since, until, , value] of spans[node].states) if ((until ?? end) >= from && since <= to) {
    const left = Math.max(GUTTER, x(since)), right = Math.min(wide, x(until ?? end)); if (right - left < 0.5) continue;
    context.fillStyle = css.paper; context.fillRect(left, middle - 8, right - left, 16); context.fillStyle = hue(value) + "59"; context.fillRect(left, middle - 8, right - left, 16); context.fillStyle = css.ink; clippedText(value, left + 10, right - 3, middle);
  }
}
function drawMessages(messages) {
  const every = Math.max(1, Math.ceil(messages.length / ARROWS_MAX)), crowded = messages.length > 400;
  drawn = 0; wanted = messages.length;
  context.globalAlpha = crowded ? clamp(1200 / messages.length, 0.25, 0.8) : 1;
  messages.forEach((m, i) => { if (i % every === 0 || m[FATE] !== ARRIVED && i % every < 2) { drawMessage(m, crowded, messages.length < 50); drawn++; } });
  context.globalAlpha = 1;
  if (chosen && chosen.length === 8 && shownNodes.has(chosen[FROM]) && shownNodes.has(chosen[TO])) drawMessage(chosen, false, true);
}
function drawMessage(m, crowded, labelled) {
  const [x1, y1, x2, y2] = line(m), isChosen = m === chosen;
  context.strokeStyle = context.fillStyle = isChosen ? css.chosen : m[FATE] === LOST ? css.bad : colourOf.get(m[TYPE]);
  context.lineWidth = isChosen ? 2.5 : crowded ? 0.8 : 1.3;
  if (m[FROM] === m[TO]) { context.beginPath(); context.ellipse((x1 + x2) / 2, y1, Math.max(4, (x2 - x1) / 2), 18, 0, Math.PI, 0); context.stroke(); }
  else stroke(x1, y1, x2, y2, m[FATE] === ARRIVED ? [] : [5, 4]);
  if (m[FATE] === LOST) { context.lineWidth = 1.8; stroke(x2 - 4, y2 - 4, x2 + 4, y2 + 4); stroke(x2 + 4, y2 - 4, x2 - 4, y2 + 4); }
  else if (!crowded && m[FATE] === ARRIVED) {
    const angle = Math.atan2(y2 - y1, x2 - x1), size = 8;
    context.beginPath(); context.moveTo(x2, y2);
    context.lineTo(x2 - size * Math.cos(angle - 0.36), y2 - size * Math.sin(angle - 0.36)); context.lineTo(x2 - size * Math.cos(angle + 0.36), y2 - size * Math.sin(angle + 0.36)); context.fill();
  }
  if (labelled) {
    const label = data.types[m[TYPE]], at = 0.38, px = x1 + (x2 - x1) * at + 5, py = y1 + (y2 - y1) * at, wide = context.measureText(label).width;
    const ink = context.fillStyle; context.fillStyle = css.paper; context.globalAlpha = 0.8; context.fillRect(px - 2, py - 7, wide + 4, 14); context.globalAlpha = 1; context.fillStyle = ink; context.fillText(label, px, py);
  }
  context.lineWidth = 1;
}
const markColour = kind => ({ start: css.good, resume: css.good, crash: css.bad, error: css.bad, pause: css.warn, stop: css.warn, network: css.accent, note: css.accent, state: css.accent })[kind] ?? css.soft;
function drawMarks(marks, height) {
  const free = new Map(); // per lane: up to where its notes have taken the room
  for (const m of marks) {
    const px = x(m[AT]), py = m[NODE] < 0 ? 0 : y(m[NODE]), kind = m[KIND];
    context.fillStyle = context.strokeStyle = m === chosen ? css.chosen : markColour(kind);
    if (m[NODE] < 0) {
      stroke(px, 22, px, height, [2, 4]); if ((free.get(-1) ?? 0) < px) { context.fillText(shortened(m[WHAT], 40), px + 3, TOP - 8 + Math.min(3, faultRows.length) * 15); free.set(-1, px + 150); }
    } else if (kind === "crash") { context.lineWidth = 2.6; stroke(px - 6, py - 6, px + 6, py + 6); stroke(px + 6, py - 6, px - 6, py + 6); context.lineWidth = 1; }
    else if (kind === "stop") context.fillRect(px - 5, py - 5, 10, 10);
    else if (kind === "start" || kind === "resume") { context.beginPath(); context.moveTo(px, py - 6); context.lineTo(px + 9, py); context.lineTo(px, py + 6); context.fill(); }
    else if (kind === "pause") { context.fillRect(px, py - 6, 3, 12); context.fillRect(px + 5, py - 6, 3, 12); }
    else if (kind === "timer") stroke(px, py + 9, px, py + 15);
    else if (kind === "persisted") context.fillRect(px - 2, py + 10, 4, 4);
    else if (kind === "state") stroke(px, py - 8, px, py + 8);
    else {
      context.beginPath(); context.arc(px, py + 18, 3, 0, 7); context.fill();
      if ((free.get(m[NODE]) ?? 0) < px) { const text = shortened(m[WHAT], 46); context.fillText(text, px + 6, py + 18); free.set(m[NODE], px + 12 + context.measureText(text).width); }
    }
  }
}
function drawHistory(wide) {
  if (!rows.length) return;
  context.fillStyle = css.soft; context.fillText("what clients saw", GUTTER + 2, historyTop + 13);
  context.strokeStyle = css.line; stroke(0, historyTop, wide, historyTop);
  for (const o of data.history) {
    const until = o.returned ?? end; if (until < from || o.invoked > to) continue;
    const left = Math.max(GUTTER - 2, x(o.invoked)), right = Math.max(left + 3, Math.min(wide, x(until))), top = barTop(o);
    context.fillStyle = o.role === "breaks" ? css.bad : css[o.outcome]; context.globalAlpha = o.role === "breaks" ? 0.9 : 0.75;
    context.fillRect(left, top, right - left, ROW - 5); context.globalAlpha = 1;
    if (o === chosen || o.role === "beside") { context.strokeStyle = o === chosen ? css.chosen : css.bad; context.lineWidth = 2; context.strokeRect(left, top, right - left, ROW - 5); context.lineWidth = 1; }
    context.fillStyle = o.role === "breaks" ? "#fff" : css.ink; clippedText(o.input + (o.output ? " → " + o.output : o.outcome === "unknown" ? " → ?" : ""), left + 4, right - 3, top + (ROW - 5) / 2);
  }
}
const barTop = o => historyTop + 26 + rows.indexOf(o.process) * ROW + 2;
function drawMap() {
  const wide = width(), high = 46, buckets = new Float64Array(Math.max(1, Math.floor(wide / 3))), lost = new Float64Array(buckets.length);
  sized(map, wide, high);
  const bucket = t => clamp(Math.floor(t / end * buckets.length), 0, buckets.length - 1), at = t => t / end * wide;
  for (const m of data.messages) if (shownTypes.has(m[TYPE])) { buckets[bucket(m[SENT])]++; if (m[FATE] === LOST) lost[bucket(m[SENT])]++; }
  const most = buckets.reduce((a, b) => Math.max(a, b), 1);
  const tall = count => Math.sqrt(count / most) * 30; // a burst must not make the rest invisible
  buckets.forEach((count, i) => {
    mapContext.fillStyle = css.lane; mapContext.fillRect(i * 3, high - tall(count), 2, tall(count));
    mapContext.fillStyle = css.bad; mapContext.fillRect(i * 3, high - tall(lost[i]), 2, tall(lost[i]));
  });
  for (const f of faults) { mapContext.fillStyle = css.paused; mapContext.fillRect(at(f.at), 0, Math.max(1, at(f.until) - at(f.at)), high); }
  for (const m of data.marks) if (["crash", "error"].includes(m[KIND])) { mapContext.fillStyle = css.bad; mapContext.fillRect(at(m[AT]), 0, 2, 9); }
  for (const o of data.history) if (o.role === "breaks") { mapContext.fillStyle = css.bad; mapContext.fillRect(at(o.invoked), 0, Math.max(3, at(o.returned ?? end) - at(o.invoked)), high); }
  mapContext.strokeStyle = css.accent; mapContext.lineWidth = 2; mapContext.strokeRect(at(from), 1, Math.max(3, at(to) - at(from)), high - 2);
}

// ---- words

const messageWords = m => data.nodes[m[FROM]] + " → " + data.nodes[m[TO]] + "  " + data.types[m[TYPE]] + (m[FATE] === LOST ? "  lost" : m[FATE] === ARRIVED ? "" : "  under way");
function words(thing) {
  if (thing.input !== undefined) return "client " + thing.process + ": " + thing.input + (thing.output ? "\n→ " + thing.output : "\n" + thing.outcome) + "\ninvoked at " + time(thing.invoked)
    + (thing.returned === null ? ", never returned" : ", returned at " + time(thing.returned)) + (thing.role === "breaks" ? "\nNo order of the operations explains this answer." : thing.role === "beside" ? "\nOpen when the answer came that nothing explains." : "");
  if (thing.length === 8) return messageWords(thing) + "\n" + (thing[FATE] === ARRIVED ? "sent " + time(thing[SENT]) + ", arrived " + time(thing[END]) : "sent " + time(thing[SENT])) + "\nto " + data.actors[thing[ACTOR]] + "\n" + thing[TEXT];
  return time(thing[AT]) + "  " + (thing[NODE] < 0 ? "" : data.nodes[thing[NODE]] + "  ") + thing[KIND] + "\n" + thing[WHAT];
}
function drawList(messages, marks) {
  const entries = messages.slice(0, LIST_MAX * 2).map(m => [m[SENT], messageWords(m), m, m[FATE] === LOST ? "bad" : ""])
    .concat(marks.filter(m => m[KIND] !== "timer" && m[KIND] !== "persisted").slice(0, LIST_MAX * 2).map(m => [m[AT], (m[NODE] < 0 ? "" : data.nodes[m[NODE]] + "  ") + m[WHAT], m,
      ["crash", "error"].includes(m[KIND]) ? "bad" : ["pause", "stop"].includes(m[KIND]) ? "warn" : m[KIND] === "start" || m[KIND] === "resume" ? "good" : ""]))
    .sort((a, b) => a[0] - b[0]);
  const list = entries.slice(0, LIST_MAX).map(([t, text, thing, look]) => {
    const row = document.createElement("div"), stamp = document.createElement("time");
    stamp.textContent = unit === "step" ? Math.round(t) : t.toFixed(2); row.append(stamp, text); row.className = look + (thing === chosen ? " on" : "");
    row.onclick = () => choose(thing, true); return row;
  });
  const rest = messages.length + marks.length - list.length, note = document.createElement("p");
  note.textContent = (rest > 0 ? rest + " more in this window; " : "") + (drawn < wanted ? "every " + Math.ceil(wanted / drawn) + "th of " + wanted + " arrows is drawn: zoom in" : "wheel: zoom, drag: move");
  $("list").replaceChildren(...list, note);
  $("detail").textContent = chosen ? words(chosen) : "";
}

// ---- moving about

function show(newFrom, newTo) {
  const least = end / 1e6, span = clamp(newTo - newFrom, least, end * 1.1), middle = (newFrom + newTo) / 2;
  from = clamp(middle - span / 2, -end * 0.05, end * 1.05 - span); to = from + span; redraw();
}
let due = false;
function redraw() { if (!due) { due = true; requestAnimationFrame(() => { due = false; draw(); }); } }
const zoom = (by, at) => show(at - (at - from) * by, at + (to - at) * by);
function choose(thing, centre) {
  chosen = thing; const t = thing.input === undefined ? thing[0] : thing.invoked;
  if (centre && (t < from || t > to)) show(t - (to - from) / 2, t + (to - from) / 2); else redraw();
}
function nearest(px, py) {
  for (const o of data.history) { const top = barTop(o); if (py >= top && py <= top + ROW - 5 && px >= x(o.invoked) && px <= Math.max(x(o.invoked) + 3, x(o.returned ?? end))) return o; }
  for (const m of visibleMarks()) if (Math.abs(x(m[AT]) - px) < 6 && (m[NODE] < 0 ? py < TOP : Math.abs(y(m[NODE]) + (["note", "timer", "persisted"].includes(m[KIND]) ? 14 : 0) - py) < 9)) return m;
  let best = null, distance = 7;
  for (const m of visibleMessages()) {
    const [x1, y1, x2, y2] = line(m), length = (x2 - x1) ** 2 + (y2 - y1) ** 2 || 1, along = clamp(((px - x1) * (x2 - x1) + (py - y1) * (y2 - y1)) / length, 0, 1);
    const d = Math.hypot(px - x1 - along * (x2 - x1), py - y1 - along * (y2 - y1)); if (d < distance) { distance = d; best = m; }
  }
  return best;
}
const troubles = data.marks.filter(m => ["crash", "error", "fault"].includes(m[KIND]) && !m[WHAT].startsWith("end of")).map(m => m[AT])
  .concat(data.history.filter(o => o.role === "breaks").map(o => o.invoked)).sort((a, b) => a - b);
function nextTrouble() {
  const middle = (from + to) / 2, next = troubles.find(t => t > middle + (to - from) * 1e-3) ?? troubles[0]; if (next === undefined) return;
  const span = Math.min(to - from, windowOf(36)); show(next - span / 2, next + span / 2);
}
function windowOf(count) { return data.messages.length <= count * 2.5 ? end * 1.02 : Math.max(end * count / data.messages.length, end / 1e4); }

canvas.addEventListener("wheel", event => {
  event.preventDefault();
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) { const by = (event.deltaX || event.deltaY) / width() * (to - from); show(from + by, to + by); }
  else zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX));
}, { passive: false });
let held = null;
canvas.onmousedown = event => { held = [event.offsetX, from, to, false]; canvas.className = "held"; };
window.addEventListener("mouseup", event => { if (held && !held[3] && event.target === canvas) { const near = nearest(event.offsetX, event.offsetY); chosen = near; redraw(); } held = null; canvas.className = ""; });
canvas.onmousemove = event => {
  if (held) { const by = (held[0] - event.offsetX) / (width() - GUTTER) * (held[2] - held[1]); if (Math.abs(held[0] - event.offsetX) > 2) held[3] = true; show(held[1] + by, held[2] + by); return; }
  const near = nearest(event.offsetX, event.offsetY), tip = $("tip");
  tip.style.display = near ? "block" : "none"; if (!near) return;
  tip.textContent = words(near); tip.style.left = Math.min(event.clientX + 14, innerWidth - 460) + "px"; tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
};
canvas.onmouseleave = () => { $("tip").style.display = "none"; };
const jump = event => { if (event.buttons) { const t = event.offsetX / width() * end, half = (to - from) / 2; show(t - half, t + half); } };
map.onmousedown = jump; map.onmousemove = jump;
window.addEventListener("keydown", event => {
  if (event.target.tagName === "INPUT") return;
  const by = (to - from) * 0.2, middle = (from + to) / 2;
  const doing = { ArrowLeft: () => show(from - by, to - by), ArrowRight: () => show(from + by, to + by), "+": () => zoom(0.8, middle), "-": () => zoom(1.25, middle), f: () => show(0, end * 1.02), n: nextTrouble }[event.key];
  if (doing) { event.preventDefault(); doing(); }
});

// ---- filters

function chip(parent, name, set, value, colour, count) {
  const button = document.createElement("button");
  if (colour) { const dot = document.createElement("i"); dot.style.background = colour; button.append(dot); }
  button.append(name); if (count !== undefined) { const small = document.createElement("small"); small.textContent = count; button.append(small); }
  button.className = set.has(value) ? "on" : ""; button.title = "click: show or hide; double click: this one alone";
  button.onclick = () => { set.has(value) ? set.delete(value) : set.add(value); button.className = set.has(value) ? "on" : ""; redraw(); };
  button.ondblclick = () => { set.clear(); set.add(value); for (const other of parent.querySelectorAll("button")) other.className = other === button ? "on" : ""; redraw(); };
  parent.append(button); return button;
}
data.nodes.forEach((node, i) => chip($("nodes"), node, shownNodes, i));
byCount.slice(0, 24).forEach(type => chip($("types"), data.types[type], shownTypes, type, colourOf.get(type), counts.get(type)));
for (const kind of ["state", "note", "timer", "persisted"]) chip($("kinds"), { state: "states", note: "notes", timer: "timers", persisted: "writes" }[kind], shownKinds, kind);
$("text").oninput = redraw;
for (const id of ["from", "to"]) $(id).onchange = () => { const a = +$("from").value, b = +$("to").value; if (b > a) show(a, b); };
$("fit").onclick = () => show(0, end * 1.02);
$("trouble").onclick = nextTrouble;
new ResizeObserver(redraw).observe(stage);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

const [title, ...failure] = data.title.split("\n");
document.title = title; $("title").textContent = title; $("failure").textContent = failure.join("\n");
$("counts").textContent = data.messages.length.toLocaleString("en") + " messages, " + data.messages.filter(m => m[FATE] === LOST).length.toLocaleString("en") + " lost, "
  + (unit === "step" ? Math.round(end) + " steps" : (end / 1000).toFixed(3) + " s of virtual time") + (data.cut ? "; only the end of the run is kept" : "");
const breaking = data.history.find(o => o.role === "breaks"), span = windowOf(36);
if (breaking) { chosen = breaking; const middle = (breaking.invoked + (breaking.returned ?? end)) / 2, wide = Math.max(span, 2 * ((breaking.returned ?? end) - breaking.invoked)); show(middle - wide / 2, middle + wide / 2); }
else { const first = data.messages.length <= 90 ? 0 : Math.min(data.messages.at(-36)[SENT], end * (1 - 1e-6)), margin = (end - first) * 0.02; show(first - margin, end + margin); }
draw();

// ---- what a test asks: trace.html#selftest writes its findings into the page

if (location.hash === "#selftest") {
  const findings = [], check = (name, ok) => findings.push((ok ? "ok " : "FAILED ") + name);
  const inked = (left, top, wide, high) => { const ratio = devicePixelRatio || 1, pixels = context.getImageData(left * ratio, top * ratio, wide * ratio, high * ratio).data; let count = 0; for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) count++; return count; };
  check("the page opens where something happened", data.messages.length === 0 || visibleMessages().length > 0);
  from = 0; to = end; draw();
  check("every node has a lane", lanes().every(node => inked(GUTTER, y(node) - 2, width() - GUTTER - 4, 4) > 0));
  check("the whole run is seen", visibleMessages().length === data.messages.length);
  const first = data.messages[0];
  if (first) {
    const between = data.messages.find(m => m[FATE] === ARRIVED && m[FROM] !== m[TO]);
    if (between) { const [x1, y1, x2, y2] = line(between); check("a message is found where it is drawn", nearest((x1 + x2) / 2, (y1 + y2) / 2) !== null); }
    shownNodes.delete(first[FROM]); draw();
    check("a hidden node hides its messages", visibleMessages().every(m => m[FROM] !== first[FROM] && m[TO] !== first[FROM])); shownNodes.add(first[FROM]);
    shownTypes.delete(first[TYPE]); check("a hidden type hides its messages", visibleMessages().every(m => m[TYPE] !== first[TYPE])); shownTypes.add(first[TYPE]);
    $("text").value = data.actors[first[ACTOR]]; check("an actor is found by name", visibleMessages().length > 0 && visibleMessages().every(m => words(m).includes(data.actors[first[ACTOR]]))); $("text").value = "no such thing anywhere";
    check("what nothing contains finds nothing", visibleMessages().length === 0); $("text").value = "";
    show(end / 4, end / 2); draw(); check("zoom leaves out what is before and after", visibleMessages().every(m => m[SENT] <= to && (m[END] ?? m[SENT]) >= from)); check("zoom narrows", to - from < end * 0.3);
  }
  from = 0; to = end; const began = performance.now(); for (let i = 0; i < 3; i++) draw(); const each = (performance.now() - began) / 3;
  check("every operation has a bar", data.history.every(o => inked(Math.max(GUTTER, x(o.invoked)), barTop(o), 4, ROW - 6) > 0));
  const report = document.createElement("pre"); report.id = "selftest-report";
  report.textContent = findings.join("\n") + "\n" + data.messages.length + " messages drawn in " + each.toFixed(1) + " ms\nselftest done"; document.body.append(report);
}
