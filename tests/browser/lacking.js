// Returns what a page lacks for those who hear it or use a keyboard, one text each.
() => {
  const wrong = [];
  const all = (what) => [...document.querySelectorAll(what)];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const told = (one) => `${one.tagName.toLowerCase()} ${one.id || one.className} ${one.textContent.trim().slice(0, 40)}`;
  const named = (one) => (one.getAttribute("aria-label") || "").trim()
    || (one.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join("").trim();
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title.trim()) wrong.push("no title");
  for (const [what, n] of [["h1", 1], ["main", 1], ["header", 1], ["footer", 1]])
    if (all(what).length !== n) wrong.push(`${all(what).length} of ${what}`);
  let level = 0;
  for (const one of all("h1, h2, h3, h4, h5, h6").filter(shown)) {
    const now = Number(one.tagName[1]);
    if (now > level + 1) wrong.push(`heading skips a level: ${told(one)}`);
    level = now;
  }
  for (const one of all("input:not([type=hidden]), select, textarea"))
    if (!(one.labels.length && [...one.labels].some((label) => label.textContent.trim())) && !named(one)) wrong.push(`no label: ${told(one)} ${one.name}`);
  for (const one of all("a, button, summary").filter(shown))
    if (!one.textContent.trim() && !named(one)) wrong.push(`no name: ${told(one)}`);
  for (const one of all("nav, [role=img], [role=region], meter"))
    if (!named(one)) wrong.push(`no name: ${told(one)}`);
  for (const one of all("th")) if (!one.scope) wrong.push(`no scope: ${told(one)}`);
  for (const one of all(".scroll").filter(shown))
    if (one.scrollWidth > one.clientWidth && one.tabIndex < 0) wrong.push(`cannot be scrolled by keyboard: ${told(one)}`);
  const ids = all("[id]").map((one) => one.id);
  for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) wrong.push(`twice: ${id}`);
  for (const name of ["aria-labelledby", "aria-describedby", "for", "list"])
    for (const one of all(`[${name}]`))
      for (const id of one.getAttribute(name).split(" ")) if (!document.getElementById(id)) wrong.push(`${name} of nothing: ${id}`);
  return wrong;
}
