/* A record that was made in place, over a subpanel (section.subpanel[data-address]): the panel is drawn anew, and the timeline
   (.feed) with it unless somebody is writing there. */
const asked = { headers: { "HX-Request": "true" } };

async function renew(node, address, draw) {
  try {
    const answer = await fetch(address, asked);
    if (answer.ok && !answer.redirected) draw(await answer.text());
  } catch {
    document.dispatchEvent(new Event("hk:away"));
  }
}

document.addEventListener("hk:made", (event) => {
  const panel = event.target.closest?.(".subpanel[data-address]");
  if (!panel) return;
  renew(panel, panel.dataset.address, (html) => {
    panel.outerHTML = html;
    const fresh = document.getElementById(panel.id);
    window.htmx.process(fresh);
    if (document.activeElement === document.body) (fresh.querySelector("header a[data-ask]") ?? fresh.querySelector("header summary"))?.focus();
  });
  const feed = document.querySelector("aside.feed[hx-get]");
  if (!feed || feed.querySelector("hk-composer form")) return;
  renew(feed, feed.getAttribute("hx-get"), (html) => {
    feed.innerHTML = html;
    window.htmx.process(feed);
  });
});
