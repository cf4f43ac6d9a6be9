// The table as elements: whatever comes from the data is set as text, never as markup.

const SHORT = 180;

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function cut(text) {
  return text.length > SHORT ? `${text.slice(0, SHORT - 1).trimEnd()}…` : text;
}

function drawnRow(data, row) {
  const one = observation(data, row);
  const open = element("button", {
    type: "button", className: "open", ariaExpanded: "false",
    ariaLabel: said(data, "details_of", { subject: one.subject, control: one.control.title }),
  });
  const line = element("tr", {},
    element("td", {}, open, chip(one)),
    element("td", { "data-label": said(data, "severity"), className: `severity ${one.severity[0]}` }, one.severity[1]),
    element("td", { "data-label": said(data, "control") }, link(`#c-${one.control.id}`, one.control.title)),
    element("td", { "data-label": said(data, "subject") }, ...subjectOf(data, one)),
    element("td", { "data-label": said(data, "observed") }, ...seen(one)));
  line.dataset.row = row;
  return line;
}

function chip(one) {
  const glyph = element("span", { className: "glyph", ariaHidden: "true" }, one.glyph);
  return element("span", { className: `chip ${one.status}` }, glyph, ` ${one.word}`);
}

function link(target, words) {
  return element("a", { href: target }, words);
}

function subjectOf(data, one) {
  const inside = one.cluster && one.cluster[1] !== one.subject;
  const on = element("span", { className: "on" }, one.kind);
  if (inside) on.append(" · ", element("bdi", {}, one.cluster[1]));
  if (one.subscription) on.append(" · ", element("bdi", {}, one.subscription));
  return [element("bdi", {}, one.subject), on];
}

function seen(one) {
  const parts = one.values.map(([label, value]) =>
    element("span", { className: "value" }, element("span", { className: "soft" }, `${label}: `), element("bdi", {}, cut(value))));
  if (one.reason || one.cause) {
    parts.push(element("span", { className: "why" }, cut([one.cause, one.reason].filter(Boolean).join(". "))));
  }
  if (one.waiver) parts.push(element("b", { className: "waived" }, one.waiver));
  return parts;
}

// All about one observation: what an engineer needs to check it and to remedy it.
function drawnDetails(data, row, copy) {
  const one = observation(data, row);
  const list = element("dl", { className: "about" });
  const add = (key, ...content) => {
    if (content.length) list.append(element("div", {}, element("dt", {}, said(data, key)), element("dd", {}, ...content)));
  };
  add("value", ...one.values.map(([label, value]) =>
    element("div", {}, element("span", { className: "soft" }, `${label}: `), element("bdi", {}, value))));
  add("reason", ...[one.cause, one.reason].filter(Boolean).map((text) => element("div", {}, text)));
  if (one.waiver) add("waiver", one.waiver);
  add("id", element("span", { className: "code" }, one.id), " ", copy(one.id));
  add("evidence", ...one.evidence.map(([path, pointer]) => evidenceOf(data, path, pointer, copy)));
  if (one.status === "not-satisfied") {
    add("remedy", element("p", {}, one.control.remedy), ...commandOf(one.control.cli, copy));
  }
  add("read_on", ...readOn(data, one));
  return element("tr", { className: "details" }, element("td", { colSpan: 5 }, list));
}

function evidenceOf(data, path, pointer, copy) {
  const file = link(encodeURI(path).replaceAll("#", "%23").replaceAll("?", "%3F"), path);
  const place = element("span", { className: "code" }, file, pointer ? `#${pointer}` : "");
  return element("div", {}, place, " ", copy(`${path}#${pointer}`));
}

function commandOf(cli, copy) {
  return cli ? [element("pre", {}, cli), copy(cli)] : [];
}

function readOn(data, one) {
  const control = link(`#c-${one.control.id}`, said(data, "to_control"));
  const links = [control, ...one.control.sheets.map(([anchor, number]) => link(`#${anchor}`, number))];
  if (one.cluster?.[2]) links.push(link(`#${one.cluster[2]}`, said(data, "to_cluster")));
  return links.flatMap((one, place) => (place ? [" · ", one] : [one]));
}
