// What a reader of this page would stumble over, as a list of faults, with a few counts beside it.
(() => {
  const LEAST = 11;
  const faults = [], edges = [];
  const shown = (element) => element.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const name = (element) => `${element.tagName} "${element.textContent.trim().slice(0, 40)}"`;
  const width = document.documentElement.clientWidth;

  // The page itself.
  if (!document.title.trim()) faults.push("no title");
  if (document.documentElement.lang !== "en") faults.push("no language");
  if (!document.querySelector("meta[name=viewport]")) faults.push("no viewport");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (document.documentElement.scrollWidth > width)
    faults.push(`the page is ${document.documentElement.scrollWidth} wide`);

  // Text is high enough, on the screen and not by its style.
  let least = Infinity;
  const high = (element, scale) => {
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    least = Math.min(least, size);
    if (size < LEAST - 0.01) faults.push(`${name(element)} is ${size.toFixed(1)} px high`);
  };
  const texts = all("svg text");
  for (const text of texts) {
    const { a, b, c, d } = text.getScreenCTM();
    high(text, Math.sqrt(Math.abs(a * d - b * c)));
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (node.data.trim() && !node.parentElement.closest("svg") && shown(node.parentElement))
      high(node.parentElement, 1);

  // Pictures: described, one layout of each, no text cut or across another.
  const pictures = all("svg");
  for (const figure of all("figure")) {
    if (figure.querySelectorAll("svg").length > 2) faults.push("more than two layouts");
    if ([...figure.querySelectorAll("svg")].filter(shown).length !== 1) faults.push("not one layout is shown");
    if (!figure.querySelector("figcaption")?.textContent.trim()) faults.push("no caption");
  }
  for (const svg of pictures) {
    const label = svg.getAttribute("aria-label");
    if (svg.getAttribute("role") !== "img" || !label?.trim()) faults.push("a picture without a description");
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
    boxes.forEach(([text, box], place) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        faults.push(`${name(text)} is cut in "${label}"`);
      for (const [other, it] of boxes.slice(place + 1)) {
        const across = Math.min(box.right, it.right) - Math.max(box.left, it.left);
        const down = Math.min(box.bottom, it.bottom) - Math.max(box.top, it.top);
        // Lines of text touch: a box is as high as the tallest letter of the face.
        if (across > 1.5 && down > 4) faults.push(`${name(text)} lies across ${name(other)} in "${label}"`);
      }
    });
  }
  for (const image of all("img, object, embed, canvas")) faults.push(`${name(image)} in a page of SVG`);

  // What is too wide scrolls, can be reached by keyboard, and says that there is more.
  const scrollers = all("*").filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX));
  const within = (element) => scrollers.find((scroller) => scroller !== element && scroller.contains(element));
  for (const element of all("body *")) {
    if (element.closest("svg") && element.tagName !== "svg") continue;
    const box = element.getBoundingClientRect();
    const card = element.closest("section")?.getBoundingClientRect().right ?? width;
    if (box.right > Math.min(card, width) + 1 && !within(element))
      faults.push(`${name(element)} is cut at ${box.right.toFixed(0)} of ${card.toFixed(0)}`);
    if (/hidden|clip/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1)
      faults.push(`${name(element)} hides what does not fit`);
  }
  for (const scroller of scrollers) {
    const more = scroller.scrollWidth > scroller.clientWidth + 1;
    const box = scroller.getBoundingClientRect();
    const what = name(scroller);
    if (more && scroller.tabIndex < 0) faults.push(`${what} cannot be reached by keyboard`);
    const ground = getComputedStyle(scroller).backgroundColor.match(/[\d.]+/g).map(Number);
    edges.push({ what, more, ground, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY });
  }
  for (const table of all("table")) {
    const heads = [...table.querySelectorAll("th")];
    if (heads.some((head) => !head.hasAttribute("scope"))) faults.push("a head of a table without a scope");
  }

  return {
    faults, edges, least: Number(least.toFixed(1)), texts: texts.length, pictures: pictures.length,
    scrollers: scrollers.length, scrolling: edges.filter((edge) => edge.more).length,
  };
})()
