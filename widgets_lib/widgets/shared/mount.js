// The module that anywidget loads for every widget: it finds the widget's files in the kernel's one Assets model, makes
// modules of them, and mounts the view. A page keeps one copy of each module and each stylesheet for all its widgets.

const PAGE = Symbol.for("widgets_lib.modules");
const page = /** @type {any} */ (globalThis);
page[PAGE] ??= new Map();
/** @type {Map<string, string>} name -> blob URL; a name changes with its text, so an entry is never out of date */
const urls = page[PAGE];

/**
 * The URL of a module, after those of the modules it imports.
 * @param {string} name
 * @param {Record<string, string>} files
 * @returns {string}
 */
function urlOf(name, files) {
  const known = urls.get(name);
  if (known) return known;
  if (!(name in files)) throw new Error(`The file ${name} of this widget did not arrive. Run its cell again.`);
  const text = files[name].replace(/"#([^"#]+)#"/g, (_, imported) => JSON.stringify(urlOf(imported, files)));
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  urls.set(name, url);
  return url;
}

/**
 * Put stylesheets into the document, in their order, each once; one of the same file replaces its earlier text.
 * @param {Document} document
 * @param {string[]} names
 * @param {Record<string, string>} files
 */
function addSheets(document, names, files) {
  for (const name of names) {
    const file = name.split("@")[0];
    const present = document.head.querySelector(`style[data-file="${file}"]`);
    if (present?.getAttribute("data-name") === name) continue;
    const style = present ?? document.createElement("style");
    style.setAttribute("data-file", file);
    style.setAttribute("data-name", name);
    style.textContent = files[name];
    if (!present) document.head.append(style);
  }
}

/** @param {any} context what anywidget gives a view: model, el, signal */
async function render(context) {
  const { model, el } = context;
  /** @type {(() => void) | undefined} */
  let destroy;
  async function show() {
    destroy?.();
    el.replaceChildren();
    const assets = await model.widget_manager.get_model(model.get("_assets").slice("IPY_MODEL_".length));
    const files = assets.get("files");
    const { module, sheets } = model.get("_view");
    addSheets(el.ownerDocument, sheets, files);
    const view = (await import(urlOf(module, files))).default;
    destroy = await view.render(context);
  }
  const edited = ["change:_view", "change:_assets"]; // while a widget is being written: see _reload.py
  for (const event of edited) model.on(event, show);
  try {
    await show();
  } finally {
    el.dataset.drawn = ""; // or failed: a page that waits for its widgets waits no longer
  }
  return () => {
    for (const event of edited) model.off(event, show);
    destroy?.();
  };
}

export default { render };
