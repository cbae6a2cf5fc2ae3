// Makes a story's file out of the form, in the storyteller's own browser. Nothing is kept and nothing is sent: the file is shown,
// and its teller copies it, saves it, or opens it at the place where the stories are kept.

const form = document.getElementById("share");
const result = document.getElementById("share-result");
const file = document.getElementById("share-file");
const offer = document.getElementById("share-offer");
const said = document.getElementById("share-status");

const longestAddress = 8000; // hosts refuse addresses from some 8,190 bytes on

const today = () => {
  const now = new Date();
  return [now.getFullYear(), String(now.getMonth() + 1).padStart(2, "0"), String(now.getDate()).padStart(2, "0")].join("-");
};

// An id for feeds that tells nothing about the story.
const opaque = "s-" + [...crypto.getRandomValues(new Uint8Array(6))].map((n) => (n % 36).toString(36)).join("");

function slug(title) {
  const bare = title.normalize("NFKD").replace(/[\p{M}'’]/gu, "").toLowerCase();
  return bare.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).replace(/-+$/, "") || opaque;
}

// Every string of JSON is also one of YAML, with the same meaning.
function source() {
  const value = (name) => form.elements[name].value.trim();
  const lines = ["---"];
  const line = (key, text) => text && lines.push(`${key}: ${JSON.stringify(text)}`);
  line("title", value("title"));
  line("name", value("name"));
  lines.push(`date: ${today()}`);
  line("intro", value("intro"));
  line("content_note", value("content_note"));
  if (value("layout") !== "story") lines.push(`layout: ${value("layout")}`);
  if (value("accent")) lines.push(`accent: ${value("accent")}`);
  lines.push(`id: ${opaque}`);
  const uses = [...form.querySelectorAll("[name=for]:checked")].map((box) => box.value);
  lines.push("consent:", `  given: ${today()}`, `  until: ${value("until")}`, `  for: [${uses.join(", ")}]`, "  given_by: self", "---", "", form.elements.body.value.trim(), "");
  return lines.join("\n");
}

const name = () => slug(form.elements.title.value) + ".md";

function offerAddress() {
  const key = form.dataset.host === "gitlab" ? "file_name" : "filename";
  const address = `${form.dataset.newFile}?${key}=${encodeURIComponent("content/stories/" + name())}`;
  const whole = `${address}&value=${encodeURIComponent(file.value)}`;
  if (form.dataset.host === "gitlab" || whole.length > longestAddress) return [address, false];
  return [whole, true];
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  file.value = source();
  said.textContent = "";
  if (offer) {
    const [address, whole] = offerAddress();
    offer.href = address;
    if (!whole) said.textContent = form.dataset.tooLong;
  }
  result.hidden = false;
  result.querySelector("h2").focus();
});

document.getElementById("share-copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(file.value);
    said.textContent = form.dataset.copied;
  } catch {
    file.select(); // an old browser, or one that asks to do it by hand
  }
});

document.getElementById("share-save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file.value], { type: "text/markdown" }));
  link.download = name();
  link.click();
  URL.revokeObjectURL(link.href);
});

form.elements.until.min = today();
form.hidden = false;
