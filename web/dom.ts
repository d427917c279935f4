/** Makes elements. Text is always set as text, so that nothing in a log can become markup. */

type Child = Node | string | undefined | false;

interface Properties {
  readonly class?: string;
  readonly [attribute: string]: string | number | boolean | undefined;
}

/** An HTML element with attributes; one that is `undefined` or `false` is left out, and `true` stands without a value. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Properties, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
  return element;
}

/** A button that calls `act`. */
export function button(label: string, act: () => void, attributes: Properties = {}): HTMLButtonElement {
  const made = el("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** A labelled choice. `choose` is called with the value that is chosen. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  choose: (value: string) => void,
): HTMLLabelElement {
  const select = el("select", {}, ...options.map(([value, text]) => el("option", { value }, text)));
  select.value = chosen;
  select.addEventListener("change", () => choose(select.value));
  return el("label", { class: "choice" }, `${label} `, select);
}

/** A labelled box to tick. */
export function tick(label: string, ticked: boolean, change: (ticked: boolean) => void): HTMLLabelElement {
  const box = el("input", { type: "checkbox" });
  box.checked = ticked;
  box.addEventListener("change", () => change(box.checked));
  return el("label", { class: "choice" }, box, ` ${label}`);
}

/** A table whose first row is its header. Columns from the second on hold numbers. */
export function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const cells = (row: readonly string[]): HTMLElement[] =>
    row.map((text, i) => (i === 0 ? el("th", { scope: "row" }, text) : el("td", {}, text)));
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...header.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row)))),
    ),
  );
}

/**
 * Draws anew. If that removes the element of `container` that has the focus, the focus goes to the one that `next` chooses; by
 * default to the one in the same place of their order.
 */
export function keepingFocus(
  container: HTMLElement,
  draw: () => void,
  next: (elements: readonly HTMLElement[], index: number) => HTMLElement | null | undefined = (elements, index) =>
    elements[index],
): void {
  const elements = (): HTMLElement[] => [
    ...container.querySelectorAll<HTMLElement>("a, button, input, select, summary, .scroll"),
  ];
  const focused = document.activeElement;
  const index = elements().indexOf(focused as HTMLElement);
  draw();
  if (index >= 0 && !focused?.isConnected) next(elements(), index)?.focus();
}

/** Draws anew; wide tables stay as far to the side as they were. */
export function keepingScroll(container: HTMLElement, draw: () => void): void {
  const scrolled = (): HTMLElement[] => [...container.querySelectorAll<HTMLElement>(".scroll")];
  const lefts = scrolled().map(({ scrollLeft }) => scrollLeft);
  draw();
  for (const [i, element] of scrolled().entries()) element.scrollLeft = lefts[i] ?? 0;
}
