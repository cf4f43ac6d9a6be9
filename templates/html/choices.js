// The filter as it is drawn: what is chosen, and how many observations each other choice would leave.

function addChoices(data) {
  for (const select of document.querySelectorAll("#explorer select[data-facet]")) {
    const words = labels(data)[select.dataset.facet];
    select.append(...data.keys[select.dataset.facet].map((key, place) => {
      const option = element("option", { value: key });
      option.dataset.place = place;
      option.dataset.words = words[place];
      return option;
    }));
  }
  for (const set of document.querySelectorAll("#explorer [data-boxes]")) {
    const name = set.dataset.boxes;
    set.append(...data.keys[name].map((key, place) => toggle(data, name, key, place)));
  }
}

function toggle(data, name, key, place) {
  const box = element("input", { type: "checkbox", value: key });
  box.dataset.facet = name;
  const parts = [box, ` ${labels(data)[name][place]} `, element("span", { className: "number" })];
  if (name === "status") {
    parts.splice(1, 0, element("span", { className: "glyph", "aria-hidden": "true" }, data.statuses[place][1]));
  }
  return element("label", { className: `toggle ${key}` }, ...parts);
}

function drawChoices(data, view, result) {
  for (const control of document.querySelectorAll("#explorer [data-facet]")) {
    const draw = control.type === "checkbox" ? drawBox : drawSelect;
    draw(data, control, view[control.dataset.facet], result.counts[control.dataset.facet]);
  }
  const search = document.getElementById("search");
  if (search.value.trim() !== view.text) search.value = view.text;
  for (const button of document.querySelectorAll("#explorer [data-sort]")) drawSort(button, view.sort);
}

function drawBox(data, box, chosen, counts) {
  const place = data.keys[box.dataset.facet].indexOf(box.value);
  box.checked = chosen.includes(box.value);
  box.parentElement.querySelector(".number").textContent = grouped(counts[place]);
}

// A value that came by the address and that this report does not have is shown as what it is.
function drawSelect(data, select, [key = ""], counts) {
  for (const option of [...select.options]) {
    const { place, words, unknown } = option.dataset;
    if (unknown) option.remove();
    if (!place) continue;
    const text = `${words} (${grouped(counts[place])})`;
    if (option.textContent !== text) option.textContent = text;
  }
  if (key && !data.keys[select.dataset.facet].includes(key)) {
    const option = element("option", { value: key }, said(data, "unknown", { key }));
    option.dataset.unknown = "yes";
    select.append(option);
  }
  select.value = key;
}

// A head says how its column is sorted; where it has several buttons, the one in use speaks.
function drawSort(button, sort) {
  const name = button.dataset.sort;
  const way = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "";
  const head = button.closest("th");
  const inUse = [...head.querySelectorAll("[data-sort]")].some(
    ({ dataset }) => dataset.sort === sort.replace(/^-/, ""));
  button.dataset.way = way;
  if (way) head.setAttribute("aria-sort", way);
  else if (!inUse) head.removeAttribute("aria-sort");
}

function nextSort(name, sort) {
  if (sort === name) return `-${name}`;
  return sort === `-${name}` ? "" : name;
}

// What is filtered by, in words: for paper, and for where nothing is left.
function chosen(data, view) {
  const named = (name, key) => {
    const place = data.keys[name].indexOf(key);
    return place < 0 ? said(data, "unknown", { key }) : labels(data)[name][place];
  };
  const parts = FACETS.filter((name) => view[name].length).map(
    (name) => `${said(data, name)}: ${view[name].map((key) => named(name, key)).join(", ")}`);
  if (view.text) parts.push(said(data, "text", { text: view.text }));
  return parts.join("; ");
}
