// The document around the table: ways into the table, the colours, the menu, and the clipboard.

// Each control and each cluster leads to its own rows.
function leadHere(data) {
  for (const article of document.querySelectorAll("article[data-control]")) {
    const { control, population } = article.dataset;
    if (population === "0") continue;
    const words = said(data, "all_of", { n: Number(population) });
    const way = wayTo("control", control, words);
    article.querySelector(".head").append(element("p", { className: "to-rows" }, way));
  }
  for (const [id, , anchor] of data.clusters) {
    const cell = document.getElementById(anchor)?.cells?.[0];
    cell?.append(element("span", { className: "to-rows" }, wayTo("cluster", id, said(data, "its_rows"))));
  }
}

function wayTo(name, key, words) {
  return link(fragment({ ...everything(), [name]: [key] }), words);
}

// Light, dark, or as the system has it; remembered where the browser lets a page from disk do so.
function themed() {
  const choice = byId("theme");
  const show = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  choice.closest("label").hidden = false;
  choice.value = remembered() ?? "";
  show(choice.value);
  choice.addEventListener("change", () => {
    show(choice.value);
    remembered(choice.value);
  });
  if (matchMedia("(max-width: 900px)").matches) document.querySelector(".side .menu").open = false;
}

function remembered(theme) {
  try {
    if (theme !== undefined) localStorage.setItem("reportgen-colours", theme);
    return localStorage.getItem("reportgen-colours");
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

async function copiedText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

// For browsers that give a page from disk no clipboard.
function copiedBySelection(text) {
  const before = document.activeElement;
  const area = element("textarea", { value: text, className: "offscreen" });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  return copied;
}
