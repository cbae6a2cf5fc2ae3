// Finds words on this site, in the reader's own browser. Nothing that is typed leaves it: the script fetches the few pieces
// of the index in which the typed words can stand. How the index is written is told in generator/render/searchindex.go.

const form = document.getElementById("search");
const field = document.getElementById("search-words");
const status = document.getElementById("search-status");
const hits = document.getElementById("search-hits");
const more = document.getElementById("search-more");
const everything = document.getElementById("search-everything");
const words = form.dataset;

const atOnce = 10; // results that are fetched and shown at a time, so that a query stays cheap
const digits = "0123456789!#$()*+,-/:;=?@[]^_{}~";
const unspaced = "\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmr}\\p{sc=Mymr}";
const runs = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, "gu");
const isUnspaced = new RegExp(`[${unspaced}]`, "u");

function fold(text) {
  const bare = text.normalize("NFKD").replace(/[\p{M}\p{Cf}'’ʼ]/gu, "").toLowerCase().replaceAll("ς", "σ");
  const folded = [];
  for (const run of bare.match(/[\p{L}\p{N}]+/gu) ?? [])
    for (const part of run.match(runs)) {
      const letters = [...part];
      if (!isUnspaced.test(part)) {
        if (letters.length > 1) folded.push(letters.slice(0, 32).join(""));
      } else if (letters.length === 1) folded.push(part);
      else for (let i = 1; i < letters.length; i++) folded.push(letters[i - 1] + letters[i]);
    }
  return folded;
}

function items(set) {
  const found = [];
  if (set[0] === ".") {
    for (let i = 1; i < set.length; i++)
      for (let bit = 0; bit < 5; bit++)
        if ((digits.indexOf(set[i]) >> bit) & 1) found.push((i - 1) * 5 + bit);
    return found;
  }
  for (let i = 0, at = -1; i < set.length; ) {
    let step = 0, scale = 1, d;
    do {
      d = digits.indexOf(set[i++]);
      step += (d & 15) * scale;
      scale *= 16;
    } while (d & 16);
    found.push((at += step + 1));
  }
  return found;
}

const fetched = new Map();
function get(name, options) {
  if (!fetched.has(name)) {
    const answer = fetch(name, options).then((r) => {
      if (!r.ok) throw new Error(r.status);
      return r.json();
    });
    answer.catch(() => fetched.delete(name)); // so that the next try can succeed
    fetched.set(name, answer);
  }
  return fetched.get(name);
}
const manifest = () => get("index.json", { cache: "no-cache" });

// The words of the index that begin with a prefix, with where they stand.
async function beginning(prefix) {
  const index = await manifest();
  let file = Math.max(0, index.words.findLastIndex((first) => first <= prefix));
  const found = [];
  for (let more = 0; more < 2 && file < index.words.length; more++, file++) {
    if (more && !index.words[file].startsWith(prefix)) break;
    const list = await get(`words/${file}.json?${index.version}`);
    for (let i = 0; i < list.length; i += 2) if (list[i].startsWith(prefix)) found.push([list[i], list[i + 1]]);
  }
  return found;
}

// Where one word of a query stands: item -> rank, 0 being best (title, names, intro, anywhere).
async function stands(word, isLast) {
  let found = await beginning(word);
  const exact = found.filter(([w]) => w === word);
  if (!isLast && exact.length) found = exact;
  const ranks = new Map();
  for (const [, where] of found) {
    const sets = where.split("|");
    [1, 2, 3, 0].forEach((set, rank) => {
      for (const item of items(sets[set] ?? "")) if (!(ranks.get(item) <= rank)) ranks.set(item, rank);
    });
  }
  return ranks;
}

async function find(query) {
  const asked = fold(query);
  const each = await Promise.all(asked.map((word, i) => stands(word, i === asked.length - 1)));
  const found = [];
  for (const [item] of each[0] ?? [])
    if (each.every((ranks) => ranks.has(item))) found.push([each.reduce((sum, ranks) => sum + ranks.get(item), 0), item]);
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, item]) => item);
}

async function card(item) {
  const index = await manifest();
  const list = await get(`cards/${Math.floor(item / index.cards)}.json?${index.version}`);
  const [title, address, kind, tellers = [], lang = ""] = list[item % index.cards];
  const link = Object.assign(document.createElement("a"), { href: address, textContent: title });
  if (lang) link.lang = lang;
  link.dir = "auto";
  const head = document.createElement("h2");
  head.append(link);
  const about = Object.assign(document.createElement("p"), { className: "meta" });
  about.textContent = [words[index.kinds[kind]], tellers.join(", ")].filter(Boolean).join(" · ");
  const hit = document.createElement("li");
  hit.append(head, about);
  return hit;
}

let latest = 0;
let found = []; // what the latest query found, best first
const cards = (from) => Promise.all(found.slice(from, from + atOnce).map(card));
const tellMore = () => { more.hidden = hits.children.length >= found.length };

async function look() {
  const mine = ++latest;
  const query = field.value.trim();
  const asked = fold(query).length > 0;
  history.replaceState(null, "", query ? "?q=" + encodeURIComponent(query) : location.pathname);
  try {
    const all = asked ? await find(query) : [];
    if (mine !== latest) return; // somebody typed on
    found = all;
    const first = await cards(0);
    if (mine !== latest) return;
    hits.replaceChildren(...first);
    tellMore();
    everything.hidden = found.length > 0; // what was found stands alone until the field is empty again
    status.textContent = found.length ? `${found.length} ${words.found}` : asked ? words.none : "";
  } catch {
    if (mine === latest) status.textContent = words.failed;
  }
}

more.addEventListener("click", async () => {
  const mine = latest;
  try {
    const next = await cards(hits.children.length);
    if (mine !== latest) return;
    hits.append(...next);
    next[0]?.querySelector("a").focus();
    tellMore();
  } catch {
    status.textContent = words.failed;
  }
});

let waiting;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 200); // so that a screen reader isn't told of every letter
});
field.addEventListener("focus", () => manifest().catch(() => {}), { once: true });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});

form.hidden = false;
field.value = new URLSearchParams(location.search).get("q") ?? "";
if (field.value) look();
