// Before the first paint: `?embed=strides-2` shows one widget alone, for a frame in somebody else's page. A classic
// script in <head>, after site.js.

const embedded = new URLSearchParams(location.search).get("embed"); // null on a page of its own
if (embedded !== null) {
  page.dataset.embed = embedded;
  memory.get = () => null; // a frame has its own theme, and shows what was not answered elsewhere
  memory.set = () => {};
}
